"""What a report page is about: which figures, of which year, and of which council or agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import directories, reports
from catchup.queries.reports import Report
from catchup.rules.calendar import financial_year_days
from catchup.rules.definitions import REPORTS
from catchup.web.fields import Option, SelectField
from catchup.web.filters import council_name
from catchup.web.forms_base import PublicForm
from catchup.web.manager.choosing import all_of_theirs, year_name
from catchup.web.security import viewer

TITLES = {
    "take-up": _l("Joining"),
    "calls": _l("Calls"),
    "signposts": _l("Help"),
    "handovers": _l("Handovers"),
    "demand": _l("Need and demand"),
}
# Who families are is told in totals only, on a page of its own.
ELSEWHERE = frozenset({"M14", "M14b"})


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """A report by name (None: every one), a year, and one council, one agency, or all of the reader's."""

    name: str | None
    year: str
    council: str | None
    agency: str | None
    years: Sequence[str]
    councils: Sequence[tuple[str, str]]
    agencies: Sequence[str]

    @property
    def codes(self) -> tuple[str, ...]:
        """The measures of the report."""
        return reports.EVERYTHING if self.name is None else REPORTS[self.name]

    @property
    def everything(self) -> bool:
        """Whether it is the report of all: with what needs a decision, which the hub alone sees."""
        return viewer().hub and self.council is None and self.agency is None

    @property
    def whose(self) -> str:
        """Whose figures these are."""
        if self.council:
            return council_name(self.council)
        return self.agency or all_of_theirs(self.councils)

    @property
    def asked(self) -> dict[str, Any]:
        """What the address says of all this."""
        return {"report": self.name, "year": self.year, "council": self.council or self.agency}

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the year."""
        return financial_year_days(self.year)

    @property
    def over(self) -> bool:
        """Whether the year has ended."""
        return self.days[1] < clock.today()

    @property
    def form(self) -> PublicForm:
        """The form that asks for another year, council or agency."""
        choice = self
        options = [Option(name, name) for name in self.agencies]
        options += [Option(code, name) for code, name in self.councils]

        class ChoiceForm(PublicForm):
            year = SelectField(
                _("Year"), [Option(one, year_name(one)) for one in choice.years], blank=_("This year")
            )
            council = SelectField(
                _("Council or agency") if choice.agencies else _("Council"),
                options,
                blank=all_of_theirs(choice.councils),
            )

        return ChoiceForm(formdata=None, data={"year": self.year, "council": self.council or self.agency})

    def report(self, codes: Sequence[str] | None = None) -> Report:
        """The figures."""
        councils = None if self.everything else [code for code, _name in self.councils]
        return reports.of_year(
            self.name or "reports",
            self.year,
            clock.today(),
            council=self.council,
            councils=councils,
            agency=self.agency,
            codes=codes or self.codes,
        )


def choose_report(*, everything: bool = False, undecided: str | None = None) -> ReportChoice:
    """What the address asks for; anything outside the reader's scope is not there.

    ``everything``: an address that names no report asks for all of them, not for the first. ``undecided``:
    what an address calls the councils that need a decision, which are chosen from all.
    """
    today = clock.today()
    name = request.args.get("report") or (None if everything else next(iter(REPORTS)))
    if name is not None and name not in REPORTS:
        abort(404)
    years = reports.years(today)
    year = request.args.get("year") or years[0]
    if year not in years:
        abort(404)
    on = min(today, financial_year_days(year)[1])
    councils = reports.councils_of(viewer(), on)
    agencies = sorted({name for name, _code in directories.agency_councils(on)}) if viewer().hub else []
    asked = request.args.get("council") or None
    if asked is not None and asked == undecided:
        asked = None
    elif asked is None and len(councils) == 1 and not viewer().hub:
        asked = councils[0][0]
    if asked is None or asked in agencies:
        return ReportChoice(name, year, None, asked, years, councils, agencies)
    if asked not in {code for code, _name in councils}:
        abort(404)
    return ReportChoice(name, year, asked, None, years, councils, agencies)
