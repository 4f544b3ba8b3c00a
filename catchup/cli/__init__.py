"""The commands. Each prints people's text, and with --json one JSON object and nothing else."""

from importlib import import_module

from flask import Flask

# Every module here names its commands in ``commands``.
MODULES = (
    "answers",
    "audit",
    "councils",
    "demo",
    "directory",
    "jobs",
    "orders",
    "postcodes",
    "reports",
    "staff",
    "supervisor",
)


def register(app: Flask) -> None:
    """Add every command to ``flask``."""
    for name in MODULES:
        for command in import_module(f"catchup.cli.{name}").commands:
            app.cli.add_command(command)
