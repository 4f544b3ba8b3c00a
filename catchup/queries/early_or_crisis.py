"""Need at the call by the time since the order: whether families are heard of early, or in crisis."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Label, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.family import Child
from catchup.models.order import AdoptionOrder, RecordedOrder
from catchup.queries import reports
from catchup.rules.calendar import financial_year_days
from catchup.rules.early_or_crisis import Since, since_order
from catchup.rules.terms import Need

HARD = (Need.HIGH, Need.CRISIS)


@dataclass(frozen=True, slots=True)
class Band:
    """Conversations of one time since the order by need, and the families first heard of in it."""

    needs: Mapping[Need, int]
    first_heard: int
    in_crisis: int

    @property
    def held(self) -> int:
        """Conversations."""
        return sum(self.needs.values())

    @property
    def hard(self) -> int:
        """Those of them with high need or crisis."""
        return sum(self.needs.get(need, 0) for need in HARD)


@dataclass(frozen=True, slots=True)
class EarlyOrCrisis:
    """A year by time since the order. ``no_order``: conversations with families no order is known of."""

    bands: Mapping[Since, Band]
    whole: Band
    no_order: int


def of_year(year: str, as_of: date, councils: Collection[str] | None) -> EarlyOrCrisis:
    """The conversations of a year under these councils, by any of their codes; None: under all, and none.

    A conversation nobody noted a need of is not among them. Raises ValueError for a year that is none.
    """
    first_on, last_on = financial_year_days(year)
    statement = (
        select(_first_order(), Call.held_on, Conversation.need, func.count())
        .join(Conversation, Conversation.call_id == Call.id)
        .where(Call.held_on.between(first_on, min(last_on, as_of)))
        .group_by("first_on", Call.held_on, Conversation.need)
    )
    first = (
        select(_first_order(), Call.held_on, Conversation.need, func.count())
        .join(Conversation, Conversation.call_id == Call.id)
        .where(
            Call.held_on.between(first_on, min(last_on, as_of)),
            Conversation.need != Need.NONE,
            ~_heard_before(),
        )
        .group_by("first_on", Call.held_on, Conversation.need)
    )
    if councils is not None:
        mine = Call.held_council.in_(reports.codes_of(councils, last_on))
        statement, first = statement.where(mine), first.where(mine)
    needs, heard = Counter[tuple[Since | None, Need]](), Counter[tuple[Since | None, Need]]()
    for rows, counted in ((statement, needs), (first, heard)):
        for made_on, on, need, count in db.session.execute(rows):
            counted[since_order(made_on, on) if made_on else None, need] += count
    return EarlyOrCrisis(
        bands={band: _band(needs, heard, (band,)) for band in Since},
        whole=_band(needs, heard, tuple(Since)),
        no_order=sum(count for (band, _), count in needs.items() if band is None),
    )


def _band(
    needs: Mapping[tuple[Since | None, Need], int],
    heard: Mapping[tuple[Since | None, Need], int],
    bands: Collection[Since],
) -> Band:
    return Band(
        needs={need: sum(needs.get((band, need), 0) for band in bands) for need in Need},
        first_heard=sum(count for (band, _), count in heard.items() if band in bands),
        in_crisis=sum(heard.get((band, Need.CRISIS), 0) for band in bands),
    )


def _first_order() -> Label[Any]:
    """A family's first order: the one its agency recorded, else the first the family has."""
    recorded = (
        select(func.min(RecordedOrder.made_on))
        .where(RecordedOrder.family_id == Call.family_id)
        .scalar_subquery()
    )
    own = (
        select(func.min(AdoptionOrder.made_on))
        .join(Child, Child.id == AdoptionOrder.child_id)
        .where(Child.family_id == Call.family_id, AdoptionOrder.superseded_at.is_(None))
        .scalar_subquery()
    )
    return func.coalesce(recorded, own).label("first_on")


def _heard_before() -> ColumnElement[bool]:
    """Whether there was an earlier conversation with a need above none, by its instant and the call's id."""
    call, said = aliased(Call), aliased(Conversation)
    return exists().where(
        call.family_id == Call.family_id,
        said.call_id == call.id,
        said.need != Need.NONE,
        or_(
            said.held_at < Conversation.held_at,
            and_(said.held_at == Conversation.held_at, said.call_id < Conversation.call_id),
        ),
    )
