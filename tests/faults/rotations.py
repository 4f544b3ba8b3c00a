"""A process that changes keys, to be killed; forked from one that has imported the service already."""

from collections.abc import Mapping

from catchup import create_app
from config import Settings
from tests.jobs.processes import context

__all__ = ["context", "rotate"]


def rotate(env: Mapping[str, str]) -> None:
    """`flask keys rotate`."""
    app = create_app(Settings.from_environment(env))
    done = app.test_cli_runner().invoke(args=["keys", "rotate", "--json"])
    if done.exit_code != 0:
        raise SystemExit(done.output)
