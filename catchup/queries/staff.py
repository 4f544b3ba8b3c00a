"""Members of staff, for those who look after accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.council import AgencyMembership, Council
from catchup.models.staff import Deputy, Staff, StaffRole, staff_role
from catchup.queries import managers
from catchup.rules.terms import Role

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the list, with when its owner last did anything here."""

    person: Staff
    role: Role
    active_at: datetime | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """One page of the list: up to 50 accounts, and how many there are of either kind."""

    rows: Sequence[Account]
    number: int
    last: int
    can_sign_in: int
    disabled: int


def page(words: str, number: int, *, disabled: bool = False) -> Accounts:
    """The accounts whose name or address has these words, by name: those that can sign in, or the others."""
    said = [
        or_(Staff.name.icontains(word, autoescape=True), Staff.email.icontains(word, autoescape=True))
        for word in words.split()
    ]
    there, gone = db.session.execute(
        select(func.count().filter(Staff.active), func.count().filter(~Staff.active)).where(*said)
    ).one()
    last = max(1, -(-(gone if disabled else there) // A_PAGE))
    number = max(1, min(number, last))
    found = db.session.scalars(
        select(Staff)
        .options(selectinload(Staff.roles), selectinload(Staff.councils))
        .where(*said, Staff.active.is_(not disabled))
        .order_by(func.lower(Staff.name), Staff.id)
        .limit(A_PAGE)
        .offset((number - 1) * A_PAGE)
    ).all()
    rows = [Account(one, role_of(one), last_active(one.id)) for one in found]
    return Accounts(rows, number, last, there, gone)


def last_active(staff_id: UUID) -> datetime | None:
    """When somebody last read or wrote anything; None: never."""
    newest = select(AuditEvent.at).where(AuditEvent.staff_id == staff_id).order_by(AuditEvent.id.desc())
    return db.session.scalar(newest.limit(1))


def people() -> list[Staff]:
    """Everybody with an account, those who can sign in first, by name."""
    statement = (
        select(Staff)
        .options(selectinload(Staff.roles), selectinload(Staff.councils))
        .order_by(Staff.active.desc(), func.lower(Staff.name), Staff.id)
    )
    return list(db.session.scalars(statement))


def person(staff_id: UUID, *, for_update: bool = False) -> Staff | None:
    """One account; ``for_update`` keeps others from changing it until the transaction ends."""
    statement = select(Staff).where(Staff.id == staff_id)
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def by_email(email: str) -> Staff | None:
    """The account with this address, in whatever case it is written."""
    return db.session.scalar(select(Staff).where(func.lower(Staff.email) == email.casefold()))


def role_of(staff: Staff) -> Role:
    """The role somebody works with; of two, the one that may do more."""
    return max((Role(role.name) for role in staff.roles), key=list(Role).index)


def deputies_to_choose(staff: Staff) -> list[Staff]:
    """The managers who could stand in for one: active, and somebody else."""
    return [one for one in managers.active() if one.id != staff.id]


def deputy_of(staff_id: UUID) -> UUID | None:
    """Who stands in for a manager, as named; they may have become something else since."""
    return db.session.scalar(select(Deputy.deputy_id).where(Deputy.manager_id == staff_id))


def active_administrators() -> Sequence[Staff]:
    """Every administrator with an account in use, by name."""
    statement = select(Staff).where(
        Staff.active.is_(True), Staff.roles.any(StaffRole.name == Role.ADMINISTRATOR)
    )
    return db.session.scalars(statement.order_by(Staff.name, Staff.id)).all()


def other_administrators(staff_id: UUID) -> int:
    """How many active administrators there are besides one."""
    statement = (
        select(func.count(Staff.id.distinct()))
        .join(staff_role, staff_role.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_role.c.role_id)
        .where(Staff.active.is_(True), StaffRole.name == Role.ADMINISTRATOR, Staff.id != staff_id)
    )
    return db.session.scalar(statement) or 0


def councils_to_choose(on: date) -> list[tuple[str, str]]:
    """(code, name) of the councils that staff may belong to: the agencies' members, else every council."""
    valid = (
        or_(Council.valid_from.is_(None), Council.valid_from <= on),
        or_(Council.valid_to.is_(None), Council.valid_to >= on),
    )
    members = select(AgencyMembership.council_code).where(
        AgencyMembership.from_on <= on,
        or_(AgencyMembership.until_on.is_(None), AgencyMembership.until_on >= on),
    )
    every = select(Council.code, Council.name).where(*valid).order_by(Council.name, Council.code)
    found = db.session.execute(every.where(Council.code.in_(members))).all()
    return [(row.code, row.name) for row in found or db.session.execute(every).all()]


def unknown_councils(codes: set[str]) -> set[str]:
    """Those of the codes that no council has."""
    return codes - set(db.session.scalars(select(Council.code).where(Council.code.in_(codes))))


def who_can_sign_in() -> list[Staff]:
    """Everybody active with a password, leads first. For the page of a demo."""
    found = db.session.scalars(
        select(Staff)
        .options(joinedload(Staff.roles))
        .where(Staff.active.is_(True), Staff.password.is_not(None))
        .order_by(Staff.name, Staff.id)
    ).unique()
    return sorted(found, key=lambda staff: list(Role).index(role_of(staff)))
