"""Undoing a link that was wrong: what it brought goes, and the registration waits again. The caller commits.

Whoever was taken for the same has nothing of the other left: neither the rows, nor what hangs on them since,
nor a message that waits. Two things stay in the way, because they are records of what was done for a child
elsewhere: a concern about safety, and a handover that has left. The audit keeps ids. Source: service policy
R23, P7: a manager confirms what is erased.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.base import Base, core
from catchup.models.call import Attempt, Call, CallText, Conversation, Escalation, TalkedAbout
from catchup.models.concern import Concern
from catchup.models.family import Child, Family, Membership, OfferedTime, Parent, Pause, Phone
from catchup.models.handover import Handover, HandoverStep
from catchup.models.handover_notice import HandoverNotice
from catchup.models.handover_sending import SendingPart
from catchup.models.home import Address, Home, address_parent
from catchup.models.manage import (
    AccessRequest,
    CallAnswer,
    Complaint,
    ParentLink,
    ParentVisit,
    Proposal,
    TimeReminder,
    Wish,
)
from catchup.models.matching import Linking
from catchup.models.order import RecordedOrder
from catchup.models.outbox import Message
from catchup.models.registration import Registration
from catchup.queries.outbox import WAITING
from catchup.queries.scope import Viewer
from catchup.rules.terms import CallKind, ClosedAs, HandoverStepKind, WishKind
from catchup.services import audit, contacts, handover_planning, offered_times, plans
from catchup.services import registrations as deciding
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError

# What a second parent can only have done, or been told, once their details were in use.
_SINCE: tuple[tuple[type[Base], str], ...] = (
    (Proposal, "proposed_at"),
    (CallAnswer, "said_at"),
    (Complaint, "made_at"),
    (AccessRequest, "asked_at"),
    (TimeReminder, "at"),
    (Wish, "at"),
    (HandoverNotice, "made_at"),
    (CallText, "edited_at"),
    (Phone, "recorded_at"),
)
# These stay, and only forget which number it was.
_FORGET = frozenset({(Attempt.__tablename__, "phone_id")})


class CannotUndoError(Exception):
    """Something that was done since must not be taken away. The text is a sentence for the reader."""


def what_goes(linking: Linking) -> Counter[str]:
    """How many rows would go with a link, by table, beyond those that it brought itself."""
    rows: Counter[str] = Counter()
    for table, conditions in _targets(linking):
        _walk(table, or_(*conditions), rows, erase=False)
    brought = {"parent": "parents", "child": "children", "address": "addresses", "membership": "memberships"}
    for name, key in brought.items():
        rows[name] -= len(linking.added.get(key, ()))
    return +rows


def undo(registration: Registration, linking: Linking, reason: str, by: Viewer) -> None:
    """Take away what a link brought. Raises PermissionError, CannotUndoError, ChangedMeanwhileError."""
    if not by.manages:
        raise PermissionError("Only a manager undoes a link.")
    db.session.refresh(linking, with_for_update=True)
    if linking.undone_at is not None:
        raise ChangedMeanwhileError
    family = db.session.get_one(Family, linking.family_id, with_for_update=True)
    _check(_ids(linking, "children"))
    open_calls = set(_open_calls(family.id))
    _withdraw_messages(linking)
    wishes = _wishes(linking)
    pauses = [wish.pause_id for wish in wishes if wish.pause_id]
    asked_for = [wish.call_id for wish in wishes if wish.call_id and wish.kind is WishKind.SOONER]
    _give_back_times(wishes, by)
    for table, conditions in _targets(linking):
        _walk(table, or_(*conditions), Counter(), erase=True)
    db.session.execute(delete(core(Pause)).where(core(Pause).c.id.in_(pauses)))
    _cancel(asked_for)
    _leave_unsaid(linking, registration)
    db.session.expire_all()
    plans.replan([family.id], clock.today())
    _forget_calls(open_calls | set(asked_for))
    handover_planning.plan_for([family.id], clock.today())
    contacts.see_to_numbers(family, by)
    deciding.wait_again(registration)
    linking.undone_at, linking.undone_by, linking.undone_reason = clock.now(), by.id, reason
    db.session.flush()
    audit.record(by, Seen("registration.unlink", "registration", registration.id, family.id))


def _ids(linking: Linking, name: str) -> list[UUID]:
    return [UUID(one) for one in linking.added.get(name, ())]


def _linked_on(linking: Linking) -> date:
    return clock.london(linking.linked_at).date()


def _check(children: Sequence[UUID]) -> None:
    if db.session.scalar(select(exists().where(Concern.child_id.in_(children)))):
        raise CannotUndoError(
            "A concern about safety was recorded for a child who came with this link. It must not be lost: "
            "record it where it belongs, and ask your administrator."
        )
    sent = or_(
        exists().where(HandoverStep.handover_id == Handover.id, HandoverStep.step == HandoverStepKind.SENT),
        exists().where(SendingPart.handover_id == Handover.id),
    )
    if db.session.scalar(select(exists().where(Handover.child_id.in_(children), sent))):
        raise CannotUndoError(
            "A handover of a child who came with this link has been sent to a council. Tell that council "
            "first, and ask your administrator."
        )


def _targets(linking: Linking) -> Iterator[tuple[Table, Sequence[ColumnElement[bool]]]]:
    """The rows to go, table by table; whatever hangs on one goes before it."""
    added = linking.added
    brought = {core(Child): "children", core(Parent): "parents", core(Membership): "memberships"}
    for table, name in brought.items():
        yield table, [table.c.id.in_(_ids(linking, name))]
    homes = exists().where(Home.address_id == Address.id).correlate(Address)
    # An address to which one of their own children has moved since is theirs.
    yield core(Address), [core(Address).c.id.in_(_ids(linking, "addresses")) & ~homes]
    gone = _ids(linking, "addresses") + _ids(linking, "lives_at")
    there = address_parent.c.parent_id.in_(_ids(linking, "confirmed") + _ids(linking, "lives_there"))
    yield address_parent, [address_parent.c.address_id.in_(gone) & there]
    if added.get("memberships"):
        yield (
            core(Handover),
            [core(Handover).c.id.in_(_ids(linking, "planned")) & ~_acted_on(core(Handover).c.id)],
        )
    confirmed = _ids(linking, "confirmed")
    if confirmed:
        for table in (core(ParentLink), core(ParentVisit)):
            yield table, [table.c.parent_id.in_(confirmed)]
        for anything, since in _SINCE:
            table = core(anything)
            yield table, [table.c.parent_id.in_(confirmed) & (table.c[since] >= linking.linked_at)]
        held = select(Conversation.call_id).join(Call, Call.id == Conversation.call_id)
        lately = held.where(Call.held_on >= _linked_on(linking))
        talked = core(TalkedAbout)
        yield talked, [talked.c.parent_id.in_(confirmed) & talked.c.call_id.in_(lately)]


def _acted_on(handover_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(
        HandoverStep.handover_id == handover_id, HandoverStep.step != HandoverStepKind.PLANNED
    )


def _walk(table: Table, which: ColumnElement[bool], rows: Counter[str], *, erase: bool) -> None:
    """Count these rows with all that hangs on them, and erase them, what hangs first."""
    keys = list(table.primary_key.columns)
    found = db.session.execute(select(*keys).where(which)).all()
    if not found:
        return
    if len(keys) == 1:
        ids = [row[0] for row in found]
        for other, column in _hanging_on(table):
            if (other.name, column.name) in _FORGET:
                if erase:
                    db.session.execute(update(other).where(column.in_(ids)).values({column.name: None}))
            else:
                _walk(other, column.in_(ids), rows, erase=erase)
    rows[table.name] += len(found)
    if erase:
        db.session.execute(delete(table).where(which))


def _hanging_on(table: Table) -> Iterator[tuple[Table, ColumnElement[Any]]]:
    """Every column of the schema that points at this table's key."""
    for other in Base.metadata.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is table:
                yield other, key.parent


