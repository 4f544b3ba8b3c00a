"""The targets of a year: those in force for a council or for all together, and what they were before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.target import Target
from catchup.queries import directories
from catchup.rules.calendar import financial_year_days
from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.targets import AIMED_AT

Targets = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One target as it was set, and until when it held; ``until`` None: it still does."""

    code: str
    value: int
    set_at: datetime
    set_by: str
    until: datetime | None
    ended_by: str | None


def of(year: str, council: str | None) -> Targets:
    """What each measure should come to in a year, by code, for a council by any of its codes.

    Tenths of a per cent for a share, the count for a plain count, days or months for a mean. ``council``
    None: for all councils together. A council without a target of its own has that of all for a share or a
    mean; a count of all is no council's. Source: service policy, measures (targets).
    """
    common = own(year, None)
    if council is None:
        return common
    shared = {code: value for code, value in common.items() if MEASURES[code].unit is not Unit.COUNT}
    return {**shared, **own(year, council)}


def own(year: str, council: str | None) -> Targets:
    """Those that were set for this council itself; None: for all councils together."""
    statement = select(Target.code, Target.value).where(
        Target.year == year,
        Target.council_code == stored_as(council, year),
        Target.superseded_at.is_(None),
        Target.code.in_(AIMED_AT),
    )
    return dict(db.session.execute(statement).all())


def by_council(year: str, councils: Sequence[str]) -> Mapping[str | None, Targets]:
    """What ``of`` says for each of these councils, and for None: all together."""
    return {council: of(year, council) for council in (*councils, None)}


def history(year: str, council: str | None) -> Sequence[Change]:
    """Every target that was ever set for a council and year, the newest first."""
    ender = aliased(Staff)
    statement = (
        select(Target.code, Target.value, Target.set_at, Staff.name, Target.superseded_at, ender.name)
        .join(Staff, Staff.id == Target.set_by)
        .outerjoin(ender, ender.id == Target.superseded_by)
        .where(Target.year == year, Target.council_code == stored_as(council, year))
        .order_by(Target.set_at.desc(), Target.code, Target.id)
    )
    return [Change(*row) for row in db.session.execute(statement)]


def version(year: str, council: str | None) -> int:
    """A number that grows with every target set or ended: whether a page still shows what holds."""
    statement = select(func.count(), func.count(Target.superseded_at)).where(
        Target.year == year, Target.council_code == stored_as(council, year)
    )
    made, ended = db.session.execute(statement).one()
    return int(made + ended)


def stored_as(council: str | None, year: str) -> str | None:
    """The code under which a council's figures of a year are kept: the one of the year's last day."""
    if council is None:
        return None
    found = directories.councils().resolve(council, financial_year_days(year)[1])
    return found if isinstance(found, str) else council
