"""The commands. Each prints people's text, and with --json one JSON object and nothing else."""

from flask import Flask


def register(app: Flask) -> None:
    """Add every command to ``flask``."""
