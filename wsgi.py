"""The web application. Never starts the scheduler: that is a process of its own."""

import os
import sys

from catchup import create_app, logs
from config import ConfigError

try:
    logs.configure(os.environ)
    app = create_app()
except ConfigError as error:
    sys.exit(f"Catch-up did not start. {error}")
