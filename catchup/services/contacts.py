"""How a family may be reached: numbers with their rules, e-mail, who has confirmed, language, times.

A number is never overwritten: another row takes its place. Whoever is left without a number is a manager's to
find. Each act adds its audit row, ``by`` None where a parent did it on their own page; the caller commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Escalation
from catchup.models.family import Family, Parent, Phone
from catchup.queries import contacts as queries
from catchup.queries.scope import Viewer
from catchup.rules import contact
from catchup.rules.terms import EscalationKind
from catchup.services import audit, escalations, parent_links
from catchup.services.audit import Seen
from catchup.services.new_families import NewPhone, email_index, phone_row


class ChangedMeanwhileError(Exception):
    """Somebody else has changed this since the page was made."""


@dataclass(frozen=True, slots=True)
class Email:
    """A parent's e-mail address, whether we may write to it, and who else reads it."""

    address: str | None
    may_email: bool = False
    shared_with: str | None = None


def add_phone(parent: Parent, new: NewPhone, by: Viewer | None) -> Phone:
    """Another number of a parent, after those there are; one they have already gets the rules given now."""
    for phone in parent.phones:
        if phone.superseded_at is None and phone.number == new.number:
            return replace_phone(phone, new, by)
    position = max((phone.position for phone in parent.phones), default=-1) + 1
    phone = _put(parent, new, position)
    _changed(parent.family, "phone.add", phone.id, by)
    return phone


def replace_phone(phone: Phone, new: NewPhone, by: Viewer | None, *, works_again: bool = False) -> Phone:
    """Another number, or other rules for this one, in its place; what was known before stays as it was.

    A number found dead stays dead until ``works_again`` or until it is another number.
    Raises ChangedMeanwhileError.
    """
    _supersede(phone)
    successor = _put(phone.parent, new, phone.position)
    if new.number == phone.number and not works_again:
        successor.dead_since = phone.dead_since
    _changed(phone.parent.family, "phone.replace", successor.id, by)
    return successor


def remove_phone(phone: Phone, by: Viewer | None) -> None:
    """A number is no longer theirs, or no longer wanted. Raises ChangedMeanwhileError."""
    _supersede(phone)
    _changed(phone.parent.family, "phone.remove", phone.id, by)


def change_email(parent: Parent, email: Email, by: Viewer | None) -> None:
    """Another address, or other rules for it; without an address there is nothing to allow.

    With another address, the links that went to the one before end, and every visit by them.
    """
    if email.address != parent.email:
        parent_links.end_all(parent)
    parent.email = email.address
    parent.email_index = email_index(email.address)
    parent.may_email = email.may_email and email.address is not None
    parent.email_shared_with = email.shared_with if email.address else None
    _audit(parent.family, "email.change", by, "parent", parent.id)


def confirm_parent(parent: Parent, how: str, by: Viewer | None) -> None:
    """A second parent has said that we may use their details. Source: service policy R23."""
    if parent.confirmed_at is not None:
        raise ChangedMeanwhileError
    parent.confirmed_at, parent.confirmed_how = clock.now(), how
    _changed(parent.family, "parent.confirm", parent.id, by, subject="parent")


def change_language(family: Family, language: str, adjustments: Sequence[str], by: Viewer | None) -> None:
    """The language they talk in, and what makes talking easier."""
    family.language, family.adjustments = language, list(adjustments)
    _changed(family, "family.language", family.id, by, subject="family")


def change_times(
    family: Family,
    good: Mapping[str, Sequence[str]],
    never: Mapping[str, Sequence[str]],
    by: Viewer | None,
    *,
    evenings: bool,
) -> None:
    """When they like to be rung and when never: bands by weekday, "0" being Monday."""
    family.good_times = {day: list(bands) for day, bands in good.items() if bands}
    family.never_times = {day: list(bands) for day, bands in never.items() if bands}
    family.evenings = evenings
    _audit(family, "family.times", by, "family", family.id)


def note_before_we_ring(family: Family, note: str | None, by: Viewer | None) -> None:
    """What they want known before we ring."""
    family.before_we_ring = note
    _audit(family, "family.before_we_ring", by, "family", family.id)


def see_to_numbers(family: Family, by: Viewer | None, call_id: UUID | None = None) -> None:
    """Ask a manager, once, where a family cannot be rung; settle what was asked once it can.

    The question hangs on the call at hand, or on the first open one, so that the queue keeps that call back.
    Source: service policy R17.
    """
    db.session.flush()
    asked = _asked(family)
    if not contact.lacks_number(queries.usable_numbers(family.id), family.adjustments):
        for one in asked:
            # Nobody's decision: the question has gone away.
            one.decided_at = clock.now()
            audit.record(by, Seen("escalation.settle", "escalation", one.id, family.id))
    elif not any(one.call is None or one.call.closed_at is None for one in asked):
        escalations.raise_to_manager(
            EscalationKind.NO_NUMBER, family.id, call_id=call_id or _first_open_call(family), by=by
        )


def _asked(family: Family) -> Sequence[Escalation]:
    return db.session.scalars(
        select(Escalation)
        .where(
            Escalation.family_id == family.id,
            Escalation.kind == EscalationKind.NO_NUMBER,
            Escalation.decided_at.is_(None),
        )
        .order_by(Escalation.id)
    ).all()


def _first_open_call(family: Family) -> UUID | None:
    return db.session.scalar(
        select(Call.id)
        .where(Call.family_id == family.id, Call.closed_at.is_(None))
        .order_by(Call.due_on, Call.id)
        .limit(1)
    )


def _put(parent: Parent, new: NewPhone, position: int) -> Phone:
    phone = phone_row(new, position)
    parent.phones.append(phone)
    return phone


def _supersede(phone: Phone) -> None:
    """Lock the row: of two people who change one number at once, the second learns of it."""
    db.session.refresh(phone, with_for_update=True)
    if phone.superseded_at is not None:
        raise ChangedMeanwhileError
    phone.superseded_at = clock.now()


def _changed(
    family: Family, action: str, subject_id: UUID, by: Viewer | None, subject: str = "phone"
) -> None:
    see_to_numbers(family, by)
    _audit(family, action, by, subject, subject_id)


def _audit(family: Family, action: str, by: Viewer | None, subject: str, subject_id: UUID) -> None:
    audit.record(by, Seen(action, subject, subject_id, family.id))
