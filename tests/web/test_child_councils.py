"""A child's councils: any day, what was believed, corrections with what follows, and what managers decide."""

import re
from datetime import date
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.belief import Correction, CouncilDecision, RequestReview
from catchup.models.family import Family
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.signpost import SupportRequest
from catchup.models.staff import Staff
from catchup.queries import facts
from catchup.rules.terms import HomeKind, Placing, Role, SupportKind
from catchup.services import support
from catchup.services.families import NewHome
from catchup.services.support import NewRequest
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer, elsewhere
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]  # on both: the services
# The order of 10 June 2023: Kent until 10 June 2026, then Medway.
ORDER_ON, RIGHT_ON, TODAY = date(2023, 6, 10), date(2023, 3, 2), date(2026, 5, 9)


@pytest.fixture(autouse=True)
def _may(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 1, 5))


@pytest.fixture
def manager(app: Flask, session: object) -> FlaskClient:
    client = app.test_client()
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Example"))
    return client


def ada(lead: Staff, **facts_: Any) -> Family:
    """Ada, placed by Kent and living in Medway."""
    facts_ = {"children": [a_child(ORDER_ON, first_name="Ada")], "accepted_on": date(2023, 7, 3)} | facts_
    family = a_family(lead=lead, **facts_)
    clock.move_to(TODAY)
    return family


def unknown_placing(lead: Staff) -> Family:
    child = a_child(ORDER_ON, first_name="Ada", placing=Placing.UNKNOWN, placing_council=None)
    return ada(lead, children=[child])


def path(family: Family, what: str = "councils") -> str:
    return f"/families/{family.id}/children/{family.children[0].id}/{what}"


