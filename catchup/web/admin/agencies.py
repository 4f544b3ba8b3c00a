"""Agencies, and which councils form them from which day."""

from datetime import date
from typing import cast
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.council import Agency
from catchup.queries import agencies
from catchup.queries.agencies import Member
from catchup.rules.calendar import add_months
from catchup.services import agencies as service
from catchup.services.agencies import RefusedError
from catchup.web.admin import admin
from catchup.web.fields import CouncilField, DatePartsField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer

LOOKS_AHEAD_MONTHS = 120


def _latest() -> date:
    return add_months(clock.today(), LOOKS_AHEAD_MONTHS)


class AgencyForm(BaseForm):
    """A new agency."""

    name = TextField(
        _("Name of the agency"), longest=100, width=30, missing=_("Enter the name of the agency")
    )


class JoinForm(BaseForm):
    """A council that joins."""

    council = CouncilField(
        _("Council"),
        councils=lambda: agencies.councils_to_choose(clock.today()),
        missing=_("Choose a council"),
    )
    from_on = DatePartsField(
        _("First day in the agency"),
        what=_("The first day"),
        not_after=_latest,
        missing=_("Enter the first day"),
    )
    until_on = DatePartsField(
        _("Last day in the agency"),
        what=_("The last day"),
        not_after=_latest,
        hint=_("Leave this out while no end is known"),
    )


class EndForm(BaseForm):
    """Until when a council belongs."""

    until_on = DatePartsField(
        _("Last day in the agency"),
        what=_("The last day"),
        not_after=_latest,
        hint=_("Leave this out if it goes on"),
    )


@admin.get("/agencies")
def list_agencies() -> ResponseReturnValue:
    """Every agency with its councils of today."""
    today = clock.today()
    rows = [(one, agencies.members(one.id, today)) for one in agencies.listed()]
    return render_template("admin/agencies.html", rows=rows)


@admin.route("/agencies/add", methods=["GET", "POST"])
def add_agency() -> ResponseReturnValue:
    """A new agency, its councils to follow."""
    form = AgencyForm()
    if not form.is_submitted():
        return render_template("admin/agency_add.html", form=form)
    if form.validate():
        try:
            agency = service.add(cast(str, form.name.data), viewer())
        except RefusedError as refusal:
            _say(form, refusal)
        else:
            db.session.commit()
            flash(gettext("Added. Now say which councils form it."), "success")
            return redirect(url_for(".agency", agency_id=agency.id))
    return render_template("admin/agency_add.html", form=form), 422


@admin.route("/agencies/<uuid:agency_id>", methods=["GET", "POST"])
def agency(agency_id: UUID) -> ResponseReturnValue:
    """One agency: its councils now, to come and in the past, and adding one."""
    found = agencies.get(agency_id) or abort(404)
    form = JoinForm()
    if not form.is_submitted():
        return _page(found, form)
    if form.validate():
        try:
            service.join(
                found, cast(str, form.council.council), form.from_on.data, form.until_on.data, viewer()
            )
        except RefusedError as refusal:
            _say(form, refusal)
        else:
            db.session.commit()
            flash(gettext("Saved."), "success")
            return redirect(url_for(".agency", agency_id=agency_id))
    return _page(found, form), 422


@admin.route("/agencies/<uuid:agency_id>/councils/<uuid:membership_id>", methods=["GET", "POST"])
def end_membership(agency_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """Say when a council's time in the agency ends."""
    found, member = _member(agency_id, membership_id)
    form = EndForm(until_on=member.membership.until_on)
    if not form.is_submitted():
        return render_template("admin/agency_end.html", agency=found, member=member, form=form)
    if form.validate():
        try:
            service.end(member, form.until_on.data, viewer())
        except RefusedError as refusal:
            _say(form, refusal)
        else:
            db.session.commit()
            flash(gettext("Saved."), "success")
            return redirect(url_for(".agency", agency_id=agency_id))
    return render_template("admin/agency_end.html", agency=found, member=member, form=form), 422


@admin.post("/agencies/<uuid:agency_id>/councils/<uuid:membership_id>/take-back")
def take_back_membership(agency_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """A council that was to join does not."""
    _found, member = _member(agency_id, membership_id)
    if service.take_back(member, clock.today(), viewer()):
        db.session.commit()
        flash(gettext("%(council)s will not join.", council=member.council), "success")
    else:
        flash(gettext("It has begun: say on which day it ends instead."), "warning")
    return redirect(url_for(".agency", agency_id=agency_id))


def _member(agency_id: UUID, membership_id: UUID) -> tuple[Agency, Member]:
    found, member = agencies.get(agency_id), agencies.membership(membership_id)
    if found is None or member is None or member.membership.agency_id != agency_id:
        abort(404)
    return found, member


def _page(found: Agency, form: JoinForm) -> str:
    members = agencies.members(found.id, clock.today())
    return render_template("admin/agency.html", agency=found, form=form, members=members)


def _say(form: BaseForm, refusal: RefusedError) -> None:
    form[refusal.field].errors = [str(refusal)]
