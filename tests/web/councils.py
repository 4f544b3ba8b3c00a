"""Ada's councils as pages show them, and what is sent to correct them."""

import re
from datetime import date
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.rules.terms import Placing
from tests.factories.families import KENT, a_child, a_family

# The order of 10 June 2023: Kent until 10 June 2026, then Medway.
ORDER_ON, RIGHT_ON, TODAY = date(2023, 6, 10), date(2023, 3, 2), date(2026, 5, 9)


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
