"""A parent at their own page: how a test comes in, and what it sends."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup.extensions import db
from catchup.jobs import JOBS, TickJob, runner
from catchup.models.audit import AuditEvent
from catchup.models.family import Parent
from catchup.models.outbox import Message
from catchup.services import leases, parent_links
from catchup.services.job_runs import Counts

YOU = "/manage/you"


def form_token(page: TestResponse) -> str:
    """The token of a form on one of the pages."""
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def ask(client: FlaskClient, address: str) -> TestResponse:
    """Ask for a link, and look at the page that follows."""
    token = form_token(client.get("/manage"))
    sent = client.post("/manage", data={"token": token, "address": address})
    return client.get(sent.headers["Location"]) if sent.status_code == 303 else sent


def answer_requests() -> dict[str, int]:
    """The job of the minute that answers them."""
    return run_tick_job("answer-link-requests").created


def run_tick_job(name: str) -> Counts:
    """Do one of the jobs of each minute."""
    job = JOBS[name]
    assert isinstance(job, TickJob)
    turn = runner.begin_turn(leases.new_holder())
    assert turn is not None
    try:
        return job.run(turn.transaction)
    finally:
        turn.end()


def links_of(parent: Parent, template: str = "manage_link") -> list[str]:
    """The paths of the links queued for a parent, the first one first."""
    db.session.rollback()
    messages = db.session.scalars(
        select(Message)
        .where(Message.parent_id == parent.id, Message.template == template)
        .order_by(Message.created_at, Message.next_try_at, Message.id)
    )
    return [str(message.facts["path"]) for message in messages]


def a_link(parent: Parent) -> str:
    """The path of a link made just now."""
    parent_links.send_way_in(parent, shared=False)
    db.session.commit()
    return links_of(parent)[-1]


def open_link(client: FlaskClient, path: str) -> TestResponse:
    """Open a link and press its button."""
    return client.post(path, data={"token": form_token(client.get(path))})


def come_in(client: FlaskClient, parent: Parent) -> TestResponse:
    """Come in by a link made just now; the page one comes to."""
    assert open_link(client, a_link(parent)).status_code == 303
    return client.get(YOU)


def send(client: FlaskClient, path: str, **typed: object) -> TestResponse:
    """Fill in one of the forms and send it."""
    page = client.get(path)
    assert page.status_code == 200, page.status_code
    return client.post(path, data={"token": form_token(page), **typed})


def rows() -> list[tuple[str, str]]:
    """What the audit says was done by links and on the page, and how it ended; never by anybody of ours."""
    db.session.rollback()
    found = db.session.execute(
        select(AuditEvent.action, AuditEvent.result, AuditEvent.staff_id, AuditEvent.subject)
        .where(AuditEvent.action.startswith("manage."))
        .order_by(AuditEvent.id)
    ).all()
    assert {(row.staff_id, row.subject) for row in found} <= {(None, "parent")}
    return [(row.action, row.result) for row in found]
