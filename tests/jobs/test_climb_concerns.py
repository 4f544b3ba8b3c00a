"""A concern nobody acknowledges is told to more people each hour, to each of them once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from catchup import clock, create_app
from catchup.extensions import db
from catchup.jobs import JOBS, runner
from catchup.models.call import Call, Escalation
from catchup.models.concern import Concern, ConcernAlert
from catchup.models.draft import CallDraft
from catchup.models.outbox import Message
from catchup.models.staff import Deputy, Staff
from catchup.rules.concerns import Alert
from catchup.rules.terms import Role
from catchup.services import concerns, escalations, families, leases
from config import Settings
from tests.factories.concerns import a_concern
from tests.factories.families import BARNSLEY, BEXLEY, KENT, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.jobs import processes
from tests.settings import environment


def climb(minutes: float, concern: Concern) -> dict[str, int]:
    """Do the job as it finds things so many minutes after the concern was recorded."""
    concern.recorded_at = clock.now() - timedelta(minutes=minutes)
    db.session.commit()
    return tick()


def told() -> list[tuple[str, str]]:
    """(template, who) of every message, in order."""
    rows = db.session.execute(
        select(Message.template, Staff.name)
        .join(Staff, Staff.id == Message.staff_id)
        .order_by(Message.created_at, Message.template, Staff.name)
    )
    return [(row.template, row.name) for row in rows]


@pytest.fixture
def kent(session: object) -> Staff:
    """The manager of the family's council."""
    clock.move_to(date(2024, 7, 3))
    return staff_member(Role.MANAGER, (KENT,), name="Kent Manager")


@pytest.fixture
def deputy(kent: Staff) -> Staff:
    one = staff_member(Role.MANAGER, (BEXLEY,), name="Deputy Manager")
    db.session.add(Deputy(manager_id=kent.id, deputy_id=one.id, named_at=clock.now(), named_by=None))
    db.session.commit()
    return one


RAISED = ("concern_raised", "Kent Manager")


@pytest.mark.parametrize("minutes, steps", [(59, {}), (60, {"deputy": 1}), (61, {"deputy": 1})])
def test_the_deputy_is_told_after_one_clock_hour(
    kent: Staff, deputy: Staff, minutes: int, steps: dict[str, int]
) -> None:
    concern = a_concern(a_family(home_council=KENT))
    assert climb(minutes, concern) == steps
    assert told() == [RAISED, *[("concern_climbed", "Deputy Manager")] * len(steps)]


@pytest.mark.parametrize("minutes, steps", [(119, {}), (120, {"every_manager": 1})])
def test_every_manager_is_told_after_the_second_hour(
    kent: Staff, deputy: Staff, minutes: int, steps: dict[str, int]
) -> None:
    concern = a_concern(a_family(home_council=KENT))
    climb(60, concern)
    assert climb(minutes, concern) == steps


def test_without_a_deputy_every_manager_is_told_after_the_first_hour(kent: Staff) -> None:
    staff_member(Role.MANAGER, (BEXLEY,), name="Bexley Manager")
    concern = a_concern(a_family(home_council=KENT))
    assert climb(60, concern) == {"every_manager": 1}
    assert told() == [RAISED, ("concern_climbed", "Bexley Manager"), ("concern_climbed", "Kent Manager")]


def test_a_deputy_who_can_no_longer_sign_in_is_as_none(kent: Staff, deputy: Staff) -> None:
    deputy.active = False
    concern = a_concern(a_family(home_council=KENT))
    assert climb(60, concern) == {"every_manager": 1}


def test_a_family_without_a_manager_has_every_manager_told_at_once(session: object) -> None:
    staff_member(Role.MANAGER, (BEXLEY,), name="Bexley Manager")
    a_concern(a_family(home_council=KENT))
    assert told() == [("concern_climbed", "Bexley Manager")]


def test_every_manager_is_every_one_of_the_agency_but_those_shut_out(kent: Staff) -> None:
    family = a_family(home_council=KENT)
    staff_member(Role.MANAGER, (BEXLEY,), name="Bexley Manager")
    staff_member(Role.MANAGER, (BARNSLEY,), name="Stranger Manager")
    staff_member(Role.MANAGER, (), name="Hub Manager", hub=True)
    knows_them = staff_member(Role.MANAGER, (BEXLEY,), name="Cousin Manager")
    families.shut_out(family, knows_them.id, a_viewer(kent))
    climb(120, a_concern(family))
    climbed = [name for template, name in told() if template == "concern_climbed"]
    assert climbed == ["Bexley Manager", "Hub Manager", "Kent Manager"]


def test_an_acknowledged_concern_climbs_no_further(kent: Staff, deputy: Staff) -> None:
    concern = a_concern(a_family(home_council=KENT))
    climb(60, concern)
    concerns.acknowledge(concern, a_viewer(deputy))
    db.session.commit()
    assert climb(120, concern) == {}


