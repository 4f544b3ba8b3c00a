"""The forecast: calls, handovers and hours of the next 24 months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from catchup import charts, clock
from catchup.queries import forecast as queries
from catchup.queries import reports
from catchup.queries.forecast import Forecast
from catchup.queries.forecast_counts import Month
from catchup.rules.forecast import TRY_MINUTES
from catchup.rules.workload import MINUTES_UNMEASURED
from catchup.services.audit import Seen
from catchup.web.fields import Option, SelectField
from catchup.web.filters import council_name
from catchup.web.forms_base import PublicForm
from catchup.web.manager import choosing, manager
from catchup.web.security import saw, viewer


@dataclass(frozen=True, slots=True)
class Asked:
    """One council of the reader's, or (None) all of them. ``councils`` are (code, name)."""

    council: str | None
    councils: Sequence[tuple[str, str]]

    @property
    def whose(self) -> str:
        """Whose forecast the page shows."""
        return council_name(self.council) if self.council else choosing.all_of_theirs(self.councils)

    def forecast(self) -> Forecast:
        """The forecast; the hub's of all councils has what needs a decision too."""
        everything = self.council is None and viewer().hub
        councils = None if everything else [code for code, _name in self.councils]
        return queries.from_today(clock.today(), council=self.council, councils=councils)

    @property
    def form(self) -> PublicForm:
        """The form that asks for another council."""
        asked = self

        class CouncilForm(PublicForm):
            council = SelectField(
                _("Council"),
                [Option(code, name) for code, name in asked.councils],
                blank=choosing.all_of_theirs(asked.councils),
            )

        return CouncilForm(formdata=None, data={"council": self.council})


@manager.get("/reports/forecast")
def show_forecast() -> ResponseReturnValue:
    """24 months of the reader's own councils, and where the hours fall short."""
    asked = _asked()
    found = asked.forecast()
    quarters, places = _by_quarter(found), _places(found)
    names = [_month(span.first_on) for span in found.months]
    return render_template(
        "manager/forecast.html",
        asked=asked,
        found=found,
        months=list(zip(names, found.whole, strict=True)),
        short=[
            (name, month) for name, month in zip(names, found.whole, strict=True) if month.minutes_short >= 60
        ],
        quarters=quarters,
        chart=_chart(quarters),
        places=places if len(places) > 1 else [],
        without=[council_name(code) for code, month in places if code and not month.minutes_there],
        total=queries.together(found.whole),
        minutes_unmeasured=MINUTES_UNMEASURED,
        try_minutes=TRY_MINUTES,
        nav="reports",
    )


@manager.get("/reports/forecast.csv")
def download_forecast() -> ResponseReturnValue:
    """The same numbers for a spreadsheet. Totals only, no names; that it was taken is recorded."""
    asked = _asked()
    saw(Seen("forecast.download", "report", council_code=asked.council))
    answer = Response(asked.forecast().as_csv(), mimetype="text/csv")
    name = f"catch-up-forecast{'-' + asked.council if asked.council else ''}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked() -> Asked:
    """What the address asks for; anything outside the reader's scope is not there."""
    councils = reports.councils_of(viewer(), clock.today())
    council = request.args.get("council") or None
    if council is None and len(councils) == 1 and not viewer().hub:
        council = councils[0][0]
    if council is not None and council not in {code for code, _name in councils}:
        abort(404)
    return Asked(council, councils)


def _month(on: date) -> str:
    return str(format_date(on, "MMMM yyyy"))


def _by_quarter(found: Forecast) -> list[tuple[str, tuple[int, int]]]:
    """Hours needed and hours there three months at a time, so that they can be drawn on a telephone."""
    quarters = []
    for start in range(0, len(found.months), 3):
        one = queries.together(found.whole[start : start + 3])
        name = str(format_date(found.months[start].first_on, "MMM yy"))
        quarters.append((name, (round(one.minutes_needed / 60), round(one.minutes_there / 60))))
    return quarters


def _chart(quarters: Sequence[tuple[str, tuple[int, int]]]) -> str:
    return charts.columns(
        _("Hours needed and hours there, three months at a time"),
        [name for name, _hours in quarters],
        {
            _("Hours needed"): [needed for _name, (needed, _there) in quarters],
            _("Hours there"): [there for _name, (_needed, there) in quarters],
        },
    )


def _places(found: Forecast) -> list[tuple[str | None, Month]]:
    """Each council's 24 months together, by name; what needs a decision last."""
    pairs = [(code, queries.together(months)) for code, months in found.councils.items()]
    return sorted(pairs, key=lambda pair: (pair[0] is None, council_name(pair[0]), pair[0] or ""))
