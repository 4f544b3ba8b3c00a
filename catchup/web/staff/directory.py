"""The directory of services: looking something up, and keeping it right."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.directory import Service
from catchup.models.signpost import Signpost
from catchup.queries import directory as queries
from catchup.queries import signposts as written
from catchup.services import directory as service
from catchup.services import signposts
from catchup.services.audit import Seen
from catchup.web.security import saw, viewer
from catchup.web.staff import directory_forms as forms
from catchup.web.staff import service_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.directory_forms import SearchForm


@staff.get("/directory")
def show_directory() -> ResponseReturnValue:
    """The services in use, by category; narrowed by category, council and words."""
    form = forms.search_form(request.args, sent=False)
    form.near.data = form.within.data = None
    return _directory(form)


@staff.post("/directory")
def find_services() -> ResponseReturnValue:
    """The same by distance. By POST, because a family's postcode must not stand in an address or a log."""
    form = forms.search_form(request.form, sent=True)
    if not form.validate_on_submit():
        form.near.data = None
        return _directory(form), 422
    return _directory(form)


def _directory(form: SearchForm) -> str:
    today = clock.today()
    search = form.search()
    found = queries.find(search, today)
    return render_template(
        "staff/directory.html",
        form=form,
        groups=queries.grouped(found),
        is_cut=len(found) == queries.MOST,
        search=search,
        stale_before=queries.stale_before(today),
        nav="directory",
    )


@staff.route("/directory/add", methods=["GET", "POST"])
def add_service() -> ResponseReturnValue:
    """Add a service; one that was written in on calls takes their signposts along."""
    waiting = _written_in(request.args.get("written_in", ""))
    form = forms.service_form(start=_start(waiting))
    if form.validate_on_submit():
        made = service.add(form.facts(), viewer())
        signposts.link(waiting, made, viewer())
        db.session.commit()
        flash(_("The service is in the directory."))
        return _back_to(made)
    return _add_page(form, waiting), 422 if form.is_submitted() else 200


@staff.post("/directory/written-in/<uuid:signpost_id>")
def link_written_in(signpost_id: UUID) -> ResponseReturnValue:
    """What was written in is in the directory already."""
    waiting = _written_in(str(signpost_id))
    form = forms.link_form(queries.of_category(waiting[0].category))
    if not form.validate_on_submit():
        return _add_page(forms.service_form(start=_start(waiting), as_new=True), waiting, form), 422
    known = _service(form.service.data)
    signposts.link(waiting, known, viewer())
    db.session.commit()
    flash(_("The signposts belong to the service now."))
    return _back_to(known)


def _add_page(form: forms.ServiceForm, waiting: list[Signpost], link: forms.LinkForm | None = None) -> str:
    services = queries.of_category(waiting[0].category) if waiting else ()
    saw(*(Seen("signpost.view", "signpost", one.id, one.family_id) for one in waiting))
    return render_template(
        "staff/directory_service.html",
        form=form,
        waiting=waiting,
        link=link or (forms.link_form(services) if services else None),
        has_errors=bool(link and link.errors),
        title=_("Add a service"),
        nav="directory",
    )


def _start(waiting: list[Signpost]) -> dict[str, object]:
    """What is known of a service that was written in."""
    return {"name": waiting[0].written_in, "category": waiting[0].category} if waiting else {}


def _written_in(signpost_id: str) -> list[Signpost]:
    """The signposts that wrote in one service; none where none is asked for."""
    if not signpost_id:
        return []
    try:
        key = UUID(signpost_id)
    except ValueError:
        abort(404)
    return list(written.written_in_like(key, viewer(), clock.today())) or abort(404)


@staff.route("/directory/<uuid:service_id>", methods=["GET", "POST"])
def correct_service(service_id: UUID) -> ResponseReturnValue:
    """Correct a service; whoever does so has checked it."""
    known = _service(service_id)
    form = forms.service_form(known)
    if form.validate_on_submit():
        service.correct(known, form.facts(), viewer())
        db.session.commit()
        flash(_("The service is put right and counts as checked today."))
        return _back_to(known)
    page = render_template(
        "staff/directory_service.html",
        form=form,
        known=known,
        checked=in_words.checked(known),
        title=known.name,
        nav="directory",
    )
    return page, 422 if form.is_submitted() else 200


@staff.post("/directory/<uuid:service_id>/verify")
def verify_service(service_id: UUID) -> ResponseReturnValue:
    """Somebody has checked that it is all true."""
    known = _service(service_id)
    service.verify(known, clock.today(), viewer())
    db.session.commit()
    flash(_("Checked today."))
    return _back_to(known)


@staff.post("/directory/<uuid:service_id>/retire")
def retire_service(service_id: UUID) -> ResponseReturnValue:
    """It is no longer there."""
    service.retire(_service(service_id), clock.today(), viewer())
    db.session.commit()
    flash(_("The service can no longer be signposted to. It can be brought back from what was taken out."))
    return redirect(url_for(".show_directory"))


@staff.post("/directory/<uuid:service_id>/bring-back")
def bring_back_service(service_id: UUID) -> ResponseReturnValue:
    """It is there again."""
    known = queries.get(service_id)
    if known is None or known.retired_on is None:
        abort(404)
    service.bring_back(known, viewer())
    db.session.commit()
    flash(_("The service is back. Check that all of it is still true."))
    return redirect(url_for(".correct_service", service_id=known.id))


def _back_to(known: Service) -> ResponseReturnValue:
    """The directory, at this service: its category alone, so that it is there however much there is."""
    anchor = f"service-{known.id}"
    return redirect(url_for(".show_directory", category=known.category.value, _anchor=anchor))


def _service(service_id: UUID) -> Service:
    known = queries.get(service_id)
    return known if known and known.retired_on is None else abort(404)
