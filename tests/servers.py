"""The service as people run it: gunicorn and the scheduler as processes, spoken to over HTTP."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import time
from http.client import HTTPConnection
from pathlib import Path

from tests.processes import ROOT, Program, free_port
from tests.settings import environment

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONDONTWRITEBYTECODE")

# Whom the queue gives out depends on the hour: tests begin in the morning, whenever they are run.
MORNING = time(10, 30)

GUNICORN = "gunicorn wsgi:app --config python:catchup.serving --no-control-socket"


class LiveServer:
    """A web server, with a scheduler when asked for, on one database.

    ``url`` is where it is, ``log`` what both have written, ``environment`` what they were started with.
    """

    def __init__(
        self, database_url: str, folder: Path, *, scheduler: bool, workers: int, variables: Mapping[str, str]
    ):
        self.port = port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "log"
        demo = {"CATCHUP_DEMO": "1", "CATCHUP_BASE_URL": self.url, "PORT": str(port)}
        if len(variables.get("CATCHUP_TODAY", "")) == len("2026-11-22"):
            demo["CATCHUP_TODAY"] = f"{variables['CATCHUP_TODAY']}T{MORNING:%H:%M}"
            variables = {name: value for name, value in variables.items() if name != "CATCHUP_TODAY"}
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.environment = inherited | environment(database_url, folder, **{**demo, **variables})
        options = f"--worker-class gthread --threads 4 --workers {workers} --bind 127.0.0.1:{port}"
        command = self._python(*GUNICORN.split(), *options.split())
        web = Program(command, self.log, self.environment)
        self.programs = [web]
        if scheduler:
            command = self._python("flask", "--app", "wsgi", "scheduler")
            self.programs.append(Program(command, self.log, self.environment))
        web.wait_until(self._answers)

    def flask(self, *arguments: str) -> str:
        """Run a command on the same database: its output; raises with its complaint when it fails."""
        command = self._python("flask", "--app", "wsgi", *arguments)
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"flask {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def stop(self) -> None:
        """End all of it."""
        for program in reversed(self.programs):
            program.stop(
                signal.SIGINT if program is self.programs[0] else signal.SIGTERM
            )  # gunicorn: at once

    def _answers(self) -> bool:
        """Any answer will do: the port is open before the application is imported."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("HEAD", "/health/live")
            connection.getresponse()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    @staticmethod
    def _python(*module_and_arguments: str) -> list[str]:
        return [sys.executable, "-m", *module_and_arguments]