def text(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def councils(client: FlaskClient, family: Family, **asked: object) -> str:
    answer = client.get(path(family), query_string=asked)
    assert answer.status_code == 200
    return text(answer)


def on(name: str, day: date) -> dict[str, object]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def order(made_on: date = RIGHT_ON, **said: object) -> dict[str, object]:
    return {"placing": KENT, "reason": "The court says so.", **on("made_on", made_on), **said}


def hidden(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.get_data(as_text=True))
    assert found is not None
    return found[1]


def confirmed(client: FlaskClient, address: str, said: dict[str, object]) -> TestResponse:
    """Look at what would follow, then do it."""
    seen = client.post(address, data=said)
    assert seen.status_code == 200, text(seen)
    token = {"confirmed": hidden(seen, "confirmed"), "seen": hidden(seen, "seen")}
    return client.post(address, data={**said, **token}, follow_redirects=True)


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


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


# Corrections


def test_what_would_follow_is_shown_before_anything_is_done(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    known = facts.family(family.id).children[0]
    new = NewRequest(kind=SupportKind.ASSESSMENT, child_id=known.id)
    support.request(known, family.id, new, date(2026, 4, 1), a_viewer(lead))
    page = text(priya.post(path(family, "order"), data=order()))
    assert (
        "This changes: “Kent until 10 June 2026, then Medway” becomes “Kent until 2 March 2026, then Medway”."
        in page
    )
    assert "Responsibility has already passed: Medway, and not Kent, since 3 March 2026." in page
    assert "A handover of 3 March 2026 is planned: from Kent to Medway." in page
    assert "The handover of 11 June 2026 is withdrawn: from Kent to Medway." in page
    assert "was received by Kent on 1 April 2026, and Medway should have had it" in page
    assert (count(Correction), count(AdoptionOrder)) == (0, 1)


def test_a_confirmed_correction_is_told_with_what_was_believed(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    page = text(confirmed(priya, path(family, "order"), order()))
    assert "The order is corrected" in page
    assert "Corrected on 9 May 2026" in page
    assert "by Priya Example The court says so." in page
    assert "From 5 January 2026 we believed the order was made on 10 June 2023, placed by Kent" in page
    assert "Kent until 10 June 2026, then Medway Since then" in page
    assert "The handover of 11 June 2026 was withdrawn" in page
    story = text(priya.get(f"/families/{family.id}"))
    assert "Ada’s order was put right Until then it was believed to be of 10 June 2023, Kent." in story


def test_a_correction_that_was_not_seen_as_it_is_now_is_shown_again(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    seen = priya.post(path(family, "order"), data=order())
    token = {"confirmed": hidden(seen, "confirmed"), "seen": hidden(seen, "seen")}
    other = priya.post(path(family, "order"), data={**order(date(2023, 4, 2)), **token})
    assert other.status_code == 409
    assert "What follows is not what you have seen" in text(other)
    assert "Kent until 2 April 2026" in text(other)
    assert count(Correction) == 0


def test_of_two_who_correct_the_second_is_told_and_keeps_what_was_typed(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    family = ada(lead)
    said = order(date(2023, 4, 2), reason="I typed this")
    seen = sam.post(path(family, "order"), data=said)
    token = {"confirmed": hidden(seen, "confirmed"), "seen": hidden(seen, "seen")}
    confirmed(priya, path(family, "order"), order())
    late = sam.post(path(family, "order"), data={**said, **token})
    assert late.status_code == 409
    assert "I typed this" in late.get_data(as_text=True)
    assert "“Kent until 2 March 2026, then Medway” becomes “Kent until 2 April 2026" in text(late)
    assert count(Correction) == 1


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"reason": ""}, "Say how you know"),
        (on("made_on", date(2026, 5, 10)), "The date of the order must be today or in the past"),
        (on("made_on", date(2020, 2, 29)), "must be on or after 1 March 2020, the date of birth"),
        (on("made_on", ORDER_ON), "This is what the record says already"),
        ({"placing": ""}, "Choose a council, or one of the last two answers"),
    ],
)
def test_a_bad_answer_is_said_beside_its_field(
    priya: FlaskClient, lead: Staff, said: dict[str, object], sentence: str
) -> None:
    family = ada(lead)
    answer = priya.post(path(family, "order"), data=order() | said)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert count(Correction) == 0


def test_an_allowance_alone_changes_no_council(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    page = text(confirmed(priya, path(family, "order"), order(ORDER_ON, allowance="y")))
    assert "with an allowance agreed before it" in page
    assert "Allowance agreed before the order Kent" in page


def a_home_path(family: Family) -> str:
    home = db.session.scalars(
        select(Home).where(Home.child_id == family.children[0].id, Home.superseded_at.is_(None))
    ).one()
    return path(family, f"homes/{home.id}")


def test_a_home_is_corrected_for_brothers_and_sisters_at_once(priya: FlaskClient, lead: Staff) -> None:
    both = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben")]
    family = ada(lead, children=both)
    home = db.session.scalars(select(Home)).first()
    assert home is not None
    ben = family.children[1]
    said = {"where": home.address_id, "council": BEXLEY, "too": ben.id, "reason": "The postcode is Bexley’s."}
    page = text(confirmed(priya, a_home_path(family), said))
    assert "In Medway, from the order on" not in page
    assert "in Medway, from the order on Kent until 10 June 2026, then Medway" in page
    assert "The handover of 11 June 2026 was changed. It had been from Kent to Medway." in page
    again = text(priya.get(a_home_path(family)))
    assert again.count("At " + (home.address.lines if home.address else "")) == 1
    stand = db.session.scalars(select(Home.council_code).where(Home.superseded_at.is_(None))).all()
    assert stand == [BEXLEY, BEXLEY]
    assert count(Correction) == 2


def test_a_home_that_never_was_leaves_a_decision_to_make(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    said = {"where": "never", "reason": "A mix-up."}
    seen = text(priya.post(a_home_path(family), data=said))
    assert "Kent until 10 June 2026, then a decision is needed" in seen
    page = text(confirmed(priya, a_home_path(family), said))
    assert "Needs a decision" in page
    assert "A manager decides" in page
    assert "Name the council" not in page


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"where": ""}, "Choose what is right"),
        ({"where": "looked_after"}, "Choose the council"),
        ({"where": "not_said", **on("from_on", date(2019, 1, 1))}, "must be on or after 1 March 2020"),
        ({"where": "not_said", "reason": ""}, "Say how you know"),
    ],
)
def test_a_bad_answer_about_a_home_is_said_beside_its_field(
    priya: FlaskClient, lead: Staff, said: dict[str, object], sentence: str
) -> None:
    family = ada(lead)
    answer = priya.post(a_home_path(family), data={"reason": "I rang.", **said})
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_home_that_is_as_it_was_is_no_correction(priya: FlaskClient, lead: Staff) -> None:
    homes: tuple[NewHome, ...] = (elsewhere(HomeKind.LOOKED_AFTER, date(2024, 1, 1), KENT),)
    family = ada(lead, children=[a_child(ORDER_ON, homes=homes)])
    said = {"where": "looked_after", "council": KENT, "reason": "x", **on("from_on", date(2024, 1, 1))}
    answer = priya.post(a_home_path(family), data=said)
    assert "This is what the record says already" in text(answer)


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
    answer = decided(manager, family, made, becomes=becomes, council=council or "", reason="Both agreed.")
    assert "Requests whose council is in doubt" not in text(answer)
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
