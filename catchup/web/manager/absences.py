"""One person: what is still theirs, how many hours they have, when they are away and who stands in."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.queries import open_work, workload, workload_table
from catchup.rules.workload import Away
from catchup.services import absences, staff_hours
from catchup.services.absences import AlreadyEndedError, RefusedError
from catchup.services.audit import Seen
from catchup.web.fields import DatePartsField, Option, SelectField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.manager.workload import full, hours_in_words
from catchup.web.security import saw, viewer

MOST_HOURS = 60


class HoursField(TextField):
    """Hours a week, kept as whole minutes: 7, 7.5 or 7:30."""

    def read(self, text: str) -> Any:
        """The minutes in the text. Raises ValueError with a sentence for the reader."""
        hours, colon, minutes = text.replace(",", ".").partition(":")
        try:
            found = int(hours) * 60 + int(minutes) if colon else round(float(hours) * 60)
        except (ValueError, OverflowError):
            raise ValueError(_("Enter a number of hours, like 7 or 7.5")) from None
        if not 0 <= found <= MOST_HOURS * 60:
            raise ValueError(_("Enter hours between 0 and %(most)s", most=MOST_HOURS))
        return found

    def written(self, answer: Any) -> str:
        return f"{answer / 60:.4g}"


class HoursForm(BaseForm):
    """How many hours a week, from when on."""

    hours = HoursField(
        _l("Hours a week for catch-up calls"),
        longest=10,
        width=4,
        inputmode="decimal",
        missing=_l("Enter the hours a week, or 0"),
        hint=_l("The calls and what is written of them, not their other duties."),
    )
    from_on = DatePartsField(
        _l("From which day?"), what=_l("The first day"), missing=_l("Enter the first day")
    )


class AbsenceForm(BaseForm):
    """When somebody is away, and who stands in."""

    first = DatePartsField(
        _l("First day away"), what=_l("The first day"), missing=_l("Enter the first day away")
    )
    last = DatePartsField(_l("Last day away"), what=_l("The last day"), missing=_l("Enter the last day away"))
    cover: SelectField


def _absence_form(person: Staff, **kwargs: Any) -> AbsenceForm:
    class PersonForm(AbsenceForm):
        cover = SelectField(
            _("Who stands in?"),
            lambda: [Option(str(one.id), one.name) for one in workload.may_ring(viewer()) if one != person],
            read=UUID,
            blank=_("Nobody: their calls stay in the team’s queue"),
            hint=_("Their calls are in that person’s queue on those days. Whoever rings has the credit."),
        )

    return PersonForm(**kwargs)


@manager.get("/workload/people/<uuid:staff_id>")
def show_person(staff_id: UUID) -> ResponseReturnValue:
    """What somebody has, their hours and absences."""
    person = workload.somebody(staff_id, viewer(), clock.today()) or abort(404)
    return _person_page(person)


@manager.post("/workload/people/<uuid:staff_id>/hours")
def set_person_hours(staff_id: UUID) -> ResponseReturnValue:
    """So many hours a week from a day on."""
    person, form = _colleague(staff_id), HoursForm()
    if not form.validate_on_submit():
        return _person_page(person, hours=form), 422
    minutes: Any = form.hours.data
    staff_hours.set_hours(person, form.from_on.data, minutes, viewer())
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for(".show_person", staff_id=staff_id))


@manager.post("/workload/people/<uuid:staff_id>/absences")
def record_absence(staff_id: UUID) -> ResponseReturnValue:
    """Somebody is away, and somebody may stand in."""
    person = _colleague(staff_id)
    form = _absence_form(person)
    if form.validate_on_submit():
        try:
            absences.record(person, form.first.data, form.last.data, form.cover.data, viewer())
        except RefusedError as refusal:
            db.session.rollback()
            _box(form, refusal.why).errors = [str(refusal)]
        else:
            db.session.commit()
            flash(_("Saved."))
            return redirect(url_for(".show_person", staff_id=staff_id))
    return _person_page(person, absence=form), 422


@manager.post("/workload/absences/<uuid:absence_id>/end")
def end_absence(absence_id: UUID) -> ResponseReturnValue:
    """Somebody is back already, or does not go after all."""
    absence = workload.absence(absence_id, viewer()) or abort(404)
    staff_id = absence.staff_id
    try:
        absences.end(absence, viewer())
    except AlreadyEndedError:
        db.session.rollback()
    else:
        db.session.commit()
    flash(_("Ended. Nobody stands in for them any more."))
    return redirect(url_for(".show_person", staff_id=staff_id))


def _colleague(staff_id: UUID) -> Staff:
    return workload.colleague(staff_id, viewer()) or abort(404)


def _box(form: AbsenceForm, why: Away) -> Any:
    """The field that a refusal belongs to."""
    if why in (Away.ENDS_BEFORE, Away.OVER):
        return form.last
    return form.cover if why in (Away.SAME_PERSON, Away.COVER_AWAY) else form.first


def _person_page(person: Staff, *, hours: HoursForm | None = None, absence: AbsenceForm | None = None) -> str:
    me, today = viewer(), clock.today()
    is_ours = workload.colleague(person.id, me) is not None
    saw(Seen("workload.person", "staff", person.id))
    return render_template(
        "manager/person.html",
        person=person,
        is_ours=is_ours,
        load=workload_table.load_of(person.id, me, today),
        work=open_work.of(person) if is_ours else None,
        full=full,
        hours_in_words=hours_in_words,
        hours_set=workload.hours_of(person.id) if is_ours else (),
        absences=workload.absences_of(person.id, today) if is_ours else (),
        hours=hours or HoursForm(formdata=None, from_on=today),
        absence=absence or _absence_form(person, formdata=None),
        has_errors=request.method == "POST",
        today=today,
        nav="reports",
    )
