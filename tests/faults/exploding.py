"""The service with faults that can be asked for, for gunicorn.

A request names one in X-Fault; it happens inside the request, with every word that the request brought.
"""

from flask import Response, g, request

from tests.faults.typed_faults import FAULTS
from wsgi import app

__all__ = ["app"]


@app.before_request
def _happen() -> None:
    if fault := FAULTS.get(request.headers.get("X-Fault", "")):
        brought = [*request.form.values(), *request.args.values(), request.headers.get("X-Words", "")]
        fault(" ".join(brought))


@app.after_request
def _happen_late(answer: Response) -> Response:
    if words := g.pop("late_fault", None):
        raise ValueError(words)
    return answer
