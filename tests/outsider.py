"""A council at its link: how a test opens it, and answers."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.handover import Handover
from catchup.services.handover_sendings import Sent
from tests.factories.sendings import path_of

PAGE = "/for-councils/handover"
SENTINELS = ("Ada", "Sam Example", "+447700900101", "07700 900101", "therapy goes on", "2020")


def read_of(page: TestResponse) -> str:
    """What a page says, without what is random on it: that may hold any few letters or digits."""
    return re.sub(r'nonce-[\w-]+|nonce="[\w-]+"|value="[0-9a-f]{64}"|/for-councils/[\w-]+', "", page.text)


def form_token(page: TestResponse) -> str:
    """The token of a form on one of its pages."""
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def enter(client: FlaskClient, sent: Sent, code: str | None = None) -> TestResponse:
    """Open the link and send a code: the right one unless told otherwise."""
    path = path_of(sent)
    token = form_token(client.get(path))
    return client.post(path, data={"token": token, "code": code or sent.code})


def answer(client: FlaskClient, what: str, **typed: object) -> TestResponse:
    """Answer on the page of a visit."""
    return client.post(f"{PAGE}/{what}", data={"token": form_token(client.get(PAGE)), **typed})


def another_code(sent: Sent) -> str:
    """A code that is not the right one."""
    return "123456" if sent.code != "123456" else "654321"


def handover_of(sent: Sent) -> Handover:
    """The first child's handover."""
    return sent.sending.parts[0].handover


def rows() -> list[tuple[str, str]]:
    """What the audit says was done here, and how it ended; never by anybody of ours."""
    db.session.rollback()
    found = db.session.execute(
        select(AuditEvent.action, AuditEvent.result, AuditEvent.staff_id, AuditEvent.subject)
        .where(AuditEvent.action.startswith("outside."))
        .order_by(AuditEvent.id)
    )
    told = [tuple(row) for row in found]
    assert {(row[2], row[3]) for row in told} <= {(None, "handover_sending")}
    return [(row[0], row[1]) for row in told]
