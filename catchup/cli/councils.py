"""`flask councils import`."""

import csv
import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.data.councils_file import council_rows
from catchup.database import writing
from catchup.extensions import db
from catchup.rules.councils import CouncilRow, rows_from_table
from catchup.services import address_councils, councils, marks

group = AppGroup("councils", help="Councils of England by code and date.")


@group.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def import_(file: Path | None, *, as_json: bool) -> None:
    """Take in FILE with the columns of the list we ship; without FILE, that list itself.

    All or nothing: rows that contradict each other are refused with a sentence. Addresses of a council that
    is divided are settled by their postcodes, and the handovers of the families concerned planned afresh.
    """
    marks.follow_clock(current_app.config["CATCHUP"])
    try:
        rows = _rows(file) if file else council_rows()
        with writing():
            taken = councils.take_in(rows)
            moved = address_councils.settle()
            followed = councils.follow(taken.touched, moved, clock.today())
            db.session.commit()
    except ValueError as error:
        raise click.ClickException(f"Nothing was taken in. {error}") from error
    if as_json:
        counts = {"added": taken.added, "changed": taken.changed, "replaced": taken.replaced}
        click.echo(json.dumps({**counts, "followed": followed.as_json()}))
    else:
        click.echo(f"{taken.added} councils added, {taken.changed} changed.")
        if taken.replaced:
            click.echo(f"Provisional codes replaced: {taken.replaced}.")
        if followed.families:
            click.echo(followed.sentence)


def _rows(file: Path) -> tuple[CouncilRow, ...]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return rows_from_table(csv.DictReader(lines))


commands: list[click.Command] = [group]
