"""Extra support asked for: the council to ask for it, and the requests somebody waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.models.family import Child, Family, Stop
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.models.staff import Staff
from catchup.queries import directories, responsibility
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer, in_scope
from catchup.rules import support as rule
from catchup.rules.calendar import in_words
from catchup.rules.councils import Split
from catchup.rules.terms import Matter, SupportKind, SupportStep

MOST = 50
# In an address: the requests that no council could be named for.
UNDECIDED = "undecided"

# Life story work and whatever has no name of its own are adoption support services like the first (C).
MATTERS = MappingProxyType(
    {
        SupportKind.ASSESSMENT: Matter.ASSESSMENT,
        SupportKind.THERAPY_FUND: Matter.THERAPY_FUND,
        SupportKind.FAMILY_HELP: Matter.FAMILY_HELP,
        SupportKind.LIFE_STORY: Matter.ASSESSMENT,
        SupportKind.OTHER: Matter.ASSESSMENT,
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The council to ask for these children and kinds of support, and why; None where it needs a decision."""

    children: tuple[UUID, ...]
    kinds: tuple[SupportKind, ...]
    council: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class View:
    """Which requests are looked at. ``state`` None: those under way; ``after``: the last one seen."""

    team: bool = False
    state: SupportStep | None = None
    council: str | None = None
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One request with what tells it from another. ``in_doubt``: a manager is to say which council has it."""

    request: SupportRequest
    family: str
    child: str
    lead: str | None
    state: SupportStep
    state_since: date
    stopped: bool
    in_doubt: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Requests oldest first, at most 50, and the councils there are to choose from."""

    rows: Sequence[Row]
    councils: Sequence[tuple[str, str]]
    has_undecided: bool
    next_after: UUID | None

    @property
    def families(self) -> tuple[UUID, ...]:
        """Every family on the page, once."""
        return tuple(dict.fromkeys(row.request.family_id for row in self.rows))


def council_for(kind: SupportKind, child: ChildFacts, on: date) -> tuple[str | None, str]:
    """The council to ask on a day and why, in one sentence; no council where somebody must decide.

    Source: service policy R9.
    """
    council = responsibility.matter_council(MATTERS[kind], child, on)
    if MATTERS[kind] is Matter.FAMILY_HELP:
        if council is None:
            return None, f"A decision is needed: it is not known where the child lives on {in_words(on)}."
        name = directories.councils().name(council)
        return council, f"{name} is asked, because the child lives there on {in_words(on)}."
    answer = responsibility.of_child(child, on)
    if answer is None:
        return None, "A decision is needed, because the child’s adoption order is not known."
    return council, answer.reason


def proposals(children: Sequence[ChildFacts], on: date) -> list[Proposal]:
    """For every child and kind of support the council of a day; those with one answer stand together.

    Source: service policy R9.
    """
    together: dict[tuple[tuple[SupportKind, ...], str | None, str], list[UUID]] = {}
    for child in children:
        alike: dict[tuple[str | None, str], list[SupportKind]] = {}
        for kind in SupportKind:
            alike.setdefault(council_for(kind, child, on), []).append(kind)
        for (council, reason), kinds in alike.items():
            together.setdefault((tuple(kinds), council, reason), []).append(child.id)
    return [
        Proposal(tuple(ids), kinds, council, reason) for (kinds, council, reason), ids in together.items()
    ]


