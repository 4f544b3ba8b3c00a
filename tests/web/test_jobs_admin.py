"""Jobs seen and run by an administrator: the same work as at night, under the same lease."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.jobs import JOBS, runner
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.job import JobFailure, JobRun
from catchup.rules.terms import Role
from catchup.services import leases
from catchup.web.admin.jobs import DOES
from tests.codes import send
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 11, 23)


@pytest.fixture
def alex(session: Session, client: FlaskClient) -> FlaskClient:
    """An administrator at their desk."""
    clock.move_to(TODAY)
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))
    return client


def run(client: FlaskClient, name: str) -> str:
    """Press the button and read the page that follows."""
    answer = send(client, f"/admin/jobs/{name}/run", page="/admin/jobs")
    assert answer.status_code == 302
    return client.get(answer.headers["Location"]).text


def test_run_now_does_what_the_night_does_and_says_so(session: Session, alex: FlaskClient):
    a_family(accepted_on=date(2024, 7, 1))
    session.commit()
    session.execute(Call.__table__.delete())
    session.commit()

    page = run(alex, "create-calls")
    assert "create-calls is done. Made: calls " in page
    session.expire_all()
    assert session.scalars(select(Call.id)).all()
    assert session.scalars(select(JobRun.on)).one() == TODAY
    assert session.scalars(select(AuditEvent.result).where(AuditEvent.action == "job.run")).all() == ["ok"]


def test_one_run_makes_up_for_the_days_that_were_missed(session: Session, alex: FlaskClient):
    clock.move_to(TODAY - timedelta(days=3))
    run(alex, "close-windows")
    clock.move_to(TODAY)
    assert "Not done for 3 days, from 21 November 2026 to 23 November 2026." in alex.get("/admin/jobs").text
    run(alex, "close-windows")
    assert len(session.scalars(select(JobRun.on).where(JobRun.job == "close-windows")).all()) == 4


def test_nothing_is_done_while_another_process_works(
    session: Session, alex: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runner, "PATIENCE_S", 0.0)
    with writing():
        session.rollback()
        assert leases.take(runner.LEASE, "another/1:0:machine")
        session.commit()
    assert "Another process is working. Nothing was done" in run(alex, "create-calls")
    assert session.scalar(select(JobRun.id)) is None
    assert session.scalars(select(AuditEvent.result).where(AuditEvent.action == "job.run")).one() == "busy"


@pytest.mark.promise("4.9 seen")
def test_a_job_that_fails_says_the_kind_of_error_and_never_its_text(
    session: Session, alex: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    def fail(_on: date) -> None:
        raise ZeroDivisionError("Parent Example, 1 Invented Street")

    monkeypatch.setattr("catchup.services.handover_planning.look", fail)
    page = run(alex, "plan-handovers")
    assert "plan-handovers failed (ZeroDivisionError). Nothing was saved." in page
    assert "Invented Street" not in page
    assert session.scalars(select(JobFailure.error)).one() == "ZeroDivisionError"
    # The lease was given back: the next one may begin at once.
    assert runner.begin_turn(leases.new_holder()) is not None


@pytest.mark.engine("sqlite")
def test_the_page_says_when_nobody_keeps_the_timetable(session: Session, alex: FlaskClient):
    alex.get("/admin/messages")
    assert "Nobody keeps the timetable" not in alex.get("/admin/jobs").text
    db.session.execute(AuditEvent.__table__.update().values(at=clock.real_now() - timedelta(minutes=6)))
    session.commit()
    assert "Nobody keeps the timetable" in alex.get("/admin/jobs").text
    run(alex, "seal-audit")
    assert "Nobody keeps the timetable" not in alex.get("/admin/jobs").text


@pytest.mark.engine("sqlite")
def test_every_job_has_its_page_and_says_what_it_does(alex: FlaskClient):
    assert set(DOES) == set(JOBS)
    for name in JOBS:
        assert str(DOES[name]) in alex.get(f"/admin/jobs/{name}").text
    assert alex.get("/admin/jobs/make-tea").status_code == 404


@pytest.mark.engine("sqlite")
def test_the_history_of_a_job_says_what_it_did_and_where_it_failed(session: Session, alex: FlaskClient):
    on, now = date(2026, 11, 20), clock.real_now()
    counts = {"created": {"calls": 12}, "changed": {}, "skipped": 0}
    session.add(JobRun(job="create-calls", on=on, finished_at=now, holder="east/1:2:3", counts=counts))
    session.add(JobFailure(job="create-calls", on=on, failed_at=now, error="ConnectionRefusedError"))
    session.commit()
    page = alex.get("/admin/jobs/create-calls").text
    assert "Made: calls 12" in page
    assert 'data-label="On">east<' in page
    assert "ConnectionRefusedError" in page
    assert "ConnectionRefusedError" not in alex.get("/admin/jobs/close-windows").text
