"""Warnings on a family: who agreed, when they are looked at again, and how they end."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family, FamilyWarning
from catchup.models.staff import Staff
from catchup.queries import warnings as queries
from catchup.rules.terms import Role, WarningKind
from catchup.services import warnings as service
from tests.factories.families import BEXLEY, KENT, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

TODAY = date(2026, 11, 23)
TEXT = "Never ring the landline"


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example")
    sign_in(client, staff)
    return staff


@pytest.fixture
def family(lead: Staff) -> Family:
    return a_family(lead=lead, accepted_on=TODAY)


def a_warning(family: Family, by: Staff, review_on: date) -> FamilyWarning:
    made = service.add(family, WarningKind.WHO_TO_SPEAK_TO, TEXT, "Morgan Eastleaf", review_on, a_viewer(by))
    db.session.commit()
    return made


def send(client: FlaskClient, family: Family, what: str, **data: object) -> str:
    sent = client.post(f"/families/{family.id}/{what}", data=data, follow_redirects=True)
    return re.sub(r"\s+", " ", sent.get_data(as_text=True))


def on(day: date) -> dict[str, str]:
    return {"review_on-day": str(day.day), "review_on-month": str(day.month), "review_on-year": str(day.year)}


def test_a_warning_stands_on_the_familys_page_and_on_the_call(client: FlaskClient, family: Family) -> None:
    proposed = client.get(f"/families/{family.id}/warnings").get_data(as_text=True)
    assert re.search(r'name="review_on-year"[^>]* value="2027"', proposed)
    shown = send(
        client, family, "warnings",
        kind="who_to_speak_to", text=TEXT, agreed_by="Morgan Eastleaf", **on(date(2027, 11, 23)),
    )  # fmt: skip
    assert f"Who may be spoken to: {TEXT}" in shown
    assert "agreed by Morgan Eastleaf, to be looked at again on 23 November 2027" in shown
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()
    assert TEXT in client.get(f"/calls/{call.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    "answers, said",
    [
        ({"text": TEXT, "agreed_by": "Morgan"}, "Choose what it is about"),
        ({"kind": "other", "agreed_by": "Morgan"}, "Say what everybody must know"),
        ({"kind": "other", "text": TEXT}, "Say who agreed to it"),
        ({"kind": "other", "text": TEXT, "agreed_by": "M", **on(TODAY)}, "must be after today"),
    ],
)
def test_a_warning_that_is_not_whole_is_asked_again(
    answers: dict[str, str], said: str, client: FlaskClient, family: Family
) -> None:
    shown = send(client, family, "warnings", **{**on(date(2027, 1, 4)), **answers})
    assert said in shown
    assert answers.get("text", "") in shown
    assert db.session.scalars(select(FamilyWarning)).all() == []


def test_the_same_form_sent_twice_is_one_warning(lead: Staff, family: Family) -> None:
    assert a_warning(family, lead, TODAY) is a_warning(family, lead, TODAY)
    assert len(db.session.scalars(select(FamilyWarning)).all()) == 1


@pytest.mark.parametrize("days, is_due", [(1, False), (0, True), (-1, True)])
def test_the_review_is_due_on_its_day(
    days: int, is_due: bool, client: FlaskClient, lead: Staff, family: Family
) -> None:
    warning = a_warning(family, lead, date.fromordinal(TODAY.toordinal() + days))
    assert ("Review due" in client.get(f"/families/{family.id}").get_data(as_text=True)) is is_due
    due = [found.id for found, _ in queries.due(a_viewer(lead), TODAY)]
    assert due == ([warning.id] if is_due else [])
    assert queries.due(a_viewer(staff_member(councils=(BEXLEY,))), TODAY) == []


def test_managers_find_the_warnings_whose_review_is_due_on_their_list(
    app: Flask, lead: Staff, family: Family
) -> None:
    a_warning(family, lead, TODAY)
    manager = app.test_client()
    sign_in(manager, staff_member(Role.MANAGER, councils=(KENT,)))
    page = manager.get("/needs").get_data(as_text=True)
    assert "Warnings to look at again" in page
    assert family.name in page
    (seen,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "needs.list"))
    assert family.id.bytes in (seen.families or b"")


def test_a_warning_that_still_holds_is_kept_for_another_year(
    client: FlaskClient, lead: Staff, family: Family
) -> None:
    warning = a_warning(family, lead, TODAY)
    path = f"warnings/{warning.id}"
    assert "Say who agreed that it stays" in send(client, family, path, then="keep", **on(date(2027, 11, 23)))
    shown = send(client, family, path, then="keep", agreed_by="Jo Example", **on(date(2027, 11, 23)))
    assert "agreed by Jo Example, to be looked at again on 23 November 2027" in shown
    assert "Review due" not in shown


def test_a_warning_ends_with_a_reason_in_the_audit_and_is_not_deleted(
    client: FlaskClient, lead: Staff, family: Family
) -> None:
    warning = a_warning(family, lead, TODAY)
    path = f"warnings/{warning.id}"
    assert "Choose why it ends" in send(client, family, path, then="end")
    shown = send(client, family, path, then="end", reason="no_longer")
    assert "A warning ended: who may be spoken to" in shown
    assert "Look at it again" not in shown
    db.session.expire_all()
    assert (warning.ended_by, warning.text) == (lead.id, TEXT)
    (ended,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "warning.end"))
    assert (ended.subject_id, ended.result) == (warning.id, "no_longer")
    assert client.get(f"/families/{family.id}/{path}").status_code == 404
    assert queries.due(a_viewer(lead), TODAY) == []


def test_a_warning_of_another_family_is_not_there(client: FlaskClient, lead: Staff, family: Family) -> None:
    theirs = a_warning(a_family(lead=lead), lead, TODAY)
    assert client.get(f"/families/{family.id}/warnings/{theirs.id}").status_code == 404
