"""`flask postcodes import`."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic

import click
from flask import current_app
from flask.cli import AppGroup

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.database import writing
from catchup.extensions import db
from catchup.postcodes import pack_from_csv
from catchup.queries import directories
from catchup.services import address_councils, councils, marks, postcodes

PROGRESS_SECONDS = 2.0

group = AppGroup("postcodes", help="Which council a postcode lies in.")


@group.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="Publisher and edition, as people are told it; left out: the file's name.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def import_(file: Path | None, source: str | None, *, as_json: bool) -> None:
    """Use the directory in FILE from now on: a CSV such as the ONS Postcode Directory's, whole or not at all.

    Addresses of a divided council are settled by it, and the handovers of their families planned afresh.
    Without FILE, say which edition is in use.
    """
    followed = None
    if file is not None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                packed = pack_from_csv(_told_of(lines), source or file.stem)
        except (ValueError, csv.Error) as error:
            raise click.ClickException(f"Nothing was taken in. {error}") from error
        marks.follow_clock(current_app.config["CATCHUP"])
        with writing():
            postcodes.keep(packed)
            followed = councils.replan(address_councils.settle(), clock.today())
            db.session.commit()
    elif source is not None:
        raise click.UsageError("--source names the edition of a FILE: give the file too.")
    directory, imported_at = directories.postcodes(), directories.postcodes_imported_at()
    if as_json:
        at = imported_at.isoformat() if imported_at else None
        then = {"followed": followed.as_json()} if followed else {}
        click.echo(json.dumps({"source": directory.source, "imported_at": at, **then}))
    else:
        since = f"imported on {imported_at:%d %B %Y}" if imported_at else "which comes with the program"
        click.echo(f"In use: {directory.source}, {since}.")
        if followed and followed.families:
            click.echo(followed.sentence)


def _told_of(lines: Iterable[str]) -> Iterator[str]:
    told_at = monotonic()
    for number, line in enumerate(lines, start=1):
        if monotonic() - told_at > PROGRESS_SECONDS:
            told_at = monotonic()
            click.echo(f"{number:,} lines read", err=True)
        yield line


commands: list[click.Command] = [group]
