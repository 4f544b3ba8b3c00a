"""Breaches of personal data: each with its 72 hours, and what was done about it."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.queries import breaches, families, reports
from catchup.rules import breaches as rule
from catchup.rules.breaches import BreachStepKind
from catchup.services import breaches as service
from catchup.services.audit import Seen
from catchup.services.breaches import ClosedError, NewBreach, NotYetError
from catchup.web.fields import DatePartsField, Option, RadiosField, SelectField, TextAreaField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, viewer
from catchup.web.staff.conversation_parts import TimeField

STEPS = {
    BreachStepKind.CONTAINED: _l("Contained: what was lost is back, or can do no more harm"),
    BreachStepKind.ASSESSED: _l("Assessed: how likely it is to harm somebody, and how badly"),
    BreachStepKind.REGULATOR_TOLD: _l("The Information Commissioner was told"),
    BreachStepKind.NOT_TOLD: _l("The Information Commissioner need not be told"),
    BreachStepKind.PEOPLE_TOLD: _l("The people concerned were told"),
    BreachStepKind.NOTED: _l("Something else to note"),
    BreachStepKind.CLOSED: _l("Closed"),
}
MOST_PEOPLE = 1_000_000


class NumberField(TextField):
    """A whole number that may be left out."""

    def read(self, text: str) -> str:
        if not text.isdecimal() or int(text[:9]) > MOST_PEOPLE:
            raise ValueError(_("Enter a whole number, like 12, or leave it empty"))
        return text


class BreachForm(BaseForm):
    """What is known of a breach when it is found."""

    what = TextAreaField(
        _l("What happened?"),
        hint=_l("What was lost, shown or sent, to whom and how. No names where none are needed."),
        rows=5,
        longest=4000,
        missing=_l("Say what happened"),
    )
    council = SelectField(
        _l("Whose data is it?"),
        lambda: [Option(code, name) for code, name in reports.councils_of(viewer(), clock.today())],
        blank=_l("Not known yet, or several councils’"),
    )
    known_on = DatePartsField(
        _l("When did somebody of the service first know?"),
        what=_l("The day somebody knew"),
        not_after=clock.today,
        missing=_l("Enter the day somebody first knew"),
    )
    known_time = TimeField(
        _l("At what time?"), hint=_l("For example, 14:05"), missing=_l("Enter the time, like 14:05")
    )
    people = NumberField(
        _l("How many people does it concern?"), hint=_l("Leave it empty if nobody knows yet"), width=5
    )

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        known_at = self.known_at()
        if known_at and known_at > clock.now() and not self.known_time.errors:
            self.known_time.errors = [_("The time must not be in the future")]
            return False
        return is_valid

    def known_at(self) -> datetime | None:
        """The instant, where both its parts can be read."""
        on, at = cast("date | None", self.known_on.data), self.known_time.time
        return clock.instant(on, at) if on and at else None

    def new(self) -> NewBreach:
        """The breach; only after ``validate``."""
        return NewBreach(
            what=cast(str, self.what.data),
            council_code=cast("str | None", self.council.data),
            known_at=cast(datetime, self.known_at()),
            people=int(self.people.data) if self.people.data else None,
        )


class StepForm(BaseForm):
    """What was done."""

    kind = RadiosField(
        _l("What was done?"),
        lambda: [Option(kind, words) for kind, words in STEPS.items()],
        read=BreachStepKind,
        small=True,
        missing=_l("Choose what was done"),
    )
    note = TextAreaField(
        _l("In words"),
        hint=_l("When and by whom, any reference number, and the reason where something was not done"),
        rows=4,
        longest=4000,
        missing=_l("Say it in words"),
    )


@manager.get("/breaches")
def list_breaches() -> ResponseReturnValue:
    """Those that are open, by the hours that are left, and those that are closed."""
    saw(Seen("breach.list", "breach"))
    return render_template(
        "manager/breaches.html",
        waiting=breaches.waiting(viewer()),
        closed=breaches.closed(viewer()),
        is_answered=_is_answered,
        now=clock.now(),
        nav="needs",
    )


@manager.route("/breaches/new", methods=["GET", "POST"])
def record_breach() -> ResponseReturnValue:
    """Write down a new one."""
    form = BreachForm()
    if form.validate_on_submit():
        breach = service.record(form.new(), viewer())
        db.session.commit()
        flash(_("Recorded."))
        return redirect(url_for(".breach", breach_id=breach.id))
    page = render_template("manager/breach_new.html", form=form, nav="needs")
    return page, 422 if form.is_submitted() else 200


@manager.route("/breaches/<uuid:breach_id>", methods=["GET", "POST"])
def breach(breach_id: UUID) -> ResponseReturnValue:
    """One breach with its steps; another is added."""
    form = StepForm()
    found = breaches.get(breach_id, viewer(), for_update=form.is_submitted()) or abort(404)
    if form.validate_on_submit():
        try:
            service.add_step(found, form.kind.data, cast(str, form.note.data), viewer())
            db.session.commit()
            flash(_("Written down."))
            return redirect(url_for(".breach", breach_id=found.id))
        except NotYetError:
            form.kind.errors = [
                _(
                    "Before it is closed, write down the assessment, and that the Information "
                    "Commissioner was told or why not"
                )
            ]
        except ClosedError:
            db.session.rollback()
            flash(_("Nothing was added: it is closed."), "warning")
            return redirect(url_for(".breach", breach_id=breach_id))
    saw(Seen("breach.view", "breach", found.id, council_code=found.council_code))
    page = render_template(
        "manager/breach.html",
        breach=found,
        form=form,
        steps=STEPS,
        answered=_is_answered(found),
        names=families.names([found.recorded_by, *(step.by_id for step in found.steps)]),
        now=clock.now(),
        nav="needs",
    )
    return page, 422 if form.is_submitted() else 200


def _is_answered(breach: Any) -> bool:
    return rule.is_answered({step.kind for step in breach.steps})
