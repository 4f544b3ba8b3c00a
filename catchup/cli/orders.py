"""`flask orders import`."""

import json
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.database import writing
from catchup.extensions import db
from catchup.services import marks, orders
from catchup.services.orders import FileRefusedError, Review, State

group = AppGroup("orders", help="Adoption orders that the agency knows of by itself.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows here.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def import_(file: Path, rejects: Path | None, *, as_json: bool) -> None:
    """Take in the recorded orders of FILE (CSV). Repeatable: the same row again changes nothing.

    A row is taken in whole or refused; refused rows come back as CSV with the reasons beside, and then the
    exit code is 1.
    """
    marks.follow_clock(current_app.config["CATCHUP"])
    try:
        text = orders.decoded(file.read_bytes())
        with writing():
            review = orders.review(text, clock.today())
            orders.save(review.lines, None)
            db.session.commit()
    except FileRefusedError as error:
        raise click.ClickException(f"Nothing was taken in. {error}") from error
    if rejects:
        rejects.write_text(review.refused_as_csv() if review.refused else "", encoding="utf-8", newline="")
    if as_json:
        click.echo(json.dumps(_answer(review), ensure_ascii=False))
    else:
        _tell(review, rejects)
    if review.refused:
        sys.exit(1)


def _answer(review: Review) -> dict[str, object]:
    return {
        "added": review.count(State.NEW),
        "changed": review.count(State.CHANGED),
        "matched": review.count(State.MATCHED),
        "refused": review.count(State.REFUSED),
        "left_out": list(review.left_out),
        "refusals": [
            {
                "line": line.number,
                "reference": line.cells.get("reference", ""),
                "reasons": [reason.sentence for reason in line.reasons],
            }
            for line in review.refused
        ],
    }


def _tell(review: Review, rejects: Path | None) -> None:
    """The summary; refused rows go to standard output, and the summary then does not."""
    to_output = bool(review.refused) and rejects is None
    counts = ", ".join(f"{review.count(state)} {state}" for state in State)
    click.echo(f"{len(review.lines)} rows: {counts}.", err=to_output)
    if review.left_out:
        click.echo(f"Columns that are not kept: {', '.join(review.left_out)}.", err=to_output)
    if to_output:
        click.echo(review.refused_as_csv(), nl=False)
    elif review.refused:
        click.echo(f"The refused rows, with reasons, are in {rejects}.")


commands: list[click.Command] = [group]
