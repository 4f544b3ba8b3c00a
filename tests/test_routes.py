"""Every route is listed with who may use it, and is as listed. A new one fails here until it is listed."""

from collections import Counter
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from catchup.rules.terms import Role
from tests.codes import token_of
from tests.factories.staff import sign_in, staff_member
from tests.route_access import ANYBODY, NOBODY, ROUTES
from tests.trust import Measured
from tests.web.test_security_headers import assert_hardened

pytestmark = pytest.mark.engine("sqlite")
WRITTEN_FOR_US = {"HEAD", "OPTIONS"}
ACCESS = {endpoint: who for endpoint, _, who in ROUTES}
EXAMPLES = {
    "UUIDConverter": lambda _: uuid4(),
    "IntegerConverter": lambda _: 1,
    "AnyConverter": lambda converter: min(converter.items),
    "UnicodeConverter": lambda _: "x",
}


def methods(rule: Rule) -> str:
    return " ".join(sorted((rule.methods or set()) - WRITTEN_FOR_US))


def test_every_route_is_listed_with_who_may_use_it(app: Flask):
    there = {(rule.endpoint, methods(rule)) for rule in app.url_map.iter_rules()}
    listed = {(endpoint, method) for endpoint, method, _ in ROUTES}

    assert there - listed == set(), "not in tests/route_access.py"
    assert listed - there == set(), "in tests/route_access.py, but no longer there"
    assert len(ACCESS) == len(ROUTES), "an endpoint is listed twice"


@pytest.mark.promise("4.6 policy")
@pytest.mark.promise("4.6 headers")
@pytest.mark.promise("4.6 third parties")
@pytest.mark.engine("sqlite", "postgresql")
@pytest.mark.parametrize("role", [ANYBODY, *Role], ids=lambda role: role or "nobody signed in")
def test_each_route_is_open_to_those_it_is_listed_for_and_closed_to_all_others(
    session: Session, app: Flask, role: Role | None, measured: Measured
):
    client = app.test_client()
    if role:
        sign_in(client, staff_member(role))
    token = token_of(client.get("/password" if role else "/sign-in"))
    wrong = []
    told: Counter[int] = Counter()
    # Signing out comes last: it ends the session.
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint == "security.logout"):
        path = path_of(app, rule)
        for method in methods(rule).split():
            data = {"csrf_token": token} if method != "GET" else None
            answer = client.open(path, method=method, data=data)
            assert_hardened(answer)
            told[answer.status_code] += 1
            if complaint := judge(rule, answer, role):
                wrong.append(f"{method} {rule.endpoint}: {answer.status_code} {complaint}")

    assert wrong == []
    for promise, what in (("policy", "the policy"), ("headers", "every header")):
        words = f"{what} on all {told.total()} answers to {role or 'nobody signed in'} ({statuses(told)})"
        measured(words, promise=f"4.6 {promise}")
    # The test client refuses a page that fetches from elsewhere: tests/page_check.py.
    measured(f"0 in {told.total()} answers to {role or 'nobody signed in'}", promise="4.6 third parties")


def statuses(told: Counter[int]) -> str:
    return ", ".join(f"{count} × {status}" for status, count in sorted(told.items()))


def path_of(app: Flask, rule: Rule) -> str:
    """An address of the route; what it names is not there."""
    values = {
        name: EXAMPLES[type(converter).__name__](converter) for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def judge(rule: Rule, answer: TestResponse, role: Role | None) -> str | None:
    """What is wrong with the answer, or None."""
    who = ACCESS.get(rule.endpoint, NOBODY)
    sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
    if answer.status_code >= 500:
        return "is a fault"
    if not who:
        return None if answer.status_code == 404 else "should not be there for anybody"
    if role in who:
        # Signing out ends on the sign-in page too, and steps of signing in begin there.
        shut = answer.status_code == 403 or (
            sent_to_sign_in and not rule.endpoint.startswith(("security.", "passkey."))
        )
        return f"should be open to {role or 'everybody'}" if shut else None
    if role is None:
        return None if sent_to_sign_in else "should ask to sign in"
    return None if answer.status_code == 403 else f"should be closed to {role}"
