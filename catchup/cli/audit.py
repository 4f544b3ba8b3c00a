"""Checking the chain over the audit rows."""

import json

import click
from flask.cli import AppGroup

from catchup.cli.answering import on_the_database
from catchup.services import sealing

group = AppGroup("audit", help="Who read or wrote what.")


@group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def verify(*, as_json: bool) -> None:
    """Check every audit row and the chain over them. Ends with 1 where anything is amiss.

    Keep the last line where this database is not: a chain that was cut short or made anew as a whole cannot
    end in the same hash at the same length.
    """
    seen = sealing.verify()
    if as_json:
        amiss = {"what": seen.amiss.what, "number": seen.amiss.number} if seen.amiss else None
        counts = {"sealed": seen.sealed, "unsealed": seen.unsealed, "head": seen.head.hex()}
        click.echo(json.dumps({"ok": seen.amiss is None, **counts, "amiss": amiss}))
    elif seen.amiss:
        click.echo(f"Amiss: {seen.amiss.what} (number {seen.amiss.number}).")
    else:
        click.echo(f"{seen.sealed} audit rows are sealed and sound; {seen.unsealed} wait to be sealed.")
        click.echo(f"The chain ends with link {seen.sealed}: {seen.head.hex()}")
    if seen.amiss:
        raise SystemExit(1)


commands: list[click.Command] = [group]
