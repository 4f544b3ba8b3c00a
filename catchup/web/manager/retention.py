"""Old records: looking whether each is kept, holding it for the law, erasing it with a second person."""

from collections.abc import Callable
from datetime import date
from typing import cast
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.queries import families, retention
from catchup.rules.calendar import ONE_DAY
from catchup.rules.retention import Holds
from catchup.services import retention as service
from catchup.services.audit import Seen
from catchup.services.retention import HeldError, NothingToDoError, SamePersonError
from catchup.web.fields import DatePartsField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, saw_list, viewer

HOLDS = {
    Holds.NOT_DUE: _l("the youngest child is not yet 25"),
    Holds.IN_SCHEME: _l("the family is still in the scheme"),
    Holds.LEGAL_HOLD: _l("there is a legal hold on it"),
    Holds.REQUEST_OPEN: _l("a support request is open"),
    Holds.COMPLAINT_OPEN: _l("a complaint waits for its answer"),
    Holds.CONCERN_OPEN: _l("a concern has not been acknowledged"),
    Holds.COPY_OPEN: _l("a copy of the record has been asked for"),
}


class ReasonForm(BaseForm):
    """Why, in words."""

    reason = TextAreaField(_l("Why?"), rows=3, longest=1000, missing=_l("Say why"))


class KeepForm(ReasonForm):
    """Until when the record is kept."""

    until = DatePartsField(
        _l("Until when?"),
        what=_l("The day until which it is kept"),
        not_before=lambda: clock.today() + ONE_DAY,
        too_early=_l("The day until which it is kept must be in the future"),
        missing=_l("Enter the day until which it is kept"),
    )


@manager.get("/retention")
def list_retention() -> ResponseReturnValue:
    """Families whose time has come or is near."""
    today = clock.today()
    due = retention.coming(viewer(), today)
    saw_list("retention.list", "family", [one.family.id for one in due])
    return render_template("manager/retention.html", due=due, today=today, nav="needs")


@manager.get("/retention/<uuid:family_id>")
def retention_of(family_id: UUID) -> ResponseReturnValue:
    """One record: what stands against erasing it, what was decided, and what can be done."""
    return _show(_family(family_id))


@manager.post("/retention/<uuid:family_id>/keep")
def keep_record(family_id: UUID) -> ResponseReturnValue:
    """Keep it until another day."""
    family, form = _family(family_id), KeepForm(prefix="keep-")
    if not form.validate():
        return _show(family, keep=form), 422
    service.keep(family, cast(date, form.until.data), cast(str, form.reason.data), viewer())
    return _done(family, _("It is kept; you are asked again on the day you said."))


@manager.post("/retention/<uuid:family_id>/erase")
def ask_to_erase(family_id: UUID) -> ResponseReturnValue:
    """Decide that it may go."""
    family, form = _family(family_id), ReasonForm(prefix="erase-")
    if not form.validate():
        return _show(family, erase=form), 422
    return _try(
        family,
        lambda: service.ask_to_erase(family, cast(str, form.reason.data), viewer()),
        _("Another manager is to confirm it. Nothing is erased before that."),
    )


@manager.post("/retention/<uuid:family_id>/take-back")
def take_back_erasing(family_id: UUID) -> ResponseReturnValue:
    """It stays after all."""
    family = _family(family_id)
    return _try(family, lambda: service.take_back(family, viewer()), _("It stays."))


@manager.post("/retention/<uuid:family_id>/confirm")
def confirm_erasing(family_id: UUID) -> ResponseReturnValue:
    """The second person says so: the record is erased."""
    family = _family(family_id)
    try:
        service.confirm(family, viewer())
    except (HeldError, SamePersonError, NothingToDoError) as refused:
        return _refused(family_id, refused)
    db.session.commit()
    flash(_("The record is erased."))
    return redirect(url_for(".list_retention"))


@manager.post("/retention/<uuid:family_id>/hold")
def hold_record(family_id: UUID) -> ResponseReturnValue:
    """Keep it for the law."""
    family, form = _family(family_id), ReasonForm(prefix="hold-")
    if not form.validate():
        return _show(family, hold=form), 422
    service.set_hold(family, cast(str, form.reason.data), viewer())
    return _done(family, _("It is held."))


@manager.post("/retention/<uuid:family_id>/lift")
def lift_hold(family_id: UUID) -> ResponseReturnValue:
    """The hold is over."""
    family = _family(family_id)
    return _try(family, lambda: service.lift_hold(family, viewer()), _("The hold is lifted."))


def _family(family_id: UUID) -> Family:
    return families.get(family_id, viewer(), clock.today()) or abort(404)


def _try(family: Family, act: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        act()
    except (HeldError, NothingToDoError) as refused:
        return _refused(family.id, refused)
    return _done(family, done)


def _done(family: Family, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words)
    return redirect(url_for(".retention_of", family_id=family.id))


def _refused(family_id: UUID, refused: Exception) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(refused, HeldError):
        what = ", ".join(str(HOLDS[holds]) for holds in refused.holds)
        flash(_("Nothing was erased: %(what)s.", what=what), "warning")
    elif isinstance(refused, SamePersonError):
        flash(_("Nothing was erased: another manager than the one who decided confirms it."), "warning")
    else:
        flash(_("Nothing was done: somebody was quicker."), "warning")
    return redirect(url_for(".retention_of", family_id=family_id))


def _show(
    family: Family,
    *,
    keep: KeepForm | None = None,
    erase: ReasonForm | None = None,
    hold: ReasonForm | None = None,
) -> str:
    today = clock.today()
    saw(Seen("retention.view", "family", family.id, family.id))
    history = retention.history(family.id)
    held = retention.hold_of(family.id)
    review = retention.open_review(family.id)
    against = [HOLDS[one] for one in retention.standing_against(family.id, today)]
    # Of a form that has left the page meanwhile the page itself says why.
    there = (
        keep if not review else None,
        erase if not (review or against) else None,
        hold if not held else None,
    )
    return render_template(
        "manager/retention_of.html",
        family=family,
        due_on=retention.due_on(family.id, today),
        against=against,
        review=review,
        held=held,
        history=history,
        names=families.names([one.decided_by for one in history] + ([held.set_by] if held else [])),
        mine=review is not None and review.decided_by == viewer().id,
        keep=keep or KeepForm(prefix="keep-", formdata=None),
        erase=erase or ReasonForm(prefix="erase-", formdata=None),
        hold=hold or ReasonForm(prefix="hold-", formdata=None),
        form=next(filter(None, there), None),
        today=today,
        nav="needs",
    )
