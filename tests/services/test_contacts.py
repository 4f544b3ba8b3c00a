"""How a family may be reached: numbers as rows, a second parent’s word, who is asked where none is left."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call, Escalation
from catchup.models.family import Family, Parent, Phone
from catchup.models.staff import Staff
from catchup.queries import queue
from catchup.queries.queue import View
from catchup.queries.scope import Viewer
from catchup.rules.terms import EscalationKind
from catchup.services import attempts, contacts
from catchup.services.contacts import ChangedMeanwhileError, Email
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 6, 11)  # a Thursday
ONE, OTHER = (
    NewPhone("+447700900101", may_text=True, code_phrase="the parcel came"),
    NewPhone("+447700900102"),
)


@pytest.fixture(autouse=True)
def _on_the_day(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def by(lead: Staff) -> Viewer:
    return a_viewer(lead)


def family_of(lead: Staff, *phones: NewPhone, **facts: object) -> Family:
    return a_family(lead=lead, accepted_on=TODAY, phones=phones, **facts)


def asked(family: Family) -> list[Escalation]:
    db.session.flush()
    wanted = Escalation.family_id == family.id, Escalation.kind == EscalationKind.NO_NUMBER
    return list(db.session.scalars(select(Escalation).where(*wanted)))


def phone_of(family: Family) -> Phone:
    """The first number that may be rung."""
    return next(
        phone
        for phone in family.parents[0].phones
        if phone.superseded_at is None and phone.dead_since is None
    )


def actions(family: Family) -> list[str]:
    db.session.flush()
    seen = select(AuditEvent.action).where(AuditEvent.family_id == family.id).order_by(AuditEvent.id)
    return list(db.session.scalars(seen))


def test_a_number_is_superseded_and_not_overwritten(lead: Staff, by: Viewer) -> None:
    family = family_of(lead, ONE)
    before = phone_of(family)
    after = contacts.replace_phone(before, OTHER, by)
    assert (before.number, before.code_phrase) == ("+447700900101", "the parcel came")
    assert before.superseded_at is not None
    assert (after.number, after.may_text, after.position) == ("+447700900102", False, 0)
    assert phone_of(family) is after
    assert "phone.replace" in actions(family)


def test_a_number_added_twice_is_one_with_the_later_rules(lead: Staff, by: Viewer) -> None:
    parent = family_of(lead, ONE).parents[0]
    contacts.add_phone(parent, OTHER, by)
    contacts.add_phone(parent, NewPhone(OTHER.number, may_text=True), by)
    current = [(phone.number, phone.may_text) for phone in parent.phones if phone.superseded_at is None]
    assert current == [(ONE.number, True), (OTHER.number, True)]


def test_the_second_to_change_one_number_learns_of_the_first(lead: Staff, by: Viewer) -> None:
    phone = phone_of(family_of(lead, ONE))
    contacts.replace_phone(phone, OTHER, by)
    for change in (
        lambda: contacts.replace_phone(phone, OTHER, by),
        lambda: contacts.remove_phone(phone, by),
    ):
        with pytest.raises(ChangedMeanwhileError):
            change()


@pytest.mark.parametrize(
    "number, works_again, dead",
    [("+447700900101", False, True), ("+447700900101", True, False), ("+447700900102", False, False)],
    ids=["other rules for it", "it works again", "another number"],
)
def test_a_dead_number_stays_dead_until_it_works_or_is_another(
    number: str, works_again: bool, dead: bool, lead: Staff, by: Viewer
) -> None:
    phone = phone_of(family_of(lead, ONE))
    phone.dead_since = TODAY
    db.session.commit()
    after = contacts.replace_phone(phone, NewPhone(number), by, works_again=works_again)
    assert (after.dead_since is not None) is dead


def dies(family: Family, by: Viewer) -> None:
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()
    new = attempts.NewAttempt(id=uuid4(), outcome=attempts.Outcome.WRONG_NUMBER, phone_id=phone_of(family).id)
    attempts.record_attempt(call, new, by, call.version, clock.now())


def is_taken_out(family: Family, by: Viewer) -> None:
    contacts.remove_phone(phone_of(family), by)


@pytest.mark.parametrize("loses", [dies, is_taken_out])
def test_the_last_number_that_goes_is_a_managers_to_find(
    loses: Callable[[Family, Viewer], None], lead: Staff, by: Viewer
) -> None:
    family = family_of(lead, ONE, OTHER)
    loses(family, by)
    assert asked(family) == []
    loses(family, by)
    (one,) = asked(family)
    assert one.call_id is not None
    assert queue.servable(by, View(), clock.now()) == []


def test_a_family_accepted_without_a_number_is_a_managers_at_once(lead: Staff, by: Viewer) -> None:
    family = family_of(lead)
    (one,) = asked(family)
    assert (one.raised_by, one.decided_at) == (lead.id, None)
    assert queue.servable(by, View(), clock.now()) == []


@pytest.mark.parametrize("adjustment", ["written", "bsl"])
def test_a_family_that_chose_to_talk_without_a_telephone_lacks_none(
    adjustment: str, lead: Staff, by: Viewer
) -> None:
    family = family_of(lead, ONE, adjustments=(adjustment,))
    contacts.remove_phone(phone_of(family), by)
    assert asked(family_of(lead, adjustments=(adjustment,))) == asked(family) == []


def test_a_number_of_a_parent_who_has_not_confirmed_counts_for_nothing_until_they_do(
    lead: Staff, by: Viewer
) -> None:
    family = family_of(
        lead, parents=(NewParent("Kim Example"), NewParent("Lee Example", (ONE,), confirmed=False))
    )
    assert [one.decided_at for one in asked(family)] == [None]
    lee = db.session.scalars(select(Parent).where(Parent.family_id == family.id, Parent.position == 1)).one()
    contacts.confirm_parent(lee, "On the phone to Priya", by)
    assert (lee.confirmed_at is not None, lee.confirmed_how) == (True, "On the phone to Priya")
    assert [one.decided_at is None for one in asked(family)] == [False]
    with pytest.raises(ChangedMeanwhileError):
        contacts.confirm_parent(lee, "Again", by)


def test_a_manager_is_asked_once_and_no_more_once_there_is_a_number(lead: Staff, by: Viewer) -> None:
    family = family_of(lead)
    contacts.change_language(family, "Polish", ["interpreter"], by)
    assert len(asked(family)) == 1
    contacts.add_phone(family.parents[0], ONE, by)
    (one,) = asked(family)
    assert (one.decided_at is not None, one.decided_by) == (True, None)
    assert len(queue.servable(by, View(), clock.now())) == 1
    contacts.remove_phone(phone_of(family), by)
    assert [one.decided_at is None for one in asked(family)].count(True) == 1


@pytest.mark.promise("4.4 sense")
def test_without_an_address_there_is_nothing_to_allow(lead: Staff, by: Viewer) -> None:
    parent = family_of(lead, ONE).parents[0]
    contacts.change_email(parent, Email("new@example.com", may_email=True, shared_with="Grandma"), by)
    found = db.session.scalars(select(Parent.id).where(Parent.email_index == parent.email_index)).all()
    assert found == [parent.id]
    contacts.change_email(parent, Email(None, may_email=True, shared_with="Grandma"), by)
    known = (parent.email, parent.email_index, parent.may_email, parent.email_shared_with)
    assert known == (None, None, False, None)


def test_times_and_notes_are_kept_and_each_leaves_its_audit_row(lead: Staff, by: Viewer) -> None:
    family = family_of(lead, ONE)
    contacts.change_times(family, {"0": ["9-12"], "1": []}, {"4": ["15-17"]}, by, evenings=True)
    contacts.note_before_we_ring(family, "Ask about sleep", by)
    assert (family.good_times, family.never_times, family.evenings) == (
        {"0": ["9-12"]},
        {"4": ["15-17"]},
        True,
    )
    assert actions(family)[-2:] == ["family.times", "family.before_we_ring"]
    assert "sleep" not in str([vars(event) for event in db.session.scalars(select(AuditEvent))])
