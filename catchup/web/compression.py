"""Fewer bytes over the wire: files, and the pages for families, are sent compressed where a browser takes it.

Of pages only answers to GET that the public sees: nobody else's text stands in them beside a form's token, so
that their length tells nothing. Staff pages are sent as they are.
"""

import gzip
from collections.abc import Callable, Iterable
from typing import Any

import brotli
from flask import Flask, Response, request
from werkzeug.datastructures import Accept, Headers
from werkzeug.http import parse_accept_header

ENCODINGS = ("br", "gzip")
TEXT = ("text/", "application/javascript", "image/svg+xml")
WORTH_IT = 500  # bytes; below that the headers are most of it
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def register(app: Flask) -> None:
    """Compress what an app sends to families. To be called when the files are served already."""
    app.after_request(_page)
    app.wsgi_app = _files(app.wsgi_app)  # type: ignore[assignment, method-assign]  # a layer


def compressed(content: bytes, encoding: str, quality: int) -> bytes:
    """The content as ``br`` or ``gzip``; ``quality`` from 1 (quick) to 9 (small)."""
    if encoding == "br":
        return bytes(brotli.compress(content, quality=quality))
    return gzip.compress(content, quality, mtime=0)


def _page(response: Response) -> Response:
    is_public = request.blueprint == "public" and request.method == "GET" and response.status_code == 200
    if not is_public or response.mimetype != "text/html":
        return response
    encoding = request.accept_encodings.best_match(ENCODINGS)
    if encoding:
        response.set_data(compressed(response.get_data(), encoding, 5))
        response.headers["Content-Encoding"] = encoding
        response.vary.add("Accept-Encoding")
    return response


def _files(inner: Any) -> Wsgi:
    """A layer that compresses each small file once and keeps it; the large ones lie there compressed."""
    made: dict[tuple[str, str], bytes] = {}

    def layer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, encoding = environ.get("PATH_INFO", ""), None
        if path.startswith("/static/") and environ["REQUEST_METHOD"] == "GET":
            encoding = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"), Accept).best_match(ENCODINGS)
        if encoding is None:
            answer: Iterable[bytes] = inner(environ, start_response)
            return answer
        told: list[tuple[str, list[tuple[str, str]]]] = []
        found: Any = inner(environ, lambda status, headers, _error=None: told.append((status, headers)))
        status, headers = told[0][0], Headers(told[0][1])
        plain = int(headers.get("Content-Length", 0))
        is_text = headers.get("Content-Type", "").startswith(TEXT) and "Content-Encoding" not in headers
        if not (status.startswith("200") and is_text and plain >= WORTH_IT):
            start_response(status, told[0][1])
            passed_on: Iterable[bytes] = found
            return passed_on
        if (path, encoding) not in made:
            made[path, encoding] = compressed(b"".join(found), encoding, 9)
        if hasattr(found, "close"):
            found.close()
        body = made[path, encoding]
        headers.pop("ETag", None)
        headers["Content-Encoding"], headers["Content-Length"] = encoding, str(len(body))
        headers["Vary"] = "Accept-Encoding"
        start_response(status, headers.to_wsgi_list())
        return [body]

    return layer
