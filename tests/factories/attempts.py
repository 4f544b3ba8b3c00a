"""Trying a call through its page: a test says which button is pressed, and what is typed beside it."""

import re
from datetime import date
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind
from catchup.services.families import NewPhone
from tests.factories.families import a_family

TODAY = date(2026, 6, 11)  # a Thursday
OPEN_PHONE = NewPhone("+447700900101", may_leave_message=True, may_text=True, code_phrase="the parcel came")
SHUT_PHONE = NewPhone("+441632960102", who_else="her mother")


def a_call(lead: Staff, **facts: object) -> Call:
    """An open annual call of a family accepted today, with two numbers."""
    given = {"phones": (OPEN_PHONE, SHUT_PHONE), **facts}
    family = a_family(given.pop("children", None), lead=lead, accepted_on=TODAY, **given)
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()
    call.kind = CallKind.ANNUAL
    db.session.commit()
    return call


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def form_of(response: TestResponse) -> dict[str, str]:
    """The hidden answers that every button of the page sends."""
    return hidden(text_of(response))


def hidden(html: str) -> dict[str, str]:
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in ("version", "attempt_id")
    }


def press(client: FlaskClient, call: Call, outcome: str, **answers: str) -> TestResponse:
    address = f"/calls/{call.id}"
    return client.post(
        f"{address}/attempts", data={**form_of(client.get(address)), "outcome": outcome, **answers}
    )


def fresh(call: Call) -> Call:
    db.session.rollback()
    return db.session.get_one(Call, call.id, populate_existing=True)


def made(call: Call) -> list[Attempt]:
    db.session.rollback()
    return list(
        db.session.scalars(select(Attempt).where(Attempt.call_id == call.id).order_by(Attempt.at, Attempt.id))
    )


def phone_ids(call: Call) -> list[UUID]:
    return [phone.id for phone in call.family.parents[0].phones]
