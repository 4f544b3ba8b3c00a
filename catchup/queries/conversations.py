"""What the conversation's form and page need to know of one call's family."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.call import Call, Conversation, TalkedAbout
from catchup.models.directory import Service
from catchup.models.family import Child, Family, Parent
from catchup.models.home import Address, Home
from catchup.models.plan import PlannedCall
from catchup.models.signpost import Signpost, SupportRequest
from catchup.models.staff import Staff
from catchup.queries import concerns, directory, facts, families, managers, reading_periods, support
from catchup.queries.concerns import FrontDoor
from catchup.queries.directory import Choice
from catchup.queries.scope import Viewer, ever_in_scope
from catchup.queries.support import Proposal
from catchup.rules.reading import Reading
from catchup.rules.terms import Area, Category, HomeKind, SignpostOutcome

# A call brings up this many signposts of earlier calls; older ones wait on the family's page.
MOST_EARLIER = 8


@dataclass(frozen=True, slots=True)
class Household:
    """A home as the call asks about it: the parent whose home it is, and who lives there by name."""

    address: Address
    parent: Parent


@dataclass(frozen=True, slots=True)
class NamedSignpost:
    """A signpost with the name of what it pointed to."""

    signpost: Signpost
    name: str | None


@dataclass(frozen=True)
class Prompts:
    """All that the form of one call is made from; what only its page shows is read when it is asked for."""

    children: Sequence[Child]
    parents: Sequence[Parent]
    households: Sequence[Household]
    earlier: Sequence[NamedSignpost]
    services: Sequence[Choice]
    family_id: UUID
    councils: Sequence[str]
    today: date

    @cached_property
    def support(self) -> Sequence[Proposal]:
        """Whom to ask for support today, for each living child."""
        known = {child.id: child for child in facts.children([self.family_id]).get(self.family_id, [])}
        return support.proposals([known[child.id] for child in self.children], self.today)

    @cached_property
    def front_doors(self) -> Sequence[FrontDoor]:
        """Where concerns are told in the councils the children live in."""
        return concerns.front_doors(self.councils, self.today)

    @cached_property
    def managers(self) -> Sequence[Staff]:
        """The managers of the family, by name."""
        return managers.of_family(self.family_id, self.today)

    @property
    def service_groups(self) -> list[tuple[Category, list[Choice]]]:
        """The services under their categories, the nearest first."""
        return [
            (category, list(group))
            for category, group in groupby(self.services, lambda choice: choice.service.category)
        ]


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What was saved of one conversation, and what comes next, with every name it needs."""

    call: Call
    conversation: Conversation
    talked: Sequence[TalkedAbout]
    signposts: Sequence[NamedSignpost]
    requests: Sequence[SupportRequest]
    next_calls: Sequence[PlannedCall]
    caller: str


def call(call_id: UUID, viewer: Viewer, today: date) -> Call | None:
    """One call that is the viewer's to work on. Source: service policy P5."""
    found, reading = to_read(call_id, viewer, today)
    return found if reading and reading.is_open else None


def to_read(call_id: UUID, viewer: Viewer, today: date) -> tuple[Call | None, Reading | None]:
    """One call of the viewer's own time, with what of its family may be read; None: nothing."""
    found = db.session.scalar(
        select(Call)
        .join(Family, Family.id == Call.family_id)
        .where(Call.id == call_id, ever_in_scope(viewer, today))
    )
    reading = reading_periods.of_call(found, viewer, today) if found else None
    return (found, reading) if reading else (None, None)


def prompts(call: Call, viewer: Viewer, today: date, services: Collection[UUID] | None = None) -> Prompts:
    """What to ask about on this call. ``services``: only these of the directory; None: all that fit.

    What was signposted before the viewer's own time is asked about by those who may read of it.
    """
    family = call.family
    living = [child for child in family.children if child.died_on is None]
    current = families.homes_on([child.id for child in living], today)
    homes = [current[child.id] for child in living if child.id in current]
    councils = list(dict.fromkeys(home.council_code for home in homes if home.council_code))
    postcodes = {key: home.address.postcode for key, home in current.items() if home.address}
    places = directory.places_of([(child.first_name, postcodes.get(child.id)) for child in living])
    return Prompts(
        children=living,
        parents=[parent for parent in family.parents if parent.confirmed_at is not None],
        households=_households(homes),
        earlier=_earlier(call, viewer, today),
        services=directory.choices(councils or [family.owning_council], places, services),
        family_id=family.id,
        councils=councils,
        today=today,
    )


def afterwards(call: Call, today: date) -> Afterwards | None:
    """What was saved on a call; None while no conversation was held."""
    conversation = db.session.get(Conversation, call.id)
    if conversation is None:
        return None
    return Afterwards(
        call=call,
        conversation=conversation,
        talked=sorted(
            db.session.scalars(
                select(TalkedAbout).where(TalkedAbout.call_id == call.id).order_by(TalkedAbout.id)
            ),
            key=lambda row: list(Area).index(row.area),
        ),
        signposts=_named(select(Signpost.id).where(Signpost.call_id == call.id)),
        requests=db.session.scalars(
            select(SupportRequest).where(SupportRequest.call_id == call.id).order_by(SupportRequest.id)
        ).all(),
        next_calls=db.session.scalars(
            select(PlannedCall)
            .where(PlannedCall.family_id == call.family_id, PlannedCall.due_on >= today)
            .order_by(PlannedCall.due_on, PlannedCall.id)
            .limit(2)
        ).all(),
        caller=db.session.scalars(select(Staff.name).where(Staff.id == conversation.by_id)).one(),
    )


def _households(homes: Sequence[Home]) -> list[Household]:
    found: dict[UUID, Household] = {}
    for home in homes:
        if home.kind is HomeKind.ADDRESS and home.address and home.address.parents:
            parent = min(home.address.parents, key=lambda parent: parent.position)
            found.setdefault(home.address.id, Household(home.address, parent))
    return list(found.values())


def _earlier(call: Call, viewer: Viewer, today: date) -> list[NamedSignpost]:
    """Signposts of other calls of the family that nobody knows the end of, newest first."""
    ids = (
        select(Signpost.id)
        .where(Signpost.family_id == call.family_id, Signpost.call_id != call.id)
        .where(Signpost.category != Category.NOTHING)
    )
    waiting = [one for one in _named(ids) if not _is_settled(one.signpost)]
    reading = reading_periods.of(call.family, viewer, today) if waiting else None
    return [one for one in waiting if reading and reading.covers(one.signpost.given_on)][:MOST_EARLIER]


def _named(ids: Select[UUID]) -> list[NamedSignpost]:
    rows = db.session.execute(
        select(Signpost, Service.name)
        .outerjoin(Service, Service.id == Signpost.service_id)
        .options(selectinload(Signpost.results))
        .where(Signpost.id.in_(ids))
        .order_by(Signpost.given_on.desc(), Signpost.id)
    ).all()
    return [NamedSignpost(signpost, name or signpost.written_in) for signpost, name in rows]


def _is_settled(signpost: Signpost) -> bool:
    return bool(signpost.results) and signpost.results[-1].outcome is not SignpostOutcome.WAITING
