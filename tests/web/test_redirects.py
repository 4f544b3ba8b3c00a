"""No address that somebody else has written leads a browser out of the service."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catchup.rules.terms import Role
from catchup.web.sign_in import OWN_PATH
from tests.codes import code, send, token_of
from tests.council_visits import come, switched_on
from tests.factories.staff import sign_in, staff_member
from tests.oidc_provider import OidcProviders
from tests.test_routes import methods, path_of
from tests.trust import Measured
from tests.web.test_sign_in import PASSWORD, with_authenticator

EVIL = "evil.example"
FORMS = (
    "//evil.example", "///evil.example", "////evil.example", "//evil.example/%2e%2e",
    "//evil.example:443", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example",
    "\\evil.example", "/ok\\..\\..\\evil.example", "/%09/evil.example", "/%5cevil.example",
    "/%2fevil.example", "/%2f%2fevil.example", "%2f%2fevil.example", "%2fevil.example",
    "/.//evil.example", "/..//evil.example", "/ok/..//evil.example", "https://evil.example",
    "http://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example",
    "https:///evil.example", "http:\\\\evil.example", "https://localhost@evil.example",
    "https://localhost:x@evil.example", "//localhost@evil.example", "//localhost%40evil.example",
    "https://evil.example#@localhost", "//evil.example?@localhost", "https://localhost.evil.example",
    "javascript:alert(document.domain)", "JaVaScRiPt:alert(1)", "data:text/html,evil.example",
    "vbscript:evil.example", "blob:https://evil.example/x", "evil.example", "/\t/evil.example",
    "\t//evil.example", "/\n/evil.example", "/\r\n//evil.example", " //evil.example",
    "\x00//evil.example", "\u2028//evil.example", "\u00a0//evil.example", "/\u200b/evil.example",
    "/\u2215evil.example", "\uff0f\uff0fevil.example", "/\uff0fevil.example",
    "/ok\r\nLocation: https://evil.example", "//\u212avil.example", "//evil\u3002example",
    "//[::1]@evil.example", "?next=//evil.example",
)  # fmt: skip
SOME = FORMS[::14]


def leads_out(location: str) -> bool:
    """Whether a browser would leave: read as the strictest and the laxest of them do."""
    seen = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return not seen.startswith("/") or seen.startswith("//")


def by_password(session: Session, app: Flask) -> Callable[[str], list[TestResponse]]:
    """Through signing in by password with an address to go on to: each step is a place of its own."""
    person, authenticator = with_authenticator(session, app)
    new = staff_member(password=hash_password(PASSWORD))

    def go(form: str) -> list[TestResponse]:
        client, other = app.test_client(), app.test_client()
        answers = [client.get("/sign-in", query_string={"next": form})]
        token = token_of(client.get("/sign-in"))
        given = {"csrf_token": token, "email": person.email, "password": PASSWORD}
        answers.append(client.post("/sign-in", data={**given, "next": form}))
        answers.append(client.post("/sign-in", query_string={"next": form}, data=given))
        send(client, "/sign-in", email=person.email, password=PASSWORD)
        for page in ("/sign-in/code", "/sign-in/recovery-code"):
            answers.append(client.get(page, query_string={"next": form}))
        token = token_of(client.get("/sign-in/code"))
        data = {"csrf_token": token, "code": code(authenticator), "next": form}
        answers.append(client.post("/sign-in/code", query_string={"next": form}, data=data))
        send(other, "/sign-in", email=new.email, password=PASSWORD)
        answers.append(other.get("/sign-in/authenticator", query_string={"next": form}))
        return answers

    return go


@pytest.mark.promise("4.5 redirects")
@pytest.mark.engine("sqlite")
def test_no_way_of_signing_in_and_no_page_that_goes_on_leads_out(
    session: Session, app: Flask, councils: OidcProviders, release: bool, measured: Measured
):
    through = by_password(session, app)
    switched_on(councils)
    lead, passkeys = app.test_client(), app.test_client()
    sign_in(lead, staff_member())

    def council(form: str) -> list[TestResponse]:
        browser = app.test_client()
        first = browser.get("/sign-in/council/kent", query_string={"next": form})
        return [first] if first.status_code == 400 else [come(app.test_client(), councils, next=form)]

    def others(form: str) -> list[TestResponse]:
        asked = {"next": form, "back": form, "url": form}
        return [
            lead.get("/say-why", query_string=asked),
            send(lead, "/say-why", page="/say-why", reason="Calls", next=form),
            lead.get("/sign-in", query_string=asked),
            passkeys.get("/sign-in/passkey", query_string=asked),
            lead.post("/sign-out", query_string=asked),
        ]

    left, went = [], 0
    for form in FORMS:
        places = [council, others] if release or form in SOME else [council]
        answers = [answer for place in places for answer in place(form)]
        answers += through(form) if release or form in SOME else []
        went += len(answers)
        left += [(form, answer.headers["Location"]) for answer in answers if goes_out(answer)]
    read = [form for form in FORMS if OWN_PATH.fullmatch(form) and leads_out(form)]
    out = {form for form, _ in left} | set(read)
    measured(
        f"{len(out)} of {len(FORMS)} forms left the host, in {went} requests",
        holds=not left and not read,
    )
    assert left == []
    assert read == []


def goes_out(answer: TestResponse) -> bool:
    """Whether an answer sends the browser elsewhere."""
    return answer.status_code in range(300, 400) and leads_out(answer.headers["Location"])


@pytest.mark.promise("4.5 redirects")
@pytest.mark.in_release
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("role", [None, *Role])
def test_no_route_goes_where_any_of_the_usual_names_says(session: Session, app: Flask, role: Role | None):
    client = app.test_client()
    if role:
        sign_in(client, staff_member(role))
    names = (
        "next",
        "back",
        "url",
        "to",
        "from",
        "return",
        "return_to",
        "redirect",
        "redirect_uri",
        "continue",
        "then",
    )
    out = []
    for rule in app.url_map.iter_rules():
        if "GET" in methods(rule).split():
            answer = client.get(path_of(app, rule), query_string=dict.fromkeys(names, "//evil.example"))
            if goes_out(answer):
                out.append(rule.endpoint)

    assert out == []


# Where the address of a redirect is not made of our own routes: each is looked at above, or made of our own.
KNOWN = {
    "account.py: START[viewer().role]",
    "council_sign_in.py: journey.address",
    "council_sign_in.py: address or url_for('security.login')",
    "council_sign_in.py: after or url_for('account.start')",
    "passkeys.py: request.values.get('next') or url_for('account.start')",
    "public/join.py: url_of(step)",
    "staff/queue.py: queue_address.of_queue(queue_address.view())",
    "staff/reading.py: back",
    "manager/reassigning.py: _address(which)",
    "manager/budget.py: url_for('.show_demand', year=choice.year) if choice.begun else _here(choice)",
}


@pytest.mark.promise("4.5 redirects")
def test_every_place_that_goes_to_an_address_it_was_given_is_known() -> None:
    web = Path("catchup/web").absolute()
    found = set()
    for path in web.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "redirect":
                to = node.args[0]
                ours = isinstance(to, ast.Call) and isinstance(to.func, ast.Name) and to.func.id == "url_for"
                if not ours:
                    found.add(f"{path.relative_to(web)}: {ast.unparse(to)}")

    assert found == KNOWN


@pytest.mark.promise("4.5 redirects")
@pytest.mark.engine("sqlite")
def test_a_forged_host_is_in_no_address_that_a_browser_is_sent_to(app: Flask, client: FlaskClient):
    for path in ("/queue", "/admin", "/sign-in/council/x", "//evil.example/queue", "/start"):
        answer = client.get(path, headers={"Host": EVIL})
        assert EVIL not in answer.headers.get("Location", ""), path
