"""Who is away, and who stands in meanwhile. The caller commits."""

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.workload import StaffAbsence
from catchup.queries import families, workload
from catchup.queries.scope import Viewer
from catchup.rules import workload as rule
from catchup.rules.calendar import in_words
from catchup.rules.workload import Absence, Away
from catchup.services import audit
from catchup.services.audit import Seen


class RefusedError(Exception):
    """An absence that cannot be recorded so. The text is a sentence for whoever entered it."""

    def __init__(self, why: Away, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class AlreadyEndedError(Exception):
    """Somebody else has ended the absence meanwhile."""


def record(staff: Staff, from_on: date, until_on: date, cover_id: UUID | None, by: Viewer) -> StaffAbsence:
    """Somebody is away, both days included; their calls are in the queue of ``cover_id`` meanwhile.

    Raises RefusedError. Source: service policy.
    """
    people = {staff.id, cover_id} - {None}
    # Of two managers who make two people each other's cover at one time, the second finds the first's.
    locked = select(Staff.id).where(Staff.id.in_(people)).order_by(Staff.id).with_for_update()
    db.session.execute(locked).all()
    if cover_id and cover_id not in {one.id for one in workload.may_ring(by)}:
        raise RefusedError(Away.COVER_AWAY, _("Choose somebody who can sign in and rings families."))
    new = Absence(staff.id, from_on, until_on, cover_id)
    found = rule.refused(new, _known(people), clock.today())
    if found is not None:
        raise RefusedError(found[0], _sentence(*found))
    made = StaffAbsence(
        staff_id=staff.id,
        from_on=from_on,
        until_on=until_on,
        cover_id=cover_id,
        recorded_at=clock.now(),
        recorded_by=by.id,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(by, Seen("absence.record", "staff", staff.id))
    return made


def end(absence: StaffAbsence, by: Viewer) -> None:
    """Somebody is back, or does not go after all: nobody stands in from now on. Raises AlreadyEndedError."""
    db.session.refresh(absence, with_for_update=True)
    if absence.ended_at is not None:
        raise AlreadyEndedError
    absence.ended_at, absence.ended_by = clock.now(), by.id
    audit.record(by, Seen("absence.end", "staff", absence.staff_id))


def _known(people: set[UUID | None]) -> list[Absence]:
    rows = db.session.execute(
        select(StaffAbsence.staff_id, StaffAbsence.from_on, StaffAbsence.until_on, StaffAbsence.cover_id)
        .where(
            or_(StaffAbsence.staff_id.in_(people), StaffAbsence.cover_id.in_(people)),
            StaffAbsence.ended_at.is_(None),
        )
        .order_by(StaffAbsence.from_on, StaffAbsence.id)
    )
    return [Absence(*row) for row in rows]


def _sentence(why: Away, other: Absence) -> str:
    name = families.names([other.staff_id])[other.staff_id]
    told = {"name": name, "first": in_words(other.from_on), "last": in_words(other.until_on)}
    sentences: dict[Away, str] = {
        Away.ENDS_BEFORE: _("The last day must be on or after the first"),
        Away.OVER: _("The last day must be today or later"),
        Away.SAME_PERSON: _("Choose somebody else: nobody stands in for themselves"),
        Away.OVERLAPS: _("%(name)s is away already from %(first)s until %(last)s", **told),
        Away.COVER_AWAY: _(
            "%(name)s cannot stand in: they are away themselves from %(first)s until %(last)s", **told
        ),
        Away.COVERS_SOMEBODY: _(
            "They stand in for %(name)s from %(first)s until %(last)s. Name somebody else for that first",
            **told,
        ),
    }
    return sentences[why]
