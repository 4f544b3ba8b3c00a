"""`flask councils import`."""

import csv
import json
from pathlib import Path

import click
from flask.cli import AppGroup

from catchup.cli.answering import on_the_database
from catchup.data.councils_file import council_rows
from catchup.database import writing
from catchup.extensions import db
from catchup.rules.councils import CouncilRow, rows_from_table
from catchup.services import councils

group = AppGroup("councils", help="Councils of England by code and date.")


@group.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def import_(file: Path | None, *, as_json: bool) -> None:
    """Take in FILE with the columns of the list we ship; without FILE, that list itself.

    All or nothing: rows that contradict each other are refused with a sentence.
    """
    try:
        rows = _rows(file) if file else council_rows()
        with writing():
            added, changed = councils.take_in(rows)
            db.session.commit()
    except ValueError as error:
        raise click.ClickException(f"Nothing was taken in. {error}") from error
    if as_json:
        click.echo(json.dumps({"added": added, "changed": changed}))
    else:
        click.echo(f"{added} councils added, {changed} changed.")


def _rows(file: Path) -> tuple[CouncilRow, ...]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return rows_from_table(csv.DictReader(lines))


commands: list[click.Command] = [group]
