"""`flask keys rotate` and `flask keys status`."""

import json
import time
from collections import Counter

import click
from flask import current_app
from flask.cli import AppGroup

from catchup.cli.answering import on_the_database
from catchup.crypto import number, ring
from catchup.extensions import db
from catchup.jobs.runner import committed
from catchup.services import keys

# Between two batches everybody else has the database for at least as long as the batch had it.
SHORTEST_PAUSE_S = 0.01
ROUNDS = 100  # for rows that somebody else was holding
SAYS_EVERY_S = 2.0

group = AppGroup(
    "keys",
    help="The encryption keys: CATCHUP_ENCRYPTION_KEYS, of which the first writes and all read. "
    "CATCHUP_INDEX_KEY and CATCHUP_AUDIT_KEY are others: docs/runbook.md says what hangs on them.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")


@group.command("rotate")
@AS_JSON
@on_the_database
def rotate(*, as_json: bool) -> None:
    """Write anew, with the first key, what the other keys wrote.

    The service goes on meanwhile. Killed at any moment, it goes on where it ended when it is run again.
    Afterwards `keys status` says whether an older key can go.
    """
    renewed = _renew_all()
    used = keys.in_use()
    if as_json:
        click.echo(json.dumps({"renewed": renewed, **_answer(used)}))
    else:
        click.echo(f"Written anew with key {ring.write_id:02x}: {renewed} rows.")
        _say(used)
    _refuse_what_cannot_be_read(used)


@group.command("status")
@AS_JSON
@on_the_database
def status(*, as_json: bool) -> None:
    """Say how many values each key still has. Ends with 1 where some are under a key that is not set."""
    used = keys.in_use()
    db.session.rollback()
    if as_json:
        click.echo(json.dumps(_answer(used)))
    else:
        _say(used)
    _refuse_what_cannot_be_read(used)


def _renew_all() -> int:
    """Round after round until nothing is left; returns how many rows were changed."""
    renewed, said_at = 0, time.monotonic()
    for _ in range(ROUNDS):
        before = renewed
        for part in keys.parts():
            after: keys.Key | None = None
            while True:
                began = time.monotonic()
                with committed():
                    batch = part.renew(after)
                renewed += batch.changed
                if time.monotonic() - said_at > SAYS_EVERY_S:
                    click.echo(f"{renewed} rows written anew, now in {part.name} …", err=True)
                    said_at = time.monotonic()
                if batch.changed:
                    time.sleep(max(SHORTEST_PAUSE_S, time.monotonic() - began))
                if batch.last is None:
                    break
                after = batch.last
        if renewed > before:
            continue
        if not _left(keys.in_use()):
            break
        time.sleep(SAYS_EVERY_S)
    return renewed


def _left(used: dict[int | None, Counter[str]]) -> int:
    return sum(used[key].total() for key in ring.others if key in used)


def _answer(used: dict[int | None, Counter[str]]) -> dict[str, object]:
    rows = []
    for key, values in sorted(used.items(), key=str):
        columns = dict(sorted(values.items()))
        state = {"writes": key == ring.write_id, "set": key in _set()}
        rows.append({"key": _name(key), **state, "values": values.total(), "columns": columns})
    can_go = sorted(f"{key:02x}" for key in ring.others if key not in used)
    return {"keys": rows, "can_go": can_go}


def _say(used: dict[int | None, Counter[str]]) -> None:
    for key in current_app.config["CATCHUP"].encryption_keys:
        one = number(key)
        values = used.get(one, Counter()).total()
        what = "writes" if one == ring.write_id else "only reads" if values else "only reads, and can go"
        click.echo(f"Key {one:02x} ({what}): {values} values")


def _set() -> frozenset[int | None]:
    return ring.others | {ring.write_id}


def _name(key: int | None) -> str:
    return "unknown" if key is None else f"{key:02x}"


def _refuse_what_cannot_be_read(used: dict[int | None, Counter[str]]) -> None:
    lost = {_name(key): values.total() for key, values in used.items() if key not in _set()}
    if lost:
        names = ", ".join(sorted(lost))
        raise click.ClickException(
            f"{sum(lost.values())} values are under keys that are not in CATCHUP_ENCRYPTION_KEYS ({names}). "
            "They cannot be read until those keys are put back."
        )


commands: list[click.Command] = [group]
