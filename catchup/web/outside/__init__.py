"""What a council without an account opens: a link sent to its mailbox, with a code told by telephone.

Nobody is signed in here, whoever else uses the browser: visits.guard looks at the visit of a page or, where a
link is opened, lets the link and its code decide.
"""

from flask import Blueprint

from catchup.extensions import csrf

outside = Blueprint("outside", __name__, url_prefix="/for-councils")
# The sign-in session's token is replaced by visits.guard, which checks one of its own before every POST.
csrf.exempt(outside)

from catchup.web.outside import handover, link, visits  # noqa: E402 -- the views need the blueprint

outside.before_request(visits.guard)

__all__ = ["handover", "link", "outside", "visits"]
