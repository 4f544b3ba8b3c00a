"""The night makes each call once, however often it runs and however long it did not."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from catchup import clock
from catchup.extensions import db
from catchup.jobs import JOBS, TIMETABLE, NightJob, runner
from catchup.models.call import Call
from catchup.models.job import JobFailure, JobRun
from catchup.models.plan import PlannedCall
from catchup.queries import jobs as queries
from catchup.rules.terms import ClosedAs
from catchup.services import families, leases, plans
from tests.factories.families import a_child, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.jobs.population import BEGINS, TOLD, calls_that_exist, calls_that_must, family_of, populate
from tests.trust import Measured

pytestmark = pytest.mark.usefixtures("session")
NIGHTLY = [job for job in TIMETABLE if isinstance(job, NightJob)]


def night_of(on: date) -> None:
    clock.move_to(on)
    assert runner.tick(leases.new_holder()) == 0


def run_by_hand(name: str, on: date) -> dict[str, int]:
    turn = runner.begin_turn(leases.new_holder())
    assert turn is not None
    counts = turn.run(JOBS[name], on, [on])
    turn.end()
    return counts.created | counts.changed


def test_the_database_itself_refuses_a_second_call_of_one_kind_and_cycle():
    family = a_family(accepted_on=BEGINS)
    db.session.commit()
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).first()
    assert call is not None
    row = {column.name: getattr(call, column.name) for column in Call.__table__.columns}
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Call).values(row | {"id": uuid4()}))
    db.session.rollback()
    db.session.execute(insert(Call).values(row | {"id": uuid4(), "cycle": 99}))


@pytest.mark.promise("4.9 missed")
@pytest.mark.parametrize("off", [1, 7, 45, 400])
def test_after_any_time_off_there_is_every_call_that_must_be_and_no_other(off: int, measured: Measured):
    known = populate()
    night = BEGINS
    for _ in range(3):
        night += timedelta(days=off)
        night_of(night)
        assert calls_that_exist() == calls_that_must(known, night)
    measured(f"off for {off} three times: {len(calls_that_exist())} calls, 0 wrong")


@pytest.mark.promise("4.9 missed")
def test_one_night_after_400_days_off_makes_the_same_calls_as_every_night_in_turn():
    known = populate()
    at_once = BEGINS + timedelta(days=400)
    for number in range(1, 401):
        plans.open_calls(BEGINS + timedelta(days=number))
        plans.replan(queries.put_off_calls_due_again(BEGINS + timedelta(days=number)), BEGINS)
    in_turn = calls_rolled_back()
    night_of(at_once)
    assert calls_that_exist() == in_turn == calls_that_must(known, at_once)


def calls_rolled_back() -> set[object]:
    rows = db.session.execute(select(Call.family_id, Call.kind, Call.cycle_on, Call.due_on)).all()
    db.session.rollback()
    return {(row.family_id, row.kind.value, row.cycle_on, row.due_on) for row in rows}


def test_the_same_night_twice_changes_nothing():
    populate()
    on = BEGINS + timedelta(days=130)
    assert run_by_hand("create-calls", on)["calls"] > 0
    before = calls_that_exist()
    assert set(run_by_hand("create-calls", on).values()) == {0}
    assert calls_that_exist() == before


def test_each_day_without_a_run_is_marked_as_done_once_it_was_made_up_for():
    night_of(date(2026, 10, 20))
    night_of(date(2026, 11, 4))
    for job in NIGHTLY:
        days = db.session.scalars(select(JobRun.on).where(JobRun.job == job.name).order_by(JobRun.on)).all()
        assert days[0] == date(2026, 10, 20)
        assert days[-1] == date(2026, 11, 4)
        assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


def test_a_day_that_is_done_is_not_done_again():
    night_of(date(2026, 11, 4))
    finished = db.session.scalars(select(JobRun.finished_at)).all()
    night_of(date(2026, 11, 4))
    assert db.session.scalars(select(JobRun.finished_at)).all() == finished


@pytest.mark.promise("4.9 clocks")
@pytest.mark.parametrize("on", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_nights_on_which_the_clocks_change_are_done_once(on: date):
    for day in (on - timedelta(days=1), on, on + timedelta(days=1)):
        night_of(day)
        night_of(day)
    done = db.session.scalar(select(func.count()).select_from(JobRun).where(JobRun.on == on))
    assert done == len(NIGHTLY)


@pytest.mark.promise("4.9 clocks")
def test_a_clock_that_runs_backwards_does_no_harm():
    known = populate()
    night_of(BEGINS + timedelta(days=200))
    night_of(BEGINS + timedelta(days=20))
    night_of(BEGINS + timedelta(days=201))
    assert calls_that_exist() == calls_that_must(known, BEGINS + timedelta(days=201))


def test_a_call_put_off_by_a_pause_comes_back_the_night_after_even_when_nights_were_missed():
    clock.move_to(date(2025, 5, 20))
    lead = staff_member()
    family = a_family([a_child(date(2024, 6, 10))], lead=lead)
    families.pause(family, date(2025, 6, 1), date(2025, 7, 31), a_viewer(lead))
    db.session.commit()
    annual = select(Call.closed_as).where(Call.due_on == date(2025, 6, 10))
    assert run_by_hand("create-calls", date(2025, 7, 31))["reopened"] == 0
    assert db.session.scalar(annual) is ClosedAs.CANCELLED
    assert run_by_hand("create-calls", date(2025, 8, 20))["reopened"] == 1
    assert db.session.scalar(annual) is None


@pytest.mark.promise("4.9 seen")
def test_a_job_that_fails_is_written_down_by_its_kind_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
):
    def fail(_on: date) -> None:
        raise ZeroDivisionError("Parent Example, 1 Invented Street")

    monkeypatch.setattr("catchup.services.handover_planning.look", fail)
    clock.move_to(date(2026, 11, 4))
    for _ in range(2):
        assert runner.tick(leases.new_holder()) == 1
    failure = db.session.scalars(select(JobFailure)).one()
    assert (failure.job, failure.error) == ("plan-handovers", "ZeroDivisionError")
    done = set(db.session.scalars(select(JobRun.job)))
    assert done == {job.name for job in NIGHTLY} - {"plan-handovers"}
    monkeypatch.undo()
    night_of(date(2026, 11, 5))
    assert queries.missing_days("plan-handovers", date(2026, 11, 5)) == []


def test_a_sound_database_gives_the_check_nothing_to_report():
    populate()
    on = BEGINS + timedelta(days=200)
    night_of(on)
    counts = db.session.scalar(select(JobRun.counts).where(JobRun.job == "check-everything"))
    assert counts == {"created": {}, "changed": {}, "skipped": len(TOLD)}


def test_the_check_reports_a_plan_that_differs_and_a_call_without_a_lead():
    known = populate()
    family = family_of(known, TOLD[0])
    db.session.execute(
        text("UPDATE planned_call SET due_on = :on WHERE kind = 'annual' AND family_id = :family"),
        {"on": "2030-01-01", "family": family.id.hex if db.engine.name == "sqlite" else family.id},
    )
    db.session.execute(text("UPDATE call SET lead_id = NULL"))
    db.session.commit()
    night_of(BEGINS + timedelta(days=1))
    found = db.session.scalars(select(JobRun.counts).where(JobRun.job == "check-everything")).one()["found"]
    assert found["plans_moved"] > 0
    assert found["open_calls_without_lead"] > 0


@pytest.mark.engine("sqlite")
def test_the_statement_of_the_night_goes_by_the_day_of_opening():
    populate()
    seen = []

    def keep(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("INSERT INTO call"):
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    plans.open_calls(BEGINS + timedelta(days=300))
    event.remove(db.engine, "before_cursor_execute", keep)
    statement, parameters = seen[0]
    steps = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    said = [step[3] for step in steps]
    assert said[0].startswith("SEARCH planned_call USING INDEX ix_planned_call_opens_on")
    assert not {"SCAN planned_call", "SCAN call", "SCAN family"} & set(said)


def test_the_plan_keeps_a_row_for_each_open_call():
    populate()
    night_of(BEGINS + timedelta(days=300))
    still_open = set(db.session.scalars(select(Call.id).where(Call.closed_at.is_(None))))
    assert still_open <= set(db.session.scalars(select(PlannedCall.id)))
