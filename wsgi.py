"""The web application. Never starts the scheduler: that is a process of its own."""

import sys

from catchup import create_app
from config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    sys.exit(f"Catch-up did not start. {error}")
