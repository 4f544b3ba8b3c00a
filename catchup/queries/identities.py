"""Who members of staff are at the sign-in of their councils."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.trust import StaffIdentity
from catchup.sign_in_providers import Provider


@dataclass(frozen=True, slots=True)
class Way:
    """One council's sign-in as it is for one person.

    ``provider`` is None where it is set up no longer; ``identity`` where it is off for this person.
    """

    provider: Provider | None
    identity: StaffIdentity | None


def may_use(person: Staff, provider: Provider) -> bool:
    """Whether this is a provider that may speak for somebody: by their council and their address."""
    councils = {one.council_code for one in person.councils} | {person.employer}
    return not provider.councils.isdisjoint(councils) and provider.speaks_for(person.email)


def ways(person: Staff, providers: Iterable[Provider]) -> list[Way]:
    """What is switched on for somebody, and what could be."""
    there = {one.issuer: one for one in of(person.id)}
    open_to = [
        Way(one, there.pop(one.issuer, None))
        for one in providers
        if may_use(person, one) or one.issuer in there
    ]
    return open_to + [Way(None, identity) for identity in there.values()]


def of(staff_id: UUID) -> Sequence[StaffIdentity]:
    """Every link of somebody, made or waited for."""
    mine = select(StaffIdentity).where(StaffIdentity.staff_id == staff_id)
    return db.session.scalars(mine.order_by(StaffIdentity.issuer)).all()


def one(staff_id: UUID, issuer: str, *, for_update: bool = False) -> StaffIdentity | None:
    """The link of somebody at one provider; ``for_update`` keeps others from making it meanwhile."""
    statement = select(StaffIdentity).where(
        StaffIdentity.staff_id == staff_id, StaffIdentity.issuer == issuer
    )
    return db.session.scalar(statement.with_for_update() if for_update else statement)


def holder(issuer: str, subject: str) -> Staff | None:
    """Whose account a subject of a provider opens, whether or not it may be opened."""
    return db.session.scalar(
        select(Staff)
        .join(StaffIdentity, StaffIdentity.staff_id == Staff.id)
        .where(StaffIdentity.issuer == issuer, StaffIdentity.subject == subject)
    )


def of_session(uniquifier: str) -> Staff | None:
    """Whose half-finished visit this is; None once anything has ended their sessions."""
    return db.session.scalar(select(Staff).where(Staff.fs_uniquifier == uniquifier))


def expected(issuer: str, email: str) -> Staff | None:
    """Who has this address, and is waited for from this provider for the first time."""
    return db.session.scalar(
        select(Staff)
        .join(StaffIdentity, StaffIdentity.staff_id == Staff.id)
        .where(
            func.lower(Staff.email) == email.casefold(),
            StaffIdentity.issuer == issuer,
            StaffIdentity.subject.is_(None),
        )
    )
