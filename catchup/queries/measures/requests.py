"""Requests for extra support and how long they took: M7b, M7c, M8."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, func, select

from catchup.extensions import db
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries.measures.tally import Event, Tally, Year, band, only
from catchup.rules.calendar import quarter_of
from catchup.rules.measures import Counts
from catchup.rules.terms import SupportStep

DAYS = (29, 57, 85)


def count(tally: Tally, year: Year) -> None:
    """M7b, M7c and M8."""
    tally.add_all(events(year, tally))


def events(year: Year, tally: Tally) -> Iterator[Event]:
    """The requests received in a year. The earliest day of each step counts."""
    step = SupportRequestStep

    def first(*steps: SupportStep) -> ColumnElement[date]:
        return func.min(step.on).filter(step.step.in_(steps))

    statement = (
        select(
            SupportRequest.family_id,
            SupportRequest.council_code,
            SupportRequest.received_on,
            SupportRequest.kind,
            first(SupportStep.DECIDED, SupportStep.REFUSED),
            first(SupportStep.DECIDED),
            first(SupportStep.STARTED),
            func.count().filter(step.step == SupportStep.REFUSED),
        )
        .outerjoin(step, step.request_id == SupportRequest.id)
        .where(SupportRequest.received_on.between(year.first_on, year.last_on))
        .group_by(SupportRequest.id)
    )
    for (
        family_id,
        council,
        received_on,
        kind,
        answered_on,
        agreed_on,
        started_on,
        refused,
    ) in db.session.execute(only(statement, SupportRequest.council_code, tally)):
        quarter, whose = quarter_of(received_on), (family_id,)
        yield Event("M8", council, quarter, Counts(1), whose)
        yield Event("M8", council, quarter, Counts(1), whose, ("kind", kind.value))
        spans = [("M7b", received_on, answered_on)]
        if agreed_on and (started_on or not refused):
            spans.append(("M7c", agreed_on, started_on))
        for code, since, until in spans:
            if until is None:
                yield Event(code, council, quarter, Counts(0, 0, 1), whose)
                continue
            days = max((until - since).days, 0)
            yield Event(code, council, quarter, Counts(days, 1), whose)
            yield Event(code, council, quarter, Counts(1), whose, ("days", band(days, DAYS)))
