"""The cookie of a council's visit, the token that shows a form came from our own page, and how often to try.

The cookie is 32 random bytes; the database knows only its hash, and for how long the visit lasts. Both tokens
are keyed: over the cookie or, where there is none yet, over the link, so that another site can make neither.
"""

import hashlib
import hmac
import re
from datetime import timedelta

from flask import Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.extensions import db
from catchup.models.handover_sending import OutsideVisit
from catchup.queries import handover_sendings
from catchup.queries.handover_sendings import SendingView
from catchup.services import limits, outside_visits
from catchup.services.handover_sendings import hashed
from catchup.web.security import saw
from catchup.web.text import showable
from catchup.web.visitors import network

FIELD = "token"
WITHOUT_VISIT = frozenset({"outside.open_link", "outside.enter_code", "outside.left"})
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
WINDOW = timedelta(hours=1)
# From one address, and in all: (links opened, codes tried) in an hour.
FROM_ONE_PLACE, IN_ALL = {"open": 120, "code": 30}, {"open": 6_000, "code": 1_000}


def guard() -> ResponseReturnValue | None:
    """Nobody of ours is here; pages behind the link need a visit; forms must be our own."""
    g.viewer = None
    if request.endpoint in WITHOUT_VISIT:
        return None
    cookie = request.cookies.get(_name(), "")
    known = TOKEN.fullmatch(cookie) is not None
    visit = handover_sendings.visit(hashed(cookie), clock.real_now()) if known else None
    view = look(visit) if visit else None
    if visit is None or view is None or not view.readable:
        if visit:
            saw(outside_visits.seen(visit.sending, "outside.view", result="refused"))
        typed = showable(request.form.get("question", ""))[:4000]
        return render_template("outside/over.html", typed=typed), 404
    if request.method == "POST":
        check(f"visit\0{cookie}")
    g.visit, g.view, g.form_token = visit, view, _signed(f"visit\0{cookie}")
    return None


def look(visit: OutsideVisit) -> SendingView:
    """What a visit's sending is now."""
    return handover_sendings.look(visit.sending, clock.real_now(), clock.today())


def visit() -> OutsideVisit:
    """The visit of this request; only behind the guard."""
    found: OutsideVisit = g.visit
    return found


def view() -> SendingView:
    """What was sent to whoever is on this visit; only behind the guard."""
    found: SendingView = g.view
    return found


def form_token(link: str | None = None) -> str:
    """The token for a form of this visit or, before there is one, of this link."""
    return _signed(f"link\0{link}") if link is not None else str(g.form_token)


def check(bound_to: str) -> None:
    """Refuse a form that is not from a page of ours."""
    if not hmac.compare_digest(request.form.get(FIELD, "").encode(), _signed(bound_to).encode()):
        abort(400)


def count(what: str) -> None:
    """Count a link that is opened, or a code that is tried; 429 where there were too many."""
    db.session.rollback()  # the counters have transactions of their own
    buckets = {
        limits.bucket_of_today(f"outside-{what}", network()): FROM_ONE_PLACE[what],
        f"outside-{what}:everybody": IN_ALL[what],
    }
    for bucket, most in buckets.items():
        if not limits.hit(bucket, WINDOW, most):
            abort(429)


def begin(response: Response, token: str) -> None:
    """Give the browser what it holds for as long as the visit lasts."""
    response.set_cookie(_name(), token, path="/", secure=_is_secure(), httponly=True, samesite="Strict")


def end(response: Response) -> None:
    """Take it away again, with all that the browser has kept."""
    response.delete_cookie(_name(), path="/", secure=_is_secure(), httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _signed(bound_to: str) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"outside\0" + bound_to.encode(), hashlib.sha256).hexdigest()


def _name() -> str:
    return "__Host-for-councils" if _is_secure() else "for-councils"


def _is_secure() -> bool:
    return bool(current_app.config["CATCHUP"].secure)
