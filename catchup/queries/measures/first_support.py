"""How long after the order the first support came: M9c."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.signpost import Signpost, SupportRequest
from catchup.queries import first_orders
from catchup.queries.measures.tally import Event, Tally, Year, band, only
from catchup.rules.calendar import add_months, quarter_of
from catchup.rules.measures import Counts
from catchup.rules.terms import Category

MONTHS = (12, 24, 36)


def count(tally: Tally, year: Year) -> None:
    """M9c."""
    tally.add_all(events(year, tally))


def events(year: Year, tally: Tally) -> Iterator[Event]:
    """Of each family the first conversation that brought a suggestion or a support request."""
    statement = (
        select(Call.family_id, Call.held_on, Call.held_council)
        .join(Conversation, Conversation.call_id == Call.id)
        .where(Call.held_on.between(year.first_on, year.last_on), first_with_support())
    )
    found = db.session.execute(only(statement, Call.held_council, tally)).all()
    orders = first_orders.of_families([family_id for family_id, _, _ in found])
    for family_id, held_on, council in found:
        if family_id in orders:
            months, quarter = whole_months(orders[family_id], held_on), quarter_of(held_on)
            yield Event("M9c", council, quarter, Counts(months, 1), (family_id,))
            part = ("months", band(months, MONTHS))
            yield Event("M9c", council, quarter, Counts(1), (family_id,), part)


def whole_months(since: date, until: date) -> int:
    """Whole calendar months between two days, at least 0."""
    months = max(12 * (until.year - since.year) + until.month - since.month, 0)
    return months - 1 if months and add_months(since, months) > until else months


def first_with_support() -> ColumnElement[bool]:
    """A condition on ``Call`` and ``Conversation``: the first of the family that brought any support."""
    call, said = aliased(Call), aliased(Conversation)
    earlier = exists().where(
        call.family_id == Call.family_id,
        call.held_on.is_not(None),
        said.call_id == call.id,
        or_(
            said.held_at < Conversation.held_at,
            and_(said.held_at == Conversation.held_at, said.call_id < Conversation.call_id),
        ),
        _brought_support(call),
    )
    return and_(_brought_support(Call), ~earlier)


def _brought_support(call: type[Call]) -> ColumnElement[bool]:
    # A request is looked for among its family's, which have an index.
    return or_(
        exists().where(Signpost.call_id == call.id, Signpost.category != Category.NOTHING),
        exists().where(SupportRequest.family_id == call.family_id, SupportRequest.call_id == call.id),
    )
