"""How much comes over the wire: a phone on a slow line is what most families have."""

import gzip
import re
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from catchup.rules.languages import LANGUAGES
from tests.servers import LiveServer

STATIC = Path(__file__).parents[2] / "catchup" / "static"
FIRST_VISIT, AFTER = 60_000, 12_000  # bytes, headers included
PAGES = ("/", "/who-supports-us", "/privacy", "/accessibility", "/contact", "/easy-read", "/join/order")
# What the page asks for: styles, scripts, drawings, and the box of councils that its script fetches.
FILES = re.compile(r'(?:href|src|data-council)="(/static/[^"]+)"')


def received(server: LiveServer, path: str) -> tuple[int, str]:
    """(bytes of one answer with its headers, its text) for a browser of today."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip, deflate, br", "Connection": "close"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, path
    headers = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 20
    text = brotli.decompress(body) if answer.getheader("Content-Encoding") == "br" else body
    return len(body) + headers, text.decode()


@pytest.mark.engine("sqlite")
def test_no_public_page_is_heavy_in_any_language(serve: Callable[..., LiveServer]):
    server = serve(CATCHUP_TODAY="2026-11-23")
    councils = Path(STATIC.parent / "data" / "councils.csv")
    server.flask("councils", "import", str(councils))
    weights: dict[str, int] = {}
    for language in LANGUAGES:
        for path in PAGES:
            page, html = received(server, f"{path}?lang={language.code}")
            files = set(FILES.findall(html))
            assert len(files) >= 5
            for file in files:
                weights[file] = weights.get(file) or received(server, file)[0]
            first = page + sum(weights[file] for file in files)
            assert page <= AFTER, (path, language.code, page)
            assert first <= FIRST_VISIT, (path, language.code, first)


@pytest.mark.parametrize("path", sorted(STATIC.glob("vendor/*/*.min.*s")), ids=lambda path: path.name)
def test_what_lies_compressed_beside_a_file_is_that_file(path: Path):
    assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == path.read_bytes()
    assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("encoding, opened", [("br", brotli.decompress), ("gzip", gzip.decompress)])
@pytest.mark.parametrize("path", ["/static/app.css", "/contact"])
def test_what_is_compressed_says_so_and_is_the_same(
    app: Flask, encoding: str, opened: Callable[[bytes], bytes], path: str
):
    browser = Client(app)
    with browser.get(path) as plain, browser.get(path, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert opened(answer.get_data()) == plain.get_data()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/health/live", "/static/nothing.css"])
def test_nothing_else_is_compressed(client: FlaskClient, path: str):
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "br"}).headers
