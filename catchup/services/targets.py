"""Setting what measures should come to in a year. What held before stays as history. The caller commits."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catchup import clock
from catchup.extensions import db
from catchup.models.target import Target
from catchup.queries import targets
from catchup.queries.scope import Viewer
from catchup.rules.calendar import financial_year_days
from catchup.rules.definitions import MEASURES
from catchup.rules.targets import AIMED_AT, MOST
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError


def set_targets(
    year: str, council: str | None, values: Mapping[str, int | None], seen: int, by: Viewer
) -> int:
    """Set the targets of a council (None: all together) and year by measure; None takes one away.

    Units are those of ``queries.targets.of``. Only what differs is written; returns how many did. ``seen``
    is the version the person had before them. Raises ChangedMeanwhileError where it is no longer that,
    PermissionError for a council that is not theirs, ValueError for a target out of bounds.
    Source: service policy, measures (targets).
    """
    financial_year_days(year)
    _refuse(council, values, by)
    if targets.version(year, council) != seen:
        raise ChangedMeanwhileError
    return _write(year, council, values, by)


def copy_last_year(year: str, council: str | None, by: Viewer) -> int:
    """Set what the year before aimed at wherever this year has no target yet; returns how many.

    Raises as ``set_targets`` does.
    """
    before = year_before(year)
    missing = {
        code: value
        for code, value in targets.own(before, council).items()
        if code in AIMED_AT and code not in targets.own(year, council)
    }
    _refuse(council, missing, by)
    return _write(year, council, missing, by)


def year_before(year: str) -> str:
    """The April to March year before one: "2024-25" for "2025-26". Raises ValueError for no year."""
    first = financial_year_days(year)[0].year
    return f"{first - 1}-{first % 100:02d}"


def _refuse(council: str | None, values: Mapping[str, int | None], by: Viewer) -> None:
    if not by.manages or not (by.hub or council in by.councils):
        raise PermissionError("Targets are set by a manager of the council, for all together by the hub.")
    for code, value in values.items():
        if code not in AIMED_AT or (value is not None and not 0 <= value <= MOST[MEASURES[code].unit]):
            raise ValueError(f"{value} is no target of {code}.")


def _write(year: str, council: str | None, values: Mapping[str, int | None], by: Viewer) -> int:
    stored, now = targets.stored_as(council, year), clock.now()
    there = {
        target.code: target
        for target in db.session.scalars(
            select(Target).where(
                Target.year == year, Target.council_code == stored, Target.superseded_at.is_(None)
            )
        )
    }
    changed = {
        code: value
        for code, value in values.items()
        if value != (there[code].value if code in there else None)
    }
    for code in changed.keys() & there.keys():
        there[code].superseded_at, there[code].superseded_by = now, by.id
    try:
        # The database holds one target in force for each measure, so those before it go first.
        db.session.flush()
        for code, value in changed.items():
            if value is not None:
                db.session.add(
                    Target(year=year, code=code, council_code=stored, value=value, set_at=now, set_by=by.id)
                )
        db.session.flush()
    except IntegrityError as error:
        raise ChangedMeanwhileError from error
    if changed:
        audit.record(by, Seen("targets.set", "target", council_code=stored))
    return len(changed)
