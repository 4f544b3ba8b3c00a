"""Registrations and the drafts they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, exists, false, func, or_, select, true, type_coerce

from catchup import clock
from catchup.extensions import db
from catchup.models.matching import Linking, RegistrationQuestion
from catchup.models.registration import JoinDraft, Registration, RegistrationCouncil
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.queries.scope import Viewer, not_shut_out
from catchup.rules import registration as rule
from catchup.rules.terms import Role

DRAFT_LIFE = timedelta(days=1)
# A draft that was sent holds its reference under this name.
SENT = "sent"
LONGEST_LIST = 50


def is_alive(draft: JoinDraft, now: datetime) -> bool:
    """Whether a draft is young enough to go on with."""
    return draft.started_at > now - DRAFT_LIFE


def draft_answers(id_hash: bytes) -> dict[str, Any] | None:
    """What a browser has answered so far; None where there is nothing, or it is too old."""
    draft = db.session.get(JoinDraft, id_hash)
    return draft.answers if draft is not None and is_alive(draft, clock.real_now()) else None


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on ``Registration``: those of the viewer's councils. Hub staff see all of them.

    One that belongs to no council with staff here is every manager's, so that it is not left lying. Nobody
    who was shut out of the family that came of it. Source: service policy P5.
    """
    return and_(_of_councils(viewer), not_shut_out(viewer, type_coerce(Registration.family_id, Uuid())))


def _of_councils(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.ADMINISTRATOR:
        return false()
    if viewer.hub:
        return true()
    link = RegistrationCouncil.registration_id == Registration.id
    own = exists().where(link, RegistrationCouncil.council_code.in_(viewer.councils))
    if not viewer.manages:
        return own
    somebodys = exists().where(link, RegistrationCouncil.council_code == StaffCouncil.council_code)
    return or_(own, ~somebodys)


@dataclass(frozen=True, slots=True)
class Undecided:
    """Some registrations that wait, and how many do."""

    shown: Sequence[Registration]
    count: int


def to_check(viewer: Viewer) -> Undecided:
    """Registrations nobody has decided on: those of the same day first, then by their day; at most 50."""
    same_day = or_(Registration.talk_sooner, Registration.has_note)
    return _undecided(viewer, order_by=(same_day.desc(),))


def late(viewer: Viewer, today: date) -> Undecided:
    """Those whose day has passed, the latest first to be late; at most 50. Source: service policy R23."""
    return _undecided(viewer, Registration.look_by_on < today)


def _undecided(
    viewer: Viewer, *which: ColumnElement[bool], order_by: Sequence[ColumnElement[Any]] = ()
) -> Undecided:
    waits = (Registration.decision.is_(None), seen_by(viewer), *which)
    found = db.session.scalars(
        select(Registration)
        .where(*waits)
        .order_by(*order_by, Registration.look_by_on, Registration.submitted_at, Registration.id)
        .limit(LONGEST_LIST)
    ).all()
    count = db.session.scalar(select(func.count()).select_from(Registration).where(*waits)) or 0
    shown = _of_strangers(found, viewer)
    return Undecided(shown, count - len(found) + len(shown))


def decided(viewer: Viewer, most: int = 20) -> Sequence[Registration]:
    """The latest decisions, newest first."""
    found = db.session.scalars(
        select(Registration)
        .where(Registration.decision.is_not(None), seen_by(viewer))
        .order_by(Registration.decided_at.desc(), Registration.id)
        .limit(most)
    ).all()
    return _of_strangers(found, viewer)


def get(registration_id: UUID, viewer: Viewer) -> Registration | None:
    """One registration; None where there is none in the viewer's scope."""
    found = db.session.scalars(
        select(Registration).where(Registration.id == registration_id, seen_by(viewer))
    ).all()
    return next(iter(_of_strangers(found, viewer)), None)


def _of_strangers(found: Sequence[Registration], viewer: Viewer) -> Sequence[Registration]:
    """Without those whose family says that it knows the viewer. Source: service policy R19, P5."""
    return [one for one in found if not rule.names(rule.read(one.answers).people_known, viewer.name)]


def leads_for(councils: frozenset[str], viewer: Viewer) -> Sequence[tuple[UUID, str]]:
    """(id, name) of those who could ring the family: the viewer, then staff of these councils by name."""
    return [(viewer.id, viewer.name), *_others(councils, viewer)]


def could_see(councils: frozenset[str], viewer: Viewer) -> Sequence[tuple[UUID, str]]:
    """(id, name) of those others who would see the family, by name: of these councils or of the hub."""
    return _others(councils, viewer, Staff.hub.is_(True))


def _others(
    councils: frozenset[str], viewer: Viewer, *or_who: ColumnElement[bool]
) -> Sequence[tuple[UUID, str]]:
    rings = exists().where(
        staff_role.c.staff_id == Staff.id,
        StaffRole.id == staff_role.c.role_id,
        StaffRole.name.in_((Role.LEAD, Role.MANAGER)),
    )
    of_them = exists().where(StaffCouncil.staff_id == Staff.id, StaffCouncil.council_code.in_(councils))
    rows = db.session.execute(
        select(Staff.id, Staff.name)
        .where(Staff.active, Staff.id != viewer.id, rings, or_(of_them, *or_who))
        .order_by(Staff.name, Staff.id)
    )
    return [(row.id, row.name) for row in rows]


def questions(registration: Registration) -> Sequence[RegistrationQuestion]:
    """What was asked of who registered, in the order of asking."""
    return db.session.scalars(
        select(RegistrationQuestion)
        .where(RegistrationQuestion.registration_id == registration.id)
        .order_by(RegistrationQuestion.asked_at, RegistrationQuestion.id)
    ).all()


def linkings(registration: Registration) -> Sequence[Linking]:
    """The times it was taken to be of a family that was there already, undone ones among them."""
    return db.session.scalars(
        select(Linking)
        .where(Linking.registration_id == registration.id)
        .order_by(Linking.linked_at, Linking.id)
    ).all()


def who_did(registration: Registration) -> dict[UUID, str]:
    """The names of those who decided, asked, linked or undid, by id."""
    ids = {registration.decided_by}
    for question in questions(registration):
        ids |= {question.asked_by, question.answered_by}
    for linking in linkings(registration):
        ids |= {linking.linked_by, linking.undone_by}
    rows = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}
