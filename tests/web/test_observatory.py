"""The score that MDN's HTTP Observatory would give, and that nothing comes from elsewhere.

Source: MDN HTTP Observatory, scoring modifiers; extra points count once the score is at least 90.
"""

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from catchup.rules.terms import Role
from tests.factories.staff import sign_in, staff_member
from tests.processes import ROOT
from tests.trust import Measured

HALF_A_YEAR_S = 15_768_000
WANTED, BEST = 145, 155
OURS = ("'self'", "'none'")


def score(headers: Mapping[str, str], cookies: list[str], html: str) -> int:
    """Points of one page over https."""
    points, extra = 100, 0
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers.get("Content-Security-Policy", "").split(";")
    )
    scripts = policy.get("script-src", policy.get("default-src", "*"))
    styles = policy.get("style-src", policy.get("default-src", "*"))
    if "default-src" not in policy:
        points -= 25
    elif re.search("'unsafe-(inline|eval)'|data:|\\*|https?:", scripts):
        points -= 20
    elif "'unsafe-inline'" in styles:
        pass
    else:
        extra += 10 if policy["default-src"] == "'none'" else 5
    morsels = [one for text in cookies for one in SimpleCookie(text).values()]
    if any(not one["secure"] or not one["httponly"] for one in morsels):
        points -= 40
    elif morsels and all(one["samesite"] in {"Strict", "Lax"} for one in morsels):
        extra += 5
    if headers.get("Access-Control-Allow-Origin") == "*":
        points -= 50
    age = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    points -= 20 if age is None else 10 if int(age[1]) < HALF_A_YEAR_S else 0
    points -= 5 if headers.get("X-Content-Type-Options") != "nosniff" else 0
    points -= 50 if re.search(r"<script[^>]+src=\"(https?:)?//", html) else 0
    if policy.get("frame-ancestors") in OURS:
        extra += 5
    elif headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        points -= 20
    extra += 5 if headers.get("Referrer-Policy") in {"no-referrer", "same-origin"} else 0
    for name, value in (
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ):
        extra += 10 if headers.get(name) == value else 0
    return points + (extra if points >= 90 else 0)


@pytest.mark.promise("4.6 observatory")
@pytest.mark.engine("sqlite")
def test_every_kind_of_page_has_the_best_score(
    session: Session, client: FlaskClient, measured: Measured
) -> None:
    found = {}
    for path in ("/", "/sign-in", "/join/order", "/manage", "/nothing/here"):
        page = client.get(path)
        found[path] = score(page.headers, page.headers.getlist("Set-Cookie"), page.text)
    sign_in(client, staff_member(Role.LEAD))
    page = client.get("/queue")
    found["/queue"] = score(page.headers, page.headers.getlist("Set-Cookie"), page.text)
    assert min(found.values()) >= WANTED
    with_cookie = [path for path, points in found.items() if points == BEST]
    assert with_cookie, "a page that sets a cookie"
    measured(
        f"{min(found.values())} points and more on {len(found)} kinds of page, {max(found.values())} at most"
    )


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "name, worse, points",
    [
        ("Content-Security-Policy", "default-src 'self' 'unsafe-inline'", 85),
        ("Content-Security-Policy", "", 80),
        ("Strict-Transport-Security", "", 80),
        ("Referrer-Policy", "unsafe-url", 150),
        ("Cross-Origin-Opener-Policy", "unsafe-none", 145),
        ("Cross-Origin-Resource-Policy", "cross-origin", 145),
    ],
)
def test_a_worse_header_costs_points(client: FlaskClient, name: str, worse: str, points: int) -> None:
    page = client.get("/sign-in")
    cookies = ["__Host-session=x; Secure; HttpOnly; SameSite=Lax; Path=/"]
    assert score(page.headers, cookies, page.text) == BEST
    assert score({**page.headers, name: worse}, cookies, page.text) <= points
    assert score(page.headers, ["session=x; Path=/"], page.text) < 100


@pytest.mark.promise("4.6 third parties")
def test_no_style_script_or_template_names_another_host(measured: Measured) -> None:
    """Namespaces are names; links that a person presses are not fetched."""
    looked = [
        *(ROOT / "catchup" / "static").rglob("*.css"),
        *(ROOT / "catchup" / "static").rglob("*.js"),
        *(ROOT / "catchup" / "static").rglob("*.svg"),
        *(ROOT / "templates").rglob("*.html"),
    ]
    fetched = re.compile(
        r"""url\(\s*["']?(?:https?:)?//|@import|(?:src|srcset|action|poster)=["'](?:https?:)?//"""
        r"""|<link[^>]+href=["'](?:https?:)?//|(?:fetch|WebSocket|EventSource|sendBeacon|import)\(\s*["'`](?:\w+:)?//"""
    )
    found = [f"{path.name}: {one[0]}" for path in looked if (one := fetched.search(path.read_text()))]
    assert found == []
    assert len(looked) > 200
    measured(f"{len(found)} in {len(looked)} styles, scripts, pictures and templates")


@pytest.mark.promise("4.6 nothing else")
@pytest.mark.engine("sqlite")
def test_nothing_but_the_service_answers(client: FlaskClient, session: Session, measured: Measured) -> None:
    methods = ("TRACE", "TRACK", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND")
    pages = ("/", "/sign-in", "/queue", "/static/app.css", "/health/live")
    asked = [(method, path) for method in methods for path in pages]
    taken = [pair for pair in asked if client.open(pair[1], method=pair[0]).status_code not in {404, 405}]
    assert taken == []
    files = (
        *(
            "/.git/HEAD",
            "/.git/config",
            "/.env",
            "/wsgi.py",
            "/config.py",
            "/catchup.db",
            "/instance/",
            "/secret",
        ),
        *(
            "/static/",
            "/static/vendor/",
            "/static/../wsgi.py",
            "/static/%2e%2e/wsgi.py",
            "/static//etc/passwd",
        ),
        *("/console", "/?__debugger__=yes&cmd=resource&f=debugger.js", "/server-status", "/phpinfo.php"),
        *("/docs/", "/migrations/", "/templates/base.html", "/requirements.txt", "/.well-known/"),
    )
    shown = []
    for path in files:
        page = client.get(path)
        if "debugger" in path:
            assert "Interactive" not in page.text
            assert page.mimetype == "text/html"
        elif page.status_code != 404:
            shown.append(path)
        assert not {"Server", "X-Powered-By", "Via"} & set(page.headers.keys())
    assert shown == []
    measured(f"{len(taken) + len(shown)} of {len(asked)} odd methods and {len(files)} odd addresses answered")
