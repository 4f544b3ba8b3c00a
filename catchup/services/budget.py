"""Entering what councils pay in a year. What held before stays as history. The caller commits."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catchup import clock
from catchup.extensions import db
from catchup.models.target import BudgetShare
from catchup.queries import budget
from catchup.queries.scope import Viewer
from catchup.queries.targets import stored_as
from catchup.rules.calendar import financial_year_days
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError

MOST_POUNDS = 100_000_000


def set_budget(year: str, pounds: Mapping[str, int | None], seen: int, by: Viewer) -> int:
    """Enter what each of these councils pays in a year, in whole pounds; None takes an entry away.

    Only what differs is written; returns how many did. ``seen`` is the version of these councils' entries
    that the person had before them. Raises ChangedMeanwhileError where it is no longer that, PermissionError
    for a council that is not theirs, ValueError for an amount out of bounds. Source: service policy, M13.
    """
    financial_year_days(year)
    if not by.manages or not (by.hub or by.councils.issuperset(pounds)):
        raise PermissionError("What a council pays is entered by its own manager or by the hub.")
    if any(amount is not None and not 0 <= amount <= MOST_POUNDS for amount in pounds.values()):
        raise ValueError(f"An amount is between 0 and {MOST_POUNDS} pounds.")
    if budget.version(year, pounds.keys()) != seen:
        raise ChangedMeanwhileError
    now, wanted = clock.now(), {stored_as(code, year): amount for code, amount in pounds.items()}
    there = {
        entry.council_code: entry
        for entry in db.session.scalars(
            select(BudgetShare).where(
                BudgetShare.year == year,
                BudgetShare.council_code.in_(wanted),
                BudgetShare.superseded_at.is_(None),
            )
        )
    }
    changed = {
        code: amount
        for code, amount in wanted.items()
        if code is not None and amount != (there[code].pounds if code in there else None)
    }
    for code in changed.keys() & there.keys():
        there[code].superseded_at, there[code].superseded_by = now, by.id
    try:
        # The database holds one entry in force for each council, so those before it go first.
        db.session.flush()
        for code, amount in changed.items():
            if amount is not None:
                db.session.add(
                    BudgetShare(year=year, council_code=code, pounds=amount, set_at=now, set_by=by.id)
                )
        db.session.flush()
    except IntegrityError as error:
        raise ChangedMeanwhileError from error
    audit.record(by, *(Seen("budget.set", "budget", council_code=code) for code in sorted(changed)))
    return len(changed)
