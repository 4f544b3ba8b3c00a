"""Conversations, how long they took and the need in them: M9, M9b, M13b, M13c."""

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.queries.measures.tally import QUARTER, Tally, Year, in_quarter, only
from catchup.rules.measures import Counts
from catchup.rules.terms import Need

PRESSING = frozenset({Need.HIGH, Need.CRISIS})


def count(tally: Tally, year: Year) -> None:
    """M9, with how many had each need, M13b and M13c."""
    statement = (
        select(
            Call.held_council,
            in_quarter(Call.held_on, year),
            Conversation.need,
            func.count(),
            func.sum(Conversation.minutes),
        )
        .outerjoin(Conversation, Conversation.call_id == Call.id)
        .where(Call.held_on.between(year.first_on, year.last_on))
        .group_by(Call.held_council, QUARTER, Conversation.need)
    )
    for council, quarter, need, held, minutes in db.session.execute(
        only(statement, Call.held_council, tally)
    ):
        tally.add("M9", council, quarter, Counts(held if need in PRESSING else 0, held))
        if need is not None:
            tally.add("M9", council, quarter, Counts(held), ("need", need.value))
        tally.add("M13b", council, quarter, Counts(held))
        tally.add("M13c", council, quarter, Counts(int(minutes or 0)))


def count_first_heard(tally: Tally, year: Year) -> None:
    """M9b: of each family the first conversation with any need."""
    statement = (
        select(
            Call.held_council,
            in_quarter(Call.held_on, year),
            func.count().filter(Conversation.need == Need.CRISIS),
            func.count(),
        )
        .join(Conversation, Conversation.call_id == Call.id)
        .where(Call.held_on.between(year.first_on, year.last_on), first_with_need())
        .group_by(Call.held_council, QUARTER)
    )
    for council, quarter, above, below in db.session.execute(only(statement, Call.held_council, tally)):
        tally.add("M9b", council, quarter, Counts(above, below))


def first_with_need() -> ColumnElement[bool]:
    """A condition on ``Call`` and ``Conversation``: the first of the family with a need above none."""
    call, said = aliased(Call), aliased(Conversation)
    earlier = exists().where(
        call.family_id == Call.family_id,
        call.held_on.is_not(None),
        said.call_id == call.id,
        said.need != Need.NONE,
        or_(
            said.held_at < Conversation.held_at,
            and_(said.held_at == Conversation.held_at, said.call_id < Conversation.call_id),
        ),
    )
    return and_(Conversation.need != Need.NONE, ~earlier)
