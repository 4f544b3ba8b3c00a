"""Each request is one line of the log: its route and never its address, which may say or open something."""

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, g, request

from catchup import logs

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
NOTED = "catchup.noted"  # in the request's environment: what only the application knows of it
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"}

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Write down what an app answers. To be called last: what other layers answer is written too."""
    app.teardown_request(_note)
    app.context_processor(lambda: {"request_id": logs.request_id()})
    app.wsgi_app = _layer(app.wsgi_app)  # type: ignore[assignment, method-assign]  # a layer


def _note(_error: BaseException | None) -> None:
    viewer = g.get("viewer")
    noted = {"staff": viewer.id} if viewer else {}
    if request.url_rule is not None:
        noted["route"] = request.url_rule.rule
    request.environ[NOTED] = noted


def _layer(inner: Any) -> Wsgi:
    def layer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began, status = time.monotonic(), [500]

        def told(line: str, *rest: Any) -> Any:
            status[0] = int(line[:3])
            return start_response(line, *rest)

        with logs.in_request(secrets.token_hex(8)):
            try:
                answer: Iterable[bytes] = inner(environ, told)
                return answer
            finally:
                _write(environ, status[0], time.monotonic() - began)

    return layer


def _write(environ: dict[str, Any], status: int, took_s: float) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    noted = environ.get(NOTED, {})
    path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
    facts = {
        "method": method if method in METHODS else logs.WITHHELD,
        "route": noted.get("route") or ("/static/" if path.startswith("/static/") else None),
        "status": status,
        "ms": round(took_s * 1000, 1),
        **({"staff": str(noted["staff"])} if "staff" in noted else {}),
    }
    log.info("request", extra={"facts": facts})
