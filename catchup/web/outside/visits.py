"""The visit of a council: what it was sent, looked at before every page behind the link."""

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.models.handover_sending import OutsideVisit
from catchup.queries import handover_sendings
from catchup.queries.handover_sendings import SendingView
from catchup.services import outside_visits
from catchup.services.handover_sendings import hashed
from catchup.web.security import saw
from catchup.web.text import showable
from catchup.web.visits import TOKEN, WayIn

__all__ = ["TOKEN"]

WITHOUT_VISIT = frozenset({"outside.open_link", "outside.enter_code", "outside.left"})
# From one address, and in all: (links opened, codes tried) in an hour.
FROM_ONE_PLACE, IN_ALL = {"open": 120, "code": 30}, {"open": 6_000, "code": 1_000}
WAY = WayIn("outside", "for-councils", FROM_ONE_PLACE, IN_ALL)


def guard() -> ResponseReturnValue | None:
    """Nobody of ours is here; pages behind the link need a visit; forms must be our own."""
    g.viewer = None
    if request.endpoint in WITHOUT_VISIT:
        return None
    cookie = WAY.cookie()
    visit = handover_sendings.visit(hashed(cookie), clock.real_now()) if cookie else None
    view = look(visit) if visit else None
    if visit is None or view is None or not view.readable:
        if visit:
            saw(outside_visits.seen(visit.sending, "outside.view", result="refused"))
        typed = showable(request.form.get("question", ""))[:4000]
        return render_template("outside/over.html", typed=typed), 404
    if request.method == "POST":
        check(f"visit\0{cookie}")
    g.visit, g.view, g.form_token = visit, view, WAY.signed(f"visit\0{cookie}")
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
    return WAY.signed(f"link\0{link}") if link is not None else str(g.form_token)


def check(bound_to: str) -> None:
    """Refuse a form that is not from a page of ours."""
    WAY.check(bound_to)


def count(what: str) -> None:
    """Count a link that is opened, or a code that is tried; 429 where there were too many."""
    WAY.count(what)


def begin(response: Response, token: str) -> None:
    """Give the browser what it holds for as long as the visit lasts."""
    WAY.begin(response, token)


def end(response: Response) -> None:
    """Take it away again, with all that the browser has kept."""
    WAY.end(response)
