"""Tables as they were published, without the pages on which managers do it."""

from datetime import date
from typing import Any

from catchup import clock
from catchup.extensions import db
from catchup.models.published import PublishedVersion
from catchup.models.staff import Staff
from catchup.queries import reports
from catchup.rules.hiding import hide
from catchup.rules.measures import Row


def a_row(
    code: str, council: str | None, numerator: int, denominator: int | None = None, **facts: Any
) -> Row:
    """A counted row of a year."""
    value = numerator if denominator is None else numerator / denominator if denominator else None
    return Row(
        **{
            "code": code,
            "council": council,
            "quarter": None,
            "dimension": None,
            "numerator": numerator,
            "denominator": denominator,
            "unknown": 0,
            "value": value,
            **facts,
        }
    )


def published(
    by: Staff,
    year: str,
    rows: list[Row] | None = None,
    *,
    scope: str = "all",
    as_of: date = date(2026, 4, 20),
    number: int = 1,
) -> PublishedVersion:
    """The tables of a year with small numbers hidden, as saved; what was counted unless rows are given."""
    if rows is None:
        rows = list(reports.of_year("annual", year, as_of).rows)
    told = hide([row for row in rows if row.quarter is None and "agency" not in (row.dimension or {})])
    version = PublishedVersion(
        scope=scope,
        year=year,
        number=number,
        as_of=as_of,
        content={"measures": [row.as_dict() for row in told.rows]},
        sha256="0" * 64,
        cells=told.cells,
        hidden=told.hidden,
        saved_at=clock.now(),
        saved_by=by.id,
    )
    db.session.add(version)
    db.session.commit()
    return version
