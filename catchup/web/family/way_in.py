"""Asking for a link, and opening it. Nothing here tells whether we know an address."""

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.manage import ParentLink
from catchup.queries import parents as queries
from catchup.services import parent_links as service
from catchup.services.handover_sendings import hashed
from catchup.web.family import family, visits
from catchup.web.fields import EmailField
from catchup.web.forms_base import PublicForm
from catchup.web.public import tokens
from catchup.web.security import saw
from catchup.web.visits import TOKEN


class AskForm(PublicForm):
    """Where to send a link."""

    address = EmailField(
        _l("What is your email address?"),
        hint=_l("The one you gave us. We send a link to your own page, and nothing else."),
        missing=_l("Enter your email address"),
    )


@family.get("")
def ask() -> ResponseReturnValue:
    """Where a parent begins."""
    return _ask(AskForm())


@family.post("")
def send_request() -> ResponseReturnValue:
    """Write down that somebody asked: the same work, and the same answer, whoever it is and however often."""
    form = AskForm()
    if not form.validate():
        return _ask(form), 422
    if visits.WAY.may("ask"):
        service.ask(form.address.data)
        db.session.commit()
    return redirect(url_for(".asked"), 303)


@family.get("/asked")
def asked() -> ResponseReturnValue:
    """What happens next, for everybody."""
    return render_template("family/asked.html")


@family.get("/in/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Opening shows nothing of the family and uses nothing up: a mail scanner may have been here first."""
    visits.WAY.count("open")
    link = _find(token)
    if link is None:
        return _dead()
    saw(service.seen(link.parent, "manage.open_link"))
    return _page(link, token)


@family.post("/in/<token>")
def use_link(token: str) -> ResponseReturnValue:
    """Use the link up. The next address does not hold it any more."""
    visits.WAY.check(f"link\0{token}")
    visits.WAY.count("use")
    link = service.use(token, clock.real_now()) if TOKEN.fullmatch(token) else None
    if link is None:
        return _dead()
    cookie = service.begin_visit(link.parent)
    db.session.commit()
    response = make_response(redirect(url_for(".you"), 303))
    visits.WAY.begin(response, cookie)
    return response


@family.post("/out")
def go_out() -> ResponseReturnValue:
    """End the visit, and leave nothing in the browser."""
    service.leave(visits.visit())
    db.session.commit()
    response = make_response(redirect(url_for(".left"), 303))
    visits.WAY.end(response)
    return response


@family.get("/left")
def left() -> ResponseReturnValue:
    """After a visit that somebody has ended."""
    return render_template("family/left.html")


def _find(token: str) -> ParentLink | None:
    return queries.link(hashed(token), clock.real_now()) if TOKEN.fullmatch(token) else None


def _page(link: ParentLink, token: str) -> str:
    return render_template("family/open.html", form_token=visits.form_token(token))


def _ask(form: AskForm) -> str:
    return render_template("family/ask.html", form=form, form_token=tokens.token())


def _dead() -> ResponseReturnValue:
    saw(service.refused("manage.open_link"))
    return render_template("family/dead.html"), 404
