"""Targets: managers set them for their own councils, and see by how much each is met."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.target import Target
from catchup.queries import targets
from catchup.rules.terms import Role
from catchup.services import targets as service
from catchup.services.contacts import ChangedMeanwhileError
from tests.codes import send, token_of
from tests.factories.events import a_call, a_quiet_family, held
from tests.factories.families import BARNSLEY, BEXLEY, KENT, a_viewer
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

YEAR, TODAY = "2025-26", date(2026, 1, 21)
PAGE = f"/reports/targets?year={YEAR}"
CHANGE = f"/reports/targets/change?year={YEAR}"


@pytest.fixture(autouse=True)
def today(session: object) -> None:
    clock.move_to(TODAY)


def manager(client: FlaskClient, **facts: object) -> FlaskClient:
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), **facts))
    return client


def save(client: FlaskClient, path: str, **boxes: str) -> TestResponse:
    """Open the page with the boxes, type, and press the button."""
    page = client.get(path)
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    return send(client, path, **({"seen": found[1]} if found else {}), **boxes)


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_a_target_stands_beside_the_figure_with_the_difference_in_words(client: FlaskClient) -> None:
    family = a_quiet_family()
    clock.move_to(TODAY)
    for day in (4, 5, 6):
        a_call(family, date(2025, 8, day), **held(date(2025, 8, day)))
    a_call(family, date(2025, 8, 7))
    manager(client)
    save(client, CHANGE, target_M4="80", target_M4b="75%", target_M3="1,000")
    text = words(client.get(PAGE).text)
    assert "at least 80% 75.0% (3 of 4) ✗ Not met : 5 points below" in text
    assert "at least 75% 75.0% (3 of 4) ✓ Met : on target" in text
    assert "about 1,000 4 ≈ For comparison : 996 fewer" in text


def test_a_changed_target_supersedes_the_one_before_and_says_who_set_it(client: FlaskClient) -> None:
    manager(client, name="Morgan Example")
    save(client, CHANGE, target_M4="80")
    save(client, CHANGE, target_M4="82.5")
    save(client, CHANGE, target_M4="")
    assert targets.of(YEAR, KENT) == {}
    rows = db.session.scalars(select(Target).order_by(Target.value)).all()
    assert [(row.value, row.superseded_at is not None) for row in rows] == [(800, True), (825, True)]
    text = words(client.get(PAGE).text)
    assert "Held on time: 82.5%. Set by Morgan Example" in text
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "targets.set")).all()
    assert [event.council_code for event in events] == [KENT] * 3


def test_a_bad_value_is_said_beside_its_box_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    typed = {"target_M4": "101", "target_M4b": "85.55", "target_M8": "-4", "target_M7b": "9999"}
    answer = save(manager(client), CHANGE, **typed, target_M5="12")
    assert answer.status_code == 422
    errors = re.findall(r'id="(\w+)-error".*?</span> ([^<]+)<', answer.text)
    assert dict(errors) == {
        "target_M4": "Enter a number from 0 to 100, like 85 or 92.5",
        "target_M4b": "Enter a number from 0 to 100, like 85 or 92.5",
        "target_M8": "Enter a whole number, like 40",
        "target_M7b": "Enter a number that is not more than 3,650",
    }
    assert all(f'value="{value}"' in answer.text for value in (*typed.values(), "12"))
    assert db.session.scalar(select(Target)) is None


def test_the_second_of_two_managers_is_told_and_keeps_what_they_typed(
    client: FlaskClient, app: Flask
) -> None:
    other = manager(app.test_client())
    save(other, CHANGE, target_M4="80")
    answer = send(manager(client), CHANGE, seen="0", target_M4="90")
    assert answer.status_code == 409
    assert "It is 80% now: somebody else has changed targets" in answer.text
    assert 'value="90"' in answer.text
    assert save(client, CHANGE, target_M4="90").status_code == 302
    assert targets.of(YEAR, KENT) == {"M4": 900}


def test_last_years_targets_are_copied_where_this_year_has_none(client: FlaskClient) -> None:
    a_recorded_order(date(2024, 5, 1))
    manager(client)
    save(client, "/reports/targets/change?year=2024-25", target_M4="70", target_M5="9")
    save(client, CHANGE, target_M4="80")
    assert "1 target of April 2024 to March 2025 is not set for this year" in client.get(PAGE).text
    send(client, f"/reports/targets/copy?year={YEAR}", page=PAGE)
    assert targets.of(YEAR, KENT) == {"M4": 800, "M5": 90}
    assert "Copy last year" not in client.get(PAGE).text


def test_targets_can_be_set_before_the_year_begins(client: FlaskClient) -> None:
    save(manager(client), "/reports/targets/change?year=2026-27", target_M4="85")
    assert "The year has not begun." in client.get("/reports/targets?year=2026-27").text


def test_a_manager_has_nothing_to_do_with_another_councils_targets_or_all_councils(
    client: FlaskClient,
) -> None:
    assert manager(client).get(f"{PAGE}&council={BEXLEY}").status_code == 404
    assert (
        client.post(
            f"{CHANGE}&council={BEXLEY}", data={"csrf_token": token_of(client.get(CHANGE)), "target_M4": "80"}
        ).status_code
        == 404
    )
    save(client, CHANGE, target_M4="80")
    assert targets.of(YEAR, None) == {}
    by = a_viewer(staff_member(Role.MANAGER, councils=(KENT,)))
    for council in (BEXLEY, None):
        with pytest.raises(PermissionError):
            service.set_targets(YEAR, council, {"M4": 800}, 0, by)


def test_a_council_without_its_own_target_has_that_of_all_for_shares_and_not_for_counts(
    client: FlaskClient,
) -> None:
    save(manager(client, hub=True), CHANGE, target_M4="80", target_M8="40")
    assert targets.of(YEAR, None) == {"M4": 800, "M8": 40}
    assert targets.of(YEAR, KENT) == {"M4": 800}
    assert "(of all councils)" in client.get(f"{PAGE}&council={KENT}").text
    assert "All councils: 80%" in client.get(f"{CHANGE}&council={KENT}").text


def test_a_council_is_one_under_all_its_codes(session: object) -> None:
    by = a_viewer(staff_member(Role.MANAGER, councils=(BARNSLEY,)))
    service.set_targets(YEAR, BARNSLEY, {"M4": 800}, 0, by)
    db.session.commit()
    assert targets.of(YEAR, "E08000016") == {"M4": 800}
    with pytest.raises(ChangedMeanwhileError):
        service.set_targets(YEAR, BARNSLEY, {"M4": 810}, 0, by)
