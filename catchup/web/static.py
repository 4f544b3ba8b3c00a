"""Our own files, served by this process, named by their content so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from catchup.web.security import HEADERS

FOLDER = Path(__file__).parent.parent / "static"
A_YEAR_S = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Serve the folder under /static/ and give templates ``static_url``."""

    def add_headers(headers: dict[str, str], _path: str, _url: str) -> None:
        headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        for name, value in HEADERS.items():
            headers[name] = value

    served = WhiteNoise(app.wsgi_app, max_age=A_YEAR_S, add_headers_function=add_headers)
    served.add_files(str(FOLDER), prefix="static/")
    app.wsgi_app = served  # type: ignore[method-assign]  # the way to put a layer round a Flask app
    app.add_template_global(static_url)


@cache
def static_url(path: str) -> str:
    """Address of a file below static/, with a mark that changes when the file does."""
    mark = hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={mark}"
