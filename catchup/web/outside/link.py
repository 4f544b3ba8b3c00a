"""The link itself: opening it shows nothing and uses nothing up; its code begins a visit."""

from flask import current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.extensions import db
from catchup.queries import handover_sendings as queries
from catchup.rules.sendings import LinkState
from catchup.services import outside_visits as service
from catchup.services.audit import Seen
from catchup.services.handover_sendings import hashed
from catchup.web.outside import outside, visits
from catchup.web.outside.forms import CodeForm
from catchup.web.security import saw


@outside.get("/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Ask for the code. Whatever a link's trouble is, the page that says so is the same."""
    visits.count("open")
    sending = queries.by_token(hashed(token)) if visits.TOKEN.fullmatch(token) else None
    if sending is None:
        saw(Seen("outside.open", "handover_sending", result="refused"))
        return _dead()
    is_open = queries.look(sending, clock.real_now(), clock.today()).state is LinkState.OPEN
    saw(service.seen(sending, "outside.open", result="ok" if is_open else "refused"))
    return _ask(token, CodeForm()) if is_open else _dead()


@outside.post("/<token>")
def enter_code(token: str) -> ResponseReturnValue:
    """Begin a visit with the right code. The next address does not hold the link any more."""
    visits.check(f"link\0{token}")
    visits.count("code")
    form = CodeForm()
    if not form.validate():
        return _ask(token, form), 422
    tried = service.enter(token, form.code.data or "")
    sending = queries.by_token(hashed(token)) if tried.why else None
    view = queries.look(sending, clock.real_now(), clock.today()) if sending else None
    if tried.visit:
        db.session.commit()
        response = make_response(redirect(url_for(".handover"), 303))
        visits.begin(response, tried.visit)
        return response
    if view:
        page: ResponseReturnValue = (render_template("outside/why_not.html", view=view), 410)
    elif tried.left:
        form.wrong(tried.left)
        page = _ask(token, form), 422
    else:
        page = _dead()
    db.session.commit()
    return page


@outside.get("/left")
def left() -> ResponseReturnValue:
    """After a visit that somebody has ended."""
    return render_template("outside/left.html")


def _ask(token: str, form: CodeForm) -> str:
    return render_template("outside/code.html", form=form, form_token=visits.form_token(token))


def _dead() -> ResponseReturnValue:
    settings = current_app.config["CATCHUP"]
    return render_template("outside/dead.html", phone=settings.contact_phone), 404
