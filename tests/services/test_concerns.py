"""A concern: complete or not kept, told to the managers of the family, acknowledged by one of them."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Escalation
from catchup.models.family import Family
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.concerns import ConcernFacts
from catchup.rules.terms import ConcernKind, Role
from catchup.services import concerns, families
from catchup.services.concerns import NewConcern
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _july(session: object) -> None:
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


def a_referral(family: Family) -> ConcernFacts:
    return ConcernFacts(
        referral_made=True,
        child_id=family.children[0].id,
        place="At home",
        council=MEDWAY,
        told_at=clock.now(),
        told_whom="Duty worker Example",
        reference="REF 1",
        parent_told=True,
    )


def new(facts: ConcernFacts) -> NewConcern:
    return NewConcern(kind=ConcernKind.CHILD, what="What was heard", facts=facts)


def test_an_incomplete_concern_is_not_kept(lead: Staff) -> None:
    family = a_family(lead=lead)
    with pytest.raises(ValueError, match="not complete"):
        concerns.record(family.id, new(replace(a_referral(family), place=" ")), a_viewer(lead))


def test_why_the_parent_was_not_told_is_kept(lead: Staff) -> None:
    family = a_family(lead=lead)
    facts = replace(a_referral(family), parent_told=False, parent_not_told_why="It would not be safe")
    concern = concerns.record(family.id, new(facts), a_viewer(lead))
    db.session.commit()
    assert (concern.parent_told, concern.parent_not_told_why) == (False, "It would not be safe")


def test_a_concern_without_referral_keeps_who_agreed(lead: Staff) -> None:
    family, manager = a_family(lead=lead), staff_member(Role.MANAGER)
    facts = ConcernFacts(referral_made=False, no_referral_why="Known already", agreed_by=manager.id)
    concern = concerns.record(family.id, new(facts), a_viewer(lead))
    db.session.commit()
    assert (concern.agreed_by, concern.told_at, concern.parent_told) == (manager.id, None, None)


def test_the_managers_who_may_see_the_family_are_told_and_nobody_is_named(lead: Staff) -> None:
    family = a_family(lead=lead, home_council=MEDWAY)
    placing, home = staff_member(Role.MANAGER, (KENT,)), staff_member(Role.MANAGER, (MEDWAY,))
    staff_member(Role.MANAGER, (BEXLEY,))
    staff_member(Role.MANAGER, (KENT,), active=False)
    knows_them = staff_member(Role.MANAGER, (KENT,))
    families.shut_out(family, knows_them.id, a_viewer(lead))
    concerns.record(family.id, new(a_referral(family)), a_viewer(lead))
    db.session.commit()
    messages = db.session.scalars(select(Message)).all()
    assert {message.staff_id for message in messages} == {placing.id, home.id}
    assert {tuple(message.facts) for message in messages} == {("path",)}


def test_acknowledging_also_settles_what_was_raised(lead: Staff) -> None:
    family, manager = a_family(lead=lead), a_viewer(staff_member(Role.MANAGER))
    concern = concerns.record(family.id, new(a_referral(family)), a_viewer(lead))
    concerns.acknowledge(concern, manager)
    first = concern.acknowledged_at
    concerns.acknowledge(concern, manager)
    assert concern.acknowledged_at == first
    assert db.session.scalars(select(Escalation.decided_by)).all() == [manager.id]


def test_only_a_manager_acknowledges(lead: Staff) -> None:
    family = a_family(lead=lead)
    concern = concerns.record(family.id, new(a_referral(family)), a_viewer(lead))
    with pytest.raises(PermissionError):
        concerns.acknowledge(concern, a_viewer(lead))
