"""Who rings a family once its council is outside the agency: what was asked, and what they said.

Source: service policy R21.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family, Lead, Membership, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.handover_notice import CallsAfterwards
from catchup.models.staff import Staff
from catchup.queries import directories, handover_standing
from catchup.rules.terms import Afterwards, HandoverStepKind


@dataclass(frozen=True, slots=True)
class Answered:
    """What the family said, and to whom."""

    row: CallsAfterwards
    by: str


@dataclass(frozen=True, slots=True)
class Rang:
    """Somebody who rings, or rang, a family."""

    lead: Lead
    name: str


def leaves_agency(one: Handover) -> bool:
    """Whether the council that takes over is outside every agency that the record's council belongs to.

    A council that belongs to none has no agency to leave.
    """
    if one.to_council is None:
        return False
    pairs = [
        (agency, handover_standing.code_now(code))
        for agency, code in directories.agency_councils(one.change_on)
    ]
    owner = handover_standing.code_now(one.family.owning_council)
    ours = {agency for agency, code in pairs if code == owner}
    members = {code for agency, code in pairs if agency in ours}
    return bool(ours) and handover_standing.code_now(one.to_council) not in members


def to_ask(family: Family) -> Handover | None:
    """The handover about which a family has still to be asked whether we go on, if there is any."""
    if family_answers(family) or _is_away(family):
        return None
    not_needed = exists().where(
        HandoverStep.handover_id == Handover.id, HandoverStep.step == HandoverStepKind.NOT_NEEDED
    )
    rows = db.session.scalars(
        select(Handover)
        .where(Handover.family_id == family.id, Handover.withdrawn_at.is_(None), ~not_needed)
        .order_by(Handover.change_on, Handover.id)
    )
    return next((one for one in rows if leaves_agency(one)), None)


def family_answers(family: Family) -> Sequence[Answered]:
    """What a family has said, the newest first; nothing of a time in the scheme that is over."""
    rows = db.session.execute(
        select(CallsAfterwards, Staff.name)
        .join(Staff, Staff.id == CallsAfterwards.recorded_by)
        .where(CallsAfterwards.family_id == family.id)
        .order_by(CallsAfterwards.recorded_at.desc(), CallsAfterwards.id)
    )
    over_on = max((one.left_on for one in family.memberships if one.left_on), default=None)
    return [
        Answered(row, name)
        for row, name in rows
        if over_on is None or clock.london(row.recorded_at).date() > over_on
    ]


def rings_on(family: Family) -> bool:
    """Whether we go on ringing: the family is in the scheme, and has not said when we are to stop."""
    if all(one.left_on is not None for one in family.memberships):
        return False
    said = [answered.row for answered in family_answers(family)][:1]
    return all(one.answer is Afterwards.GO_ON and one.their_scheme_from_on is None for one in said)


def who_rang(family: Family) -> list[Rang]:
    """Who rings a family and who rang it before, the newest first."""
    rows = db.session.execute(
        select(Lead, Staff.name)
        .join(Staff, Staff.id == Lead.staff_id)
        .where(Lead.family_id == family.id)
        .order_by(Lead.from_at.desc(), Lead.id)
    )
    return [Rang(lead, name) for lead, name in rows]


def ending(on: date, *conditions: ColumnElement[bool]) -> list[tuple[Family, CallsAfterwards]]:
    """Families in the scheme, and not stopped, that asked us to stop or whose own scheme rings, by a day."""
    stopped = exists().where(Stop.family_id == Family.id, Stop.lifted_at.is_(None))
    joined = exists().where(Membership.family_id == Family.id, Membership.left_on.is_(None))
    said = (
        select(CallsAfterwards.family_id)
        .join(Handover, Handover.id == CallsAfterwards.handover_id)
        .where(
            or_(
                CallsAfterwards.their_scheme_from_on <= on,
                and_(CallsAfterwards.answer == Afterwards.STOP, Handover.change_on <= on),
            )
        )
    )
    rows = db.session.scalars(
        select(Family).where(Family.id.in_(said), joined, ~stopped, *conditions).order_by(Family.id)
    )
    found = []
    for family in rows:
        answered = family_answers(family)
        if answered and ends_on(answered[0].row, on):
            found.append((family, answered[0].row))
    return found


def ends_on(said: CallsAfterwards, on: date) -> bool:
    """Whether what a family said last ends our calls by a day.

    One that asked us to stop is held to it only while its council still changes to one outside.
    """
    if said.their_scheme_from_on is not None and said.their_scheme_from_on <= on:
        return True
    one = db.session.get_one(Handover, said.handover_id)
    holds = one.withdrawn_at is None and leaves_agency(one)
    return said.answer is Afterwards.STOP and holds and one.change_on <= on


def _is_away(family: Family) -> bool:
    return all(one.left_on is not None for one in family.memberships) or any(
        stop.lifted_at is None for stop in family.stops
    )
