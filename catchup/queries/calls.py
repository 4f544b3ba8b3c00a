"""One call: the call itself through the viewer's scope, and what one must know before dialling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.directory import Service
from catchup.models.family import Child, Family, Parent, Phone
from catchup.models.signpost import Signpost
from catchup.models.staff import Staff
from catchup.queries import directories, facts, reading_periods, responsibility
from catchup.queries.scope import Viewer, ever_in_scope
from catchup.rules import attempts
from catchup.rules.attempts import Standing
from catchup.rules.calendar import age_on
from catchup.rules.contact import ContactPoint, Times
from catchup.rules.reading import Reading
from catchup.rules.terms import CallKind, Category, Channel, Need

FIRST_SCHOOL_AGE = 4  # on 31 August before the school year begins: reception
LAST_SCHOOL_AGE = 17  # year 13


@dataclass(frozen=True, slots=True)
class ShownChild:
    """A living child: the school year (0 is reception, None no school yet or no longer)."""

    child: Child
    age: int
    school_year: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Who is responsible, in one sentence, for the children it holds for."""

    names: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Made:
    """One attempt at this call, and who made it."""

    attempt: Attempt
    by: str


@dataclass(frozen=True, slots=True)
class LastTalk:
    """The conversation before this call."""

    call: Call
    conversation: Conversation
    by: str
    signposts: Sequence[str]


@dataclass(frozen=True, slots=True)
class BeforeDialling:
    """What one must know before dialling, and how far the attempts have got.

    ``parents`` have confirmed their details; of others nothing is shown but that they are ``unconfirmed``.
    """

    call: Call
    family: Family
    parents: Sequence[Parent]
    unconfirmed: int
    children: Sequence[ShownChild]
    reasons: Sequence[Reason]
    times: Times
    attempts: Sequence[Made]
    standing: Standing
    last_talk: LastTalk | None
    held_by: str | None
    paused_until: date | None
    is_stopped: bool
    has_left: bool


def get(call_id: UUID, viewer: Viewer, today: date) -> Call | None:
    """The call with its family, if it is one of the viewer's to work on. Source: service policy P5."""
    statement = (
        select(Call)
        .join(Family, Family.id == Call.family_id)
        .where(Call.id == call_id, ever_in_scope(viewer, today))
        # The rest comes when it is asked for: what is saved on a call needs little of what its page shows.
        .options(joinedload(Call.family))
    )
    found = db.session.scalars(statement).one_or_none()
    reading = reading_periods.of_call(found, viewer, today) if found else None
    return found if reading and reading.is_open else None


def before_dialling(call: Call, viewer: Viewer, today: date) -> BeforeDialling:
    """Everything the page of a call shows beside its questions."""
    family = call.family
    reading = reading_periods.of(family, viewer, today)
    times = Times.from_stored(family.good_times, family.never_times, family.evenings)
    history = [attempts.Attempt(tried.outcome, clock.london(tried.at)) for tried in call.attempts]
    return BeforeDialling(
        call=call,
        family=family,
        parents=[parent for parent in family.parents if parent.confirmed_at is not None],
        unconfirmed=sum(parent.confirmed_at is None for parent in family.parents),
        children=[
            ShownChild(child, age_on(child.born_on, today), school_year(child.born_on, today))
            for child in family.children
            if child.died_on is None
        ],
        reasons=_reasons(family, today),
        times=times,
        attempts=_made(call),
        standing=attempts.standing(history, times, directories.policy(today)),
        last_talk=_last_talk(call, reading),
        held_by=db.session.scalar(select(Staff.name).where(Staff.id == call.claimed_by)),
        paused_until=max(
            (pause.until_on for pause in family.pauses if pause.from_on <= today <= pause.until_on),
            default=None,
        ),
        is_stopped=any(stop.lifted_at is None for stop in family.stops),
        has_left=all(membership.left_on is not None for membership in family.memberships),
    )


def usable_phones(family: Family) -> list[Phone]:
    """The numbers that may be dialled: of parents who have confirmed, still current, not found dead.

    Source: service policy P3, R23.
    """
    return [
        phone
        for parent in family.parents
        if parent.confirmed_at is not None
        for phone in parent.phones
        if phone.superseded_at is None and phone.dead_since is None
    ]


def contact_point(phone: Phone) -> ContactPoint:
    """A number as the rules of contact see it."""
    return ContactPoint(
        channel=Channel.TEXT,
        voicemail_allowed=phone.may_leave_message,
        messages_allowed=phone.may_text,
        parent_confirmed=phone.parent.confirmed_at is not None,
        usable=phone.dead_since is None and phone.superseded_at is None,
    )


def need_followed_up(call: Call) -> Need | None:
    """The need found on the conversation that this call follows; None where it follows none.

    Source: service policy R20.
    """
    if call.kind is not CallKind.FOLLOW_UP:
        return None
    before = _conversations_before(call).where(Conversation.follow_up_on == call.cycle_on).limit(1)
    found = db.session.execute(before).first()
    return found.Conversation.need if found else None


def school_year(born_on: date, on: date) -> int | None:
    """The school year a child is in by age: 0 is reception, 13 the last; None outside them.

    The age on 31 August decides the year that begins on 1 September. Source: Education Act 1996, s.8;
    School Admissions Code 2021, 2.17.
    """
    begins = on.year if on.month >= 9 else on.year - 1
    age = age_on(born_on, date(begins, 8, 31))
    return age - FIRST_SCHOOL_AGE if FIRST_SCHOOL_AGE <= age <= LAST_SCHOOL_AGE else None


def _reasons(family: Family, today: date) -> list[Reason]:
    names: dict[str, list[str]] = {}
    known = {child.id: child.first_name for child in family.children if child.died_on is None}
    for child in facts.family(family.id).children:
        answer = responsibility.of_child(child, today) if child.id in known else None
        if answer is not None:
            names.setdefault(answer.reason, []).append(known[child.id])
    return [Reason(tuple(children), sentence) for sentence, children in names.items()]


def _made(call: Call) -> list[Made]:
    people = select(Staff.id, Staff.name).where(Staff.id.in_({tried.by_id for tried in call.attempts}))
    names = {person.id: person.name for person in db.session.execute(people)}
    return [Made(tried, names[tried.by_id]) for tried in call.attempts]


def _conversations_before(call: Call) -> Select[Call, Conversation, str]:
    return (
        select(Call, Conversation, Staff.name)
        .join(Conversation, Conversation.call_id == Call.id)
        .join(Staff, Staff.id == Conversation.by_id)
        .where(Call.family_id == call.family_id, Call.id != call.id)
        .order_by(Conversation.held_at.desc(), Call.id)
    )


def _last_talk(call: Call, reading: Reading | None) -> LastTalk | None:
    found = db.session.execute(_conversations_before(call).limit(1)).first()
    if found is None or reading is None or not reading.covers(found.Call.held_on or date.min):
        return None
    pointed_to = db.session.execute(
        select(Service.name, Signpost.written_in)
        .outerjoin_from(Signpost, Service, Service.id == Signpost.service_id)
        .where(Signpost.call_id == found.Call.id, Signpost.category != Category.NOTHING)
        .order_by(Signpost.id)
    )
    names = [name or written_in or "" for name, written_in in pointed_to]
    return LastTalk(found.Call, found.Conversation, found.name, names)
