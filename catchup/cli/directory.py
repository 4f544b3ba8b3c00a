"""`flask directory import`."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.database import writing
from catchup.extensions import db
from catchup.services import directory, marks
from catchup.services.directory_rows import COLUMNS
from catchup.services.orders import decoded
from catchup.spreadsheets import as_csv

group = AppGroup("directory", help="The directory of services.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def import_(file: Path, *, as_json: bool) -> None:
    """Take in FILE, a CSV. All or nothing: refused rows come back as a CSV with the reason in each.

    Columns: name, category, offers, run_by, and if known own_staff, online, venue_postcode, waiting_weeks,
    languages, contact, councils (GSS codes, apart by spaces), checked_on. A service of that name, run by
    the same, is corrected.
    """
    marks.follow_clock(current_app.config["CATCHUP"])
    try:
        lines = decoded(file.read_bytes()).splitlines(keepends=True)
        with writing():
            added, corrected, refused = directory.take_in(lines, clock.today())
            db.session.commit()
    except ValueError as error:
        raise click.ClickException(f"Nothing was taken in. {error}") from error
    if as_json:
        reasons = [{**row.given, "reason": row.reason} for row in refused]
        click.echo(json.dumps({"added": added, "corrected": corrected, "refused": reasons}))
    elif refused:
        rows = [[*(row.given[name] for name in COLUMNS), row.reason] for row in refused]
        click.echo(as_csv([*COLUMNS, "reason"], rows), nl=False)
        click.echo("Nothing was taken in.", err=True)
    else:
        click.echo(f"{added} services added, {corrected} corrected.")
    if refused:
        raise SystemExit(1)


commands: list[click.Command] = [group]
