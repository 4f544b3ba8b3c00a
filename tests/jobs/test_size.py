"""How long a night takes with many families."""

import time

import pytest
from sqlalchemy import func, select

from bench import worlds
from catchup import clock
from catchup.data.councils_file import council_rows
from catchup.database import writing
from catchup.extensions import db
from catchup.jobs import runner
from catchup.models.call import Call
from catchup.models.plan import PlannedCall
from catchup.services import councils, leases
from tests.trust import Measured

LONGEST_S = {10_000: 60.0, 60_000: 300.0}


def a_night(families: int) -> tuple[float, int]:
    """Seconds of the whole timetable, thirty nights having been missed, and how many calls it made."""
    clock.move_to(worlds.ON)
    with writing():
        councils.take_in(council_rows())
        db.session.commit()
    worlds.fill(worlds.Scale(families, 3, max(1, families // 150)))
    due = select(func.count()).select_from(PlannedCall).where(PlannedCall.opens_on <= worlds.ON)
    before, wanted = count_calls(), db.session.scalar(due) or 0
    db.session.rollback()
    began = time.monotonic()
    assert runner.tick(leases.new_holder()) == 0
    took = time.monotonic() - began
    made = count_calls() - before
    assert 0 < made <= wanted
    return took, made


def count_calls() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Call)) or 0


@pytest.mark.usefixtures("session")
@pytest.mark.promise("4.9 size")
@pytest.mark.engine_in_ci("sqlite")
def test_a_night_of_ten_thousand_families_takes_less_than_a_minute(release: bool, measured: Measured):
    families = 10_000 if release else 300
    took, made = a_night(families)
    measured(f"{families:,} families in {took:.1f} s ({made} calls)", holds=took <= LONGEST_S[10_000])


@pytest.mark.in_release
@pytest.mark.usefixtures("session")
@pytest.mark.promise("4.9 size")
@pytest.mark.engine("sqlite")
def test_a_night_of_all_england_takes_less_than_five_minutes(measured: Measured):
    took, made = a_night(60_000)
    measured(f"60,000 families in {took:.0f} s ({made} calls)", holds=took <= LONGEST_S[60_000])
