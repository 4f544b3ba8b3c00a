"""Who gets in, what every answer carries, and the order of things around a request.

Around a request: a writing method opens a writing transaction; the guard of the blueprint finds the viewer;
the view answers; then whatever was not committed is rolled back, the page's audit rows are written, and only
then does the answer leave. No row, no page.
"""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from catchup import clock, database
from catchup.extensions import db
from catchup.queries import viewers
from catchup.queries.scope import Viewer
from catchup.rules.opening import OPENS
from catchup.rules.terms import Role
from catchup.services import audit, marks, reading_alerts
from catchup.web.sessions import IDLE, SIGNED_IN_AS, DatabaseSessions, Session
from config import Settings

# Who may use a blueprint. One that is not named here is closed to everybody.
STAFF = frozenset({Role.LEAD, Role.MANAGER})
ACCESS: dict[str, frozenset[Role] | None] = {
    "public": None,
    "outside": None,  # councils without an account: outside/visits.py guards it
    "family": None,  # parents by a link: family/visits.py guards it
    "health": None,
    "security": None,
    "council": None,  # by way of a council's own sign-in
    "passkey": None,  # the second step of signing in: passkeys.py guards it
    "account": frozenset(Role),
    "staff": STAFF,
    "manager": frozenset({Role.MANAGER}),
    "admin": frozenset({Role.ADMINISTRATOR}),
}
ADMIN_IDLE_MINUTES = 15
WRITES = frozenset({"POST"})
REFUSED = frozenset({403, 404})
PERMANENT_REDIRECT = 308
# A file comes with these alone, and only from somebody whom the guard has let in: bytes of the whole request.
LARGEST_REQUEST = {"admin.read_import": 10 * 1024 * 1024}
BEFORE_WORK = "before_work"  # endpoints that somebody who has just signed in must see to first

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
}

TRANSPORT = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def register(app: Flask) -> None:
    """Put the guard, the sessions and the headers on the app."""
    hops = _settings(app).trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # a layer
    app.session_interface = DatabaseSessions()
    # Before the check of form tokens: somebody whose session has ended is asked to sign in.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_finish)
    app.teardown_request(_end)
    app.context_processor(_frame)


def _settings(app: Flask) -> Settings:
    settings: Settings = app.config["CATCHUP"]
    return settings


def _frame() -> dict[str, object]:
    """What the frame of every page shows."""
    settings = _settings(current_app)
    return {
        "viewer": g.get("viewer"),
        "idle_seconds": int(idle_limit(g.viewer.role).total_seconds()) if g.get("viewer") else None,
        "demo": settings.demo,
        "service_today": clock.today(),
        "agency_name": settings.agency_name,
        "contact_phone": settings.contact_phone,
        "contact_email": settings.contact_email,
    }


def viewer() -> Viewer:
    """The signed-in member of staff of this request; only to be called behind a guard."""
    found: Viewer = g.viewer
    return found


def saw(*seen: audit.Seen) -> None:
    """Note what this page is about to show; the rows are written before it leaves.

    Whoever has opened very many records in the last hour is asked why first, and this page does not come.
    """
    opens = next((one.family_id for one in seen if one.family_id and one.action in OPENS), None)
    reads = g.viewer and request.method == "GET"
    if opens and reads and reading_alerts.must_say_why(g.viewer.id, opens, clock.real_now()):
        abort(redirect(url_for("staff.say_why", next=request.full_path.rstrip("?"))))
    g.seen.extend(seen)


def saw_list(action: str, subject: str, families: Iterable[UUID]) -> None:
    """Note a list with the families it shows."""
    saw(audit.listed(action, subject, families))


