"""Databases for the benchmarks: invented rows in bulk, in the shape of a service that has run for years."""

import argparse
import base64
import os
import secrets
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from uuid import UUID, uuid4

import flask_migrate
from flask import Flask
from sqlalchemy import insert, text

from catchup import create_app
from catchup.data.councils_file import council_rows
from catchup.database import writing
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Child, Family, Membership, Parent
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.plan import PlannedCall
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.rules.calendar import anniversary
from catchup.rules.terms import CallKind, ClosedAs, HomeKind, Placing, Role
from catchup.services import councils
from config import Settings

ON = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROUNDS = 15
AT_A_TIME = 5_000
# The same for every world of one run, and for the processes on it.
SECRET, KEY = secrets.token_urlsafe(48), base64.b64encode(os.urandom(32)).decode()
KENT, MEDWAY = "E10000016", "E06000035"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is: families, closed calls to each, and staff (a lead to 150 families)."""

    families: int
    closed_each: int
    staff: int


SCALES = {
    "small": Scale(1_500, 3, 10),
    "national": Scale(60_000, 3, 400),
    "stress": Scale(1_000_000, 0, 6_667),
}


def arguments(title: str) -> argparse.Namespace:
    """What every benchmark takes."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--scale", choices=SCALES, default="small")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


@contextmanager
def service(database: str, **settings: str) -> Iterator[Flask]:
    """The application on an empty migrated database of that engine, with every council in it."""
    with ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="catchup-bench-")))
        url = f"sqlite:///{folder / 'bench.db'}"
        if database == "postgresql":
            from tests.databases import PostgresStore, postgresql_server, workplace

            place = at_the_end.enter_context(workplace())
            store = PostgresStore(at_the_end.enter_context(postgresql_server(place / "pg")))
            at_the_end.callback(store.close)
            store.create("bench")
            url = store.url("bench")
        variables = {
            "DATABASE_URL": url,
            "CATCHUP_INSTANCE": str(folder),
            "CATCHUP_BASE_URL": "https://catchup.example.com",
            "SECRET_KEY": SECRET,
            "CATCHUP_ENCRYPTION_KEYS": KEY,
            "CATCHUP_INDEX_KEY": KEY,
            "CATCHUP_AUDIT_KEY": KEY,
            **settings,
        }
        app = create_app(Settings.from_environment(variables))
        with app.app_context():
            flask_migrate.upgrade()
            with writing():
                councils.take_in(council_rows())
                db.session.commit()
            yield app
            db.session.remove()
            db.engine.dispose()


def fill(scale: Scale, *, missing_days: int = 30) -> list[UUID]:
    """Staff, families, their plans and calls; returns the leads' ids.

    Calls opening in the last ``missing_days`` up to ``ON`` are planned and not made yet.
    """
    leads = _staff(scale.staff, NOW)
    add_families(scale, leads, missing_days=missing_days)
    analyse()
    return leads


def add_families(scale: Scale, leads: list[UUID], *, missing_days: int = 30) -> None:
    """The families of a scale with their plans and calls, for leads who are there already."""
    random = Random(7)
    for start in range(0, scale.families, AT_A_TIME):
        size = min(AT_A_TIME, scale.families - start)
        _families(start, size, scale, leads, random, NOW, missing_days)


