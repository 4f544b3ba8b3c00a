"""What follows from a try to get through: the outcome table, its limits, and two people at once."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from flask import current_app
from sqlalchemy import func, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Call, Conversation, Escalation
from catchup.models.family import Parent, Phone
from catchup.models.outbox import Message
from catchup.models.plan import PlannedCall
from catchup.models.staff import Staff
from catchup.queries.scope import Viewer
from catchup.rules import contact
from catchup.rules.terms import CallKind, Channel, ClosedAs, EscalationKind, Need, Outcome
from catchup.senders import Mail
from catchup.services import attempts, families, outbox, plans
from catchup.services.attempts import AttemptRefusedError, NewAttempt, Refusal
from catchup.services.conversations import ConflictError
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 6, 11)  # a Thursday
A_DAY = timedelta(days=1)
TWO_PHONES = (NewPhone("+447700900101", may_leave_message=True), NewPhone("+447700900102"))


@pytest.fixture(autouse=True)
def _on_the_day(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,), phone="01632 960 001")


@pytest.fixture
def by(lead: Staff) -> Viewer:
    return a_viewer(lead)


def at(on: date = TODAY, hour: int = 10) -> datetime:
    return clock.instant(on, time(hour))


def an_open_call(lead: Staff, **facts: object) -> Call:
    family = a_family(lead=lead, accepted_on=TODAY, phones=TWO_PHONES)
    (call,) = db.session.scalars(select(Call).where(Call.family_id == family.id))
    for name, value in {"kind": CallKind.WELCOME, **facts}.items():
        setattr(call, name, value)
    db.session.commit()
    return call


def record(call: Call, outcome: Outcome, by: Viewer, now: datetime | None = None, **facts: object) -> Attempt:
    new = NewAttempt(id=uuid4(), outcome=outcome, **facts)
    made = attempts.record_attempt(call, new, by, call.version, now or at())
    db.session.commit()
    return made


def phones_of(call: Call) -> list[Phone]:
    return list(call.family.parents[0].phones)


def raised(call: Call) -> list[EscalationKind]:
    return list(db.session.scalars(select(Escalation.kind).where(Escalation.family_id == call.family_id)))


@pytest.mark.parametrize(
    "outcome, again_at",
    [
        (Outcome.NO_ANSWER, at(date(2026, 6, 12), 12)),
        (Outcome.SOMEBODY_ELSE, at(date(2026, 6, 12), 9)),
        (Outcome.NOT_FREE, at(date(2026, 6, 12), 9)),
    ],
)
def test_a_try_that_got_nowhere_leaves_the_call_open_for_another_day(
    outcome: Outcome, again_at: datetime, lead: Staff, by: Viewer
) -> None:
    call = an_open_call(lead, claimed_by=lead.id, claimed_until=at() + A_DAY)
    seen = call.version
    made = record(call, outcome, by)
    assert (call.closed_at, call.not_before, call.promised_at) == (None, again_at, None)
    assert (call.claimed_by, call.version) == (None, seen + 1)
    assert (made.on, made.band, made.counts) == (TODAY, "9-12", outcome is not Outcome.NOT_FREE)
    assert raised(call) == []


def test_a_voicemail_waits_two_working_days(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    made = record(call, Outcome.VOICEMAIL, by, phone_id=phones_of(call)[0].id)
    assert call.not_before == at(date(2026, 6, 15), 9)
    assert made.phone_id == phones_of(call)[0].id


@pytest.mark.promise("4.4 sense")
@pytest.mark.parametrize("number", [1, None], ids=["a number that forbids it", "no number"])
def test_a_voicemail_is_refused_where_the_number_does_not_allow_it(
    number: int | None, lead: Staff, by: Viewer
) -> None:
    call = an_open_call(lead)
    phone_id = phones_of(call)[number].id if number else None
    with pytest.raises(AttemptRefusedError, match=Refusal.NO_VOICEMAIL):
        record(call, Outcome.VOICEMAIL, by, phone_id=phone_id)


@pytest.mark.parametrize("outcome", [Outcome.REARRANGED, Outcome.NOT_FREE])
def test_a_promise_is_kept_with_the_call_and_the_attempt(outcome: Outcome, lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    made = record(call, outcome, by, promised_at=at(TODAY + A_DAY, 14))
    assert (call.promised_at, made.promised_at) == (at(TODAY + A_DAY, 14), at(TODAY + A_DAY, 14))
    record(call, Outcome.NO_ANSWER, by, at(TODAY + A_DAY, 14))
    assert call.promised_at is None


@pytest.mark.parametrize("promised_at", [None, at()])
def test_rearranged_needs_a_time_that_lies_ahead(
    promised_at: datetime | None, lead: Staff, by: Viewer
) -> None:
    call = an_open_call(lead)
    with pytest.raises(AttemptRefusedError, match=Refusal.WHEN):
        record(call, Outcome.REARRANGED, by, promised_at=promised_at)


def test_declined_this_year_closes_the_call_and_keeps_the_rest_of_the_plan(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    planned = db.session.scalar(select(func.count()).select_from(PlannedCall))
    record(call, Outcome.DECLINED, by, note="All is well")
    assert (call.closed_as, call.closed_by, call.closed_reason) == (
        ClosedAs.CANCELLED,
        lead.id,
        "All is well",
    )
    assert call.held_on is None
    assert db.session.scalar(select(func.count()).select_from(PlannedCall)) == planned - 1
    plans.replan([call.family_id], TODAY)
    db.session.commit()
    assert call.closed_as is ClosedAs.CANCELLED


def test_asked_to_leave_ends_everything_with_or_without_a_reason(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    record(call, Outcome.ASKED_TO_LEAVE, by)
    membership = call.family.memberships[0]
    assert (membership.left_on, membership.left_reason) == (TODAY, None)
    assert (call.closed_as, call.closed_by) == (ClosedAs.CANCELLED, lead.id)
    assert db.session.scalar(select(func.count()).select_from(PlannedCall)) == 0


def test_a_wrong_number_is_not_dialled_again_and_the_last_one_goes_to_a_manager(
    lead: Staff, by: Viewer
) -> None:
    call = an_open_call(lead)
    first, second = phones_of(call)
    assert record(call, Outcome.WRONG_NUMBER, by, phone_id=first.id).counts is False
    assert (first.dead_since, second.dead_since, raised(call)) == (TODAY, None, [])
    with pytest.raises(AttemptRefusedError, match=Refusal.WHICH_NUMBER):
        record(call, Outcome.WRONG_NUMBER, by, phone_id=first.id)
    record(call, Outcome.WRONG_NUMBER, by, phone_id=second.id)
    assert (raised(call), call.not_before, call.closed_at) == ([EscalationKind.NO_NUMBER], None, None)


@pytest.mark.promise("4.4 sense")
def test_a_number_of_another_family_or_of_a_parent_who_has_not_confirmed_is_refused(
    lead: Staff, by: Viewer
) -> None:
    call, other = an_open_call(lead), an_open_call(lead)
    unconfirmed = a_family(
        lead=lead,
        accepted_on=TODAY,
        parents=(NewParent("Kim Example"), NewParent("Lee Example", TWO_PHONES, confirmed=False)),
    )
    lees = db.session.scalars(
        select(Phone.id).join(Parent).where(Parent.family_id == unconfirmed.id, Phone.position == 0)
    ).one()
    for phone_id in (phones_of(other)[0].id, lees, uuid4()):
        with pytest.raises(AttemptRefusedError, match=Refusal.WHICH_NUMBER):
            record(call, Outcome.NO_ANSWER, by, phone_id=phone_id)


def test_the_third_attempt_that_counts_sends_a_neutral_message_and_asks_a_manager(
    lead: Staff, by: Viewer
) -> None:
    call = an_open_call(lead)
    for days, hour in enumerate((10, 13, 10)):
        assert raised(call) == []
        record(call, Outcome.NO_ANSWER, by, at(TODAY + days * A_DAY, hour))
    assert (raised(call), call.closed_at, call.not_before) == ([EscalationKind.NOT_REACHED], None, None)
    (message,) = db.session.scalars(select(Message))
    assert (message.template, message.family_id) == ("not_reached", call.family_id)


def test_the_neutral_message_is_warm_bare_and_promises_to_stop(by: Viewer) -> None:
    lead = staff_member(councils=(KENT,), phone="01632 960 001", name="Priya Example")
    family = a_family(lead=lead, accepted_on=TODAY, phones=(NewPhone("+447700900101", may_text=True),))
    with current_app.test_request_context():
        message = outbox.queue(
            family.id, family.parents[0].id, Channel.TEXT, "not_reached",
            {"lead_first_name": "Priya", "call_back_number": "01632 960 001"}, "+447700900101", at(),
        )  # fmt: skip
        db.session.flush()
        mail = outbox.open_message(message.id, clock.real_now(), TODAY)
    assert isinstance(mail, Mail)
    assert mail.body == (
        "Hi, it’s Priya from Catch-up. I’ve tried you a few times, nothing urgent. I won’t keep ringing. "
        "Whenever you’d like a chat: 01632 960 001."
    )
    assert contact.forbidden_words(mail.body) == []


def test_a_second_try_on_one_day_does_not_count(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    assert [record(call, Outcome.NO_ANSWER, by, at(hour=hour)).counts for hour in (10, 13)] == [True, False]


@pytest.mark.parametrize("need, told", [(Need.CRISIS, True), (Need.HIGH, True), (Need.SOME, False)])
def test_not_reached_after_a_hard_call_a_manager_is_told_the_same_day(
    need: Need, told: bool, lead: Staff, by: Viewer
) -> None:
    call = an_open_call(lead)
    follow_up_id = plans.add_requested(call.family_id, CallKind.FOLLOW_UP, TODAY + A_DAY, TODAY, TODAY)
    db.session.add(
        Conversation(
            call_id=call.id, held_at=at(), by_id=lead.id, free_to_talk=True, identity_checked=True, need=need,
            concern=False, follow_up_on=TODAY + A_DAY, form_token=uuid4(),
        )
    )  # fmt: skip
    db.session.commit()
    record(db.session.get_one(Call, follow_up_id), Outcome.NO_ANSWER, by)
    assert raised(call) == ([EscalationKind.HARD_CALL_NOT_REACHED] if told else [])


@pytest.mark.promise("4.4 sense")
def test_nothing_is_recorded_for_a_family_that_is_stopped(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    families.stop_everything(call.family, "A death", by)
    call.closed_at = call.closed_as = None
    db.session.commit()
    with pytest.raises(AttemptRefusedError, match=Refusal.STOPPED):
        record(call, Outcome.NO_ANSWER, by)


@pytest.mark.promise("4.4 sense")
def test_nothing_is_recorded_for_a_family_that_has_left(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    families.leave(call.family, TODAY, None, by)
    db.session.commit()
    with pytest.raises(AttemptRefusedError, match=Refusal.LEFT):
        record(call, Outcome.NO_ANSWER, by)


@pytest.mark.promise("4.4 sense")
def test_nothing_is_recorded_on_a_call_that_is_closed(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    record(call, Outcome.DECLINED, by)
    with pytest.raises(AttemptRefusedError, match=Refusal.CLOSED):
        record(call, Outcome.NO_ANSWER, by)


def test_a_conversation_is_no_attempt(lead: Staff, by: Viewer) -> None:
    with pytest.raises(ValueError, match="conversation"):
        record(an_open_call(lead), Outcome.COMPLETED, by)


def test_the_second_of_two_savers_is_told_and_nothing_of_the_first_is_lost(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    record(call, Outcome.NO_ANSWER, by, note="The first")
    with pytest.raises(ConflictError):
        attempts.record_attempt(call, NewAttempt(id=uuid4(), outcome=Outcome.DECLINED), by, 1, at())
    db.session.rollback()
    assert db.session.scalars(select(Attempt.note)).all() == ["The first"]
    assert call.closed_at is None


def test_a_saver_who_read_the_call_before_the_others_commit_is_told_too(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    assert call.version == 1
    db.session.connection().exec_driver_sql("UPDATE call SET version = 2")
    with pytest.raises(ConflictError):
        attempts.record_attempt(call, NewAttempt(id=uuid4(), outcome=Outcome.NO_ANSWER), by, 1, at())


def test_the_same_form_twice_is_one_attempt(lead: Staff, by: Viewer) -> None:
    call, key = an_open_call(lead), uuid4()
    new = NewAttempt(id=key, outcome=Outcome.NO_ANSWER)
    first = attempts.record_attempt(call, new, by, 1, at())
    db.session.commit()
    assert attempts.record_attempt(call, new, by, 1, at()) is first
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_a_form_of_one_call_is_none_of_another(lead: Staff, by: Viewer) -> None:
    first, second = an_open_call(lead), an_open_call(lead)
    made: UUID = record(first, Outcome.NO_ANSWER, by).id
    with pytest.raises(ConflictError):
        attempts.record_attempt(second, NewAttempt(id=made, outcome=Outcome.NO_ANSWER), by, 1, at())


def test_an_attempt_leaves_its_audit_row_in_the_same_transaction(lead: Staff, by: Viewer) -> None:
    call = an_open_call(lead)
    record(call, Outcome.NO_ANSWER, by)
    seen = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "attempt.record")).one()
    assert (seen.staff_id, seen.subject_id, seen.family_id) == (lead.id, call.id, call.family_id)
