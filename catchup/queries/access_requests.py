"""Requests for a copy of the record that a manager may see, and what belongs into each copy.

Source: service policy P5, P8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from catchup.extensions import db
from catchup.models.call import Call, CallText, TalkedAbout
from catchup.models.concern import Concern
from catchup.models.family import Child, Family, Parent, Phone
from catchup.models.handover import Handover
from catchup.models.manage import AccessExtension, AccessRequest, CallAnswer, Complaint, Wish
from catchup.models.outbox import Message
from catchup.models.signpost import Signpost, SupportRequest
from catchup.queries.scope import Viewer, in_scope

MOST = 50


@dataclass(frozen=True, slots=True)
class Contents:
    """How much of each kind there is, by the name of the kind.

    ``goes_in``: about this parent or the whole family. ``to_weigh``: about a child, or about somebody else as
    well. ``stays_out``: about somebody else.
    """

    goes_in: dict[str, int]
    to_weigh: dict[str, int]
    stays_out: dict[str, int]


def waiting(viewer: Viewer, today: date) -> Sequence[AccessRequest]:
    """Those not closed, the first due first; at most 50."""
    return db.session.scalars(
        _shown(viewer, today)
        .where(AccessRequest.closed_at.is_(None))
        .order_by(AccessRequest.due_on, AccessRequest.id)
        .limit(MOST)
    ).all()


def closed(viewer: Viewer, today: date) -> Sequence[AccessRequest]:
    """Those closed, the newest first; at most 50."""
    return db.session.scalars(
        _shown(viewer, today)
        .where(AccessRequest.closed_at.is_not(None))
        .order_by(AccessRequest.closed_at.desc(), AccessRequest.id)
        .limit(MOST)
    ).all()


def get(request_id: UUID, viewer: Viewer, today: date) -> AccessRequest | None:
    """One in the viewer's scope."""
    return db.session.scalar(_shown(viewer, today).where(AccessRequest.id == request_id))


def extension_of(request_id: UUID) -> AccessExtension | None:
    """More time that was taken for one request, if it was."""
    return db.session.get(AccessExtension, request_id)


def open_of(parent: Parent) -> AccessRequest | None:
    """The one of this parent that is not closed."""
    return db.session.scalar(
        select(AccessRequest)
        .where(AccessRequest.parent_id == parent.id, AccessRequest.closed_at.is_(None))
        .order_by(AccessRequest.asked_at, AccessRequest.id)
        .limit(1)
    )


def of_family(family_id: UUID) -> Sequence[AccessRequest]:
    """Those of a family, the first first."""
    return db.session.scalars(
        select(AccessRequest)
        .where(AccessRequest.family_id == family_id)
        .order_by(AccessRequest.asked_at, AccessRequest.id)
    ).all()


def contents(request: AccessRequest) -> Contents:
    """What there is, counted by whom it is about: a note belongs to a person. Source: service policy P8."""
    me, family = request.parent_id, request.family_id
    notes = select(func.count()).select_from(TalkedAbout).join(Call, Call.id == TalkedAbout.call_id)
    notes = notes.where(Call.family_id == family)
    texts = select(func.count()).select_from(CallText).join(Call, Call.id == CallText.call_id)
    texts = texts.where(Call.family_id == family)

    def of(model: type[CallAnswer | Complaint | Wish], *, mine: bool) -> int:
        whose = model.parent_id == me if mine else model.parent_id != me
        return _count(select(func.count()).select_from(model).where(model.family_id == family, whose))

    def of_family(model: type[Call | Signpost | SupportRequest | Handover | Concern | Child]) -> int:
        return _count(select(func.count()).select_from(model).where(model.family_id == family))

    phones = select(func.count()).select_from(Phone)
    others = exists().where(Parent.id == Phone.parent_id, Parent.family_id == family, Parent.id != me)
    messages = select(func.count()).select_from(Message).where(Message.family_id == family)
    return Contents(
        goes_in={
            "numbers": _count(phones.where(Phone.parent_id == me)),
            "own_notes": _count(notes.where(TalkedAbout.parent_id == me)),
            "own_texts": _count(texts.where(CallText.parent_id == me)),
            "own_words": of(CallAnswer, mine=True) + of(Complaint, mine=True) + of(Wish, mine=True),
            "messages": _count(messages.where(Message.parent_id == me)),
            "calls": of_family(Call),
            "signposts": of_family(Signpost),
            "requests": of_family(SupportRequest),
        },
        to_weigh={
            "children": of_family(Child),
            "child_notes": _count(notes.where(TalkedAbout.child_id.is_not(None))),
            "home_notes": _count(
                notes.where(TalkedAbout.child_id.is_(None), TalkedAbout.parent_id.is_(None))
            ),
            "case_notes": _count(texts.where(CallText.parent_id.is_(None))),
            "handovers": of_family(Handover),
            "concerns": of_family(Concern),
        },
        stays_out={
            "other_numbers": _count(phones.where(others)),
            "other_notes": _count(
                notes.where(TalkedAbout.parent_id.is_not(None), TalkedAbout.parent_id != me)
            ),
            "other_texts": _count(texts.where(CallText.parent_id.is_not(None), CallText.parent_id != me)),
            "other_words": of(CallAnswer, mine=False) + of(Complaint, mine=False) + of(Wish, mine=False),
        },
    )


def _count(statement: Select[int]) -> int:
    return db.session.scalar(statement) or 0


def _shown(viewer: Viewer, today: date) -> Select[AccessRequest]:
    return (
        select(AccessRequest)
        .join(Family, Family.id == AccessRequest.family_id)
        .options(joinedload(AccessRequest.family), joinedload(AccessRequest.parent))
        .where(in_scope(viewer, today))
    )
