"""What visits by a link have in common: a cookie, the token of their forms, and how often to try.

The cookie is 32 random bytes; the database knows only its hash, and for how long the visit lasts. The tokens
are keyed: over the cookie or, where there is none yet, over the link, so that another site can make neither.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, abort, current_app, request

from catchup.extensions import db
from catchup.services import limits
from catchup.web.visitors import network

FIELD = "token"
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WayIn:
    """Visits of one kind: ``name`` keeps their tokens and counters apart from those of the others.

    ``from_one_place`` and ``in_all`` say how often in an hour each thing that is counted may be tried.
    """

    name: str
    cookie_name: str
    from_one_place: Mapping[str, int]
    in_all: Mapping[str, int]

    def cookie(self) -> str | None:
        """What this browser holds; None where it is nothing of ours."""
        cookie = request.cookies.get(self._name(), "")
        return cookie if TOKEN.fullmatch(cookie) else None

    def signed(self, bound_to: str) -> str:
        """The token for a form that belongs to this visit or link."""
        key = current_app.config["SECRET_KEY"].encode()
        return hmac.new(key, f"{self.name}\0{bound_to}".encode(), hashlib.sha256).hexdigest()

    def check(self, bound_to: str) -> None:
        """Refuse a form that is not from a page of ours."""
        if not hmac.compare_digest(request.form.get(FIELD, "").encode(), self.signed(bound_to).encode()):
            abort(400)

    def may(self, what: str) -> bool:
        """Count a try; False where there were too many, from this address or in all."""
        db.session.rollback()  # the counters have transactions of their own
        buckets = {
            limits.bucket_of_today(f"{self.name}-{what}", network()): self.from_one_place[what],
            f"{self.name}-{what}:everybody": self.in_all[what],
        }
        return all(limits.hit(bucket, WINDOW, most) for bucket, most in buckets.items())

    def count(self, what: str) -> None:
        """Count a try; 429 where there were too many."""
        if not self.may(what):
            abort(429)

    def begin(self, response: Response, token: str) -> None:
        """Give the browser what it holds for as long as the visit lasts."""
        response.set_cookie(
            self._name(), token, path="/", secure=_is_secure(), httponly=True, samesite="Strict"
        )

    def end(self, response: Response) -> None:
        """Take it away again, with all that the browser has kept."""
        response.delete_cookie(self._name(), path="/", secure=_is_secure(), httponly=True, samesite="Strict")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'

    def _name(self) -> str:
        return f"__Host-{self.cookie_name}" if _is_secure() else self.cookie_name


def _is_secure() -> bool:
    return bool(current_app.config["CATCHUP"].secure)
