"""How gunicorn serves the application: `gunicorn wsgi:app --config python:catchup.serving`."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from catchup.services.marks import check_start
from config import ConfigError

# Each process writes its own numbers here, and the library looks for the place when it is first imported.
_PLACES = Path(tempfile.gettempdir())
_NAME = "catch-up-figures-"
_PLACE = "PROMETHEUS_MULTIPROC_DIR"
os.environ[_PLACE] = str(_PLACES / f"{_NAME}{os.getpid()}")


def _make_place() -> None:
    """An empty folder of this server's alone; what servers that were killed have left goes."""
    for left in _PLACES.glob(f"{_NAME}*"):
        if left.stat().st_uid == os.getuid() and not _lives(left.name.removeprefix(_NAME)):
            shutil.rmtree(left, ignore_errors=True)
    Path(os.environ[_PLACE]).mkdir(mode=0o700, exist_ok=True)


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


_make_place()

from catchup.web import metrics, shedding  # noqa: E402 -- the place has to be there

preload_app = True  # a bad setting then ends the start with its sentence, and the workers share memory
worker_class = "gthread"
logger_class = "catchup.gunicorn_lines.Lines"
threads = shedding.THREADS


def on_starting(server: Any) -> None:
    """Refuse to serve a database that is not this service's, or not up to date."""
    try:
        check_start(server.app.wsgi())
    except ConfigError as error:
        sys.exit(f"Catch-up did not start. {error}")


def post_worker_init(worker: Any) -> None:
    """Serve as many at once as a process can, and turn the rest away."""
    secure = worker.wsgi.config["CATCHUP"].secure
    worker.wsgi = shedding.Shedding(worker.wsgi, secure=secure, refused=metrics.SHED.inc)


def child_exit(_server: Any, worker: Any) -> None:
    """What a worker that has ended was doing is no longer being done."""
    metrics.forget_process(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave no files behind."""
    shutil.rmtree(os.environ[_PLACE], ignore_errors=True)
