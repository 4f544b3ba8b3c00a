"""Support requests whose council is in doubt: asking a person, and what that person decides.

A request never moves by itself. Source: service policy R9.
"""

from uuid import UUID

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.models.signpost import SupportRequest
from catchup.queries import directories, request_reviews
from catchup.queries.facts import ChildFacts
from catchup.queries.request_reviews import Doubt
from catchup.queries.scope import Viewer
from catchup.rules.calendar import in_words
from catchup.rules.terms import RequestReviewed
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError


def ask(made: SupportRequest, by: Viewer | None) -> RequestReview:
    """Ask a manager about a request for which no council could be named on the day it was received."""
    return _raise(Doubt(made, None), by)


def look_again(child: ChildFacts, by: Viewer | None, correction_id: UUID | None = None) -> None:
    """Hold a child's requests against what the facts say now, and ask about each that is in doubt.

    What somebody decided with the same answer in sight is not asked again. An open question follows the
    facts, and ends where they agree again with the council that has the request.
    """
    doubts = {doubt.request.id: doubt for doubt in request_reviews.doubts(child)}
    requests = {made.id: made for made in request_reviews.of_child(child.id)}
    reviews = request_reviews.latest(list(requests))
    for request_id, made in requests.items():
        doubt, review = doubts.get(request_id), reviews.get(request_id)
        if review is not None and review.decided_at is None:
            _follow(review, made, doubt, by, correction_id)
        elif doubt is not None and (review is None or review.council_now != doubt.council_now):
            _raise(doubt, by, correction_id)


def decide(
    review: RequestReview, decided: RequestReviewed, council: str | None, reason: str, by: Viewer
) -> None:
    """A manager says that a request stays, or goes to ``council``, and why.

    Raises PermissionError for anybody else, ValueError for a council that is missing or has the request
    already, ChangedMeanwhileError where somebody else was quicker.
    """
    if not by.manages:
        raise PermissionError("Only a manager decides which council has a request.")
    made = review.request
    if decided is RequestReviewed.STAYS:
        council = made.council_code
    if council is None or (decided is RequestReviewed.MOVED and council == made.council_code):
        raise ValueError("A request goes to a council, and to another one than has it.")
    _close(review, decided, council, reason, by)
    if decided is RequestReviewed.MOVED:
        name, on = directories.councils().name(council), in_words(clock.today())
        made.council_code = council
        made.council_reason = f"{name} is asked, because a manager decided so on {on}."
    audit.record(by, Seen("request_review.decide", "support_request", made.id, made.family_id, council))


def _raise(doubt: Doubt, by: Viewer | None, correction_id: UUID | None = None) -> RequestReview:
    made = doubt.request
    review = RequestReview(
        request_id=made.id,
        correction_id=correction_id,
        raised_at=clock.now(),
        council_then=made.council_code,
        council_now=doubt.council_now,
    )
    db.session.add(review)
    db.session.flush()
    seen = Seen("request_review.raise", "support_request", made.id, made.family_id, made.council_code)
    audit.record(by, seen)
    return review


def _follow(
    review: RequestReview,
    made: SupportRequest,
    doubt: Doubt | None,
    by: Viewer | None,
    correction_id: UUID | None,
) -> None:
    if doubt is None:
        reason = "What is known of the child names this council again."
        _close(review, RequestReviewed.STAYS, made.council_code, reason, by)
        audit.record(by, Seen("request_review.settle", "support_request", made.id, made.family_id))
    elif review.council_now != doubt.council_now:
        review.council_now = doubt.council_now
        review.correction_id = correction_id or review.correction_id
        audit.record(by, Seen("request_review.rework", "support_request", made.id, made.family_id))


def _close(
    review: RequestReview, decided: RequestReviewed, council: str | None, reason: str, by: Viewer | None
) -> None:
    """One conditional UPDATE: of two people who decide at once the second is told."""
    taken = db.session.scalar(
        update(RequestReview)
        .where(RequestReview.id == review.id, RequestReview.decided_at.is_(None))
        .values(decided_at=clock.now(), decided=decided)
        .returning(RequestReview.id),
        execution_options={"synchronize_session": False},
    )
    if taken is None:
        raise ChangedMeanwhileError
    db.session.refresh(review)
    review.decided_council = council
    review.decided_by = by.id if by else None
    review.reason = reason
