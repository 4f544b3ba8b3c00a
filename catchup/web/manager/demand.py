"""Is the money fair between councils? What each pays beside what its families ask for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from catchup import charts, clock, spreadsheets
from catchup.queries import budget, directories
from catchup.rules.budget import CODES, Demand, Fairness, Part, Place
from catchup.rules.definitions import MEASURES
from catchup.services.audit import Seen
from catchup.web.fields import Option, SelectField
from catchup.web.filters import council_name
from catchup.web.forms_base import PublicForm
from catchup.web.manager import manager
from catchup.web.manager.choosing import Choice, choose, year_name
from catchup.web.security import saw, viewer

KINDS = {
    Demand.FAMILIES: _l("Families"),
    Demand.CONVERSATIONS: _l("Conversations"),
    Demand.REQUESTS: _l("Requests"),
    Demand.HOURS: _l("Hours"),
}
# Of more places neither the sentences at the head of the page nor its chart can be taken in.
MOST_TOLD = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a year and, where there are several, an agency."""

    choice: Choice
    agency: str | None
    agencies: Sequence[str]
    members: tuple[str, ...]
    everything: bool

    @property
    def form(self) -> PublicForm:
        """The form that asks for another year or agency."""
        asked = self

        class AskedForm(PublicForm):
            year = SelectField(
                _("Year"), [Option(one, year_name(one)) for one in asked.choice.years], blank=_("This year")
            )
            agency = SelectField(
                _("Agency"), [Option(name, name) for name in asked.agencies], blank=_("All agencies")
            )

        return AskedForm(formdata=None, data={"year": self.choice.year, "agency": self.agency})

    @property
    def address(self) -> dict[str, Any]:
        """The same question in an address."""
        return {"year": self.choice.year, "agency": self.agency}


@manager.get("/reports/demand")
def show_demand() -> ResponseReturnValue:
    """Each council's share of the budget beside its share of families, conversations, requests and hours."""
    asked = _asked()
    now, before = _fairness(asked, asked.choice.year), _before(asked)
    return render_template(
        "manager/demand.html",
        asked=asked,
        choice=asked.choice,
        now=now,
        before=before,
        names=_names(now) | (_names(before) if before else {}),
        kinds=KINDS,
        compared=len(now.places) > 1,
        chart=_chart(now),
        sentences=list(_sentences(now)),
        measures=[MEASURES[code] for code in CODES.values()],
        today=clock.today(),
        nav="reports",
    )


@manager.get("/reports/demand.csv")
def download_demand() -> ResponseReturnValue:
    """The same for a spreadsheet, with the year before; totals only, no names of people."""
    asked = _asked()
    saw(Seen("report.download", "report"))
    heading = ["year", "council", "name", "budget_pounds", "budget_share"]
    for kind in Demand:
        heading += [f"{kind}{part}" for part in ("", "_share", "_points", "_pounds")]
    rows = list(_rows(asked.choice.year, _fairness(asked, asked.choice.year)))
    if before := _before(asked):
        rows += _rows(asked.choice.year_before, before)
    answer = Response(spreadsheets.as_csv([*heading, "pounds_per_conversation"], rows), mimetype="text/csv")
    name = f"catch-up-demand-{asked.choice.year}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked() -> Asked:
    """All of the reader's councils, or those of one agency, which only the hub can choose among."""
    choice = choose()
    mine = tuple(code for code, _name in choice.councils)
    if not viewer().hub:
        return Asked(choice, None, (), mine, everything=False)
    memberships = directories.agency_councils(min(clock.today(), choice.last_on))
    agencies = sorted({name for name, _code in memberships})
    agency = request.args.get("agency") or None
    if agency is None:
        return Asked(choice, None, agencies, mine, everything=True)
    if agency not in agencies:
        abort(404)
    return Asked(
        choice,
        agency,
        agencies,
        tuple(code for name, code in memberships if name == agency),
        everything=False,
    )


def _fairness(asked: Asked, year: str) -> Fairness:
    """By the councils' names; what needs a decision comes last."""
    found = budget.fairness(
        year, clock.today(), asked.members, everything=asked.everything, agency=asked.agency
    )
    places = sorted(found.places, key=lambda place: (place.council is None, council_name(place.council)))
    return replace(found, places=tuple(places))


