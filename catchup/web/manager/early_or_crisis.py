"""Early or crisis: need at the call by the time since the order, and how long the first support took."""

from collections.abc import Sequence
from itertools import groupby

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import early_or_crisis as queries
from catchup.queries import reports
from catchup.rules.definitions import MEASURES
from catchup.rules.early_or_crisis import Since
from catchup.rules.measures import Row
from catchup.rules.terms import Need
from catchup.web.filters import council_name
from catchup.web.manager import choosing, manager
from catchup.web.security import viewer

CODES = ("M9", "M9b", "M9c")
BANDS = {
    Since.FIRST_YEAR: _l("First year after the order"),
    Since.SECOND_YEAR: _l("Second year"),
    Since.THIRD_YEAR: _l("Third year"),
    Since.TO_FIVE: _l("3 to 5 years"),
    Since.TO_TEN: _l("5 to 10 years"),
    Since.LATER: _l("10 years and more"),
}
MONTHS = {
    "0-11": _l("In the first year after the order"),
    "12-23": _l("In the second year"),
    "24-35": _l("In the third year"),
    "36+": _l("After 3 years or more"),
}


@manager.get("/reports/early-or-crisis")
def show_early_or_crisis() -> ResponseReturnValue:
    """One year of one's own councils, by the time since the order."""
    choice, today = choosing.choose(), clock.today()
    councils = None if choice.council is None and viewer().hub else choice.codes
    report = reports.of_year(
        "early-or-crisis", choice.year, today, council=choice.council, councils=councils, codes=CODES
    )
    years = [row for row in report.rows if row.quarter is None]
    totals = [row for row in years if "councils" in (row.dimension or {})] or years
    return render_template(
        "manager/early_or_crisis.html",
        choice=choice,
        found=queries.of_year(choice.year, today, councils),
        bands=BANDS,
        months={dict(row.dimension or {}).get("months"): row for row in totals if row.code == "M9c"},
        month_words=MONTHS,
        whole={row.code: row for row in totals if not set(row.dimension or {}) - {"councils"}},
        places=_places([row for row in years if not row.dimension]),
        needs=list(Need),
        measures=[MEASURES[code] for code in CODES],
        nav="reports",
    )


def _places(rows: Sequence[Row]) -> list[tuple[str | None, dict[str, Row]]]:
    """Each council's year by measure, by name; what needs a decision last. Empty where there is one only."""

    def place(row: Row) -> tuple[bool, str, str]:
        return row.council is None, council_name(row.council), row.council or ""

    found = [
        (key[2] or None, {row.code: row for row in some})
        for key, some in groupby(sorted(rows, key=place), key=place)
    ]
    return found if len(found) > 1 else []
