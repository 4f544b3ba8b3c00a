"""`flask demo load`: an invented population in a database that is marked as a demo."""

import json
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.database import writing
from catchup.extensions import db

group = AppGroup("demo", help="Invented families for showing and trying.")


@group.command("load")
@click.option("--families", "count", default=300, show_default=True, type=click.IntRange(1, 5000))
@click.option("--seed", default=1, show_default=True, help="The same seed and day give the same demo.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the demo stands at (today).")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are families already.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def load(count: int, seed: int, today: datetime | None, *, if_empty: bool, as_json: bool) -> None:
    """Fill an empty demo database and say who can sign in. Refuses where real data is."""
    # Only this command needs the invented people and their history.
    from catchup.services import demo
    from catchup.services.demo.load import RealDataError

    if not current_app.config["CATCHUP"].demo:
        raise click.ClickException("This is not a demo. Set CATCHUP_DEMO=1 to load invented families.")

    def progress(what: str) -> None:
        click.echo(f"Making {what} …", err=True)

    try:
        with writing():
            made = demo.load(count, seed, today.date() if today else clock.today(), progress)
            db.session.commit()
    except RealDataError as refusal:
        if not if_empty:
            raise click.ClickException(str(refusal)) from refusal
        counts = {}
    else:
        counts = {
            "families": made.families,
            "children": made.children,
            "calls": made.calls,
            "recorded_orders": made.recorded_orders,
        }
    if as_json:
        people = [{"name": who.name, "email": who.email, "role": who.role} for who in demo.PEOPLE]
        click.echo(json.dumps({**counts, "people": people}))
        return
    if counts:
        click.echo(", ".join(f"{number} {what.replace('_', ' ')}" for what, number in counts.items()) + ".")
    click.echo(f"These people can sign in, with the password {demo.DEMO_PASSWORD!r} or one click:")
    for who in demo.PEOPLE:
        click.echo(f"  {who.email:<22} {who.name:<18} {who.role.value}")


commands: list[click.Command] = [group]
