"""Errors as calm pages. What went wrong is logged by its kind, never with anybody's data.

A database that is away, full or read-only is no fault: whoever sent something is told that it was not saved
and can send it again from the page. Where another transaction was in the way the request is done once more.
"""

import sqlite3
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from catchup import refusals
from catchup.web import languages, security

PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}
RETRY_AFTER_S = 30
WITH_PASSWORDS = {"security", "account"}  # what is typed there is not put on a page


def register(app: Flask) -> None:
    """Answer every error with its page."""
    app.register_error_handler(HTTPException, page)
    for kind in (DBAPIError, NoConnectionError, sqlite3.OperationalError):
        app.register_error_handler(kind, _refused)
    app.log_exception = _log  # type: ignore[assignment, method-assign]  # Flask's own writes the address


def _log(what: Any) -> None:
    """A fault with the name of its view: an address may hold a link that opens something."""
    if refusals.in_trouble(what[1]):
        _log_trouble(what[1])
    else:
        current_app.logger.error("Fault in %s [%s]", request.endpoint, request.method, exc_info=what)


def _log_trouble(error: BaseException) -> None:
    kind = type(getattr(error, "orig", None) or error).__name__
    current_app.logger.error("Database refused %s [%s]: %s", request.endpoint, request.method, kind)


def page(error: HTTPException) -> ResponseReturnValue:
    """The page for an error; one without a page of its own is shown as the nearest."""
    if error.response is not None:
        return error.response
    if isinstance(error, InternalServerError) and refusals.in_trouble(error.original_exception):
        return _unavailable(error.original_exception)
    code = error.code or InternalServerError.code
    if code >= 500:
        languages.without_asking()
    known = code if code in PAGES else (400 if code < 500 else 500)
    return render_template(f"errors/{known}.html"), code


def _refused(error: Exception) -> ResponseReturnValue:
    """Do once more what met somebody else's transaction; say calmly that the database is in trouble."""
    if request.method in security.WRITES and refusals.somebody_in_the_way(error) and "once_more" not in g:
        g.once_more = True
        return _once_more()
    if not refusals.in_trouble(error):
        raise error
    _log_trouble(error)
    if request.endpoint == "public.who_supports_us_json":
        return current_app.handle_http_exception(ServiceUnavailable())
    return _unavailable(error)


def _once_more() -> ResponseReturnValue:
    """The whole request again, its guards included: nothing of the first time was kept."""
    security.begin_afresh()
    try:
        answer = current_app.preprocess_request()
        return current_app.dispatch_request() if answer is None else answer
    except Exception as error:  # as Flask itself does with the first
        return current_app.handle_user_exception(error)


def _unavailable(error: BaseException | None) -> ResponseReturnValue:
    languages.without_asking()
    security.leave_session_alone()
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    if security.from_a_script():
        return Response(status=503, mimetype="text/plain", headers=headers)
    sent = request.method in security.WRITES
    shown = render_template(
        "errors/database.html",
        sent=sent,
        unsure=refusals.may_have_been_kept(error),
        again=_typed() if sent else [],
        action=request.path,
    )
    return shown, 503, headers


def _typed() -> list[tuple[str, str]]:
    """Everything that was sent, to be sent again; nothing where it held a password or a file."""
    if request.blueprint in WITH_PASSWORDS:
        return []
    try:
        return [] if request.files else list(request.form.items(multi=True))
    except HTTPException:  # too large, or not a form at all
        return []
