"""`flask demo load`: an invented population in a database that is marked as a demo."""

import json
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from catchup import clock
from catchup.database import writing
from catchup.extensions import db

group = AppGroup("demo", help="Invented families for showing and trying.")


@group.command("load")
@click.option("--families", "count", default=300, show_default=True, type=click.IntRange(1, 5000))
@click.option("--seed", default=1, show_default=True, help="The same seed and day give the same demo.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the demo stands at (today).")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are families already.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
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
        if if_empty:
            return
        raise click.ClickException(str(refusal)) from refusal
    if as_json:
        people = [{"name": p.name, "email": p.email, "role": p.role} for p in made.people]
        counts = {"families": made.families, "children": made.children, "calls": made.calls}
        click.echo(json.dumps({**counts, "recorded_orders": made.recorded_orders, "people": people}))
        return
    click.echo(
        f"{made.families} families, {made.children} children, {made.calls} calls, "
        f"{made.recorded_orders} recorded orders."
    )


commands: list[click.Command] = [group]
