"""Forms in doubt: a person says whether a family sent them, or a machine."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from catchup import clock
from catchup.extensions import db
from catchup.models.registration import DoubtedForm
from catchup.queries import directories, doubted_forms
from catchup.rules import registration as rule
from catchup.rules.registration import Application
from catchup.services import joining
from catchup.services.audit import Seen
from catchup.web.public import summary
from catchup.web.security import saw, viewer
from catchup.web.staff import staff


@dataclass(frozen=True, slots=True)
class Line:
    """One form of the list."""

    form: DoubtedForm
    said: Application
    days_left: int


@staff.get("/registrations/in-doubt")
def list_doubted_forms() -> ResponseReturnValue:
    """Those a machine may have sent."""
    return _list()


@staff.post("/registrations/in-doubt")
def throw_away_forms() -> ResponseReturnValue:
    """Delete the ticked ones."""
    gone = joining.throw_away(doubted_forms.some(_ticked(), viewer()), viewer())
    if not gone:
        return _list(nothing_ticked=True, status=422)
    db.session.commit()
    flash(ngettext("%(num)s form deleted.", "%(num)s forms deleted.", gone), "success")
    return redirect(url_for(".list_doubted_forms"))


@staff.get("/registrations/in-doubt/<uuid:form_id>")
def doubted_form(form_id: UUID) -> ResponseReturnValue:
    """One of them, with everything it says."""
    found = doubted_forms.get(form_id, viewer()) or abort(404)
    saw(Seen("doubted_form.view", "doubted_form", found.id))
    (line,) = _lines([found])
    return render_template(
        "staff/doubted_form.html",
        line=line,
        sections=summary.sections(found.answers),
        nav="registrations",
    )


@staff.post("/registrations/in-doubt/<uuid:form_id>/let-in")
def let_in_form(form_id: UUID) -> ResponseReturnValue:
    """A family sent it: from here on it is a registration."""
    found = next(iter(doubted_forms.some([form_id], viewer())), None) or abort(404)
    registration_id = joining.let_in(found, viewer())
    db.session.commit()
    flash(_("It is among the registrations now."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


def _ticked() -> Iterator[UUID]:
    for text in request.form.getlist("form"):
        with suppress(ValueError):
            yield UUID(text)


def _list(*, nothing_ticked: bool = False, status: int = 200) -> ResponseReturnValue:
    saw(Seen("doubted_form.list", "doubted_form"))
    waiting = doubted_forms.to_look_at(viewer())
    page = render_template(
        "staff/doubted_forms.html",
        lines=_lines(waiting.shown),
        count=waiting.count,
        nothing_ticked=nothing_ticked,
        has_errors=nothing_ticked,
        nav="registrations",
    )
    return page, status


def _lines(found: Sequence[DoubtedForm]) -> Sequence[Line]:
    today, holidays = clock.today(), directories.holidays()
    return [
        Line(one, rule.read(one.answers), rule.working_days_left(today, one.look_by_on, holidays))
        for one in found
    ]
