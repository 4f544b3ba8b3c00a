"""The year and the council a manager's page is about, asked for in its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, request
from flask_babel import gettext as _

from catchup import clock
from catchup.queries import reports
from catchup.rules.calendar import ONE_DAY, financial_year, financial_year_days
from catchup.web.fields import Option, SelectField
from catchup.web.filters import council_name
from catchup.web.forms_base import PublicForm
from catchup.web.security import viewer


@dataclass(frozen=True, slots=True)
class Choice:
    """A year, and one council of the reader's or (None) all of them. ``councils`` are (code, name)."""

    year: str
    council: str | None
    years: Sequence[str]
    councils: Sequence[tuple[str, str]]

    @property
    def first_on(self) -> date:
        """The first day of the year."""
        return financial_year_days(self.year)[0]

    @property
    def last_on(self) -> date:
        """The last day of the year."""
        return financial_year_days(self.year)[1]

    @property
    def year_before(self) -> str:
        """The year before this one."""
        return financial_year(self.first_on - ONE_DAY)

    @property
    def year_name(self) -> str:
        """The year in words."""
        return year_name(self.year)

    @property
    def whose(self) -> str:
        """Whose figures the page shows."""
        return council_name(self.council) if self.council else all_of_theirs(self.councils)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the councils that are shown."""
        return (self.council,) if self.council else tuple(code for code, _name in self.councils)

    @property
    def begun(self) -> bool:
        """Whether there can be figures."""
        return self.first_on <= clock.today()

    @property
    def over(self) -> bool:
        """Whether the year has ended."""
        return self.last_on < clock.today()

    @property
    def form(self) -> PublicForm:
        """The form that asks for another year or council."""
        choice = self

        class ChoiceForm(PublicForm):
            year = SelectField(
                _("Year"), [Option(one, year_name(one)) for one in choice.years], blank=_("This year")
            )
            council = SelectField(
                _("Council"),
                [Option(code, name) for code, name in choice.councils],
                blank=all_of_theirs(choice.councils),
            )

        return ChoiceForm(formdata=None, data={"year": self.year, "council": self.council})


def choose(*, next_year: bool = False) -> Choice:
    """What the address asks for; anything outside the reader's scope is not there.

    ``next_year`` offers the one to come too, and stays with this one unless it is asked for.
    """
    today = clock.today()
    years = reports.years(today)
    this_year = years[0]
    if next_year:
        years = [financial_year(financial_year_days(this_year)[1] + ONE_DAY), *years]
    year = request.args.get("year") or this_year
    if year not in years:
        abort(404)
    councils = reports.councils_of(viewer(), min(today, financial_year_days(year)[1]))
    council = request.args.get("council") or None
    if council is None and len(councils) == 1 and not viewer().hub:
        council = councils[0][0]
    if council is not None and council not in {code for code, _name in councils}:
        abort(404)
    return Choice(year, council, years, councils)


def year_name(year: str) -> str:
    """ "2025-26" in words."""
    first_on, last_on = financial_year_days(year)
    return _("April %(first)s to March %(last)s", first=first_on.year, last=last_on.year)


def all_of_theirs(councils: Sequence[tuple[str, str]]) -> str:
    """What all the councils of the reader are called together."""
    return _("All councils") if viewer().hub else _("All my councils") if councils else _("No council")
