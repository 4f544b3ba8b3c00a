"""What anybody can open: what the service is, joining, and the pages the law asks for.

These pages make no session. The forms that keep something carry a token of their own, bound to a cookie.
"""

from flask import Blueprint

from catchup.extensions import csrf

public = Blueprint("public", __name__)
# The sign-in session's token is replaced by tokens.check, which runs before every POST of this blueprint.
csrf.exempt(public)

from catchup.web.public import (  # noqa: E402 -- need the blueprint
    children,
    join,
    pages,
    tokens,
    who_supports_us,
    who_supports_us_json,
)

public.before_request(tokens.check)
public.after_request(tokens.set_cookie)

__all__ = ["children", "join", "pages", "public", "who_supports_us", "who_supports_us_json"]
