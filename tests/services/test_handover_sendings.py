"""Links to councils: what is kept of them, what ends them, and what the message says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending, OutsideVisit
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import handover_sendings as queries
from catchup.rules.sendings import LinkState, PartState
from catchup.rules.terms import Role, SendingEnd
from catchup.services import families, handover_sendings, handovers, outbox, outside_visits
from catchup.services.handover_sendings import NoContactError, Sent, hashed
from catchup.services.handovers import ConflictError, NotAllowedError
from tests.factories.families import BEXLEY, a_child, a_family
from tests.factories.handovers import ORDER_ON, a_handover, a_worker, checked
from tests.factories.sendings import MAILBOX, a_contact, path_of, sent_by_link, token_of
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _in_spring(app: object) -> None:
    clock.move_to(date(2026, 3, 2))


def state(sent: Sent) -> LinkState:
    db.session.commit()
    db.session.expire_all()
    return queries.look(sent.sending, clock.real_now(), clock.today()).state


def actions() -> list[str]:
    rows = select(AuditEvent.action).where(AuditEvent.subject == "handover_sending").order_by(AuditEvent.id)
    return list(db.session.scalars(rows))


def two_children() -> list[Handover]:
    """Ada and Ben, both checked, to go to Medway."""
    lead = staff_member(councils=("E10000016",), phone="01632 960 001")
    children = [a_child(ORDER_ON, allowance=True, first_name=name) for name in ("Ada", "Ben")]
    family = a_family(children, lead=lead, accepted_on=date(2023, 7, 3))
    found = db.session.scalars(select(Handover).where(Handover.family_id == family.id)).all()
    return [checked(one, a_worker(), a_worker()) for one in found]


def test_only_hashes_of_the_token_and_the_code_are_kept() -> None:
    sent = sent_by_link()
    token = token_of(sent)
    assert sent.sending.token_hash == hashed(token)
    assert sent.sending.code_hash == handover_sendings.code_hash(sent.sending.id, sent.code)
    rows = db.session.execute(text("SELECT * FROM handover_sending")).all()
    everything = " ".join(str(value) for row in rows for value in row)
    assert token not in everything
    assert f"'{sent.code}'" not in repr(rows)


@pytest.mark.engine("sqlite")
def test_ten_thousand_tokens_are_all_different_and_256_bits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = sent_by_link()
    handed = checked(a_handover(), a_worker(), a_worker())
    drawn: list[int] = []
    draw = handover_sendings.secrets.token_urlsafe

    def watched(size: int) -> str:
        drawn.append(size)
        return draw(size)

    monkeypatch.setattr(handover_sendings.secrets, "token_urlsafe", watched)
    second = sent_by_link(handed)
    assert drawn == [32]
    assert {len(token_of(one)) for one in (sent, second)} == {43}
    tokens = {draw(32) for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert {len(token) for token in tokens} == {43}
    codes = [handover_sendings._new_code() for _ in range(10_000)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len({code[0] for code in codes}) == 10


def test_a_code_is_bound_to_its_own_link() -> None:
    first, second = sent_by_link(), sent_by_link(checked(a_handover(), a_worker(), a_worker()))
    second.sending.code_hash = handover_sendings.code_hash(first.sending.id, second.code)
    db.session.commit()
    assert outside_visits.enter(token_of(second), second.code).visit is None


def test_nothing_is_sent_where_nobody_verified_or_too_long_ago() -> None:
    handover = checked(a_handover(), a_worker(), a_worker())
    with pytest.raises(NoContactError):
        handover_sendings.send([handover], a_worker(), {handover.id: handover.version})
    contact = a_contact(verified=False)
    with pytest.raises(NoContactError):
        handover_sendings.send([handover], a_worker(), {handover.id: handover.version})
    contact.verified_at, contact.verified_by = clock.now() - timedelta(days=366), staff_member().id
    db.session.commit()
    with pytest.raises(NoContactError):
        handover_sendings.send([handover], a_worker(), {handover.id: handover.version})


def test_the_message_names_nobody_and_goes_to_one_mailbox() -> None:
    sent = sent_by_link()
    message = db.session.get_one(Message, sent.sending.id)
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert isinstance(mail, outbox.Mail)
    assert mail.recipient == MAILBOX
    whole = f"{mail.subject} {mail.body}"
    assert f"https://catch-up.example.com{path_of(sent)}" in mail.body
    for word in ("Ada", "Sam Example", "Example", "adopt", "Adopt", sent.code):
        assert word not in whole.replace("catch-up.example.com", "")


def test_what_the_message_opened_is_forgotten_once_it_has_gone() -> None:
    sent = sent_by_link()
    assert outbox.claim(sent.sending.id, clock.real_now())
    outbox.note(sent.sending.id, outbox.Fate("failed", error="Timeout"), clock.real_now())
    db.session.expire_all()
    assert token_of(sent)
    outbox.note(sent.sending.id, outbox.Fate("sent"), clock.real_now())
    db.session.expire_all()
    assert db.session.get_one(Message, sent.sending.id).facts == {}


def test_a_message_is_not_sent_once_its_link_is_over_or_was_taken_back() -> None:
    late, back = sent_by_link(), sent_by_link(checked(a_handover(), a_worker(), a_worker()))
    after = late.sending.expires_at
    assert outbox.open_message(late.sending.id, after, clock.today()) == outbox.Fate("expired")
    handover_sendings.take_back(back.sending, "To the wrong team", a_worker())
    db.session.commit()
    assert outbox.open_message(back.sending.id, clock.real_now(), clock.today()) == outbox.Fate("expired")


def test_a_family_that_was_stopped_is_in_no_message_and_behind_no_link() -> None:
    sent = sent_by_link()
    family = sent.sending.parts[0].handover.family
    families.stop_everything(family, "A death", a_worker())
    assert state(sent) is LinkState.STOPPED
    fate = outbox.open_message(sent.sending.id, clock.real_now(), clock.today())
    assert isinstance(fate, outbox.Fate)
    assert fate.word == "refused"


def test_brothers_and_sisters_go_together_and_each_can_be_answered_by_itself() -> None:
    ada, ben = two_children()
    assert queries.together(ada, clock.today()) == [ben]
    sent = sent_by_link(ada, ben)
    view = queries.look(sent.sending, clock.real_now(), clock.today())
    outside_visits.accept(view, [ada.id], "R. Duty")
    assert state(sent) is LinkState.OPEN
    view = queries.look(sent.sending, clock.real_now(), clock.today())
    assert {part.handover.id: part.state for part in view.parts} == {
        ada.id: PartState.ACCEPTED,
        ben.id: PartState.TO_ANSWER,
    }
    outside_visits.query(view, [ben.id], "Who is the therapist?")
    assert state(sent) is LinkState.OPEN
    assert sent.sending.answered_at is None


def test_a_second_link_ends_the_first_but_not_what_it_holds_of_others() -> None:
    ada, ben = two_children()
    both = sent_by_link(ada, ben)
    again = sent_by_link(ada)
    assert (state(both), state(again)) == (LinkState.OPEN, LinkState.OPEN)
    view = queries.look(both.sending, clock.real_now(), clock.today())
    assert [part.handover.id for part in view.readable] == [ben.id]
    last = sent_by_link(ben)
    assert state(both) is LinkState.ENDED
    assert both.sending.ended_because is SendingEnd.SENT_AGAIN
    assert state(last) is LinkState.OPEN


def test_sending_on_paper_ends_the_link() -> None:
    sent = sent_by_link()
    handover = sent.sending.parts[0].handover
    handover_sendings.send_by_hand(handover, "R. Duty, by hand", a_worker(), handover.version)
    assert state(sent) is LinkState.ENDED


def test_an_acceptance_told_by_telephone_closes_the_link() -> None:
    sent = sent_by_link()
    handover = sent.sending.parts[0].handover
    handovers.accept(handover, "R. Duty", a_worker(), handover.version, said="R. Duty, this morning")
    assert state(sent) is LinkState.ANSWERED
    assert handover.steps[-1].note == "R. Duty, this morning"


def test_another_council_or_a_plan_that_is_withdrawn_shuts_a_link_at_once() -> None:
    moved, withdrawn = sent_by_link(), sent_by_link(checked(a_handover(), a_worker(), a_worker()))
    moved.sending.parts[0].handover.to_council = BEXLEY
    withdrawn.sending.parts[0].handover.withdrawn_at = clock.now()
    assert (state(moved), state(withdrawn)) == (LinkState.ENDED, LinkState.ENDED)
    assert queries.look(moved.sending, clock.real_now(), clock.today()).readable == ()


def test_ending_links_ends_visits_and_keeps_why() -> None:
    sent = sent_by_link()
    begun = outside_visits.enter(token_of(sent), sent.code)
    db.session.commit()
    assert begun.visit
    assert handover_sendings.end([sent.sending.parts[0].handover_id], SendingEnd.WRONG_COUNCIL) == 1
    assert handover_sendings.end([sent.sending.parts[0].handover_id], SendingEnd.WITHDRAWN) == 0
    assert state(sent) is LinkState.ENDED
    assert queries.visit(hashed(begun.visit), clock.real_now()) is None
    assert sent.sending.ended_because is SendingEnd.WRONG_COUNCIL
    assert actions()[-1] == "handover.link.wrong_council"


def test_a_link_is_taken_back_once_and_with_its_reason() -> None:
    sent = sent_by_link()
    handover_sendings.take_back(sent.sending, "They rang: wrong team", a_worker())
    assert state(sent) is LinkState.ENDED
    assert sent.sending.ended_note == "They rang: wrong team"
    with pytest.raises(NotAllowedError):
        handover_sendings.take_back(sent.sending, "Again", a_worker())
    again = sent_by_link(sent.sending.parts[0].handover)
    assert state(again) is LinkState.OPEN


def test_a_new_code_kills_the_old_one_and_keeps_the_wrong_tries() -> None:
    sent = sent_by_link()
    token = token_of(sent)
    assert outside_visits.enter(token, "000000" if sent.code != "000000" else "000001").left == 4
    db.session.commit()
    new = handover_sendings.new_code(sent.sending, a_worker())
    db.session.commit()
    if new.code != sent.code:
        assert outside_visits.enter(token, sent.code).left == 3
    assert outside_visits.enter(token, new.code).visit
    handover_sendings.take_back(sent.sending, "Over", a_worker())
    with pytest.raises(NotAllowedError):
        handover_sendings.new_code(sent.sending, a_worker())


def test_a_wrong_code_locks_the_link_for_good_at_the_fifth_and_staff_are_told() -> None:
    sent = sent_by_link()
    token = token_of(sent)
    wrong = "123456" if sent.code != "123456" else "654321"
    left = [outside_visits.enter(token, wrong).left for _ in range(5)]
    db.session.commit()
    assert left == [4, 3, 2, 1, None]
    assert state(sent) is LinkState.LOCKED
    assert outside_visits.enter(token, sent.code) == outside_visits.Tried()
    told = db.session.scalars(select(Message).where(Message.template == "handover_link_locked")).all()
    assert sent.sending.made_by in {message.staff_id for message in told}
    assert {tuple(message.facts) for message in told} == {("path",)}
    assert actions().count("outside.lock") == 1


@pytest.mark.parametrize(
    "what, why",
    [("expired", LinkState.EXPIRED), ("ended", LinkState.ENDED), ("stopped", LinkState.STOPPED)],
)
def test_only_the_right_code_tells_why_a_link_opens_nothing(what: str, why: LinkState) -> None:
    sent = sent_by_link()
    token = token_of(sent)
    if what == "expired":
        sent.sending.expires_at = clock.real_now()
    elif what == "ended":
        handover_sendings.take_back(sent.sending, "Over", a_worker())
    else:
        families.stop_everything(sent.sending.parts[0].handover.family, "A death", a_worker())
    db.session.commit()
    wrong = "123456" if sent.code != "123456" else "654321"
    assert outside_visits.enter(token, wrong) == outside_visits.Tried()
    assert outside_visits.enter(token, sent.code) == outside_visits.Tried(why=why)
    assert db.session.scalar(select(OutsideVisit.id)) is None


def test_the_lead_hears_of_an_answer_and_nothing_of_what_it_says() -> None:
    sent = sent_by_link()
    view = queries.look(sent.sending, clock.real_now(), clock.today())
    handover = view.parts[0].handover
    outside_visits.query(view, [handover.id], "Who is the therapist?")
    db.session.commit()
    message = db.session.scalars(select(Message).where(Message.template == "handover_answered")).one()
    assert message.staff_id == handover.family.lead_id
    assert message.facts == {"path": f"/handovers/{handover.id}"}
    assert handover.steps[-1].by_id is None
    view = queries.look(sent.sending, clock.real_now(), clock.today())
    with pytest.raises(ConflictError):
        outside_visits.accept(view, [handover.id], "R. Duty")


def test_where_the_lead_works_here_no_more_whoever_sent_it_hears_or_else_a_manager() -> None:
    manager = a_worker(Role.MANAGER)
    for gone in (1, 2):
        sent = sent_by_link()
        view = queries.look(sent.sending, clock.real_now(), clock.today())
        handover = view.parts[0].handover
        for staff_id in (handover.family.lead_id, sent.sending.made_by)[:gone]:
            db.session.get_one(Staff, staff_id).active = False
        outside_visits.query(view, [handover.id], "Who is the therapist?")
        told_so = select(Message.staff_id).where(Message.family_id == handover.family_id)
        heard = db.session.scalars(told_so.where(Message.template == "handover_answered")).all()
        assert heard == [sent.sending.made_by] if gone == 1 else manager.id in heard


def test_a_council_answers_only_for_what_it_was_sent() -> None:
    sent = sent_by_link()
    other = checked(a_handover(), a_worker(), a_worker())
    view = queries.look(sent.sending, clock.real_now(), clock.today())
    for ids in ([other.id], [], [view.parts[0].handover.id, other.id]):
        with pytest.raises(ConflictError):
            outside_visits.accept(view, ids, "R. Duty")
    assert db.session.get_one(HandoverSending, sent.sending.id).answered_at is None
