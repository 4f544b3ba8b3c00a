"""Every staff page of records that are not somebody's any more, or not yet, is as of records that never were.

Ada's order is of 10 June 2023: Kent's last day is 10 June 2026. In September the family moved to Bexley, and
in January it will move to Doncaster. All that is asked for here is of Bexley's time.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family, OfferedTime
from catchup.models.handover import Handover
from catchup.models.staff import Staff
from catchup.rules.terms import Role
from catchup.services import families
from tests.factories.events import a_call
from tests.factories.families import BEXLEY, DONCASTER, KENT, MEDWAY, SHEFFIELD, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member
from tests.factories.world import SINCE, TODAY, Ids, family_that_moves, record_of_each_kind

# One engine: what the statements of the scope say on each is held against the rule in tests/queries.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]

# Not of one family: the directory, councils, people, what came in before there was a family, and what is of
# many: published tables, files of families (test_exports.py), breaches (test_breaches.py).
NOT_OF_A_FAMILY = {
    *("service_id", "contact_id", "staff_id", "absence_id"),
    *("registration_id", "question_id", "form_id", "order_id"),
    *("breach_id", "export_id", "version_id", "alert_id"),
}
# Theirs to see as it was, when the family was theirs.
AS_IT_WAS = {"staff.family"}


# Not there for anybody as it stands: the parent is confirmed, the family has not left, no adoption has ended,
# nothing is undecided.
NOT_AS_THEY_STAND = {
    *("staff.correct_adoption_end", "staff.say_why_left"),
    *("staff.confirm_parent", "staff.ask_parent", "staff.come_back", "staff.link_registration"),
    *("manager.decide_council", "manager.review_request", "manager.complaint_letter", "manager.copy"),
}


@pytest.fixture(autouse=True)
def _no_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def family(lead: Staff) -> Family:
    """The family today, led by Priya of Kent."""
    return family_that_moves(lead)


@pytest.fixture
def theirs(family: Family, lead: Staff) -> Ids:
    """A record of each kind that is of Bexley's time, by the name it has in an address."""
    return record_of_each_kind(family, lead)


