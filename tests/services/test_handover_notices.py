"""Each parent is told in writing once for each occasion and council; a letter counts when it is posted."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import LargeBinary, Uuid, bindparam, select, text

from catchup import clock
from catchup.extensions import db
from catchup.jobs import plan_handovers
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverNotice
from catchup.models.outbox import Message, Refusal
from catchup.queries import handover_notices as queries
from catchup.queries import handover_standing
from catchup.queries.scope import Viewer
from catchup.rules.terms import Channel, HandoverKind, HandoverState, HomeKind, Occasion
from catchup.services import families, handover_notices, handover_telling, handovers
from catchup.services.families import NewParent, NewPhone
from catchup.services.handover_telling import Came
from catchup.services.handovers import ConflictError, NobodyToTellError, Telling
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family
from tests.factories.handovers import CHANGE_ON, ORDER_ON, a_handover, a_worker, sent, told
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

SAM = NewParent("Sam Example", (NewPhone("+447700900101", may_text=True),))
JO = NewParent("Jo Example")
Taking = Callable[[Handover, Viewer, Viewer], Handover]


@pytest.fixture(autouse=True)
def _in_spring(session: object) -> None:
    clock.move_to(date(2026, 3, 2))


def state(handover: Handover) -> HandoverState:
    db.session.expire_all()
    return handover_standing.of_model(handover, clock.today()).state


def notices() -> list[tuple[str, Occasion, Channel, bool]]:
    db.session.expire_all()
    rows = db.session.scalars(select(HandoverNotice).order_by(HandoverNotice.made_at, HandoverNotice.id))
    found = [(one.parent.name, one.occasion, one.channel, one.posted_at is not None) for one in rows]
    return sorted(found)


def texts(template: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.template == template)))


def the_night(on: date) -> None:
    clock.move_to(on)
    plan_handovers.prepare(on)()
    db.session.commit()


def tell(handover: Handover) -> Came:
    came = handover_telling.tell_each([(handover, handover.version)], a_worker())
    db.session.commit()
    return came[handover.id]


def moves_to(council: str, handover: Handover) -> None:
    family, lead = handover.family, a_worker()
    place = families.NewAddress("9 Invented Lane", None, council)
    address = families.add_address(family, place, family.parents)
    families.move(family.children, HomeKind.ADDRESS, date(2026, 4, 1), lead, address=address)
    db.session.commit()
    db.session.expire_all()


def declined(handover: Handover, by: Viewer, _checker: Viewer) -> Handover:
    handovers.decline(told(handover, by), None, by, handover.version)
    db.session.commit()
    return handover


def test_each_parent_is_told_as_that_parent_agreed() -> None:
    handover = a_handover(parents=(SAM, JO))
    assert tell(handover) is Came.DONE
    assert state(handover) is HandoverState.FAMILY_TOLD
    assert handover.steps[-1].note == "By message to Sam Example; a letter is needed for Jo Example"
    assert notices() == [
        ("Jo Example", Occasion.BEFORE, Channel.LETTER, False),
        ("Sam Example", Occasion.BEFORE, Channel.TEXT, False),
    ]
    assert [message.parent_id for message in texts("family_told")] == [handover.family.parents[0].id]


def test_a_family_that_gets_only_letters_is_told_once_one_is_posted() -> None:
    handover, worker = a_handover(parents=(JO,)), a_worker()
    assert tell(handover) is Came.DONE
    assert state(handover) is HandoverState.PLANNED
    letters = queries.to_post(worker, clock.today())
    assert set(handover_telling.post_each(letters, worker).values()) == {Came.DONE}
    assert state(handover) is HandoverState.FAMILY_TOLD
    assert handover.steps[-1].note == "By letter to Jo Example"
    assert notices() == [("Jo Example", Occasion.BEFORE, Channel.LETTER, True)]
    assert queries.to_post(worker, clock.today()) == []
    handover_telling.post_each(letters, worker)
    assert len(handover.steps) == 2


def test_a_parent_who_has_not_confirmed_is_told_nothing() -> None:
    handover = a_handover(parents=(SAM, NewParent("Jo Example", confirmed=False)))
    tell(handover)
    assert [name for name, *_rest in notices()] == ["Sam Example"]


def test_without_a_number_to_ring_a_letter_is_needed() -> None:
    handover = a_handover(lead=staff_member(councils=(KENT,)))
    with pytest.raises(NobodyToTellError):
        handovers.tell_family(handover, Telling.MESSAGE, a_worker(), handover.version)
    db.session.rollback()
    tell(handover)
    assert notices() == [("Sam Example", Occasion.BEFORE, Channel.LETTER, False)]


def test_one_that_fails_does_not_stop_the_rest() -> None:
    first, stale, stopped, last = a_handover(), a_handover(), a_handover(), a_handover()
    worker = a_worker()
    families.stop_everything(stopped.family, "They asked", worker)
    db.session.commit()
    wanted = [(first, first.version), (stale, stale.version - 1), (stopped, stopped.version)]
    came = handover_telling.tell_each([*wanted, (last, last.version)], worker)
    db.session.commit()
    assert came == {
        first.id: Came.DONE,
        stale.id: Came.CHANGED,
        stopped.id: Came.NOT_NOW,
        last.id: Came.DONE,
    }
    assert {message.family_id for message in texts("family_told")} == {first.family_id, last.family_id}


def test_one_whose_record_cannot_be_read_does_not_stop_the_rest() -> None:
    broken, sound = a_handover(), a_handover()
    db.session.execute(
        text("UPDATE parent SET name = :name WHERE family_id = :id").bindparams(
            bindparam("name", b"no longer readable", LargeBinary), bindparam("id", broken.family_id, Uuid)
        )
    )
    db.session.commit()
    db.session.expire_all()
    wanted = [(broken, broken.version), (sound, sound.version)]
    came = handover_telling.tell_each(wanted, a_worker())
    db.session.commit()
    assert came == {broken.id: Came.FAILED, sound.id: Came.DONE}
    assert [message.family_id for message in texts("family_told")] == [sound.family_id]
    assert broken.version == wanted[0][1]


def test_brothers_and_sisters_who_change_together_bring_one_message_and_one_sheet() -> None:
    children = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben")]
    lead = staff_member(councils=(KENT,), phone="01632 960 001")
    family = a_family(children, lead=lead, parents=(SAM, JO), accepted_on=date(2023, 7, 3))
    both = db.session.scalars(select(Handover).where(Handover.family_id == family.id)).all()
    for handover in both:
        tell(handover)
    assert len(texts("family_told")) == 1
    waiting = queries.to_post(a_worker(), clock.today())
    assert len(waiting) == 2
    sheets = queries.letters(waiting, clock.today())
    assert [(sheet.parent.name, len(sheet.children), sheet.all_of_them) for sheet in sheets] == [
        ("Jo Example", 2, True)
    ]


def test_a_letter_posted_twice_at_once_is_recorded_once() -> None:
    handover, worker = a_handover(parents=(JO,)), a_worker()
    tell(handover)
    (letter,) = queries.to_post(worker, clock.today())
    assert handover_notices.post(letter, worker)
    assert not handover_notices.post(letter, worker)


@pytest.mark.parametrize("late", [0, 14])
def test_on_the_day_each_parent_hears_again_once(late: int) -> None:
    handover = a_handover(parents=(SAM, JO))
    tell(handover)
    the_night(CHANGE_ON - timedelta(days=1))
    assert texts("handover_day") == []
    the_night(CHANGE_ON + timedelta(days=late))
    the_night(CHANGE_ON + timedelta(days=late))
    (message,) = texts("handover_day")
    assert message.facts == {
        "change_on": "2026-06-11",
        "council_name": "Medway",
        "lead_first_name": "Priya",
        "call_back_number": "01632 960 001",
    }
    assert message.expires_at is not None
    days = (message.expires_at - clock.real_now()).total_seconds() / 86400
    assert 14 - late < days <= 15 - late
    assert ("Jo Example", Occasion.ON_THE_DAY, Channel.LETTER, False) in notices()
    assert len(notices()) == 4


def test_after_four_hundred_missed_nights_nobody_is_told_of_an_old_day() -> None:
    handover = a_handover(parents=(SAM, JO))
    tell(handover)
    the_night(CHANGE_ON + timedelta(days=15))
    the_night(CHANGE_ON + timedelta(days=400))
    assert {occasion for _name, occasion, *_rest in notices()} == {Occasion.BEFORE}


def test_a_family_that_was_not_told_before_or_is_stopped_or_left_hears_nothing_on_the_day() -> None:
    a_handover()
    stopped, left = told(a_handover(), a_worker()), told(a_handover(), a_worker())
    families.stop_everything(stopped.family, "They asked", a_worker())
    families.leave(left.family, date(2026, 4, 1), None, a_worker())
    db.session.commit()
    the_night(CHANGE_ON)
    assert texts("handover_day") == []
    assert {occasion for _name, occasion, *_rest in notices()} == {Occasion.BEFORE}


def test_a_family_that_moves_is_told_of_the_new_council_afresh() -> None:
    handover = a_handover()
    tell(handover)
    handover.to_council = BEXLEY
    db.session.commit()
    assert state(handover) is HandoverState.PLANNED
    assert tell(handover) is Came.DONE
    councils = db.session.scalars(select(HandoverNotice.to_council).order_by(HandoverNotice.made_at))
    assert list(councils) == [MEDWAY, BEXLEY]
    assert [message.facts["council_name"] for message in texts("family_told")] == ["Medway", "Bexley"]


def test_a_family_that_declined_sharing_is_not_told_on_the_day_of_a_council_it_moved_away_from() -> None:
    handover = a_handover()
    tell(handover)
    handovers.decline(handover, None, a_worker(), handover.version)
    moves_to(BEXLEY, handover)
    assert handover.to_council == BEXLEY
    the_night(CHANGE_ON)
    assert texts("handover_day") == []


@pytest.mark.parametrize("take", [sent, declined])
def test_where_no_council_changes_any_more_nobody_is_told_that_one_does(take: Taking) -> None:
    handover = take(a_handover(parents=(SAM, JO)), a_worker(), a_worker())
    moves_to(KENT, handover)
    the_night(CHANGE_ON)
    assert texts("handover_day") == []
    assert {occasion for _name, occasion, *_rest in notices()} == {Occasion.BEFORE}


def test_a_letter_about_a_day_on_which_no_council_changes_is_not_posted() -> None:
    handover = a_handover(parents=(SAM, JO))
    tell(handover)
    handovers.decline(handover, None, a_worker(), handover.version)
    assert len(queries.to_post(a_worker(), clock.today())) == 1
    moves_to(KENT, handover)
    assert queries.to_post(a_worker(), clock.today()) == []


def test_a_letter_about_a_council_that_takes_over_no_more_is_not_posted() -> None:
    handover = a_handover(parents=(JO,))
    tell(handover)
    handover.to_council = BEXLEY
    db.session.commit()
    assert queries.to_post(a_worker(), clock.today()) == []


@pytest.mark.parametrize("refused, gave_up", [(Refusal.PAUSED, False), (None, True)])
def test_a_message_that_will_not_go_out_becomes_a_letter(refused: Refusal | None, gave_up: bool) -> None:
    handover = a_handover()
    tell(handover)
    (message,) = texts("family_told")
    message.refused = refused
    message.gave_up_at = clock.real_now() if gave_up else None
    message.last_error = "timeout" if gave_up else None
    db.session.commit()
    the_night(date(2026, 3, 3))
    assert notices() == [("Sam Example", Occasion.BEFORE, Channel.LETTER, False)]
    assert len(queries.to_post(a_worker(), clock.today())) == 1


def test_a_handover_told_by_somebody_else_meanwhile_is_not_told_twice() -> None:
    handover = a_handover()
    version = handover.version
    told(handover, a_worker())
    with pytest.raises(ConflictError):
        handovers.tell_family(handover, Telling.AS_AGREED, a_worker(), version)
    assert handover.kind is HandoverKind.FULL
