"""Registrations and the drafts they come from. Families that may be the same are found, never joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, exists, false, func, or_, select, true, type_coerce

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.family import Family, Parent, Phone
from catchup.models.home import Address
from catchup.models.registration import JoinDraft, Registration, RegistrationCouncil
from catchup.models.staff import Staff, StaffCouncil, StaffRole, staff_role
from catchup.queries.scope import Viewer, in_scope, not_shut_out
from catchup.rules import registration as rule
from catchup.rules.registration import Application
from catchup.rules.terms import Role

DRAFT_LIFE = timedelta(days=1)
# A draft that was sent holds its reference under this name.
SENT = "sent"
LONGEST_LIST = 50


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """A family in the viewer's scope with the same e-mail, phone or postcode."""

    id: UUID
    reference: str
    name: str
    same: frozenset[str]


@dataclass(frozen=True, slots=True)
class FamilyMatches:
    """Families that may be the same; those outside the viewer's scope only as a hint to ask the hub."""

    shown: tuple[FamilyMatch, ...]
    outside_scope: bool


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


def families_like(said: Application, viewer: Viewer) -> FamilyMatches:
    """Families with the same e-mail address, phone number or postcode, to be compared by a person."""
    found: dict[UUID, set[str]] = {}
    emails = [ring.blind_index("email", said.email.casefold())] if said.email else []
    numbers = [ring.blind_index("phone", phone.number) for phone in said.phones]
    postcodes = [ring.blind_index("postcode", home.postcode) for home in said.homes]
    searches = (
        ("email", select(Parent.family_id).where(Parent.email_index.in_(emails))),
        (
            "phone",
            select(Parent.family_id)
            .join(Phone, Phone.parent_id == Parent.id)
            .where(Phone.number_index.in_(numbers)),
        ),
        ("postcode", select(Address.family_id).where(Address.postcode_index.in_(postcodes))),
    )
    for name, statement in searches:
        for family_id in db.session.scalars(statement):
            found.setdefault(family_id, set()).add(name)
    mine = db.session.scalars(
        select(Family)
        .where(Family.id.in_(found), in_scope(viewer, clock.today()))
        .order_by(Family.reference, Family.id)
        .limit(LONGEST_LIST)
    ).all()
    shown = [FamilyMatch(one.id, one.reference, one.name, frozenset(found[one.id])) for one in mine]
    shown.sort(key=lambda match: -len(match.same))
    return FamilyMatches(tuple(shown), outside_scope=len(shown) < len(found))


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


def decided_by(registration: Registration) -> str | None:
    """Name of who decided; None while nobody has."""
    if registration.decided_by is None:
        return None
    return db.session.scalar(select(Staff.name).where(Staff.id == registration.decided_by))
