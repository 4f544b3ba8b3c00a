"""What machines that watch the service read: whether it can serve, what to look at, and figures of nobody."""

from datetime import date, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from catchup import clock
from catchup.database import writing
from catchup.jobs import runner
from catchup.services import audit, leases
from catchup.web import health
from tests.factories.families import a_family
from tests.factories.messages import about_registration
from tests.factories.staff import sign_in, staff_member

TODAY = date(2026, 11, 23)


@pytest.fixture
def after_the_night(session: Session) -> Session:
    """A service whose night is done."""
    clock.move_to(TODAY)
    assert runner.tick(leases.new_holder()) == 0
    session.rollback()
    return session


def test_a_service_that_does_its_work_is_ready(client: FlaskClient, after_the_night: Session) -> None:
    answer = client.get("/health/ready?strict=1")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert answer.json["nights_behind"] == 0


@pytest.mark.parametrize("hour, days, late", [(7, 1, False), (8, 1, True), (7, 2, True)])
def test_a_night_that_is_not_done_by_eight_is_to_be_looked_at_and_stops_nobody(
    client: FlaskClient, after_the_night: Session, hour: int, days: int, late: bool
) -> None:
    clock.move_to(TODAY + timedelta(days=days))
    clock.begin_at(time(hour))
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert ("night" in answer.json["look_at"]) is late
    assert client.get("/health/ready?strict=1").status_code == (503 if late else 200)


def test_a_message_that_waits_and_a_row_that_is_not_sealed_are_to_be_looked_at(
    client: FlaskClient, after_the_night: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_hour_ago = clock.real_now() - timedelta(hours=1)
    with writing():
        message = about_registration()
        message.created_at = message.next_try_at = an_hour_ago
        with monkeypatch.context() as earlier:
            earlier.setattr(clock, "real_now", lambda: an_hour_ago)
            audit.record(None, audit.Seen("look", "family"))
        after_the_night.commit()
    assert client.get("/health/ready").json["look_at"] == ["outbox", "audit"]


def test_a_schema_that_is_not_the_newest_is_not_ready(client: FlaskClient, after_the_night: Session) -> None:
    with writing():
        after_the_night.execute(text("UPDATE alembic_version SET version_num = '0012'"))
        after_the_night.commit()
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json["broken"]) == (503, ["migrations"])


def test_a_disk_that_is_full_is_not_ready_and_one_that_fills_is_to_be_looked_at(
    client: FlaskClient, after_the_night: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "DISK_LOW", 10**18)
    assert client.get("/health/ready").json["look_at"] == ["disk"]
    monkeypatch.setattr(health, "DISK_FULL", 10**18)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json["broken"]) == (503, ["disk"])


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
def test_these_pages_are_for_this_machine_alone(client: FlaskClient, session: Session, path: str) -> None:
    assert client.get(path).status_code in {200, 503}
    assert client.get(path, environ_base={"REMOTE_ADDR": "198.51.100.9"}).status_code == 404
    assert client.get(path, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_figures_are_by_view_and_name_nobody(
    app: Flask, client: FlaskClient, after_the_night: Session
) -> None:
    staff = staff_member(name="Sentinel Sparrow")
    family = a_family(lead=staff)
    after_the_night.commit()
    reader = app.test_client()
    sign_in(reader, staff)
    assert reader.get(f"/families/{family.id}").status_code == 200
    page = client.get("/metrics").text
    assert 'catchup_requests_total{status="200",view="staff.family"}' in page
    assert "catchup_nights_behind 0.0" in page
    for secret in (str(family.id), family.reference, str(staff.id), "Sentinel", str(family.parents[0].email)):
        assert secret not in page


def test_figures_go_on_where_the_database_does_not_answer(
    client: FlaskClient, after_the_night: Session
) -> None:
    with writing():
        after_the_night.execute(text("ALTER TABLE job_run RENAME TO job_run_gone"))
        after_the_night.commit()
    assert "catchup_database_up 0.0" in client.get("/metrics").text
    assert client.get("/health/ready").json["broken"] == ["database"]
