"""Pointing a family to a service, and writing down what came of it. Results are added, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.directory import Service
from catchup.models.signpost import Signpost, SignpostResult
from catchup.queries import responsibility
from catchup.queries.facts import FamilyFacts
from catchup.queries.scope import Viewer
from catchup.rules.terms import Barrier, Category, SignpostOutcome
from catchup.services import audit
from catchup.services.audit import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignpost:
    """One service spoken of: from the directory, or written in. ``child_id`` None: for the whole family."""

    category: Category
    agreed: bool
    service_id: UUID | None = None
    written_in: str | None = None
    child_id: UUID | None = None
    why: str | None = None


def give(call: Call, new: NewSignpost, family: FamilyFacts, on: date, by: Viewer) -> Signpost:
    """Add a signpost to a call, under the council responsible that day for its child, or for the youngest.

    Source: service policy, section 5 and M7.
    """
    child = next((child for child in family.children if child.id == new.child_id), family.youngest)
    signpost = Signpost(
        family_id=call.family_id,
        call_id=call.id,
        child_id=new.child_id,
        service_id=new.service_id,
        written_in=new.written_in,
        category=new.category,
        why=new.why,
        agreed=new.agreed,
        given_on=on,
        council_code=responsibility.council_on(responsibility.timeline_of(child), on) if child else None,
        given_by=by.id,
    )
    db.session.add(signpost)
    return signpost


def link(signposts: Iterable[Signpost], service: Service, by: Viewer) -> None:
    """Let signposts that wrote a service in point to its entry; what was written in stays beside it."""
    for signpost in signposts:
        signpost.service_id = service.id
        audit.record(by, Seen("signpost.link", "signpost", signpost.id, signpost.family_id))


def add_result(
    signpost: Signpost, outcome: SignpostOutcome, barrier: Barrier | None, known_on: date, by: Viewer
) -> SignpostResult:
    """Add what came of a signpost, as known on a day. Raises ValueError where the barrier does not fit.

    Source: service policy, section 5 (signposts).
    """
    if (outcome is SignpostOutcome.NOT_TAKEN_UP) != (barrier is not None):
        raise ValueError("Help that was not taken up has a barrier, and other help has none.")
    result = SignpostResult(
        signpost_id=signpost.id,
        outcome=outcome,
        barrier=barrier,
        recorded_at=clock.now(),
        known_on=known_on,
        recorded_by=by.id,
    )
    db.session.add(result)
    audit.record(by, Seen("signpost.result", "signpost", signpost.id, signpost.family_id))
    return result