def _before(asked: Asked) -> Fairness | None:
    """The year before, where there is anything in it."""
    found = _fairness(asked, asked.choice.year_before)
    counted = any(part.count for part in found.total.parts.values())
    return found if counted or any(place.pounds for place in found.places) else None


def _names(found: Fairness) -> dict[str | None, str]:
    return {place.council: council_name(place.council) or _("Needs a decision") for place in found.places}


def _chart(found: Fairness) -> Markup | None:
    """What each place pays beside what it asks for; None where that cannot be compared, or seen."""
    if found.missing or found.total.budget_share is None or not 1 < len(found.places) <= MOST_TOLD:
        return None
    series = {_("Pays"): [place.budget_share if place.member else None for place in found.places]}
    for kind in (Demand.FAMILIES, Demand.CONVERSATIONS, Demand.HOURS):
        series[str(KINDS[kind])] = [place.parts[kind].share for place in found.places]
    names = _names(found)
    return charts.bars(
        _("What each council pays and what it asks for, as shares of the whole"),
        [names[place.council] for place in found.places],
        series,
        form=charts.percent,
        top=1,
    )


def _sentences(found: Fairness) -> Iterator[str]:
    """What a committee wants to hear of each council that pays."""
    members = [place for place in found.places if place.member]
    if len(members) > MOST_TOLD:
        return
    for place in members:
        part = place.parts[Demand.CONVERSATIONS]
        if place.budget_share is None or part.share is None or part.pounds is None:
            continue
        facts = {
            "council": council_name(place.council),
            "paid": percent(place.budget_share),
            "had": percent(part.share),
            "pounds": f"£{abs(part.pounds):,}",
        }
        if part.pounds > 0:
            yield _(
                "%(council)s pays %(paid)s of the budget and had %(had)s of the conversations. "
                "By these it would pay %(pounds)s more.",
                **facts,
            )
        elif part.pounds < 0:
            yield _(
                "%(council)s pays %(paid)s of the budget and had %(had)s of the conversations. "
                "By these it would pay %(pounds)s less.",
                **facts,
            )
        else:
            yield _("%(council)s pays %(paid)s of the budget and had as much of the conversations.", **facts)


def _rows(year: str, found: Fairness) -> Iterator[list[object]]:
    names = _names(found)
    for place in found.places:
        yield _row(year, names[place.council], place)
    yield _row(year, _("Total"), found.total)


def _row(year: str, name: str, place: Place) -> list[object]:
    cells: list[object] = [year, place.council, name, place.pounds, _rounded(place.budget_share)]
    for kind in Demand:
        part = place.parts[kind]
        cells += [amount(part, kind), _rounded(part.share), _rounded(part.points), part.pounds]
    return [*cells, None if place.cost is None else f"{place.cost:.2f}"]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def amount(part: Part, kind: Demand) -> int | float:
    """What was counted: hours with a tenth, the others as they are."""
    return round(part.count / 60, 1) if kind is Demand.HOURS else part.count


@manager.app_template_filter()
def amount_words(part: Part, kind: Demand) -> str:
    """What was counted, as it is read."""
    return f"{amount(part, kind):,}"


@manager.app_template_filter()
def percent(share: float | None) -> str:
    """23.4%; a dash for none."""
    return "–" if share is None else f"{100 * share:.1f}%"


@manager.app_template_filter()
def points_words(points: float) -> str:
    """How far a share of the demand is from the share of the budget."""
    tenths = round(1000 * points)
    if tenths == 0:
        return _("as it pays")
    size = f"{abs(tenths) / 10:g}"
    if tenths > 0:
        return _("%(points)s points more than it pays", points=size)
    return _("%(points)s points less than it pays", points=size)


@manager.app_template_filter()
def pounds_words(pounds: int) -> str:
    """What a council would pay more or less."""
    if pounds == 0:
        return _("the same")
    size = f"£{abs(pounds):,}"
    return _("%(pounds)s more", pounds=size) if pounds > 0 else _("%(pounds)s less", pounds=size)
