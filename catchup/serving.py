"""How gunicorn serves Catch-up: started with `--config python:catchup.serving`."""

import sys
from typing import Any

from catchup.services.marks import check_start
from config import ConfigError

preload_app = True  # a bad setting then ends the start with its sentence, and the workers share memory


def on_starting(server: Any) -> None:
    """Refuse to serve a database that is not this service's, or not up to date."""
    try:
        check_start(server.app.wsgi())
    except ConfigError as error:
        sys.exit(f"Catch-up did not start. {error}")
