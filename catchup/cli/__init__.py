"""The commands. Each prints people's text, and with --json one JSON object and nothing else."""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

# The module of this package that has each command in its ``commands``. It is imported when it is asked for:
# the rules answer without a scheduler and spreadsheets in memory, and so does a web process.
MODULES = {
    "audit": "audit",
    "backup": "backup",
    "catalogues": "catalogues",
    "councils": "councils",
    "demo": "demo",
    "directory": "directory",
    "jobs": "jobs",
    "keys": "keys",
    "orders": "orders",
    "postcodes": "postcodes",
    "report": "reports",
    "responsibility": "answers",
    "restore": "backup",
    "schedule": "answers",
    "scheduler": "jobs",
    "serve": "supervisor",
    "staff": "staff",
}


class Commands(AppGroup):
    """Ours by name, beside those that libraries have added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"catchup.cli.{MODULES[cmd_name]}")
        commands: list[click.Command] = module.commands
        return next(command for command in commands if command.name == cmd_name)


def register(app: Flask) -> None:
    """Add every command to ``flask``."""
    app.cli = Commands(app.name, commands=app.cli.commands)
