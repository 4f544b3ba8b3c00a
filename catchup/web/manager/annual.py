"""The annual report: what it says so far, its texts, and the versions that were saved of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from catchup import annual_document, clock, documents
from catchup.extensions import db
from catchup.models.published import AnnualReportVersion
from catchup.queries import annual as queries
from catchup.queries import reports
from catchup.queries.annual import Scope
from catchup.rules.annual import Section
from catchup.rules.calendar import financial_year_days
from catchup.services import annual_reports as service
from catchup.services.annual_reports import NotAsSavedError
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.web.fields import Option, SelectField, TextAreaField
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm, PublicForm
from catchup.web.manager import manager
from catchup.web.manager.annual_content import TITLES, content
from catchup.web.security import saw, viewer

SHOWN_OF_MARK = 16


class TextForm(BaseForm):
    """What a manager writes for one section, and which text the page showed."""

    text = TextAreaField(
        _l("Text"),
        rows=14,
        longest=20_000,
        hint=_l("Leave an empty line between paragraphs. Name no family: the report is for everybody."),
    )
    seen = HiddenField()


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose report and of which year."""

    scope: Scope
    year: str
    scopes: tuple[Scope, ...]
    years: tuple[str, ...]

    @property
    def address(self) -> dict[str, Any]:
        """What stands in an address for it."""
        return {"year": self.year, "scope": self.scope.key}


@manager.get("/reports/annual")
def show_annual() -> ResponseReturnValue:
    """The report as it stands, with what can be written and the versions there are."""
    choice = _choice()
    begun = queries.report(choice.scope, choice.year)
    found = queries.of_year(choice.scope, choice.year, clock.today())
    texts = queries.texts(begun)
    saw(Seen("annual_report.view", "annual_report", begun.id if begun else None))
    return render_template(
        "manager/annual.html",
        choice=choice,
        form=_form(choice),
        content=content(found, texts) if found else None,
        versions=queries.versions(begun),
        save=BaseForm(formdata=None),
        whose=_whose(choice.scope),
        draw=annual_document.chart_of,
        paragraphs=annual_document.paragraphs,
    )


@manager.route("/reports/annual/<section>", methods=["GET", "POST"])
def write_annual(section: str) -> ResponseReturnValue:
    """Write the text of one section. The second of two who do is shown both, and loses nothing."""
    choice = _choice()
    which = Section(section) if section in {one.value for one in Section} else abort(404)
    begun = queries.report(choice.scope, choice.year)
    there = queries.texts(begun).get(which)
    form = TextForm(data={"text": there.words if there else "", "seen": str(there.id) if there else ""})
    status, changed = 200, None
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                service.write(choice.scope, choice.year, which, form.text.data or "", _seen(form), viewer())
            except ChangedMeanwhileError:
                db.session.rollback()
                begun = queries.report(choice.scope, choice.year)
                status, changed = 409, queries.texts(begun).get(which)
                form.seen.raw_data, form.seen.data = None, str(changed.id) if changed else ""
            else:
                db.session.commit()
                flash(_("The text is saved."))
                return redirect(url_for(".show_annual", **choice.address, _anchor=which.value))
    page = render_template(
        "manager/annual_text.html",
        choice=choice,
        section=which,
        title=str(TITLES[which]),
        form=form,
        changed=changed,
        history=queries.history(begun, which),
        whose=_whose(choice.scope),
        paragraphs=annual_document.paragraphs,
    )
    return page, status


@manager.post("/reports/annual/save")
def save_annual() -> ResponseReturnValue:
    """Freeze the report as a version."""
    choice, form = _choice(), BaseForm()
    if not form.validate():
        abort(400)
    found = queries.of_year(choice.scope, choice.year, clock.today()) or abort(404)
    texts = queries.texts(queries.report(choice.scope, choice.year))
    version = service.save(found, content(found, texts), viewer())
    number = version.number
    db.session.commit()
    flash(_("Version %(number)s is saved.", number=number))
    return redirect(url_for(".annual_version", **choice.address, number=number))


@manager.get("/reports/annual/versions/<int:number>")
def annual_version(number: int) -> ResponseReturnValue:
    """A version as it was saved, fit to be printed."""
    choice = _choice()
    version, said = _version(choice, number)
    saw(Seen("annual_report.version", "annual_report_version", version.id))
    return render_template(
        "manager/annual_version.html",
        choice=choice,
        version=version,
        mark=version.sha256[:SHOWN_OF_MARK],
        content=said,
        draw=annual_document.chart_of,
        paragraphs=annual_document.paragraphs,
    )


@manager.get("/reports/annual/versions/<int:number>/word")
def annual_word(number: int) -> ResponseReturnValue:
    """The version as a Word file."""
    choice = _choice()
    version, said = _version(choice, number)
    saw(Seen("annual_report.download", "annual_report_version", version.id))
    answer = Response(annual_document.word(said, _frame(version), version.saved_at), mimetype=documents.WORD)
    name = f"catch-up-annual-report-{choice.year}-version-{number}.docx"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _frame(version: AnnualReportVersion) -> dict[str, str]:
    return {
        "foot": _(
            "Version %(number)s of %(day)s, mark %(mark)s",
            number=version.number,
            day=day(clock.london(version.saved_at).date()),
            mark=version.sha256[:SHOWN_OF_MARK],
        ),
        "page_of": _("Page %(page)s of %(pages)s", page=documents.PAGE, pages=documents.PAGES),
        "definitions": _("How the figures are counted"),
        "draft": "",
    }


def _version(choice: Choice, number: int) -> tuple[AnnualReportVersion, dict[str, Any]]:
    version = queries.version(queries.report(choice.scope, choice.year), number) or abort(404)
    try:
        return version, service.content_of(version)
    except NotAsSavedError:
        abort(500)


def _choice() -> Choice:
    """What the address asks for: the last whole year and the reader's own agency where it says nothing."""
    today = clock.today()
    years = tuple(reports.years(today))
    over = [year for year in years if financial_year_days(year)[1] < today]
    year = request.args.get("year") or (over or years)[0]
    scopes = tuple(
        queries.scopes(viewer(), min(today, financial_year_days(year)[1]) if year in years else today)
    )
    wanted = request.args.get("scope")
    scope = next((one for one in scopes if wanted in (None, "", one.key)), None)
    if year not in years or scope is None:
        abort(404)
    return Choice(scope, year, scopes, years)


def _form(choice: Choice) -> PublicForm:
    class ChoiceForm(PublicForm):
        year = SelectField(_("Year"), [Option(year, _year_name(year)) for year in choice.years])
        scope = SelectField(_("Whose report"), [Option(one.key, _whose(one)) for one in choice.scopes])

    return ChoiceForm(formdata=None, data={"year": choice.year, "scope": choice.scope.key})


def _year_name(year: str) -> str:
    first_on, last_on = financial_year_days(year)
    return _("April %(first)s to March %(last)s", first=first_on.year, last=last_on.year)


def _whose(scope: Scope) -> str:
    return scope.name or _("All councils")


def _seen(form: TextForm) -> UUID | None:
    try:
        return UUID(form.seen.data) if form.seen.data else None
    except ValueError:
        abort(400)
