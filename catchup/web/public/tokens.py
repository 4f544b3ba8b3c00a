"""The cookie of somebody who is joining, and the token that shows a form came from our own page.

The cookie is 32 random bytes, set at the first page of joining; the database knows only its hash. The token
is keyed over the cookie, so another site's page can make neither.
"""

import hashlib
import hmac
import re
import secrets

from flask import Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from catchup.web.sessions import hashed

FIELD = "token"
_COOKIE = re.compile(r"[\w-]{43}", re.ASCII)
# These POST pages keep nothing, so that a forged request does nothing.
KEEP_NOTHING = frozenset({"public.who_supports_us_answer", "public.who_supports_us_json"})


def check() -> ResponseReturnValue | None:
    """Refuse a POST that did not come from a page of ours."""
    if request.method != "POST" or request.endpoint in KEEP_NOTHING:
        return None
    cookie = _cookie()
    if cookie is None:
        return render_template("public/join/no_cookie.html"), 400
    if not hmac.compare_digest(request.form.get(FIELD, "").encode(), _signed(cookie).encode()):
        abort(400)
    return None


def set_cookie(response: Response) -> Response:
    """Give the browser its cookie when a page of joining was its first."""
    new = g.get("join_cookie")
    if new:
        response.set_cookie(_name(), new, path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return response


def id_hash() -> bytes | None:
    """What the database knows this browser by; None for one that has no cookie yet."""
    cookie = _cookie()
    return hashed(cookie) if cookie else None


def known_hash() -> bytes:
    """The same behind the check, which lets nobody through without a cookie."""
    known = id_hash()
    assert known is not None  # noqa: S101 -- check() has seen to it
    return known


def token() -> str:
    """The token for a form of this browser, which is given a cookie if it has none."""
    cookie = _cookie() or g.get("join_cookie")
    if cookie is None:
        cookie = g.join_cookie = secrets.token_urlsafe(32)
    return _signed(cookie)


def _cookie() -> str | None:
    cookie = request.cookies.get(_name(), "")
    return cookie if _COOKIE.fullmatch(cookie) else None


def _signed(cookie: str) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"join\0" + cookie.encode(), hashlib.sha256).hexdigest()


def _name() -> str:
    return "__Host-join" if _is_secure() else "join"


def _is_secure() -> bool:
    return bool(current_app.config["CATCHUP"].secure)