def _leave_unsaid(linking: Linking, registration: Registration) -> None:
    """What stays of the record is as it was: unconfirmed, unlinked, not withdrawn, not settled."""
    for parent in db.session.scalars(select(Parent).where(Parent.id.in_(_ids(linking, "confirmed")))):
        parent.confirmed_at = parent.confirmed_how = None
        for name in linking.added.get("told", ()):
            setattr(parent, name, False if name == "may_email" else None)
    orders = update(RecordedOrder).where(RecordedOrder.id.in_(_ids(linking, "orders")))
    db.session.execute(orders.values(family_id=None))
    withdrawn = update(Handover).where(Handover.id.in_(_ids(linking, "withdrawn")))
    db.session.execute(withdrawn.values(withdrawn_at=None, version=Handover.version + 1))
    settled = update(Escalation).where(
        Escalation.id.in_(_ids(linking, "settled")), Escalation.decided_by.is_(None)
    )
    db.session.execute(settled.values(decided_at=None))
    db.session.flush()


def _wishes(linking: Linking) -> Sequence[Wish]:
    """What the wrong person asked for on their own page."""
    parents = _ids(linking, "parents") + _ids(linking, "confirmed")
    return db.session.scalars(
        select(Wish).where(Wish.parent_id.in_(parents), Wish.at >= linking.linked_at)
    ).all()