def worklist(viewer: Viewer, view: View, today: date) -> Page:
    """One page of the requests in the viewer's scope, the one received first at the top."""
    mine = in_scope(viewer, today)
    if not view.team:
        mine = and_(mine, Family.lead_id == viewer.id)
    codes = db.session.scalars(
        select(SupportRequest.council_code)
        .join(Family, Family.id == SupportRequest.family_id)
        .where(mine)
        .distinct()
    ).all()
    current = {code: _current(code, today) for code in codes if code}
    names = directories.councils()
    statement = (
        select(SupportRequest, Family, Child.first_name, Staff.name)
        .join(Family, Family.id == SupportRequest.family_id)
        .join(Child, Child.id == SupportRequest.child_id)
        .outerjoin(Staff, Staff.id == Family.lead_id)
        .options(selectinload(SupportRequest.steps))
        .where(mine, _stands(view.state))
        .order_by(SupportRequest.received_on, SupportRequest.id)
        .limit(MOST + 1)
    )
    if view.council == UNDECIDED:
        statement = statement.where(SupportRequest.council_code.is_(None))
    elif view.council:
        asked = [code for code, now in current.items() if now == view.council]
        statement = statement.where(SupportRequest.council_code.in_(asked))
    if view.after and (beyond := _place(view.after, mine)):
        statement = statement.where(tuple_(SupportRequest.received_on, SupportRequest.id) > beyond)
    found = db.session.execute(statement).all()
    stopped = _stopped([family.id for _request, family, _child, _lead in found])
    doubtful = _in_doubt([request.id for request, *_rest in found])
    rows = [
        _row(request, family, child, lead, stopped=family.id in stopped, in_doubt=request.id in doubtful)
        for request, family, child, lead in found[:MOST]
    ]
    return Page(
        rows=rows,
        councils=sorted(((code, names.name(code)) for code in set(current.values())), key=lambda one: one[1]),
        has_undecided=None in codes,
        next_after=rows[-1].request.id if len(found) > MOST else None,
    )


def of_family(family: Family) -> Sequence[SupportRequest]:
    """What was asked for a family, the newest first, with the steps of each."""
    return db.session.scalars(
        select(SupportRequest)
        .options(selectinload(SupportRequest.steps))
        .where(SupportRequest.family_id == family.id)
        .order_by(SupportRequest.received_on.desc(), SupportRequest.id)
    ).all()


def _row(
    request: SupportRequest, family: Family, child: str, lead: str | None, *, stopped: bool, in_doubt: bool
) -> Row:
    last = rule.latest(request.steps)
    return Row(request, family.name, child, lead, last.step, last.on, stopped, in_doubt)


def under_way() -> ColumnElement[bool]:
    """A condition on ``SupportRequest``: those that are not refused and of which more is to come."""
    return _stands(None)


def _stands(state: SupportStep | None) -> ColumnElement[bool]:
    """A request stands at the furthest of its steps."""
    if state is None:
        return or_(*(_stands(one) for one in rule.UNDER_WAY))
    order = list(SupportStep)
    further = order[order.index(state) + 1 :]
    return and_(_has(state), *(~_has(one) for one in further))


def _has(step: SupportStep) -> ColumnElement[bool]:
    return exists().where(SupportRequestStep.request_id == SupportRequest.id, SupportRequestStep.step == step)


def _place(request_id: UUID, mine: ColumnElement[bool]) -> tuple[date, UUID] | None:
    row = db.session.execute(
        select(SupportRequest.received_on, SupportRequest.id)
        .join(Family, Family.id == SupportRequest.family_id)
        .where(SupportRequest.id == request_id, mine)
    ).one_or_none()
    return (row.received_on, row.id) if row else None


def _stopped(family_ids: Sequence[UUID]) -> set[UUID]:
    return set(
        db.session.scalars(
            select(Stop.family_id).where(Stop.family_id.in_(family_ids), Stop.lifted_at.is_(None))
        )
    )


def _in_doubt(request_ids: Sequence[UUID]) -> set[UUID]:
    return set(
        db.session.scalars(
            select(RequestReview.request_id).where(
                RequestReview.request_id.in_(request_ids), RequestReview.decided_at.is_(None)
            )
        )
    )


def _current(code: str, today: date) -> str:
    """The code that a council has today; its own where several have followed it."""
    found = directories.councils().resolve(code, today)
    return code if isinstance(found, Split) else found
