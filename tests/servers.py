"""The service as people run it: gunicorn and the scheduler as processes, spoken to over HTTP."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import time
from http.client import HTTPConnection
from pathlib import Path

from tests.databases import PostgresStore, SqliteStore
from tests.processes import ROOT, Program, free_port
from tests.settings import environment

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONDONTWRITEBYTECODE")

DEMO = {"CATCHUP_DEMO": "1"}

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
        demo = {**DEMO, "CATCHUP_BASE_URL": self.url, "PORT": str(port)}
        if len(variables.get("CATCHUP_TODAY", "")) == len("2026-11-22"):
            demo["CATCHUP_TODAY"] = f"{variables['CATCHUP_TODAY']}T{MORNING:%H:%M}"
            variables = {name: value for name, value in variables.items() if name != "CATCHUP_TODAY"}
        self.environment = inherited() | environment(database_url, folder, **{**demo, **variables})
        options = f"--workers {workers} --bind 127.0.0.1:{port}"
        command = _python(*GUNICORN.split(), *options.split())
        web = Program(command, self.log, self.environment)
        self.programs = [web]
        if scheduler:
            command = _python("flask", "--app", "wsgi", "scheduler")
            self.programs.append(Program(command, self.log, self.environment))
        web.wait_until(self._answers)

    def flask(self, *arguments: str) -> str:
        """Run a command on the same database: its output; raises with its complaint when it fails."""
        return flask(self.environment, *arguments)

    def stop(self) -> None:
        """End all of it."""
        for program in reversed(self.programs):
            # Its threads wait for browsers that are still there.
            program.stop(signal.SIGKILL if program is self.programs[0] else signal.SIGTERM)

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


class Demos:
    """Databases with a demo in them, loaded once and copied: loading takes longer than most tests."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._loaded: set[tuple[str, str]] = set()

    def copy(self, store: SqliteStore | PostgresStore, name: str, today: str, families: int) -> None:
        """Make the database ``name`` a demo of so many families as it stands on a day."""
        template = f"demo_{families}_{today.replace('-', '')}"
        if (store.url(template), today) not in self._loaded:
            store.copy("template", template)
            there = inherited() | environment(store.url(template), self._folder / "demo", **DEMO)
            flask(there, "demo", "load", "--families", str(families), "--today", today)
            store.seal(template)
            self._loaded.add((store.url(template), today))
        store.copy(template, name)


def flask(surroundings: Mapping[str, str], *arguments: str) -> str:
    """Run a command: its output; raises with its complaint when it fails."""
    command = _python("flask", "--app", "wsgi", *arguments)
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"flask {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def inherited() -> dict[str, str]:
    """What a program needs of the surroundings of the tests."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def _python(*module_and_arguments: str) -> list[str]:
    return [sys.executable, "-m", *module_and_arguments]
