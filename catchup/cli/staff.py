"""`flask staff add` and `flask staff disable`."""

import json

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask.cli import AppGroup

from catchup.cli.answering import on_the_database
from catchup.database import writing
from catchup.extensions import db
from catchup.queries import staff as accounts
from catchup.rules.terms import Role
from catchup.services import marks, staff
from config import ConfigError

group = AppGroup("staff", help="Who may sign in.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")


@group.command()
@click.option("--name", required=True, help="Full name.")
@click.option("--email", required=True, help="Work email address: what they sign in with.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option(
    "--council", "councils", multiple=True, metavar="GSS", help="May repeat; the first employs them."
)
@click.option("--hub", is_flag=True, help="Hub staff of the agency: sees the families of every council.")
@AS_JSON
@on_the_database
def add(name: str, email: str, role: str, councils: tuple[str, ...], *, hub: bool, as_json: bool) -> None:
    """Add somebody, and print the one-time password to tell them."""
    try:
        address = validate_email(email, check_deliverability=False).normalized
        with writing():
            marks.ensure_mark(current_app.config["CATCHUP"].demo)
            person, password = staff.add(staff.Person(name, address, Role(role), councils, hub), by=None)
            db.session.commit()
    except (ConfigError, EmailNotValidError, staff.RefusedError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    until = person.one_time_until
    assert until is not None  # noqa: S101 -- it was just given
    if as_json:
        answer = {"email": person.email, "one_time_password": password, "until": until.isoformat()}
        click.echo(json.dumps(answer))
    else:
        click.echo(f"Added {person.email}. One-time password until {until:%d %B %Y}: {password}")


@group.command()
@click.argument("email")
@AS_JSON
@on_the_database
def disable(email: str, *, as_json: bool) -> None:
    """Let somebody in no longer; refused while families or open calls are theirs."""
    with writing():
        person = accounts.by_email(email)
        if person is None:
            raise click.ClickException("Nobody has this email address.")
        try:
            staff.disable(person, by=None)
        except staff.RefusedError as refusal:
            raise click.ClickException(str(refusal)) from refusal
        db.session.commit()
    click.echo(json.dumps({"email": person.email, "active": False}) if as_json else "Disabled.")


commands: list[click.Command] = [group]
