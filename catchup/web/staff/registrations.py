"""Registrations: those to check, one beside what it may be the same as, and the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.registration import Registration
from catchup.queries import directories, recorded_orders, registrations
from catchup.rules import registration as rule
from catchup.rules.registration import Application
from catchup.services import registrations as service
from catchup.services.audit import Seen
from catchup.services.registrations import AlreadyDecidedError, NoEvidenceError
from catchup.web.public import summary
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import staff
from catchup.web.staff.registration_forms import AcceptForm, RefuseForm, accept_form


@dataclass(frozen=True, slots=True)
class Line:
    """One registration of the list."""

    registration: Registration
    said: Application
    days_left: int


@staff.get("/registrations")
def registration_list() -> ResponseReturnValue:
    """Those nobody has decided on, and the latest decisions."""
    saw(Seen("registrations.list", "registration"))
    waiting = registrations.to_check(viewer())
    return render_template(
        "staff/registrations.html",
        lines=_lines(waiting.shown),
        count=waiting.count,
        decided=_lines(registrations.decided(viewer())),
        nav="registrations",
    )


@staff.get("/registrations/<uuid:registration_id>")
def registration(registration_id: UUID) -> ResponseReturnValue:
    """One registration beside the recorded orders and families it may be the same as."""
    found = _found(registration_id)
    saw(Seen("registration.view", "registration", found.id, found.family_id))
    return _page(found)


@staff.post("/registrations/<uuid:registration_id>/accept")
def accept_registration(registration_id: UUID) -> ResponseReturnValue:
    """Make a family of it."""
    found = _found(registration_id)
    form = _accept_form(found, rule.read(found.answers))
    if not form.validate():
        return _page(found, accept=form, status=422)
    try:
        service.accept(found, form.proof(), form.lead_id(), viewer(), _seen_version(), form.keep_out_id())
    except AlreadyDecidedError:
        return _decided_meanwhile(registration_id)
    except NoEvidenceError as error:
        form.evidence.errors = [str(error)]
        return _page(found, accept=form, status=422)
    db.session.commit()
    flash(_("Accepted. The welcome call is planned."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


@staff.post("/registrations/<uuid:registration_id>/refuse")
def refuse_registration(registration_id: UUID) -> ResponseReturnValue:
    """Make no family of it."""
    found = _found(registration_id)
    form = RefuseForm()
    if not form.validate():
        return _page(found, refuse=form, status=422)
    try:
        service.refuse(found, str(form.reason.data), viewer(), _seen_version())
    except AlreadyDecidedError:
        return _decided_meanwhile(registration_id)
    db.session.commit()
    flash(_("Refused."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


def _found(registration_id: UUID) -> Registration:
    return registrations.get(registration_id, viewer()) or abort(404)


def _seen_version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _decided_meanwhile(registration_id: UUID) -> ResponseReturnValue:
    """Somebody was quicker: their decision is shown, and nothing was saved."""
    db.session.rollback()
    return _page(_found(registration_id), meanwhile=True, status=409)


def _accept_form(found: Registration, said: Application) -> AcceptForm:
    matches = recorded_orders.like(said, viewer())
    councils = said.councils | {service.owning_council(said, clock.today(), viewer())}
    leads, others = registrations.leads_for(councils, viewer()), registrations.could_see(councils, viewer())
    return accept_form(matches.shown, leads, others)()


def _lines(found: Sequence[Registration]) -> Sequence[Line]:
    today, holidays = clock.today(), directories.holidays()
    return [
        Line(one, rule.read(one.answers), rule.working_days_left(today, one.look_by_on, holidays))
        for one in found
    ]


def _page(
    found: Registration,
    *,
    accept: AcceptForm | None = None,
    refuse: RefuseForm | None = None,
    meanwhile: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    said = rule.read(found.answers)
    families = registrations.families_like(said, viewer())
    orders = recorded_orders.like(said, viewer())
    if families.shown:
        saw_list("registration.matches", "family", [match.id for match in families.shown])
    page = render_template(
        "staff/registration.html",
        line=_lines([found])[0],
        said=said,
        sections=summary.sections(found.answers),
        orders=orders,
        families=families,
        owning=service.owning_council(said, clock.today(), viewer()),
        accept=accept or _accept_form(found, said),
        refuse=refuse or RefuseForm(),
        form=accept or refuse,
        decided_by=registrations.decided_by(found),
        meanwhile=meanwhile,
        nav="registrations",
    )
    return page, status
