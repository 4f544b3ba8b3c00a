"""Errors as calm pages. What went wrong is logged by its kind, never with anybody's data."""

from typing import Any

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from catchup.web import languages

PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}


def register(app: Flask) -> None:
    """Answer every error with its page."""
    app.register_error_handler(HTTPException, page)
    app.log_exception = _log  # type: ignore[assignment, method-assign]  # Flask's own writes the address


def _log(what: Any) -> None:
    """A fault with the name of its view: an address may hold a link that opens something."""
    current_app.logger.error("Fault in %s [%s]", request.endpoint, request.method, exc_info=what)


def page(error: HTTPException) -> ResponseReturnValue:
    """The page for an error; one without a page of its own is shown as the nearest."""
    if error.response is not None:
        return error.response
    code = error.code or InternalServerError.code
    if code >= 500:
        languages.without_asking()
    known = code if code in PAGES else (400 if code < 500 else 500)
    return render_template(f"errors/{known}.html"), code
