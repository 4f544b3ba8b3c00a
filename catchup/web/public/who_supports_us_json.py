"""Which council is responsible, for programs: one question, one answer, nothing kept.

Another site's page may not read the answer: there is no CORS header, and a browser that says it comes from
elsewhere is refused as it is everywhere. Programs say nothing of the kind. See docs/who-supports-us.md.
"""

import json

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from catchup import clock
from catchup.queries import directories
from catchup.rules import asking
from catchup.rules.asking import Json, RefusedError
from catchup.rules.councils import UnknownCouncilError
from catchup.web import errors
from catchup.web.public import public
from catchup.web.public.asked_often import wait

ENDPOINT = "public.who_supports_us_json"
LONGEST_BYTES = 16 * 1024
SENTENCES = {
    400: "The question cannot be read.",
    413: f"A question has at most {LONGEST_BYTES} bytes.",
    415: "Send the question as application/json.",
    429: "Too many questions for now. Ask again after the seconds in Retry-After.",
    500: "Something went wrong here. Ask again later.",
    503: "No answer can be given at the moment. Ask again later.",
}


@public.route("/who-supports-us.json", methods=["GET", "POST"])
def who_supports_us_json() -> ResponseReturnValue:
    if request.method != "POST":
        return _said({"error": "Ask with POST and a JSON object."}, 405, {"Allow": "POST"})
    request.max_content_length = LONGEST_BYTES
    if request.mimetype != "application/json":
        return _error(415)
    raw = request.get_data()
    seconds = wait()
    if seconds is not None:
        return _error(429, {"Retry-After": str(seconds)})
    try:
        question = asking.question(asking.parse(raw))
        answer = asking.answered(question, clock.today(), directories.councils(), directories.policy)
    except (RefusedError, UnknownCouncilError) as refusal:
        return _said({"error": str(refusal)}, 400)
    return _said(asking.as_json(answer), 200)


@public.errorhandler(HTTPException)
def _in_json(error: HTTPException) -> ResponseReturnValue:
    """A program gets an object where people get a page."""
    if request.endpoint != ENDPOINT:
        return errors.page(error)
    code = error.code or 500
    return _error(code if code in SENTENCES else (400 if code < 500 else 500))


def _error(code: int, headers: dict[str, str] | None = None) -> Response:
    return _said({"error": SENTENCES[code]}, code, headers)


def _said(words: Json, code: int, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(words) + "\n", code, headers, mimetype="application/json")