@pytest.fixture
def as_one_of(app: Flask) -> Callable[[Staff], FlaskClient]:
    """Sign somebody in."""

    def visit(staff: Staff) -> FlaskClient:
        client = app.test_client()
        sign_in(client, staff)
        return client

    return visit


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each way to ask for a record of one family, by its address."""
    for rule in app.url_map.iter_rules():
        known = {name for name, one in rule._converters.items() if type(one).__name__ == "UUIDConverter"}
        if rule.endpoint.startswith(("staff.", "manager.")) and known - NOT_OF_A_FAMILY:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method


def asked(app: Flask, rule: Rule, ids: Ids) -> list[str]:
    """Its addresses with these ids; one for each word it can hold."""
    choices: list[dict[str, object]] = [{}]
    for name, one in rule._converters.items():
        if type(one).__name__ == "AnyConverter":
            words: list[object] = sorted(one.items)
        elif name == "since":
            words = [SINCE.isoformat()]
        else:
            words = [ids.get(name) or uuid4()]
        choices = [{**choice, name: word} for choice in choices for word in words]
    with app.test_request_context():
        return [app.url_for(rule.endpoint, **choice) for choice in choices]


def bare(page: TestResponse) -> tuple[int, str]:
    """What came, without what is new on every page."""
    new = r"nonce-[\w-]+|nonce=\"[\w-]+\"|name=\"csrf_token\" value=\"[^\"]*\""
    return page.status_code, re.sub(new, "", page.text)


NOBODY_HERE: dict[str, tuple[Role, str, bool]] = {
    # (role, council, whether the family was theirs before)
    "a manager of the council that placed": (Role.MANAGER, KENT, True),
    "a lead of the council in between": (Role.LEAD, MEDWAY, True),
    "a manager of the council from January on": (Role.MANAGER, DONCASTER, False),
    "a manager of a council that never had to do with it": (Role.MANAGER, SHEFFIELD, False),
}


@pytest.mark.parametrize("who", NOBODY_HERE)
def test_what_is_not_theirs_is_as_if_it_were_not_there(
    app: Flask, theirs: Ids, as_one_of: Callable[[Staff], FlaskClient], who: str
) -> None:
    role, council, was_theirs = NOBODY_HERE[who]
    client = as_one_of(staff_member(role, councils=(council,)))
    assert differing(app, client, theirs, AS_IT_WAS if was_theirs else set()) == []


@pytest.mark.parametrize("who", ["shut out", "led before", "an administrator"])
def test_nor_for_those_who_must_not_see_a_family_that_is_their_councils(
    app: Flask, theirs: Ids, family: Family, lead: Staff, as_one_of: Callable[[Staff], FlaskClient], who: str
) -> None:
    one = staff_member(
        {"shut out": Role.MANAGER, "led before": Role.LEAD, "an administrator": Role.ADMINISTRATOR}[who],
        councils=(SHEFFIELD if who == "led before" else BEXLEY,),
    )
    match who:
        case "shut out":
            families.shut_out(family, one.id, a_viewer(lead))
        case "led before":
            for next_lead in (one, staff_member(councils=(BEXLEY,))):
                families.change_lead(family, next_lead.id, a_viewer(lead), "Nearer to them")
                db.session.flush()
    db.session.commit()
    assert differing(app, as_one_of(one), theirs, set()) == []


def differing(app: Flask, client: FlaskClient, theirs: Ids, but: set[str]) -> list[str]:
    """The addresses that tell a record which is there from one that never was."""
    nowhere = f"/families/{uuid4()}"
    never = {"staff": bare(client.get(nowhere)), "manager": bare(client.get(f"{nowhere}/shut-out"))}
    found, walked = [], 0
    for rule, method in routes(app):
        if rule.endpoint in but:
            continue
        for path in asked(app, rule, theirs):
            page = client.open(path, method=method)
            walked += 1
            if bare(page) != never[rule.endpoint.partition(".")[0]]:
                found.append(f"{method} {rule.endpoint}: {page.status_code}")
    assert walked > 90
    return found


def test_every_kind_of_id_in_an_address_is_asked_for(app: Flask, theirs: Ids) -> None:
    named = {
        name
        for rule, _method in routes(app)
        for name, one in rule._converters.items()
        if type(one).__name__ == "UUIDConverter"
    }
    assert named <= theirs.keys() | NOT_OF_A_FAMILY


def test_the_same_pages_are_there_for_those_whose_they_are(
    app: Flask, theirs: Ids, as_one_of: Callable[[Staff], FlaskClient]
) -> None:
    client = as_one_of(staff_member(Role.MANAGER, councils=(BEXLEY,)))
    gone = [
        f"{rule.endpoint} {path}"
        for rule, method in routes(app)
        if method == "GET" and rule.endpoint not in NOT_AS_THEY_STAND
        for path in asked(app, rule, theirs)
        if client.get(path).status_code == 404
    ]
    print("\n".join(gone))
    assert gone == []


def test_a_record_of_theirs_leads_to_nothing_of_another_family(
    app: Flask, theirs: Ids, as_one_of: Callable[[Staff], FlaskClient]
) -> None:
    """With the id of a family, a call or a handover of one's own before the ids of somebody else's."""
    manager = staff_member(Role.MANAGER, councils=(SHEFFIELD,))
    clock.move_to(date(2026, 3, 2))
    own = a_family(
        [a_child(date(2023, 6, 10), placing_council=SHEFFIELD, home_council=SHEFFIELD, allowance=True)],
        accepted_on=date(2023, 7, 3), lead=manager, owning_council=SHEFFIELD,
    )  # fmt: skip
    one = db.session.scalars(select(Handover).where(Handover.family_id == own.id)).one()
    clock.move_to(TODAY)
    mine = {"family_id": own.id, "call_id": a_call(own, TODAY), "handover_id": one.id}
    client = as_one_of(manager)
    found = []
    for rule, method in routes(app):
        inner = [name for name in theirs if name in rule.arguments and name not in mine]
        if inner and mine.keys() & rule.arguments:
            pages = [client.open(path, method=method) for path in asked(app, rule, {**theirs, **mine})]
            found += [f"{method} {rule.endpoint}" for page in pages if page.status_code != 404]
    # A time that is gone is told of in the same words, whatever became of it.
    assert found == ["POST staff.take_time", "POST staff.withdraw_time"]
    offered = db.session.get_one(OfferedTime, theirs["offered_id"])
    assert (offered.taken_at, offered.withdrawn_at) == (None, None)
