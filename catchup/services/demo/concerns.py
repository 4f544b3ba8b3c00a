"""Concerns of the demo, each at another point of its way, and the numbers of invented front doors."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.concern import Concern, ConcernAlert, ConcernDecision
from catchup.models.council import Council
from catchup.models.family import Family
from catchup.queries.scope import Viewer
from catchup.rules.concerns import Alert
from catchup.rules.terms import ConcernKind, EscalationKind
from catchup.services import escalations
from catchup.services.concerns import AWAITED
from catchup.services.demo.people import KENT, SOUTH_EAST, SOUTH_YORKSHIRE


def add_front_doors(today: date) -> None:
    """Numbers kept for drama: of the agencies' councils alone, one of them checked long ago."""
    for number, code in enumerate((*SOUTH_EAST, *SOUTH_YORKSHIRE), start=500):
        db.session.execute(
            update(Council)
            .where(Council.code == code)
            .values(
                front_door_day=f"+441632960{number}",
                front_door_night=f"+441632960{number + 100}",
                front_door_checked_on=today - timedelta(days=200 if code == SOUTH_EAST[-1] else 30),
            )
        )


def wait_for_a_manager(family: Family, call_id: UUID | None, lead: Viewer) -> None:
    """Recorded just now; nobody has acknowledged it."""
    now = clock.now()
    concern = _concern(family, ConcernKind.VIOLENCE, "A parent was hurt on Saturday and asks for help.", now)
    concern.call_id, concern.recorded_by = call_id, lead.id
    db.session.add(concern)
    escalations.raise_to_manager(EscalationKind.CONCERN, family.id, call_id=call_id, by=lead)


def wait_for_the_front_door(family: Family, lead: Viewer, manager: Viewer, today: date) -> None:
    """Told some days ago; what the council decided is still to be asked."""
    at = clock.instant(today - timedelta(days=4), time(11, 20))
    _add(_concern(family, ConcernKind.CHILD, "A child did not come home for a night.", at), lead, manager)


def settle(family: Family, lead: Viewer, manager: Viewer, today: date) -> None:
    """Told, acknowledged and decided."""
    told_on = today - timedelta(days=41)
    concern = _concern(
        family,
        ConcernKind.OTHER,
        "An online contact asked for the address.",
        clock.instant(told_on, time(15)),
    )
    concern.told_reference = "EX-2041"
    _add(concern, lead, manager)
    db.session.add(
        ConcernDecision(
            concern_id=concern.id,
            decision="Advice given; no further action. The school was told.",
            decided_on=told_on + timedelta(days=1),
            recorded_at=clock.instant(told_on + timedelta(days=1), time(10)),
            recorded_by=lead.id,
        )
    )


def _add(concern: Concern, lead: Viewer, manager: Viewer) -> None:
    concern.recorded_by = lead.id
    concern.acknowledged_at = concern.recorded_at + timedelta(minutes=25)
    concern.acknowledged_by = manager.id
    db.session.add(concern)
    db.session.flush()
    db.session.add(ConcernAlert(concern_id=concern.id, alert=Alert.MANAGER, at=concern.recorded_at))


def _concern(family: Family, kind: ConcernKind, what: str, at: datetime) -> Concern:
    return Concern(
        family_id=family.id,
        child_id=family.children[0].id,
        kind=kind,
        what=what,
        heard_on=clock.london(at).date(),
        where_child_is="At home",
        council_code=KENT,
        told_at=at,
        told_who="Duty social worker, front door",
        told_reference=AWAITED,
        parent_told=True,
        recorded_at=at,
    )
