"""What councils pay in a year, what it was before, and how it stands beside what they ask for."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.target import BudgetShare
from catchup.queries import reports
from catchup.queries.measures import in_scheme
from catchup.queries.targets import stored_as
from catchup.rules import budget as rule
from catchup.rules.budget import CODES, Demand, Fairness
from catchup.rules.calendar import financial_year_days


@dataclass(frozen=True, slots=True)
class Change:
    """What a council pays, as it was entered, and until when that held; ``until`` None: it still does."""

    council: str
    pounds: int
    set_at: datetime
    set_by: str
    until: datetime | None
    ended_by: str | None


def of(year: str) -> Mapping[str, int]:
    """The whole pounds each council pays in a year, by code; left out where nobody has entered it."""
    statement = select(BudgetShare.council_code, BudgetShare.pounds).where(
        BudgetShare.year == year, BudgetShare.superseded_at.is_(None)
    )
    return dict(db.session.execute(statement).all())


def history(year: str, councils: Collection[str]) -> Sequence[Change]:
    """Everything that was ever entered for these councils and a year, the newest first."""
    ender = aliased(Staff)
    statement = (
        select(
            BudgetShare.council_code,
            BudgetShare.pounds,
            BudgetShare.set_at,
            Staff.name,
            BudgetShare.superseded_at,
            ender.name,
        )
        .join(Staff, Staff.id == BudgetShare.set_by)
        .outerjoin(ender, ender.id == BudgetShare.superseded_by)
        .where(BudgetShare.year == year, BudgetShare.council_code.in_(_stored(councils, year)))
        .order_by(BudgetShare.set_at.desc(), BudgetShare.council_code, BudgetShare.id)
    )
    return [Change(*row) for row in db.session.execute(statement)]


def version(year: str, councils: Collection[str]) -> int:
    """A number that grows with everything entered or ended: whether a page still shows what holds."""
    statement = select(func.count(), func.count(BudgetShare.superseded_at)).where(
        BudgetShare.year == year, BudgetShare.council_code.in_(_stored(councils, year))
    )
    made, ended = db.session.execute(statement).one()
    return int(made + ended)


def fairness(
    year: str, as_of: date, members: Collection[str], *, everything: bool, agency: str | None = None
) -> Fairness:
    """Each council's share of the budget beside its share of what the measures count.

    ``members`` are the councils that pay. ``everything``: also what is counted for others, and what needs a
    decision. ``agency``: what is counted while a council is of it. Nothing is counted here: the numbers are
    those of the reports, and for the families what M13 takes for the last day. Source: service policy, M13.
    """
    first_on, last_on = financial_year_days(year)
    which = None if everything or agency else members
    codes = tuple(code for kind, code in CODES.items() if kind is not Demand.FAMILIES)
    counted = reports.of_year("demand", year, as_of, councils=which, agency=agency, codes=codes)
    kinds = {code: kind for kind, code in CODES.items()}
    demand: defaultdict[str | None, Counter[Demand]] = defaultdict(Counter)
    for row in counted.rows:
        if row.quarter is None and row.dimension is None:
            demand[stored_as(row.council, year)][kinds[row.code]] += row.numerator
    paying = _stored(members, year)
    if first_on <= as_of:
        # M13 itself asks for four days of a year. Only the last is wanted, and each takes its time.
        for code, families in in_scheme.by_council(min(last_on, as_of)):
            council = stored_as(code, year)
            if everything or council in paying:
                demand[council][Demand.FAMILIES] += families
    pays = {code: pounds for code, pounds in of(year).items() if code in paying}
    return rule.fairness(paying, pays, demand, rule.spent_by(first_on, last_on, as_of))


def _stored(councils: Collection[str], year: str) -> set[str]:
    return {stored for code in councils if (stored := stored_as(code, year))}
