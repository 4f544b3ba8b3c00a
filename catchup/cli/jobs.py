"""The timetable by hand, and the process that keeps it."""

import json
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup
from flask.globals import app_ctx

from catchup import clock, scheduler, senders
from catchup.cli.answering import on_the_database
from catchup.jobs import JOBS, TIMETABLE, runner
from catchup.queries import jobs as queries
from catchup.services import leases, marks
from catchup.services.leases import LostLeaseError
from config import ConfigError

WAITS_S = 30.0

group = AppGroup("jobs", help="What the service does by itself, every night and every minute.")


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def list_jobs(*, as_json: bool) -> None:
    """Every job, and the last day it was done for."""
    last = queries.last_runs()
    rows = []
    for job in TIMETABLE:
        run = last.get(job.name)
        rows.append(
            {
                "name": job.name,
                "does": job.does,
                "often": job.often,
                "last_on": run.on.isoformat() if run else None,
                "finished_at": run.finished_at.isoformat() if run else None,
                "failures_since": run.failures_since if run else 0,
            }
        )
    if as_json:
        click.echo(json.dumps({"jobs": rows}))
        return
    for row in rows:
        done = f", last for {row['last_on']}" if row["last_on"] else ""
        click.echo(f"{row['name']:<18}{row['does']} ({row['often']}{done})")


@group.command("run")
@click.argument("name", type=click.Choice(list(JOBS)))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day to do it for (today).")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@on_the_database
def run_job(name: str, on: datetime | None, *, as_json: bool) -> None:
    """Do one job now. Doing it again does no harm."""
    marks.follow_clock(current_app.config["CATCHUP"])
    today = clock.today()
    day = on.date() if on else today
    holder = leases.new_holder()
    turn = runner.begin_turn(holder, 2.0)
    if turn is None:
        click.echo("Another process is working; waiting for it …", err=True)
        turn = runner.begin_turn(holder, WAITS_S)
    if turn is None:
        raise click.ClickException("Another process is still working. Try again in a minute.")
    try:
        counts = turn.run(JOBS[name], day, [day] if day <= today else [])
    except LostLeaseError:
        raise click.ClickException("Another process took over before this was done. Try again.") from None
    finally:
        turn.end()
    if as_json:
        click.echo(json.dumps({"job": name, "on": day.isoformat(), **counts.as_json()}))
        return
    click.echo(f"{name} for {day.isoformat()}")
    for what in ("created", "changed", "found"):
        for kind, number in getattr(counts, what).items():
            click.echo(f"  {what} {kind.replace('_', ' ')}: {number}")
    click.echo(f"  skipped: {counts.skipped}")


@click.command("scheduler")
def run_scheduler() -> None:
    """Keep the timetable until Ctrl-C. Any number may run; one works at a time."""
    try:
        marks.check_start(app_ctx.app)
        for sentence in senders.sentences(current_app.config["CATCHUP"]):
            click.echo(sentence, err=True)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    scheduler.run(app_ctx.app)


commands: list[click.Command] = [group, run_scheduler]
