"""Support requests whose council is in doubt, and what was decided of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.models.family import Child, Family
from catchup.models.signpost import SupportRequest
from catchup.queries import directories, reading_periods
from catchup.queries.facts import ChildFacts
from catchup.queries.scope import Viewer, in_scope
from catchup.queries.support import council_for
from catchup.rules.councils import Split

MOST = 50
# Of so many, those are shown whose family may be read; far more than one agency has in doubt.
MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Doubt:
    """A request with the council that has it and the one the record names now; None: none can be named."""

    request: SupportRequest
    council_now: str | None

    @property
    def council_then(self) -> str | None:
        """The council that has it."""
        return self.request.council_code


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request that waits for somebody to say which council has it."""

    review: RequestReview
    request: SupportRequest
    family: Family
    child: str


def doubts(child: ChildFacts) -> list[Doubt]:
    """The requests of a child whose council is not the one that these facts name for the day received.

    Source: service policy R9.
    """
    found = []
    for request in of_child(child.id):
        council, _reason = council_for(request.kind, child, request.received_on)
        if council is None or not _same(request.council_code, council, request.received_on):
            found.append(Doubt(request, council))
    return found


def of_child(child_id: UUID) -> Sequence[SupportRequest]:
    """What was asked for a child, the first first."""
    return db.session.scalars(
        select(SupportRequest)
        .where(SupportRequest.child_id == child_id)
        .order_by(SupportRequest.received_on, SupportRequest.id)
    ).all()


def latest(request_ids: Sequence[UUID]) -> dict[UUID, RequestReview]:
    """By request, the review raised last."""
    rows = db.session.scalars(
        select(RequestReview)
        .where(RequestReview.request_id.in_(request_ids))
        .order_by(RequestReview.raised_at, RequestReview.id)
    )
    return {review.request_id: review for review in rows}


def get(request_id: UUID, family: Family) -> RequestReview | None:
    """The open review of one request of this family."""
    return db.session.scalar(
        select(RequestReview)
        .join(SupportRequest, SupportRequest.id == RequestReview.request_id)
        .where(
            SupportRequest.id == request_id,
            SupportRequest.family_id == family.id,
            RequestReview.decided_at.is_(None),
        )
    )


def of_family(family_id: UUID) -> Sequence[RequestReview]:
    """Every review of a family's requests, the first first, with the request."""
    return db.session.scalars(
        select(RequestReview)
        .join(SupportRequest, SupportRequest.id == RequestReview.request_id)
        .options(selectinload(RequestReview.request))
        .where(SupportRequest.family_id == family_id)
        .order_by(RequestReview.raised_at, RequestReview.id)
    ).all()


def waiting(viewer: Viewer, today: date) -> tuple[Sequence[Waiting], int]:
    """The open reviews in the viewer's scope, oldest first and at most 50, and how many there are."""
    rows = db.session.execute(
        select(RequestReview, SupportRequest, Family, Child.first_name)
        .join(SupportRequest, SupportRequest.id == RequestReview.request_id)
        .join(Family, Family.id == SupportRequest.family_id)
        .join(Child, Child.id == SupportRequest.child_id)
        .where(RequestReview.decided_at.is_(None), in_scope(viewer, today))
        .order_by(RequestReview.raised_at, RequestReview.id)
        .limit(MOST_LOOKED_AT)
    ).all()
    may_read = reading_periods.of_many(list({row.Family.id for row in rows}), viewer, today)
    found = [row for row in rows if (reading := may_read.get(row.Family.id)) and reading.is_open]
    return [Waiting(*row) for row in found[:MOST]], len(found)


def _same(stored: str | None, council: str, on: date) -> bool:
    """Whether two codes are one council's, on the day."""
    if stored is None:
        return False
    found = directories.councils().resolve(stored, on)
    return stored == council if isinstance(found, Split) else found == council
