"""Asking for a link, and opening it. Nothing here tells whether we know an address."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.manage import ParentLink
from catchup.queries import parents as queries
from catchup.rules.parents import LinkPurpose
from catchup.services import parent_links as service
from catchup.services import proposals
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.handover_sendings import hashed
from catchup.web.family import family, visits
from catchup.web.fields import EmailField
from catchup.web.forms_base import PublicForm
from catchup.web.public import tokens
from catchup.web.security import saw
from catchup.web.visits import TOKEN

ANSWERS = frozenset({"yes", "no"})
PAGES = {
    LinkPurpose.COME_IN: "family/open.html",
    LinkPurpose.CONFIRM_CONTACT: "family/confirm_contact.html",
    LinkPurpose.CONFIRM_PARENT: "family/confirm_parent.html",
}


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
    link = _find(token)
    if link is None:
        return _dead()
    said = request.form.get("answer", "")
    if link.purpose is not LinkPurpose.COME_IN and said not in ANSWERS:
        return _page(link, token), 422
    link = service.use(token, clock.real_now())
    if link is None:
        return _dead()
    if link.purpose is LinkPurpose.COME_IN:
        cookie = service.begin_visit(link.parent)
        db.session.commit()
        response = make_response(redirect(url_for(".you"), 303))
        visits.WAY.begin(response, cookie)
        return response
    try:
        _take_answer(link, yes=said == "yes")
    except ChangedMeanwhileError:
        db.session.rollback()
        return _dead()
    db.session.commit()
    return redirect(url_for(".answered", said=said), 303)


@family.get("/answered/<any(yes, no):said>")
def answered(said: str) -> ResponseReturnValue:
    """After a question was answered by a link."""
    return render_template("family/answered.html", yes=said == "yes")


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
    """What the link asks. Of what was proposed as much as tells whoever proposed it which one it is."""
    return render_template(
        PAGES[link.purpose],
        form_token=visits.form_token(token),
        proposal=link.proposal,
        masked=queries.masked(link.proposal) if link.proposal else "",
    )


def _take_answer(link: ParentLink, *, yes: bool) -> None:
    if link.purpose is LinkPurpose.CONFIRM_CONTACT:
        proposals.answer(link, yes=yes)
    elif yes:
        proposals.use_details(link)
    else:
        proposals.erase_details(link)


def _ask(form: AskForm) -> str:
    return render_template("family/ask.html", form=form, form_token=tokens.token())


def _dead() -> ResponseReturnValue:
    saw(service.refused("manage.open_link"))
    return render_template("family/dead.html"), 404