def _begin() -> ResponseReturnValue | None:
    g.seen = []
    g.viewer = None
    g.meaning = database.writing() if request.method in WRITES else database.reading()
    g.meaning.__enter__()
    _refuse_without_session()
    from_here = request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
    if request.method in WRITES and not from_here:
        abort(400)
    marks.follow_clock(_settings(current_app))
    if request.endpoint is None:
        return None
    roles = ACCESS.get(request.blueprint or "", frozenset())
    uniquifier = session.get(SIGNED_IN_AS)
    if uniquifier:
        g.viewer = viewers.by_uniquifier(uniquifier)
    if roles is None:
        return None
    if g.viewer is None or _idle_administrator():
        if uniquifier:
            session.clear()
            g.viewer = None
        return _ask_to_sign_in()
    if session.get(BEFORE_WORK):
        return redirect(url_for(session[BEFORE_WORK][0]))
    if g.viewer.role not in roles:
        abort(403)
    if request.endpoint in LARGEST_REQUEST:
        request.max_content_length = LARGEST_REQUEST[request.endpoint]
    return None


def _refuse_without_session() -> None:
    """Who asks could not be found out: the database is in trouble, and nobody is taken for a stranger."""
    if error := g.get("no_session"):
        raise error


# What becomes of a form that comes after its session has ended: returns where to go on after signing in.
_late_forms: list[Callable[[], str | None]] = [lambda: None]


def keeps_late_forms(keeper: Callable[[], str | None]) -> Callable[[], str | None]:
    """Let this function look at such forms; it guards itself, because nobody is signed in."""
    _late_forms[0] = keeper
    return keeper


def _ask_to_sign_in() -> ResponseReturnValue:
    """The page for it, or 401 and nothing for a script, which says so on the page it belongs to."""
    if from_a_script():
        return Response(status=401, mimetype="text/plain")
    back = request.full_path.rstrip("?") if request.method == "GET" else _late_forms[0]()
    return redirect(url_for("security.login", next=back))


def from_a_script() -> bool:
    """Whether a page's own script asks, which makes words of its own of what it gets."""
    return request.headers.get("Sec-Fetch-Dest") == "empty" or "HX-Request" in request.headers


def idle_limit(role: Role) -> timedelta:
    """How long a session goes on when nothing is done in it."""
    return timedelta(minutes=ADMIN_IDLE_MINUTES) if role is Role.ADMINISTRATOR else IDLE


def _idle_administrator() -> bool:
    seen_at = getattr(session, "seen_at", None)
    if g.viewer.role is not Role.ADMINISTRATOR or seen_at is None:
        return False
    return clock.real_now() - seen_at >= idle_limit(g.viewer.role)


def _refused() -> list[audit.Seen]:
    """What somebody who is signed in asked for and did not get, by its id, whether it is there or not."""
    ids = {name: one for name, one in (request.view_args or {}).items() if isinstance(one, UUID)}
    if g.get("viewer") is None or not ids:
        return []
    subject = (request.endpoint or "")[:40]
    first = next(iter(ids.values()))
    return [audit.Seen("page.refuse", subject, first, ids.get("family_id"), result="refused")]


def _finish(response: Response) -> Response:
    db.session.rollback()
    seen, g.seen = g.get("seen", []), []
    if not seen and response.status_code in REFUSED:
        seen = _refused()
    if seen:
        with database.writing():
            audit.record(g.viewer, *seen)
            db.session.commit()
    if response.status_code == PERMANENT_REDIRECT:  # the router's own, to the host that the request names
        parts = urlsplit(response.location or "")
        response.location = urlunsplit(("", "", parts.path, parts.query, ""))
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce())
    for name, value in HEADERS.items():
        response.headers[name] = value
    if _settings(current_app).secure:
        response.headers.update(TRANSPORT)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def begin_afresh() -> None:
    """Take back what this request has done so far: it is going to be done once more."""
    db.session.rollback()
    _end(None)


def leave_session_alone() -> None:
    """Let the answer leave without a word to the database, which is in trouble."""
    g.quiet = True
    if isinstance(found := session._get_current_object(), Session):  # type: ignore[attr-defined]  # a proxy
        found.modified = False


def _end(_error: BaseException | None) -> None:
    meaning = g.pop("meaning", None)
    if meaning is not None:
        meaning.__exit__(None, None, None)


def csp_nonce() -> str:
    """The nonce that lets this page's own inline script run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)
