"""Commands."""

import click

commands: list[click.Command] = []
