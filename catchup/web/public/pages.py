"""The pages about the service."""

from flask import render_template
from flask.typing import ResponseReturnValue

from catchup.web.public import public


@public.get("/")
def home() -> ResponseReturnValue:
    return render_template("public/home.html")


@public.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return render_template("public/accessibility.html")


@public.get("/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html")


@public.get("/contact")
def contact() -> ResponseReturnValue:
    return render_template("public/contact.html")
