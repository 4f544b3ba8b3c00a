"""Targets: what each measure should come to in a year, beside what it has come to, and who set it."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField

from catchup import clock
from catchup.extensions import db
from catchup.queries import reports, targets
from catchup.rules.definitions import MEASURES, REPORTS, Measure, Unit
from catchup.rules.measures import ALL_COUNCILS, Row
from catchup.rules.targets import AIMED_AT, Against, against
from catchup.services import targets as service
from catchup.services.contacts import ChangedMeanwhileError
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.manager.amounts import answers, target_field
from catchup.web.manager.choosing import Choice, choose, year_name
from catchup.web.manager.target_words import target_value
from catchup.web.security import viewer

TITLES = {
    "take-up": _l("Joining"),
    "calls": _l("Calls"),
    "signposts": _l("Help"),
    "handovers": _l("Handovers"),
    "demand": _l("Demand"),
}
FIELDS = {f"target_{code}": code for code in AIMED_AT}


@dataclass(frozen=True, slots=True)
class Line:
    """One measure with its target, what it has come to, and how the two compare. ``common``: that of all."""

    measure: Measure
    target: int
    common: bool
    row: Row | None
    found: Against | None


@manager.get("/reports/targets")
def list_targets() -> ResponseReturnValue:
    """The targets of a year beside the figures, and everything that was ever set."""
    choice = _choice()
    own, whole = targets.own(choice.year, choice.council), targets.of(choice.year, choice.council)
    rows = _figures(choice, tuple(code for code in AIMED_AT if code in whole))
    lines = {code: _line(code, choice, target, own, rows) for code, target in whole.items()}
    before = targets.own(choice.year_before, choice.council)
    return render_template(
        "manager/targets.html",
        choice=choice,
        sections=[
            (TITLES[name], [lines[code] for code in codes if code in lines])
            for name, codes in REPORTS.items()
        ],
        any=bool(whole),
        without=len(AIMED_AT) - len(whole),
        copied=len(before.keys() - own.keys()),
        year_before=year_name(choice.year_before),
        history=targets.history(choice.year, choice.council),
        measures=MEASURES,
        asked=_asked(choice),
        today=clock.today(),
        nav="reports",
    )


@manager.route("/reports/targets/change", methods=["GET", "POST"])
def change_targets() -> ResponseReturnValue:
    """Set the targets of a year for one council, or for all together."""
    choice = _choice()
    form, status = _form(choice), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                count = service.set_targets(
                    choice.year, choice.council, answers(form, FIELDS), _seen(form), viewer()
                )
            except ChangedMeanwhileError:
                db.session.rollback()
                return _changed_meanwhile(choice, form)
            db.session.commit()
            flash(_said(count))
            return redirect(url_for(".list_targets", **_asked(choice)))
    return _change_page(choice, form), status


@manager.post("/reports/targets/copy")
def copy_targets() -> ResponseReturnValue:
    """Set what the year before aimed at, wherever this year has no target yet."""
    choice = _choice()
    try:
        count = service.copy_last_year(choice.year, choice.council, viewer())
    except ChangedMeanwhileError:
        db.session.rollback()
        flash(_("Somebody else set targets just now. Look at them before you copy."))
        return redirect(url_for(".list_targets", **_asked(choice)))
    db.session.commit()
    flash(_said(count))
    return redirect(url_for(".list_targets", **_asked(choice)))


def _choice() -> Choice:
    """One council or, for the hub, all together: there are no targets of some councils."""
    choice = choose(next_year=True)
    if choice.council is None and not viewer().hub:
        if not choice.councils:
            abort(404)
        return Choice(choice.year, choice.councils[0][0], choice.years, choice.councils)
    return choice


def _asked(choice: Choice) -> dict[str, Any]:
    return {"year": choice.year, "council": choice.council}


def _figures(choice: Choice, codes: tuple[str, ...]) -> dict[str, Row]:
    """The year's figure of these measures, as the report has it."""
    if not (choice.begun and codes):
        return {}
    found = reports.of_year("targets", choice.year, clock.today(), council=choice.council, codes=codes)
    rows: dict[str, Row] = {}
    for row in found.rows:
        # Several places have a row of them all; a council alone may have been counted under two codes.
        together = row.dimension == dict([ALL_COUNCILS])
        if row.quarter is None and (together or (row.dimension is None and row.code not in rows)):
            rows[row.code] = row
    return rows


def _line(code: str, choice: Choice, target: int, own: targets.Targets, rows: dict[str, Row]) -> Line:
    row, found = rows.get(code), None
    if row is not None:
        found = against(code, row.numerator, row.denominator, target, over=choice.over)
    return Line(MEASURES[code], target, code not in own, row, found)


class TargetsForm(BaseForm):
    """A box for every measure, and the version of what the page showed."""

    seen = HiddenField()


def _form(choice: Choice) -> TargetsForm:
    class OfTheMeasures(TargetsForm):
        pass

    common = targets.of(choice.year, None) if choice.council else {}
    for name, code in FIELDS.items():
        unit = MEASURES[code].unit
        setattr(OfTheMeasures, name, target_field(code, None if unit is Unit.COUNT else common.get(code)))
    own = targets.own(choice.year, choice.council)
    there = {name: own[code] for name, code in FIELDS.items() if code in own}
    return OfTheMeasures(data={"seen": str(targets.version(choice.year, choice.council)), **there})


def _seen(form: TargetsForm) -> int:
    return int(form.seen.data) if str(form.seen.data).isascii() and str(form.seen.data).isdigit() else -1


def _change_page(choice: Choice, form: TargetsForm) -> str:
    names = {code: name for name, code in FIELDS.items()}
    return render_template(
        "manager/targets_change.html",
        choice=choice,
        form=form,
        sections=[
            (TITLES[name], [(code, form[names[code]]) for code in codes if code in names])
            for name, codes in REPORTS.items()
        ],
        asked=_asked(choice),
        nav="reports",
    )


def _changed_meanwhile(choice: Choice, form: TargetsForm) -> ResponseReturnValue:
    """What somebody else has set stands beside each box, and what was typed stays in it."""
    now = targets.own(choice.year, choice.council)
    for name, code in FIELDS.items():
        if form[name].data != now.get(code):
            value = target_value(now.get(code), code) if code in now else _("without a target")
            form[name].errors = [_("It is %(value)s now: somebody else has changed targets", value=value)]
    form.form_errors = [_("Somebody else has changed these targets meanwhile. What you typed is still here.")]
    form.seen.raw_data = None
    form.seen.data = str(targets.version(choice.year, choice.council))
    return _change_page(choice, form), 409


def _said(count: int) -> str:
    return (
        ngettext("%(num)s target saved.", "%(num)s targets saved.", count) if count else _("Nothing changed.")
    )
