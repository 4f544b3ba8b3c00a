"""Checking the chain over the audit rows."""

import json
from dataclasses import replace
from pathlib import Path

import click
from flask.cli import AppGroup

from catchup.cli.answering import on_the_database
from catchup.services import audit_heads, sealing
from catchup.services.sealing import Amiss, Verified

group = AppGroup("audit", help="Who read or wrote what.")


@group.command("verify")
@click.option(
    "--heads",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Copies of the chain's end; otherwise those of CATCHUP_AUDIT_COPY, where they can be read.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def verify(*, heads: Path | None, as_json: bool) -> None:
    """Check every audit row, the chain over them and copies of its end. Ends with 1 where anything is amiss.

    Without copies that were kept where this database is not, a chain that was cut short together with its
    end, or an older copy of the whole database, looks sound.
    """
    seen = _verified(heads)
    if as_json:
        amiss = (
            {"what": seen.amiss.what, "number": seen.amiss.number, "of": seen.amiss.of}
            if seen.amiss
            else None
        )
        counts = {"sealed": seen.sealed, "unsealed": seen.unsealed, "head": seen.head.hex()}
        click.echo(json.dumps({"ok": seen.amiss is None, **counts, "copies": seen.copies, "amiss": amiss}))
    elif seen.amiss:
        click.echo(f"Amiss: {seen.amiss.what} ({seen.amiss.of} {seen.amiss.number}).")
    else:
        click.echo(f"{seen.sealed} audit rows are sealed and sound; {seen.unsealed} wait to be sealed.")
        click.echo(f"The chain ends with link {seen.sealed}: {seen.head.hex()}")
        click.echo(
            f"{seen.copies} copies of its end agree with it."
            if seen.copies
            else "No copy of its end was found."
        )
    if seen.amiss:
        raise SystemExit(1)


def _verified(path: Path | None) -> Verified:
    """With the copies of this database; copies that were named must be there and be of this one."""
    place = path or audit_heads.place()
    try:
        found = audit_heads.read(place) if path or place.exists() else []
    except audit_heads.ForgedCopyError as forged:
        return replace(
            sealing.verify(), amiss=Amiss("a line of the copies is not genuine", forged.line, "line")
        )
    except OSError:
        raise click.ClickException(f"The copies cannot be read: {place}") from None
    mark = audit_heads.mark_of_this_database()
    copies = [copy for copy in found if copy.mark == mark]
    seen = sealing.verify(copies)
    if path and seen.amiss is None and not copies:
        return replace(seen, amiss=Amiss("none of the copies is of this database", 0, "copies"))
    return seen


commands: list[click.Command] = [group]
