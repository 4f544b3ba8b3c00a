"""The directory of services: what is in it, for whom, how far away, and what has gone stale."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.council import CouncilSuccessor
from catchup.models.directory import Service, ServiceCouncil
from catchup.models.staff import StaffCouncil
from catchup.queries import directories
from catchup.rules.terms import Category

MOST = 200


class Shown(StrEnum):
    """Which part of the directory is looked at."""

    IN_USE = "in_use"
    STALE = "stale"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for: a category, a council whose families may use it, words, near a postcode.

    ``within_km`` is looked at where ``near`` is given; what is online is never too far.
    """

    category: Category | None = None
    council: str | None = None
    words: str | None = None
    shown: Shown = Shown.IN_USE
    near: str | None = None
    within_km: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A home, or a postcode somebody typed. ``names`` are those who live there, where not all do."""

    postcode: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Away:
    """Whole kilometres as the crow flies from a place, with its names."""

    km: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A service with how far it is from each place that is known."""

    service: Service
    away: tuple[Away, ...] = ()

    @property
    def distance_km(self) -> int | None:
        """From the nearest place; None where no distance is known."""
        return min((away.km for away in self.away), default=None)


def find(search: Search, today: date) -> list[Choice]:
    """The services that answer a search, at most 200: by name or, near a place, by their distance."""
    statement = _in_use() if search.shown is not Shown.RETIRED else _retired()
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
                    for column in (Service.name, Service.offers, Service.run_by, Service.languages)
                )
            )
        )
    if search.shown is Shown.STALE:
        statement = statement.where(
            or_(Service.checked_on.is_(None), Service.checked_on < stale_before(today))
        )
    if not search.near:
        return [Choice(service) for service in db.session.scalars(statement.limit(MOST))]
    places = [Place(search.near)]
    found = [Choice(service, _away(service, places)) for service in db.session.scalars(statement)]
    return sorted((one for one in found if _is_within(one, search.within_km)), key=_nearness)[:MOST]


def grouped(found: Sequence[Choice]) -> list[tuple[Category, list[Choice]]]:
    """The services under their categories, in the order of the categories."""
    groups = [(category, [one for one in found if one.service.category is category]) for category in Category]
    return [(category, group) for category, group in groups if group]


def get(service_id: UUID) -> Service | None:
    """One service, retired or not."""
    return db.session.get(Service, service_id)


def councils_served() -> list[tuple[str, str]]:
    """(code, name) of the councils that have staff here, by name."""
    names = directories.councils()
    codes = db.session.scalars(select(StaffCouncil.council_code).distinct()).all()
    return sorted(((code, names.name(code)) for code in codes), key=lambda pair: (pair[1], pair[0]))


def choices(
    councils: Sequence[str], places: Sequence[Place], only: Collection[UUID] | None = None
) -> list[Choice]:
    """Every service that families of these councils may use, the nearest first within a category.

    ``only``: of these.
    """
    statement = _in_use().where(_serves(councils))
    if only is not None:
        statement = statement.where(Service.id.in_(only))
    found = db.session.scalars(statement).all() if only is None or only else []
    order = list(Category)
    return sorted(
        (Choice(service, _away(service, places)) for service in found),
        key=lambda choice: (order.index(choice.service.category), _nearness(choice)),
    )


def places_of(homes: Sequence[tuple[str, str | None]]) -> list[Place]:
    """The homes of (first name, postcode) of each child: named where the children do not all live in one."""
    living: dict[str, list[str]] = {}
    for name, postcode in homes:
        if postcode:
            living.setdefault(postcode, []).append(name)
    if all(len(names) == len(homes) for names in living.values()):
        return [Place(postcode) for postcode in living]
    return [Place(postcode, tuple(names)) for postcode, names in living.items()]


def alike(name: str, run_by: str) -> Service | None:
    """The service in use of this name that is run by the same."""
    return db.session.scalars(
        _in_use().where(
            func.lower(Service.name) == name.lower(), func.lower(Service.run_by) == run_by.lower()
        )
    ).first()


def of_category(category: Category) -> Sequence[Service]:
    """The services in use of one category, by name."""
    return db.session.scalars(_in_use().where(Service.category == category)).all()


def _away(service: Service, places: Sequence[Place]) -> tuple[Away, ...]:
    """How far a service's venue is from each place; a venue or a place that is not known is left out."""
    if not service.venue_postcode:
        return ()
    directory = directories.postcodes()
    distances = ((place, directory.distance_km(service.venue_postcode, place.postcode)) for place in places)
    return tuple(Away(km, place.names) for place, km in distances if km is not None)


def _nearness(choice: Choice) -> tuple[bool, int, str]:
    km = choice.distance_km
    return km is None, km or 0, choice.service.name


def _is_within(choice: Choice, most_km: int | None) -> bool:
    if most_km is None or choice.service.online:
        return True
    return choice.distance_km is not None and choice.distance_km <= most_km


def is_stale(service: Service, today: date) -> bool:
    """Whether nobody has checked it for 180 days, or ever. Source: service policy, section 5."""
    return service.checked_on is None or service.checked_on < stale_before(today)


def stale_before(today: date) -> date:
    """What was last checked before this day is stale. Source: service policy, section 5."""
    return today - timedelta(days=directories.policy(today).directory_stale_days)


def count_stale(councils: Sequence[str], today: date) -> int:
    """How many services in use for the families of these councils need checking."""
    unchecked = or_(Service.checked_on.is_(None), Service.checked_on < stale_before(today))
    statement = select(func.count()).where(Service.retired_on.is_(None), _serves(councils), unchecked)
    return db.session.scalar(statement) or 0


def _in_use() -> Select[Service]:
    return (
        select(Service)
        .options(selectinload(Service.councils))
        .where(Service.retired_on.is_(None))
        .order_by(Service.name, Service.id)
    )


def _retired() -> Select[Service]:
    return (
        select(Service)
        .options(selectinload(Service.councils))
        .where(Service.retired_on.is_not(None))
        .order_by(Service.name, Service.id)
    )


def _serves(councils: Sequence[str]) -> ColumnElement[bool]:
    """A service without councils is for all; one of a council is for it under its earlier and later codes."""
    any_council = exists().where(ServiceCouncil.service_id == Service.id)
    followed = core(CouncilSuccessor)
    earlier = select(followed.c.council_code).where(followed.c.successor.in_(councils))
    later = select(followed.c.successor).where(followed.c.council_code.in_(councils))
    code = ServiceCouncil.council_code
    return or_(~any_council, any_council.where(or_(code.in_(councils), code.in_(earlier), code.in_(later))))


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
