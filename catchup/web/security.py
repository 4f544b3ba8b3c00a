"""Who gets in, what every answer carries, and the order of things around a request.

Around a request: a writing method opens a writing transaction; the guard of the blueprint finds the viewer;
the view answers; then whatever was not committed is rolled back, the page's audit rows are written, and only
then does the answer leave. No row, no page.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID

from flask import Flask, Response, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from catchup import clock, database
from catchup.extensions import db
from catchup.queries import viewers
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import audit
from catchup.web.sessions import SIGNED_IN_AS, DatabaseSessions

# Who may use a blueprint. One that is not named here is closed to everybody.
STAFF = frozenset({Role.LEAD, Role.MANAGER})
ACCESS: dict[str, frozenset[Role] | None] = {
    "public": None,
    "health": None,
    "security": None,
    "account": frozenset(Role),
    "staff": STAFF,
    "manager": frozenset({Role.MANAGER}),
    "admin": frozenset({Role.ADMINISTRATOR}),
}
ADMIN_IDLE_MINUTES = 15
WRITES = frozenset({"POST"})

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


def register(app: Flask) -> None:
    """Put the guard, the sessions and the headers on the app."""
    app.session_interface = DatabaseSessions()
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_end)


def viewer() -> Viewer:
    """The signed-in member of staff of this request; only to be called behind a guard."""
    found: Viewer = g.viewer
    return found


def saw(*seen: audit.Seen) -> None:
    """Note what this page is about to show; the rows are written before it leaves."""
    g.seen.extend(seen)


def saw_list(action: str, subject: str, families: Iterable[UUID]) -> None:
    """Note a list with the families it shows."""
    saw(audit.listed(action, subject, families))


def _begin() -> ResponseReturnValue | None:
    g.seen = []
    g.viewer = None
    if request.method in WRITES:
        g.writing = database.writing()
        g.writing.__enter__()
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            abort(400)
    if request.endpoint is None:
        return None
    roles = ACCESS.get(request.blueprint or "", frozenset())
    uniquifier = session.get(SIGNED_IN_AS)
    if uniquifier:
        g.viewer = viewers.by_uniquifier(uniquifier)
    if roles is None:
        return None
    if g.viewer is None or _idle_administrator():
        return redirect(
            url_for("security.login", next=request.full_path if request.method == "GET" else None)
        )
    if g.viewer.role not in roles:
        abort(403)
    return None


def _idle_administrator() -> bool:
    seen_at = session.seen_at
    if g.viewer.role is not Role.ADMINISTRATOR or seen_at is None:
        return False
    return (clock.real_now() - seen_at).total_seconds() > ADMIN_IDLE_MINUTES * 60


def _finish(response: Response) -> Response:
    db.session.rollback()
    seen, g.seen = g.get("seen", []), []
    if seen:
        with database.writing():
            audit.record(g.viewer, *seen)
            db.session.commit()
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce())
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _end(_error: BaseException | None) -> None:
    writing = g.pop("writing", None)
    if writing is not None:
        writing.__exit__(None, None, None)


def csp_nonce() -> str:
    """The nonce that lets this page's own inline script run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)
