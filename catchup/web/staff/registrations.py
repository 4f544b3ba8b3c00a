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
from catchup.queries import directories, doubted_forms, matching, registrations
from catchup.queries.matching import OrderMatches
from catchup.rules import registration as rule
from catchup.rules.registration import Application
from catchup.services import registrations as service
from catchup.services.audit import Seen
from catchup.services.registrations import AlreadyDecidedError, NoEvidenceError
from catchup.web.public import summary
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import matching_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.registration_forms import (
    AcceptForm,
    AnswerForm,
    AskForm,
    RefuseForm,
    accept_form,
    ask_form,
)


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
        in_doubt=doubted_forms.how_many(viewer()),
        nav="registrations",
    )


@staff.get("/registrations/<uuid:registration_id>")
def registration(registration_id: UUID) -> ResponseReturnValue:
    """One registration beside the recorded orders and families it may be the same as."""
    found = registration_or_404(registration_id)
    saw(Seen("registration.view", "registration", found.id, found.family_id))
    return page(found)


@staff.post("/registrations/<uuid:registration_id>/accept")
def accept_registration(registration_id: UUID) -> ResponseReturnValue:
    """Make a family of it."""
    found = registration_or_404(registration_id)
    said = rule.read(found.answers)
    form = _accept_form(said, matching.orders_like(said, viewer()))
    if not form.validate():
        return page(found, accept=form, status=422)
    try:
        service.accept(found, form.proof(), form.lead_id(), viewer(), seen_version(), form.keep_out_id())
    except AlreadyDecidedError:
        return decided_meanwhile(registration_id)
    except NoEvidenceError as error:
        form.evidence.errors = [str(error)]
        return page(found, accept=form, status=422)
    db.session.commit()
    flash(_("Accepted. The welcome call is planned."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


@staff.post("/registrations/<uuid:registration_id>/refuse")
def refuse_registration(registration_id: UUID) -> ResponseReturnValue:
    """Make no family of it."""
    found = registration_or_404(registration_id)
    form = RefuseForm()
    if not form.validate():
        return page(found, refuse=form, status=422)
    try:
        service.refuse(found, str(form.reason.data), viewer(), seen_version())
    except AlreadyDecidedError:
        return decided_meanwhile(registration_id)
    db.session.commit()
    flash(_("Refused."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


def registration_or_404(registration_id: UUID) -> Registration:
    """The registration, if this viewer may see it; otherwise there is none."""
    return registrations.get(registration_id, viewer()) or abort(404)


def seen_version() -> int:
    """Which state of it the page showed."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def decided_meanwhile(registration_id: UUID) -> ResponseReturnValue:
    """Somebody was quicker: their decision is shown, and nothing was saved."""
    db.session.rollback()
    return page(registration_or_404(registration_id), meanwhile=True, status=409)


def _accept_form(said: Application, orders: OrderMatches) -> AcceptForm:
    councils = said.councils | {service.owning_council(said, clock.today(), viewer())}
    leads, others = registrations.leads_for(councils, viewer()), registrations.could_see(councils, viewer())
    return accept_form(orders.shown, leads, others)()


def _lines(found: Sequence[Registration]) -> Sequence[Line]:
    today, holidays = clock.today(), directories.holidays()
    return [
        Line(one, rule.read(one.answers), rule.working_days_left(today, one.look_by_on, holidays))
        for one in found
    ]


def page(
    found: Registration,
    *,
    accept: AcceptForm | None = None,
    refuse: RefuseForm | None = None,
    ask: AskForm | None = None,
    reply: tuple[UUID, AnswerForm] | None = None,
    meanwhile: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    """The page of one registration; a form that was sent comes back with what was typed."""
    said = rule.read(found.answers)
    families, orders = matching.families_like(said, viewer()), matching.orders_like(said, viewer())
    if families.shown:
        saw_list("registration.matches", "family", [match.id for match in families.shown])
    asked = [
        (one, reply[1] if reply and reply[0] == one.id else AnswerForm(prefix=f"q{number}-"))
        for number, one in enumerate(registrations.questions(found))
    ]
    shown = render_template(
        "staff/registration.html",
        line=_lines([found])[0],
        said=said,
        known=matching.known_of(said),
        sections=summary.sections(found.answers),
        orders=orders,
        families=families,
        near=[match for match in families.shown if in_words.is_near(match.comparison)],
        far=[match for match in families.shown if not in_words.is_near(match.comparison)],
        say=in_words,
        owning=service.owning_council(said, clock.today(), viewer()),
        accept=accept or _accept_form(said, orders),
        refuse=refuse or RefuseForm(),
        ask=ask or ask_form(said),
        asked=asked,
        form=accept or refuse or ask or (reply[1] if reply else None),
        linkings=registrations.linkings(found),
        names=registrations.who_did(found),
        manages=viewer().manages,
        meanwhile=meanwhile,
        nav="registrations",
    )
    return shown, status
