"""A child's councils: any day, what was believed, corrections with what follows, and what managers decide."""

from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.belief import CouncilDecision, RequestReview
from catchup.models.family import Family
from catchup.models.home import Home
from catchup.models.signpost import SupportRequest
from catchup.models.staff import Staff
from catchup.queries import facts
from catchup.rules.terms import Role, SupportKind
from catchup.services import support
from catchup.services.support import NewRequest
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_viewer
from tests.factories.staff import sign_in, staff_member
from tests.web.councils import (
    ORDER_ON,
    RIGHT_ON,
    TODAY,
    ada,
    confirmed,
    councils,
    on,
    path,
    text,
    unknown_placing,
)

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]  # on both: the services


@pytest.fixture(autouse=True)
def _may(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 1, 5))


@pytest.fixture
def manager(app: Flask, session: object) -> FlaskClient:
    client = app.test_client()
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Example"))
    return client


def test_today_is_a_sentence_to_read_aloud_and_a_table(priya: FlaskClient, lead: Staff) -> None:
    page = councils(priya, ada(lead))
    assert (
        "Kent placed the child and is responsible until 10 June 2026, the end of the three years after the "
        "adoption order." in page
    )
    assert "Medway 11 June 2026 open Medway is responsible from 11 June 2026" in page
    assert "Nothing has been corrected" in page


@pytest.mark.parametrize(
    "day, answer",
    [
        (date(2026, 6, 10), "10 June 2026: Kent placed the child"),
        (date(2026, 6, 11), "11 June 2026: Medway is responsible from 11 June 2026"),
        (date(2023, 6, 9), "9 June 2023: No council is responsible before the adoption order"),
    ],
)
def test_any_day_can_be_asked_about(priya: FlaskClient, lead: Staff, day: date, answer: str) -> None:
    assert answer in councils(priya, ada(lead), **on("on", day))


def test_a_day_that_is_none_is_said_beside_its_box(priya: FlaskClient, lead: Staff) -> None:
    answer = priya.get(path(ada(lead)), query_string={"on-day": "31", "on-month": "2", "on-year": "2026"})
    assert answer.status_code == 422
    assert "The day must be a real date" in text(answer)


def test_no_one_council_is_named_for_everything(priya: FlaskClient, lead: Staff) -> None:
    page = councils(priya, ada(lead, children=[a_child(ORDER_ON, allowance=True)]), **on("on", TODAY))
    assert "Assessment of support needs, therapy fund Kent" in page
    assert "Allowance agreed before the order Kent" in page
    assert "Family Help, SEND, local adoption services Medway" in page
    assert "The council where the child is at that moment. At home it is Medway." in page
    assert "begin with Kent" in page
    later = councils(priya, db.session.scalars(select(Family)).one(), **on("on", date(2026, 6, 11)))
    assert "Assessment of support needs, therapy fund Medway" in later
    assert "Allowance agreed before the order Kent" in later


def test_the_family_page_leads_there_and_each_look_is_kept(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    assert f'href="{path(family)}"' in priya.get(f"/families/{family.id}").get_data(as_text=True)
    councils(priya, family)
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "child.councils")).one()
    assert (row.staff_id, row.family_id) == (lead.id, family.id)


def test_out_of_scope_there_is_no_such_page(client: FlaskClient, lead: Staff, manager: FlaskClient) -> None:
    family = unknown_placing(lead)
    home = db.session.scalars(select(Home.id)).one()
    sign_in(client, staff_member(councils=(BEXLEY,)))
    for what in ("councils", "order", f"homes/{home}"):
        assert client.get(path(family, what)).status_code == 404
    sign_in(client, staff_member(Role.MANAGER, councils=(BEXLEY,)))
    for what in ("councils/2023-06-10/decide", f"decisions/{uuid4()}/take-back"):
        assert client.get(path(family, what)).status_code == 404
    for what in ("councils/2023-06-11/decide", "councils/tomorrow/decide", f"homes/{uuid4()}"):
        assert manager.get(path(family, what)).status_code == 404


# Decisions


