"""`flask backup` and `flask restore`: the whole database in one file, and back."""

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from catchup.cli.answering import in_sentences, on_the_database, told_that_it_works
from catchup.database import rebuilding, writing
from catchup.extensions import db
from catchup.services import backups
from catchup.services.backups import RefusedError

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")


def _say(what: str) -> None:
    click.echo(what, err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@AS_JSON
@with_appcontext
@on_the_database
def backup(file: Path, *, as_json: bool) -> None:
    """Write the whole database to FILE, while people go on working.

    The file is encrypted; it opens only with the keys that the service has now, and they are not in it. Keep
    them, and the last line, where neither the file nor the database is.
    """
    with writing():
        backups.note()
        db.session.commit()
    try:
        made = backups.make(file, _say)
    except RefusedError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if as_json:
        answer = {
            "file": str(file),
            "bytes": made.size,
            "rows": made.rows,
            "families": made.families,
            "revision": made.revision,
            "sealed": made.seq,
            "head": made.head.hex(),
        }
        click.echo(json.dumps(answer))
    else:
        click.echo(f"{file} holds {made.rows} rows, {made.families} families among them.")
        click.echo(f"The chain of audit rows ends in it with link {made.seq}: {made.head.hex()}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", metavar="NAME", help="The name of the database, whose content may go for it.")
@AS_JSON
@with_appcontext
@in_sentences
def restore(file: Path, replace: str | None, *, as_json: bool) -> None:
    """Take everything in from FILE, into an empty database of either kind.

    Either all of it is there afterwards, brought up to date and checked, or nothing has changed. Everybody
    has to sign in again. Ends with 1 where the audit rows were amiss when the backup was made.
    """
    with told_that_it_works(), rebuilding():
        db.session.remove()
        try:
            restored = backups.restore(file, replace, _say)
        except RefusedError as refusal:
            db.session.rollback()
            raise click.ClickException(str(refusal)) from refusal
        db.session.commit()
    amiss = restored.amiss
    if as_json:
        answer = {
            "rows": restored.rows,
            "families": restored.families,
            "made_at": restored.made_at.isoformat(),
            "was": restored.was,
            "revision": restored.revision,
            "sealed": restored.sealed,
            "amiss": {"what": amiss.what, "number": amiss.number} if amiss else None,
        }
        click.echo(json.dumps(answer))
    else:
        when = f"{restored.made_at:%d %B %Y at %H:%M} UTC"
        click.echo(
            f"The database is as it was on {when}: {restored.rows} rows, {restored.families} families."
        )
        if restored.was != restored.revision:
            click.echo(f"Its tables were brought from {restored.was} to {restored.revision}.")
        if amiss is None:
            click.echo(f"Every row was compared; {restored.sealed} audit rows are sealed and sound.")
    if amiss:
        _say(f"Restored, but when it was made already: {amiss.what} (number {amiss.number}).")
        raise SystemExit(1)


commands: list[click.Command] = [backup, restore]
