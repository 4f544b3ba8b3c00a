"""R: a year's report against hand-written SQL over the same indexes that gives the same numbers.

Compared is what a database can count by itself (``report_sql.CODES``): every council and measure of it, and
one council's page with the same SQL and a page by hand (the queue's floor page) below it. Measures that ask
the rule family by family have no floor; their share is in the pages of all councils, each of which is held
against a promise: 300 ms on SQLite.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import insert
from werkzeug.test import EnvironBuilder

from bench import worlds
from bench.queue_page import _floor, _page, _signed_in, _visit
from bench.report_sql import CODES, Floor, Sums
from bench.worlds import KENT, ON, SCALES, interleaved, timed, verdict
from catchup import clock
from catchup.data.councils_file import council_rows
from catchup.database import writing
from catchup.extensions import db
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.queries import reports
from catchup.rules.definitions import REPORTS
from catchup.rules.measures import Row
from catchup.rules.terms import Role
from tests.queries import worlds as chance

YEAR, NAME = 2025, "2025-26"
PROMISED_S = 0.3


def main() -> None:
    """Measure the counting, one council's page, and each page of all councils."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database) as queue:
        leads = worlds.fill(SCALES["small"], missing_days=0)
        clock.begin_at(time(10, 30))
        clock.move_to(ON)
        lead = _signed_in(leads[0])
        page_by_hand = _visit(_floor(queue.config["CATCHUP"], _page(queue, lead), leads[0]), lead)
        with worlds.service(args.database) as app:
            chance.fill(7, ON, SCALES[args.scale].families, _places())
            worlds.analyse()
            met = [_everything(args), _one_council(args, app, page_by_hand), *_pages(args, app)]
    worlds.finish(*met)


def _places() -> list[tuple[str, str]]:
    """Every council under its codes before and since 1 April 2025."""
    on = date(2026, 3, 31)
    now = [row.code for row in council_rows() if row.valid_to is None or row.valid_to >= on]
    before = {row.successors[0]: row.code for row in council_rows() if row.valid_to and row.valid_to < on}
    return [(before.get(code, code), code) for code in now]


def _everything(args: Any) -> bool:
    """Every council and measure that has a floor."""
    floor = Floor(YEAR, args.database == "sqlite")

    def product() -> tuple[Row, ...]:
        return reports.of_year("bench", NAME, ON, codes=CODES).rows

    _same(product(), _by_hand(floor))
    product_s, floor_s = interleaved(lambda: _taken(product), lambda: _taken(lambda: _by_hand(floor)))
    return verdict("R-all", args, product_s, floor_s, 1.5)


def _taken(work: Callable[[], object]) -> float:
    taken = timed(work)
    db.session.rollback()
    return taken


def _by_hand(floor: Floor) -> Sums:
    raw = db.engine.raw_connection()
    try:
        return floor.count(raw)
    finally:
        raw.close()


def _same(rows: tuple[Row, ...], sums: Sums) -> None:
    """Both must have counted the same in every council, quarter and part."""
    names = {"above": "numerator", "below": "denominator", "unknown": "unknown"}
    expected = {key: number for key, number in sums.items() if number}
    found = {}
    for row in rows:
        dimension = dict(row.dimension or {})
        if row.quarter is None or {"councils", "agency"} & dimension.keys():
            continue
        part = next(iter(dimension.items()), None)
        for name, column in names.items():
            number = getattr(row, column)
            if number and (part is None or name == "above"):
                found[row.code, row.council, row.quarter, part, name] = number
    different = [(key, found.get(key), expected.get(key)) for key in found.keys() | expected.keys()]
    different = [one for one in different if one[1] != one[2]]
    assert not different, f"{len(different)} differ, as {different[:5]}"


def _one_council(args: Any, app: Flask, page_by_hand: Callable[[], float]) -> bool:
    """One council's calls of a year as a page: below it their SQL and a page by hand."""
    token = _signed_in(_a_manager())
    floor = Floor(YEAR, args.database == "sqlite", (KENT,), calls_only=True)
    path = f"/reports?report=calls&year={NAME}&council={KENT}"
    product_s, sql_s, page_s = interleaved(
        lambda: _opened(app, token, path), lambda: _taken(lambda: _by_hand(floor)), page_by_hand
    )
    return verdict("R-council", args, product_s, sql_s + page_s, 2.0)


def _pages(args: Any, app: Flask) -> list[bool]:
    """Each page of all councils, held against the promise, which is for SQLite."""
    token, met = _signed_in(_a_manager()), []
    for name in REPORTS:
        path = f"/reports?report={name}&year={NAME}"
        taken = statistics.median(_opened(app, token, path) for _ in range(worlds.ROUNDS))
        met.append(verdict(f"R-page/{name}", args, taken, PROMISED_S, 1.0) or args.database != "sqlite")
    return met


def _opened(app: Flask, token: str, path: str) -> float:
    """Seconds of one page."""
    where, _, asked = path.partition("?")
    headers = {"Cookie": f"__Host-session={token}"}
    environ = EnvironBuilder(path=where, query_string=asked, headers=headers).get_environ()
    status: list[str] = []
    started = perf_counter()
    b"".join(app(environ, lambda said, *_: status.append(said)))  # type: ignore[arg-type,misc,return-value]  # a bare server
    taken = perf_counter() - started
    assert status[0].startswith("200"), f"{path}: {status[0]}"
    return taken


def _a_manager() -> UUID:
    """A manager of the hub, who sees every council."""
    key, role = uuid4(), db.session.query(StaffRole.id).filter_by(name=Role.MANAGER).scalar()
    with writing():
        if role is None:
            role = uuid4()
            db.session.execute(insert(StaffRole).values(id=role, name=Role.MANAGER))
        db.session.execute(
            insert(Staff).values(
                id=key,
                name="Morgan Example",
                email=f"{key.hex}@example.com",
                active=True,
                hub=True,
                employer=KENT,
                created_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
                fs_uniquifier=key.hex,
            )
        )
        db.session.execute(insert(staff_role).values(staff_id=key, role_id=role))
        db.session.execute(insert(StaffCouncil).values(staff_id=key, council_code=KENT, from_on=ON))
        db.session.commit()
    return key


if __name__ == "__main__":
    main()
