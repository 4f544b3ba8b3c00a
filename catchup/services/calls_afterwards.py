"""Whether we go on ringing a family whose new council is outside the agency, and when we stop.

Until it says otherwise nothing changes: its lead rings on. The caller commits. Source: service policy R21.
"""

from datetime import date
from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.handover_notice import CallsAfterwards
from catchup.queries import calls_afterwards as queries
from catchup.queries.scope import Viewer
from catchup.rules.terms import Afterwards
from catchup.services import audit, families
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts


def record(
    handover: Handover,
    answer: Afterwards,
    by: Viewer,
    *,
    their_scheme_from_on: date | None = None,
    note: str | None = None,
) -> None:
    """Write down what the family said; where its day has come already, our calls end today."""
    db.session.add(
        CallsAfterwards(
            family_id=handover.family_id,
            handover_id=handover.id,
            answer=answer,
            their_scheme_from_on=their_scheme_from_on,
            note=note,
            recorded_at=clock.now(),
            recorded_by=by.id,
        )
    )
    audit.record(by, Seen("family.calls_afterwards", "handover", handover.id, handover.family_id))
    db.session.flush()
    _end(clock.today(), by, handover.family_id)


def end_due(on: date) -> Counts:
    """End our calls for every family whose day has come. Safe to repeat: it has left then."""
    ended = _end(on, None)
    return Counts(changed={"rung_elsewhere": ended} if ended else {})


def _end(on: date, by: Viewer | None, family_id: UUID | None = None) -> int:
    only = () if family_id is None else (Family.id == family_id,)
    due = queries.ending(on, *only)
    for family, said in due:
        scheme_on = said.their_scheme_from_on
        by_scheme = scheme_on is not None and scheme_on <= on
        reason = (
            f"Their own agency’s scheme rings from {scheme_on:%-d %B %Y}."
            if by_scheme
            else "Their council is outside the agency now, and they asked us to stop."
        )
        families.leave(family, on, reason, by)
    return len(due)
