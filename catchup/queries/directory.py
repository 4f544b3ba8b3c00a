"""The directory of services: what is in it, for whom, how far away, and what has gone stale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.directory import Service, ServiceCouncil
from catchup.models.staff import StaffCouncil
from catchup.queries import directories
from catchup.rules.terms import Category

MOST = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for: a category, a council whose families may use it, words, only what is stale."""

    category: Category | None = None
    council: str | None = None
    words: str | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A service that can be signposted to, with its distance in km from a family's home (None: not known)."""

    service: Service
    distance_km: int | None


def find(search: Search, today: date) -> Sequence[Service]:
    """The services in use that answer a search, by name; at most 200."""
    statement = _in_use().limit(MOST)
    if search.category:
        statement = statement.where(Service.category == search.category)
    if search.council:
        statement = statement.where(_serves([search.council]))
    if search.words:
        wanted = f"%{_escaped(search.words)}%"
        statement = statement.where(
            or_(
                *(
                    column.ilike(wanted, escape="\\")
                    for column in (Service.name, Service.offers, Service.run_by)
                )
            )
        )
    if search.stale:
        statement = statement.where(
            or_(Service.checked_on.is_(None), Service.checked_on < stale_before(today))
        )
    return db.session.scalars(statement).all()


def grouped(services: Sequence[Service]) -> list[tuple[Category, list[Service]]]:
    """The services under their categories, in the order of the categories."""
    groups = [(category, [one for one in services if one.category is category]) for category in Category]
    return [(category, group) for category, group in groups if group]


def get(service_id: UUID) -> Service | None:
    """One service, retired or not."""
    return db.session.get(Service, service_id)


def councils_served() -> list[tuple[str, str]]:
    """(code, name) of the councils that have staff here, by name."""
    names = directories.councils()
    codes = db.session.scalars(select(StaffCouncil.council_code).distinct()).all()
    return sorted(((code, names.name(code)) for code in codes), key=lambda pair: (pair[1], pair[0]))


def choices(councils: Sequence[str], postcode: str | None) -> list[Choice]:
    """Every service that families of these councils may use, the nearest first within a category."""
    found = db.session.scalars(_in_use().where(_serves(councils))).all()
    near = [Choice(service, distance(service, postcode)) for service in found]
    order = list(Category)
    return sorted(
        near,
        key=lambda choice: (
            order.index(choice.service.category),
            choice.distance_km is None,
            choice.distance_km or 0,
            choice.service.name,
        ),
    )


def distance(service: Service, postcode: str | None) -> int | None:
    """Whole kilometres as the crow flies from a home to a service's venue; None where either is unknown."""
    if not service.venue_postcode or not postcode:
        return None
    return directories.postcodes().distance_km(service.venue_postcode, postcode)


def is_stale(service: Service, today: date) -> bool:
    """Whether nobody has checked it for 180 days, or ever. Source: service policy, section 5."""
    return service.checked_on is None or service.checked_on < stale_before(today)


def stale_before(today: date) -> date:
    """What was last checked before this day is stale. Source: service policy, section 5."""
    return today - timedelta(days=directories.policy(today).directory_stale_days)


def _in_use() -> Select[Service]:
    return (
        select(Service)
        .options(selectinload(Service.councils))
        .where(Service.retired_on.is_(None))
        .order_by(Service.name, Service.id)
    )


def _serves(councils: Sequence[str]) -> ColumnElement[bool]:
    """A service without councils is for all."""
    any_council = exists().where(ServiceCouncil.service_id == Service.id)
    theirs = any_council.where(ServiceCouncil.council_code.in_(councils))
    return or_(~any_council, theirs)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