def analyse() -> None:
    """Tell the engine how its rows are spread, as a service does that has run for years."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    else:
        with db.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()


def _staff(count: int, now: datetime) -> list[UUID]:
    role, ids = uuid4(), [uuid4() for _ in range(count)]
    with writing():
        db.session.execute(insert(StaffRole).values(id=role, name=Role.LEAD))
        db.session.execute(
            insert(Staff),
            [
                {
                    "id": key,
                    "name": f"Worker {number}",
                    "email": f"worker{number}@example.com",
                    "active": True,
                    "employer": KENT,
                    "created_at": now,
                    "fs_uniquifier": key.hex,
                }
                for number, key in enumerate(ids)
            ],
        )
        db.session.execute(insert(staff_role), [{"staff_id": key, "role_id": role} for key in ids])
        db.session.execute(
            insert(StaffCouncil), [{"staff_id": key, "council_code": KENT, "from_on": ON} for key in ids]
        )
        db.session.commit()
    return ids


def _families(
    start: int, size: int, scale: Scale, leads: list[UUID], random: Random, now: datetime, missing_days: int
) -> None:
    rows: dict[type, list[dict[str, object]]] = {
        model: [] for model in (Family, Parent, Child, AdoptionOrder, Home, Membership, PlannedCall, Call)
    }
    for number in range(start, start + size):
        family, child, lead = uuid4(), uuid4(), leads[number % len(leads)]
        order_on = ON - timedelta(days=365 * (scale.closed_each or 1) + random.randrange(0, 365))
        rows[Family].append(
            {
                "id": family,
                "reference": f"B{number:011d}",
                "name": f"The Example{number} family",
                "owning_council": KENT,
                "lead_id": lead,
                "language": "English",
                "adjustments": [],
                "good_times": {},
                "never_times": {},
                "evenings": False,
                "created_at": now,
                "version": 1,
            }
        )
        rows[Parent].append(
            {
                "id": uuid4(),
                "family_id": family,
                "position": 0,
                "name": "Pat Example",
                "may_email": False,
                "confirmed_at": now,
            }
        )
        rows[Child].append(
            {
                "id": child,
                "family_id": family,
                "first_name": "Ada",
                "born_on": order_on - timedelta(days=1200),
                "joined_on": order_on,
            }
        )
        rows[AdoptionOrder].append(
            {
                "id": uuid4(),
                "child_id": child,
                "made_on": order_on,
                "placing": Placing.COUNCIL,
                "placing_council": KENT,
                "allowance": False,
                "recorded_at": now,
            }
        )
        rows[Home].append(
            {
                "id": uuid4(),
                "child_id": child,
                "kind": HomeKind.ELSEWHERE,
                "council_code": MEDWAY,
                "outside_england": False,
                "recorded_at": now,
            }
        )
        rows[Membership].append(
            {"id": uuid4(), "family_id": family, "accepted_on": order_on, "accepted_by": lead}
        )
        for cycle in range(1, 12):
            _cycle(rows, family, lead, cycle, anniversary(order_on, cycle), now, missing_days)
    with writing():
        for model, some in rows.items():
            if some:
                db.session.execute(insert(model), some)
        db.session.commit()


def _cycle(
    rows: dict[type, list[dict[str, object]]],
    family: UUID,
    lead: UUID,
    cycle: int,
    due_on: date,
    now: datetime,
    missing_days: int,
) -> None:
    opens_on = due_on - timedelta(days=28)
    row: dict[str, object] = {
        "id": uuid4(),
        "family_id": family,
        "kind": CallKind.ANNUAL,
        "cycle": cycle,
        "cycle_on": due_on,
        "due_on": due_on,
        "opens_on": opens_on,
        "moving_on": False,
        "council_code": KENT,
    }
    is_open = ON - timedelta(days=90) < opens_on
    if opens_on <= ON - timedelta(days=missing_days):
        rows[Call].append(
            {
                **row,
                "opened_on": opens_on,
                "lead_id": lead,
                "version": 1,
                "closed_at": None if is_open else now,
                "closed_as": None if is_open else ClosedAs.DONE,
            }
        )
    if is_open:
        rows[PlannedCall].append(row)


def interleaved(*ways: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Medians of several ways of doing a thing, measured in turn; each returns its own seconds."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, taken in zip(ways, times, strict=True):
            taken.append(way())
    return [statistics.median(taken) for taken in times]


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def verdict(path: str, args: argparse.Namespace, product: float, floor: float, goal: float) -> bool:
    """Print one line ``path scale engine product floor ratio goal``; returns whether the goal was met."""
    ratio = product / floor
    print(f"{path} {args.scale} {args.database} {product * 1e3:.2f}ms {floor * 1e3:.2f}ms {ratio:.3f} {goal}")
    return ratio <= goal


def finish(*met: bool) -> None:
    """Exit 1 where a goal was missed."""
    sys.stdout.flush()
    sys.exit(0 if all(met) else 1)
