"""What happens to families that measures count: conversations, requests, handovers, joining and leaving."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import insert, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Conversation
from catchup.models.ending import LeavingReason
from catchup.models.family import Family, Membership
from catchup.models.handover import Handover, HandoverStep
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.models.staff import Staff
from catchup.queries import reports
from catchup.rules.leaving import Leaving
from catchup.rules.terms import (
    HandoverKind,
    HandoverReason,
    HandoverStepKind,
    Need,
    SupportKind,
    SupportStep,
)
from catchup.services import families
from tests.factories.events import a_call, a_quiet_family, at_noon, held
from tests.factories.families import KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

YEAR = "2025-26"
LATER = date(2026, 9, 1)  # when all of the year is known


def counted(
    code: str, council: str | None, quarter: int | None = None, *, as_of: date = LATER, **dimension: str
) -> tuple[int, int | None, int]:
    """Numerator, denominator, unknown of one cell of the report of all councils; zeros where it has none."""
    for row in reports.of_year("test", YEAR, as_of, codes=[code]).rows:
        where = (row.code, row.council, row.quarter, dict(row.dimension or {}))
        if where == (code, council, quarter, dimension):
            return row.numerator, row.denominator, row.unknown
    return 0, 0, 0


def a_conversation(family: Family, by: Staff, on: date, need: Need, minutes: int | None = None) -> UUID:
    """A call held on a day."""
    call_id = a_call(family, on, **held(on))
    db.session.execute(
        insert(Conversation).values(
            call_id=call_id,
            held_at=at_noon(on),
            by_id=by.id,
            free_to_talk=True,
            identity_checked=True,
            need=need,
            concern=False,
            minutes=minutes,
        )
    )
    db.session.commit()
    return call_id


def a_request(
    family: Family,
    by: Staff,
    received_on: date,
    *steps: tuple[SupportStep, date],
    call_id: UUID | None = None,
) -> None:
    """A therapy fund application, and how far it came."""
    request = SupportRequest(
        family_id=family.id,
        child_id=family.children[0].id,
        call_id=call_id,
        kind=SupportKind.THERAPY_FUND,
        received_on=received_on,
        council_code=KENT,
        council_reason="Invented.",
        recorded_by=by.id,
    )
    for step, on in ((SupportStep.RECEIVED, received_on), *steps):
        request.steps.append(SupportRequestStep(step=step, on=on, recorded_at=at_noon(on), recorded_by=by.id))
    db.session.add(request)
    db.session.commit()


def a_due_handover(
    change_on: date, kind: HandoverKind = HandoverKind.FULL, to_council: str | None = MEDWAY
) -> Handover:
    """A handover of a family of its own, without steps."""
    family = a_quiet_family()
    handover = Handover(
        family_id=family.id,
        child_id=family.children[0].id,
        change_on=change_on,
        from_council=KENT,
        to_council=to_council,
        reason=HandoverReason.THREE_YEARS,
        why="Invented.",
        kind=kind,
        planned_on=change_on - timedelta(days=180),
    )
    db.session.add(handover)
    db.session.commit()
    return handover


def a_step(handover: Handover, kind: HandoverStepKind, on: date, council: str | None = MEDWAY) -> None:
    handover.steps.append(HandoverStep(step=kind, at=at_noon(on), on=on, council_code=council))
    db.session.commit()


def a_family_of(accepted_on: date, left_on: date | None = None, reason: Leaving | None = None) -> Family:
    """A family placed by Kent that joined, and maybe left."""
    clock.move_to(accepted_on)
    lead = staff_member(councils=(KENT,))
    family = a_family([a_child(accepted_on - timedelta(days=30))], accepted_on=accepted_on, lead=lead)
    if left_on:
        clock.move_to(left_on)
        families.leave(family, left_on, None, a_viewer(lead))
        db.session.flush()
        membership = db.session.scalars(select(Membership).where(Membership.family_id == family.id)).one()
        known = db.session.get(LeavingReason, membership.id)
        if known is not None:
            db.session.delete(known)
            db.session.flush()
        if reason:
            db.session.add(
                LeavingReason(membership_id=membership.id, reason=reason, recorded_at=at_noon(left_on))
            )
    db.session.commit()
    return family