def test_days_without_a_run_are_made_up_for_and_nobody_hears_twice(kent: Staff, deputy: Staff) -> None:
    concern = a_concern(a_family(home_council=KENT))
    assert climb(3 * 24 * 60, concern) == {"deputy": 1, "every_manager": 1}
    assert climb(3 * 24 * 60 + 1, concern) == {}
    assert told() == [RAISED, ("concern_climbed", "Deputy Manager"), ("concern_climbed", "Kent Manager")]


@pytest.mark.parametrize(
    "recorded_at, late",
    [
        # The clocks go forward: 00:30, and an hour later they show 02:30.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # They go back: 01:30 the first time, and an hour later 01:30 once more.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_of_the_night_on_which_the_clocks_change_has_sixty_minutes(
    kent: Staff, deputy: Staff, recorded_at: datetime, late: datetime
) -> None:
    concern = a_concern(a_family(home_council=KENT), recorded_at=recorded_at)
    waiting = next(one for one in concerns.due_to_climb(late) if one.id == concern.id)
    assert concerns.due_to_climb(late - timedelta(seconds=1)) == []
    assert concerns.climb(waiting, late - timedelta(seconds=1)) == []
    assert concerns.climb(waiting, late) == [Alert.DEPUTY]


# By processes


@pytest.fixture
def env(fresh_database: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of every process of a test; this one stands in a context of the service too."""
    variables = dict(environment(fresh_database, tmp_path))
    with create_app(Settings.from_environment(variables)).app_context():
        yield variables
        db.session.remove()
        db.engine.dispose()


def test_four_processes_at_once_send_each_message_once(env: dict[str, str]) -> None:
    managers = [staff_member(Role.MANAGER, (KENT,), name=f"Manager {number}") for number in range(3)]
    deputy = staff_member(Role.MANAGER, (BEXLEY,), name="Deputy Manager")
    db.session.add(
        Deputy(manager_id=managers[0].id, deputy_id=deputy.id, named_at=clock.now(), named_by=None)
    )
    long_ago = clock.now() - timedelta(minutes=61)
    for _ in range(3):
        a_concern(a_family(home_council=KENT), recorded_at=long_ago)
    db.session.commit()
    start = processes.context.Barrier(4)
    workers = [processes.context.Process(target=processes.climb, args=(env, start)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    db.session.rollback()
    assert told().count(("concern_climbed", "Deputy Manager")) == 3
    assert len(told()) == 3 * 3 + 3
    alerts = db.session.scalars(select(ConcernAlert.alert)).all()
    assert sorted(alert.value for alert in alerts) == ["deputy"] * 3 + ["manager"] * 3


@pytest.mark.parametrize("minutes, asked", [(59, {}), (61, {"asked": 1})])
def test_a_concern_said_to_be_there_and_not_recorded_is_asked_about_once(
    kent: Staff, minutes: int, asked: dict[str, int]
) -> None:
    call = a_draft_that_says("yes", minutes)
    assert tick() == asked
    assert tick() == {}
    raised = db.session.scalars(select(Escalation).where(Escalation.call_id == call.id)).all()
    assert len(raised) == len(asked)
    assert told() == [RAISED] * len(asked)
    if asked:
        assert "has not recorded it" in (raised[0].reason or "")
        escalations.decide(raised[0], "Spoken to.", a_viewer(kent))
        db.session.commit()
        assert tick() == {}


def test_nobody_is_asked_where_it_was_recorded_or_there_is_none(kent: Staff) -> None:
    call = a_draft_that_says("yes", 90)
    a_draft_that_says("no", 90)
    writer = db.session.get_one(Staff, call.family.lead_id)
    a_concern(call.family, by=writer, call_id=call.id)
    assert "asked" not in tick()


def a_draft_that_says(answer: str, minutes: int) -> Call:
    """The page of a call was left so many minutes ago, with the question about safety answered."""
    family = a_family(home_council=KENT)
    call = db.session.scalars(select(Call).where(Call.family_id == family.id).limit(1)).one()
    answers = {"fields": {"concern": [answer]}, "tries": {}, "tab": "", "number": 0}
    saved_at = clock.real_now() - timedelta(minutes=minutes)
    db.session.add(
        CallDraft(id=uuid4(), call_id=call.id, staff_id=family.lead_id, answers=answers, saved_at=saved_at)
    )
    db.session.commit()
    return call


def tick() -> dict[str, int]:
    turn = runner.begin_turn(leases.new_holder())
    assert turn is not None
    counts = turn.run(JOBS["climb-concerns"], clock.today(), [])
    turn.end()
    return counts.created
