"""What a parent did or asked for on their own page.

A parent sees what they asked for themselves; where the family has no other parent, also what staff noted for
it. Of what the other one asked for they see nothing. Source: service policy P9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select

from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import OfferedTime, Parent, Pause
from catchup.models.manage import Wish
from catchup.queries import access_requests, call_answers, complaints, facts, families, parents
from catchup.queries.scope import Viewer
from catchup.rules.terms import CallKind, WishKind


def pauses(parent: Parent, today: date) -> Sequence[Pause]:
    """The pauses of today that this parent may end, the longest last."""
    return db.session.scalars(
        select(Pause)
        .where(
            Pause.family_id == parent.family_id,
            Pause.from_on <= today,
            Pause.until_on >= today,
            *_own(parent, Wish.pause_id == Pause.id),
        )
        .order_by(Pause.until_on, Pause.id)
    ).all()


def asked_calls(parent: Parent) -> Sequence[Call]:
    """The calls this parent has asked for that nobody has closed, the first promised first."""
    return db.session.scalars(
        select(Call)
        .where(
            Call.family_id == parent.family_id,
            Call.kind == CallKind.REQUESTED,
            Call.closed_at.is_(None),
            *_own(parent, Wish.call_id == Call.id),
        )
        .order_by(Call.due_on, Call.id)
    ).all()


def chosen_time(parent: Parent, now: datetime) -> OfferedTime | None:
    """The time this parent chose for a call that is open, if it is still to come."""
    return db.session.scalar(
        _times(parent, now)
        .where(OfferedTime.taken_at.is_not(None), *_own(parent, Wish.offered_time_id == OfferedTime.id))
        .limit(1)
    )


def times_to_choose(parent: Parent, now: datetime) -> Sequence[OfferedTime]:
    """The times offered that can be chosen, soonest first; none for a call the other parent asked for."""
    return db.session.scalars(_times(parent, now).where(OfferedTime.taken_at.is_(None))).all()


def _times(parent: Parent, now: datetime) -> Select[OfferedTime]:
    others = exists().where(
        Wish.call_id == OfferedTime.call_id, Wish.kind == WishKind.SOONER, Wish.parent_id != parent.id
    )
    return (
        select(OfferedTime)
        .join(Call, Call.id == OfferedTime.call_id)
        .where(
            OfferedTime.family_id == parent.family_id,
            OfferedTime.withdrawn_at.is_(None),
            OfferedTime.at > now,
            Call.closed_at.is_(None),
            ~others,
        )
        .order_by(OfferedTime.at, OfferedTime.id)
    )


def time_to_choose(parent: Parent, offered_id: UUID, now: datetime) -> OfferedTime | None:
    """One of them."""
    return db.session.scalar(
        _times(parent, now).where(OfferedTime.id == offered_id, OfferedTime.taken_at.is_(None))
    )


def call_of(offered: OfferedTime) -> Call:
    """The call that a time is offered for."""
    return db.session.get_one(Call, offered.call_id)


def has_left(parent: Parent) -> bool:
    """Whether the family is out of the scheme, so that there are no calls to do anything about."""
    return facts.family(parent.family_id).left_on is not None


def has_gone(parent: Parent) -> bool:
    """Whether this parent has said on their page that they want no more calls."""
    gone = exists().where(Wish.parent_id == parent.id, Wish.kind.in_([WishKind.LEAVE, WishKind.NOT_RUNG]))
    return bool(db.session.scalar(select(gone)))


def has_asked_for_other_times(parent: Parent) -> bool:
    """Whether this parent said last that no time suits, and none has been offered since."""
    asked = open_other_times(parent.family_id)
    return asked is not None and asked.parent_id == parent.id


def home_councils(parent: Parent, today: date) -> set[str]:
    """The councils of the children's homes that are this parent's own too."""
    homes = families.homes_on([child.id for child in parent.family.children], today).values()
    alone = parents.is_alone(parent)
    return {
        home.council_code
        for home in homes
        if home.council_code
        and (alone or (home.address and any(one.id == parent.id for one in home.address.parents)))
    }


@dataclass(frozen=True, slots=True)
class OwnActs:
    """How it stands with what this parent can do, for the first page of theirs."""

    paused_until: date | None
    promised_on: date | None
    chosen_at: datetime | None
    can_choose: bool
    asked_about_on: date | None
    has_said: bool
    unanswered: date | None
    copy_due_on: date | None


def own(parent: Parent, now: datetime, today: date) -> OwnActs:
    """All of it, of this parent alone."""
    paused, asked = pauses(parent, today), asked_calls(parent)
    chosen, call = chosen_time(parent, now), call_answers.last_call(parent, today)
    waiting = [one.answer_by_on for one in complaints.of_parent(parent) if one.answered_at is None]
    copy = access_requests.open_of(parent)
    return OwnActs(
        paused_until=paused[-1].until_on if paused else None,
        promised_on=asked[0].due_on if asked else None,
        chosen_at=chosen.at if chosen else None,
        can_choose=bool(times_to_choose(parent, now)),
        asked_about_on=call.held_on if call else None,
        has_said=call is not None and call_answers.of(call, parent) is not None,
        unanswered=min(waiting, default=None),
        copy_due_on=copy.due_on if copy else None,
    )


def _own(parent: Parent, what: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    if parents.is_alone(parent):
        return []
    return [exists().where(and_(Wish.parent_id == parent.id, what))]


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """What a parent asked for and what it is about, for the page of the call."""

    parent: str
    at: datetime
    words: str | None


def about(call: Call, viewer: Viewer) -> AskedAbout | None:
    """Who asked for a call on their page and, for whoever rings the family, what it is about."""
    row = db.session.execute(
        select(Wish, Parent.name)
        .join(Parent, Parent.id == Wish.parent_id)
        .where(Wish.call_id == call.id, Wish.kind == WishKind.SOONER)
        .order_by(Wish.at, Wish.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    wish, name = row
    may_read = not viewer.rings_for.isdisjoint((call.lead_id, call.family.lead_id))
    return AskedAbout(name.split()[0], wish.at, wish.words if may_read else None)


def of_family(family_id: UUID) -> Sequence[Wish]:
    """All of a family's, the oldest first."""
    return db.session.scalars(
        select(Wish).where(Wish.family_id == family_id).order_by(Wish.at, Wish.id)
    ).all()


def open_other_times(family_id: UUID) -> Wish | None:
    """The last time a parent said that no time offered suits, if none has been offered or chosen since."""
    wish = db.session.scalar(
        select(Wish)
        .where(Wish.family_id == family_id, Wish.kind == WishKind.OTHER_TIMES)
        .order_by(Wish.at.desc(), Wish.id)
        .limit(1)
    )
    if wish is None:
        return None
    since = exists().where(OfferedTime.family_id == family_id, OfferedTime.offered_at > wish.at)
    call = db.session.get(Call, wish.call_id) if wish.call_id else None
    if call is None or call.closed_at is not None or db.session.scalar(select(since)):
        return None
    return wish
