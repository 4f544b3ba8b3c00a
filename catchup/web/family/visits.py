"""The visit of a parent, looked at before every page behind their link.

Acts on these pages: ``parent()`` is whose page it is, ``form_token()`` goes into each form as ``token``.
"""

from datetime import timedelta

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue

from catchup import clock, database
from catchup.extensions import db
from catchup.models.family import Parent
from catchup.models.manage import ParentVisit
from catchup.queries import parents
from catchup.services import parent_links
from catchup.services.handover_sendings import hashed
from catchup.web.public import tokens
from catchup.web.security import saw
from catchup.web.text import showable
from catchup.web.visits import WayIn

# Asking needs no visit: its form is bound to the cookie of joining, which says of nobody who they are.
ASKING = frozenset({"family.ask", "family.send_request"})
WITHOUT_VISIT = ASKING | {
    "family.asked",
    "family.open_link",
    "family.use_link",
    "family.answered",
    "family.left",
}
# From one address, and in all, in an hour: links asked for, opened, used.
FROM_ONE_PLACE = {"ask": 20, "open": 120, "use": 60}
IN_ALL = {"ask": 1_000, "open": 6_000, "use": 3_000}
WAY = WayIn("manage", "manage", FROM_ONE_PLACE, IN_ALL)
TOUCH = timedelta(minutes=1)


def guard() -> ResponseReturnValue | None:
    """Nobody of ours is here; pages behind the link need a visit; forms must be our own."""
    g.viewer = None
    if request.endpoint in ASKING:
        if request.method == "POST" and tokens.id_hash() is None:
            return render_template("family/no_cookie.html"), 400
        return tokens.check()
    if request.endpoint in WITHOUT_VISIT:
        return None
    cookie = WAY.cookie()
    visit = parents.visit(hashed(cookie), clock.real_now()) if cookie else None
    if visit is None:
        typed = [showable(text)[:4000] for text in request.form.getlist("words")]
        return render_template("family/over.html", typed=next(filter(None, typed), None)), 404
    if request.method == "POST":
        WAY.check(f"visit\0{cookie}")
    g.visit, g.form_token = visit, WAY.signed(f"visit\0{cookie}")
    if visit.seen_at < clock.real_now() - TOUCH:
        g.awake = visit.id
    return None


def visit() -> ParentVisit:
    """The visit of this request; only behind the guard."""
    found: ParentVisit = g.visit
    return found


def parent() -> Parent:
    """Whose page it is; only behind the guard."""
    return visit().parent


def form_token(link: str | None = None) -> str:
    """The token for a form of this visit or, before there is one, of this link."""
    return WAY.signed(f"link\0{link}") if link is not None else str(g.form_token)


def saw_own(action: str, *, result: str = "ok") -> None:
    """Note that a page shows this parent something of theirs."""
    saw(parent_links.seen(parent(), action, result=result))


def keep_awake(response: Response) -> Response:
    """Somebody is there: the idle time begins afresh, at most once a minute."""
    visit_id = g.pop("awake", None)
    if visit_id is not None:
        db.session.rollback()
        with database.writing():
            parent_links.keep_awake(visit_id)
            db.session.commit()
    return response


def set_cookie(response: Response) -> Response:
    """Give the browser the cookie that the form of asking is bound to."""
    return tokens.set_cookie(response)
