"""Twenty people press "Start next call" at the same moment, time and again: each call has one owner."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, update

from catchup import clock
from catchup.database import configure, engine_options, writing
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries.queue import View
from catchup.queries.scope import Viewer
from catchup.services import calls
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.trust import Measured

pytestmark = pytest.mark.usefixtures("a_connection_each", "session")

TODAY = date(2026, 6, 11)
PEOPLE, FAMILIES = 20, 12


@pytest.fixture
def a_connection_each(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many as many hosts have between them: one has fewer, and would open the others each time."""
    with app.app_context():
        url = db.engine.url
        engine = create_engine(url, **{**engine_options(str(url)), "pool_size": PEOPLE})
        configure(engine)
        monkeypatch.setitem(db.engines, None, engine)
        yield
        engine.dispose()


@pytest.mark.promise("4.10 one owner")
def test_of_twenty_who_press_at_once_each_gets_another_call_or_none(
    app: Flask, release: bool, measured: Measured
) -> None:
    clock.move_to(TODAY)
    team = [a_viewer(staff_member(councils=(KENT,))) for _ in range(PEOPLE)]
    families = [a_family(accepted_on=TODAY).id for _ in range(FAMILIES)]
    waiting = set(db.session.scalars(select(Call.id).where(Call.family_id.in_(families))))
    assert len(waiting) == FAMILIES
    now, together = clock.now(), Barrier(PEOPLE)

    def press(viewer: Viewer) -> UUID | None:
        with app.app_context():
            together.wait()
            with writing():
                got = calls.start_next(View(team=True), viewer, now)
                db.session.commit()
                return got

    with ThreadPoolExecutor(PEOPLE) as people:
        rounds = 100 if release else 40
        for _ in range(rounds):
            db.session.execute(update(Call).values(claimed_by=None, claimed_until=None))
            db.session.commit()
            got = dict(zip((viewer.id for viewer in team), people.map(press, team), strict=True))
            owners = {call_id: staff_id for staff_id, call_id in got.items() if call_id}
            assert set(owners) == waiting
            assert sum(call_id is not None for call_id in got.values()) == FAMILIES
            assert dict(db.session.execute(select(Call.id, Call.claimed_by)).all()) == owners
    measured(f"{rounds} rounds of {PEOPLE} for {FAMILIES} calls: one owner each, and nobody two")