def _give_back_times(wishes: Sequence[Wish], by: Viewer) -> None:
    """A time they chose is promised no longer; the lead offers times again."""
    ids = [wish.offered_time_id for wish in wishes if wish.offered_time_id]
    chosen = select(OfferedTime).where(OfferedTime.id.in_(ids), OfferedTime.taken_at.is_not(None))
    for offered in db.session.scalars(chosen).all():
        offered_times.release(offered, by, clock.now())


def _cancel(call_ids: Sequence[UUID]) -> None:
    """Calls that nobody else asked for are owed no longer."""
    call = core(Call)
    asked_for = (call.c.id.in_(call_ids), call.c.kind == CallKind.REQUESTED, call.c.closed_at.is_(None))
    db.session.execute(
        update(call).where(*asked_for).values(closed_at=clock.now(), closed_as=ClosedAs.CANCELLED)
    )
    for call_id in call_ids:
        plans.forget(call_id)


def _open_calls(family_id: UUID) -> Iterable[UUID]:
    return db.session.scalars(select(Call.id).where(Call.family_id == family_id, Call.closed_at.is_(None)))


def _forget_calls(calls: set[UUID]) -> None:
    """Calls that are owed no longer and that nobody has touched were never there."""
    call = core(Call)
    touched = [exists().where(column == call.c.id) for _table, column in _hanging_on(call)]
    db.session.execute(
        delete(call).where(call.c.id.in_(calls), call.c.closed_as == ClosedAs.CANCELLED, ~or_(*touched))
    )


def _withdraw_messages(linking: Linking) -> None:
    """What waits is withdrawn; what has gone is no longer said to be of this family."""
    parents = _ids(linking, "parents") + _ids(linking, "confirmed")
    children = select(Handover.id).where(Handover.child_id.in_(_ids(linking, "children")))
    notices = select(HandoverNotice.message_id).where(
        HandoverNotice.handover_id.in_(children), HandoverNotice.message_id.is_not(None)
    )
    theirs = or_(Message.parent_id.in_(parents), Message.id.in_(notices))
    theirs &= Message.created_at >= linking.linked_at
    db.session.execute(delete(Message).where(theirs, *WAITING))
    db.session.execute(update(Message).where(theirs).values(family_id=None, parent_id=None))
    if linking.added.get("memberships"):
        mine = (Message.family_id == linking.family_id, Message.created_at >= linking.linked_at)
        db.session.execute(delete(Message).where(*mine, *WAITING))