def test_a_manager_names_the_council_and_takes_it_back(
    manager: FlaskClient, priya: FlaskClient, lead: Staff
) -> None:
    family = unknown_placing(lead)
    assert "A manager decides: Morgan Example" in councils(priya, family)
    assert "Ada, " + family.name in text(manager.get("/needs"))
    said = {"council": KENT, "reason": "Kent’s file has the match."}
    page = text(confirmed(manager, path(family, "councils/2023-06-10/decide"), said))
    assert "Decided by Morgan Example, 9 May 2026" in page
    assert "Kent’s file has the match." in page
    assert "Children whose council must be decided" not in text(manager.get("/needs"))
    assert "A manager named Kent for Ada" in text(priya.get(f"/families/{family.id}"))
    decision = db.session.scalars(select(CouncilDecision)).one()
    back = path(family, f"decisions/{decision.id}/take-back")
    assert manager.post(back, data={}).status_code == 422
    page = text(confirmed(manager, back, {"reason": "Another child’s file."}))
    assert "The decision is taken back" in page
    assert (
        "From 9 May 2026 we believed a manager decided on Kent from 10 June 2023 until 10 June 2026" in page
    )
    assert "Since then that is not so" in page
    assert manager.get(back).status_code == 404


def test_a_decision_without_council_or_reason_is_not_made(manager: FlaskClient, lead: Staff) -> None:
    family = unknown_placing(lead)
    answer = manager.post(path(family, "councils/2023-06-10/decide"), data={})
    assert answer.status_code == 422
    assert "Choose the council" in text(answer)
    assert "Say why it is this council" in text(answer)


# Requests


DOUBTFUL = "A manager decides which council has it"


def in_doubt(family: Family, lead: Staff) -> SupportRequest:
    known = facts.family(family.id).children[0]
    new = NewRequest(kind=SupportKind.ASSESSMENT, child_id=known.id)
    made = support.request(known, family.id, new, date(2026, 4, 1), a_viewer(lead))
    correct_order(family.children[0], RIGHT_ON, by=a_viewer(lead))
    db.session.commit()
    return made


def decided(client: FlaskClient, family: Family, made: SupportRequest, **said: object) -> TestResponse:
    return client.post(f"/families/{family.id}/requests/{made.id}/council", data=said, follow_redirects=True)


@pytest.mark.parametrize(
    "becomes, council, has_it",
    [("stays", None, KENT), ("now", None, MEDWAY), ("other", BEXLEY, BEXLEY)],
)
def test_a_manager_decides_which_council_has_a_request(
    manager: FlaskClient, lead: Staff, becomes: str, council: str | None, has_it: str
) -> None:
    family = ada(lead)
    made = in_doubt(family, lead)
    listed = text(manager.get("/needs"))
    assert "was received by Kent on 1 April 2026, and Medway should have had it" in listed
    assert DOUBTFUL in text(manager.get("/support"))
    answer = decided(manager, family, made, becomes=becomes, council=council or "", reason="Both agreed.")
    assert "Requests whose council is in doubt" not in text(answer)
    assert DOUBTFUL not in text(manager.get("/support"))
    db.session.refresh(made)
    assert made.council_code == has_it
    assert db.session.scalars(select(RequestReview.reason)).one() == "Both agreed."
    assert decided(manager, family, made, becomes="stays", reason="Again").status_code == 404


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"becomes": "now"}, "Say why"),
        ({"reason": "x"}, "Choose what becomes of it"),
        ({"becomes": "other", "reason": "x"}, "Choose the council"),
        ({"becomes": "other", "council": KENT, "reason": "x"}, "Kent has it already"),
    ],
)
def test_a_request_is_not_decided_by_half(
    manager: FlaskClient, lead: Staff, said: dict[str, object], sentence: str
) -> None:
    family = ada(lead)
    made = in_doubt(family, lead)
    answer = decided(manager, family, made, **said)
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_lead_sees_the_doubt_and_does_not_decide(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    made = in_doubt(family, lead)
    assert "Its council is in doubt. A manager decides." in text(priya.get(f"/families/{family.id}"))
    assert decided(priya, family, made, becomes="stays", reason="x").status_code == 403


def test_a_request_of_a_family_out_of_scope_is_not_there(client: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    made = in_doubt(family, lead)
    sign_in(client, staff_member(Role.MANAGER, councils=(BEXLEY,)))
    assert decided(client, family, made, becomes="stays", reason="x").status_code == 404
    assert "Requests whose council is in doubt" not in text(client.get("/needs"))
