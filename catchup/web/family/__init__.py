"""A parent's own page: asked for by e-mail, opened by a link, and what they can see and change there.

Nobody is signed in here, whoever else uses the browser: visits.guard looks at the visit of a page or, where a
link is asked for or opened, lets the form's own token decide.
"""

from flask import Blueprint

from catchup.extensions import csrf

family = Blueprint("family", __name__, url_prefix="/manage")
# The sign-in session's token is replaced by visits.guard, which checks one of its own before every POST.
csrf.exempt(family)

from catchup.web.family import (  # noqa: E402 -- the views need the blueprint
    acts,
    acts_said,
    details,
    visits,
    way_in,
    you,
)

family.before_request(visits.guard)
family.after_request(visits.keep_awake)
family.after_request(visits.set_cookie)

__all__ = ["acts", "acts_said", "details", "family", "visits", "way_in", "you"]
