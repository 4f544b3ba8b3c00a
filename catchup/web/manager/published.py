"""The committee version: tables of a year with small numbers hidden, looked at, saved, and shown as saved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from catchup import clock
from catchup.extensions import db
from catchup.models.published import PublishedVersion
from catchup.queries import published, reports
from catchup.queries.published import EVERYBODY, PublishedReport, Scope
from catchup.rules.definitions import MEASURES, REPORTS, Measure
from catchup.rules.hiding import CannotHideError, Published, PublishedRow
from catchup.rules.hiding_relations import Figure
from catchup.rules.hiding_tables import ALL, UNDECIDED, Place, Tables
from catchup.services import published as service
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.published import NotOverError, PublishedBesideError
from catchup.web.fields import Option, SelectField, TextAreaField
from catchup.web.filters import council_name
from catchup.web.forms_base import BaseForm, PublicForm
from catchup.web.manager import manager
from catchup.web.manager.annual_words import part_name
from catchup.web.manager.choosing import year_name
from catchup.web.manager.report_choice import TITLES
from catchup.web.manager.report_figures import CAPTIONS
from catchup.web.security import saw, viewer

SHOWN_OF_MARK = 16
MOST_PLACES_ACROSS = 6


class SaveForm(BaseForm):
    """Why there is another version, and which tables the page showed."""

    reason = TextAreaField(
        _l("Why is there another version of this year?"),
        rows=3,
        longest=1_000,
        hint=_l("For example: two handovers were entered late. Name no family."),
    )
    seen = HiddenField()


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose tables, and of which year."""

    scope: Scope
    year: str
    scopes: Sequence[Scope]
    years: Sequence[str]

    @property
    def asked(self) -> dict[str, Any]:
        """What stands in an address for it."""
        return {"year": self.year, "scope": self.scope.key}

    @property
    def form(self) -> PublicForm:
        """The form that asks for another one."""
        choice = self

        class ChoiceForm(PublicForm):
            year = SelectField(_("Year"), [Option(one, year_name(one)) for one in choice.years])
            scope = SelectField(_("Councils"), [Option(one.key, whose(one)) for one in choice.scopes])

        return ChoiceForm(formdata=None, data={"year": self.year, "scope": self.scope.key})


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a place or a part, and what stands in each column."""

    name: str
    rows: tuple[PublishedRow | None, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; ``heads`` stand over the columns."""

    caption: str
    first: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One report: its measures by council, the parts of them, and what each measure means."""

    name: str
    title: str
    tables: tuple[Table, ...]
    measures: tuple[Measure, ...]


@manager.get("/reports/published")
def list_published() -> ResponseReturnValue:
    """What has been published: every saved version, the newest year first."""
    choice = _choice()
    saw(Seen("published.list", "published_version"))
    return render_template(
        "manager/published.html",
        versions=[(version, whose(published.scope_of(version)), by) for version, by in published.versions()],
        choice=choice,
        year_name=year_name,
        nav="reports",
    )


@manager.route("/reports/published/new", methods=["GET", "POST"])
def preview_published() -> ResponseReturnValue:
    """The tables as they would be saved, with how many rows are hidden; and saving them."""
    choice = _choice() or abort(404)
    today, form, status = clock.today(), SaveForm(), 200
    last = published.latest(choice.scope, choice.year)
    if form.is_submitted():
        status = 422
        if last and not form.reason.data:
            form.reason.errors = [_("Say why there is another version of this year")]
        elif form.validate():
            done = _save(choice, form)
            if done is not None:
                return done
            status = 409
    tables = _fresh(choice, today)
    saw(Seen("published.preview", "published_version"))
    page = render_template(
        "manager/published_new.html",
        choice=choice,
        form=form,
        last=last,
        mark=service.mark(published.content_of(tables.rows)) if tables else "",
        tables=tables,
        sections=list(_sections(tables.rows)) if tables else [],
        over=service.is_over(choice.year, today),
        beside=service.beside(choice.scope, choice.year, tables) if tables else None,
        whose=whose(choice.scope),
        year_name=year_name(choice.year),
        today=today,
        nav="reports",
    )
    return page, status


@manager.get("/reports/published/<uuid:version_id>")
def show_published(version_id: UUID) -> ResponseReturnValue:
    """A version as it was saved. No number leads to families."""
    version = _version(version_id)
    saw(Seen("published.view", "published_version", version.id))
    return render_template(
        "manager/published_version.html",
        version=version,
        sections=list(_sections(published.rows_of(version))),
        whose=whose(published.scope_of(version)),
        year_name=year_name(version.year),
        shown_of_mark=SHOWN_OF_MARK,
        nav="reports",
    )


@manager.get("/reports/published/<uuid:version_id>.csv")
def download_published(version_id: UUID) -> ResponseReturnValue:
    """A version for a spreadsheet, "c" where a number is hidden."""
    version = _version(version_id)
    saw(Seen("published.download", "published_version", version.id))
    report = PublishedReport("published", version.year, None, version.as_of, published.rows_of(version))
    answer = Response(report.as_csv(), mimetype="text/csv")
    name = f"catch-up-{version.year}-published-{version.number}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def whose(scope: Scope) -> str:
    """Whose tables they are, in words."""
    return _("All councils") if scope == EVERYBODY else scope.agency or _("An agency that is gone")


def _choice() -> Choice | None:
    """What the address asks for; None where the viewer may publish nothing. The last full year goes first."""
    today = clock.today()
    years = reports.years(today)
    year = request.args.get("year") or next((one for one in years if service.is_over(one, today)), years[0])
    if year not in years:
        abort(404)
    scopes = published.scopes(viewer(), year)
    key = request.args.get("scope") or (scopes[0].key if scopes else None)
    scope = next((one for one in scopes if one.key == key), None)
    if scope is None:
        return abort(404) if key else None
    return Choice(scope, year, scopes, years)


def _version(version_id: UUID) -> PublishedVersion:
    version = published.get(version_id) or abort(404)
    service.refuse_changed(version)
    return version


def _fresh(choice: Choice, today: date) -> Published | None:
    """The tables as they are now; None where nothing can be published beside what is already."""
    try:
        return published.fresh(choice.scope, choice.year, today)
    except CannotHideError:
        return None


def _save(choice: Choice, form: SaveForm) -> ResponseReturnValue | None:
    """Save and go to the version; None where that cannot be, and the form says why."""
    try:
        version = service.save(
            choice.scope, choice.year, form.seen.data or "", form.reason.data or None, viewer()
        )
    except ChangedMeanwhileError:
        form.form_errors = [_("The figures have changed since you looked at them. Look at them again.")]
    except (NotOverError, PublishedBesideError, CannotHideError):
        form.form_errors = [_("These tables cannot be saved. The page says why.")]
    else:
        version_id, number = version.id, version.number
        db.session.commit()
        flash(_("Version %(number)s is saved.", number=number))
        return redirect(url_for(".show_published", version_id=version_id))
    db.session.rollback()
    return None


def _sections(rows: Iterable[PublishedRow]) -> Iterator[Section]:
    placed: dict[Figure, dict[Place, PublishedRow]] = {}
    for row in rows:
        figure, place = Tables.where(row.code, row.council, row.dimension)
        placed.setdefault(figure, {})[place] = row
    places = sorted({place for by_place in placed.values() for place in by_place}, key=_order)
    for name, codes in REPORTS.items():
        whole = [code for code in codes if Figure(code) in placed]
        if whole:
            yield Section(
                name,
                str(TITLES[name]),
                (_by_place(whole, placed, places), *_by_part(whole, placed, places)),
                tuple(MEASURES[code] for code in whole),
            )


def _by_place(
    codes: Sequence[str], placed: dict[Figure, dict[Place, PublishedRow]], places: Sequence[Place]
) -> Table:
    return Table(
        _("By council, the whole year"),
        _("Council"),
        tuple(MEASURES[code].name for code in codes),
        tuple(
            Line(place_name(place), tuple(placed[Figure(code)].get(place) for code in codes), place == ALL)
            for place in places
        ),
    )


def _by_part(
    codes: Sequence[str], placed: dict[Figure, dict[Place, PublishedRow]], places: Sequence[Place]
) -> Iterator[Table]:
    """The parts of each measure: by place where the places fit beside each other, else of all together."""
    for code in codes:
        parts = [figure for figure in placed if figure.code == code and figure.part]
        for dimension in dict.fromkeys(figure.part[0] for figure in parts if figure.part):
            mine = [figure for figure in parts if figure.part and figure.part[0] == dimension]
            across = [place for place in places if any(place in placed[figure] for figure in mine)]
            if len(across) > MOST_PLACES_ACROSS and ALL in across:
                across = [ALL]
            yield Table(
                str(CAPTIONS.get(code, MEASURES[code].name)),
                _part_heading(dimension),
                tuple(place_name(place) for place in across),
                tuple(
                    Line(
                        part_name(dimension, figure.part[1]), tuple(placed[figure].get(one) for one in across)
                    )
                    for figure in mine
                    if figure.part
                ),
            )


def _part_heading(dimension: str) -> str:
    words = {
        "category": _("Pointed to"),
        "barrier": _("What kept families"),
        "days": _("How long"),
        "months": _("How long"),
        "kind": _("Kind"),
        "need": _("Need"),
        "reason": _("Reason"),
        "worth": _("Answer"),
        "language": _("Language of the calls"),
        "due_language": _("Language of the calls, calls due"),
        "ethnic_group": _("Ethnic group"),
        "due_ethnic_group": _("Ethnic group, calls due"),
        "disability": _("A disability or long-term illness"),
        "due_disability": _("A disability or long-term illness, calls due"),
    }
    return words.get(dimension, dimension)


def _order(place: Place) -> tuple[int, str]:
    kinds = ("council", UNDECIDED[0], "agency", ALL[0])
    return kinds.index(place[0]), place_name(place)


def place_name(place: Place) -> str:
    """What people read for a place."""
    if place == ALL:
        return _("All together")
    if place == UNDECIDED:
        return _("Needs a decision")
    return council_name(place[1]) if place[0] == "council" else place[1]
