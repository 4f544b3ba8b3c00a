"""The pages about the service."""

from datetime import date, timedelta
from itertools import pairwise

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.queries import controllers
from catchup.rules import privacy as rule
from catchup.web.public import public

# When the pages for families were last gone through by hand; the statement of accessibility says so.
TESTED_ON = date(2026, 11, 24)


@public.get("/")
def home() -> ResponseReturnValue:
    return render_template("public/home.html")


@public.get("/easy-read")
def easy_read() -> ResponseReturnValue:
    return render_template("public/easy_read.html")


@public.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return render_template("public/accessibility.html", tested_on=TESTED_ON)


@public.get("/privacy")
def privacy() -> ResponseReturnValue:
    return _privacy(rule.CURRENT)


@public.get("/privacy/<version>")
def earlier_privacy(version: str) -> ResponseReturnValue:
    """A wording as families read it when they joined."""
    wording = next((one for one in rule.WORDINGS if one.version == version), None)
    return _privacy(wording or abort(404))


@public.get("/contact")
def contact() -> ResponseReturnValue:
    return render_template("public/contact.html")


@public.context_processor
def _wording() -> dict[str, object]:
    return {"privacy": rule.CURRENT}


def _privacy(wording: rule.Wording) -> ResponseReturnValue:
    ended = (after.from_on - timedelta(days=1) for one, after in pairwise(rule.WORDINGS) if one is wording)
    return render_template(
        "public/privacy.html",
        wording=wording,
        until_on=next(ended, None),
        earlier=rule.WORDINGS[-2::-1],
        controllers=controllers.names(clock.today()),
    )
