"""Offering a family times for its next call, from its page."""

import re
from datetime import date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family, OfferedTime
from catchup.models.staff import Staff
from catchup.rules.terms import ClosedAs
from catchup.services import families
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

# What is stored is tested on both engines by the services; this is what people see of it.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]

TODAY = date(2026, 11, 23)  # a Monday


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
    return a_family(lead=lead, accepted_on=TODAY, never_times={"4": ["15-17"]})


def send(client: FlaskClient, family: Family, what: str = "", **data: str) -> str:
    path = f"/families/{family.id}/times-offered{what}"
    return re.sub(r"\s+", " ", client.post(path, data=data, follow_redirects=True).get_data(as_text=True))


def at(hour: int, day: int = 24) -> datetime:
    return clock.instant(date(2026, 11, day), time(hour))


def offered() -> list[OfferedTime]:
    db.session.rollback()
    return list(db.session.scalars(select(OfferedTime).order_by(OfferedTime.at)))


def test_times_are_offered_and_shown_and_the_one_they_chose_is_promised(
    client: FlaskClient, family: Family
) -> None:
    shown = send(client, family, day_1="2026-11-24", time_1="10:00", day_3="2026-11-25", time_3="14:00")
    assert "24 November 2026 at 10:00" in shown
    assert [one.at for one in offered()] == [at(10), at(14, 25)]
    shown = send(client, family, f"/{offered()[1].id}/take")
    assert (
        '25 November 2026 at 14:00</strong> <strong class="govuk-tag govuk-tag--green cu-tag">Chosen' in shown
    )
    assert "24 November 2026 at 10:00" not in shown
    call = db.session.scalars(select(Call).where(Call.family_id == family.id)).one()
    assert call.promised_at == at(14, 25)
    clock.move_to(date(2026, 11, 25))
    clock.begin_at(time(14))
    assert "Call back now" in client.get("/queue").get_data(as_text=True)


def test_a_time_is_withdrawn_and_cannot_be_chosen_any_more(client: FlaskClient, family: Family) -> None:
    send(client, family, day_1="2026-11-24", time_1="10:00")
    (one,) = offered()
    assert "10:00" not in send(client, family, f"/{one.id}/withdraw")
    assert "That time can no longer be chosen" in send(client, family, f"/{one.id}/take")


@pytest.mark.parametrize(
    "answers, said",
    [
        ({}, "Choose at least one day and time"),
        ({"day_1": "2026-11-24"}, "Choose the time"),
        ({"time_2": "10:00"}, "Choose the day"),
        ({"day_1": "2026-11-23", "time_1": "10:15"}, "Choose a time that is still to come"),
        ({"day_2": "2026-11-27", "time_2": "15:30"}, "Not on Friday afternoons, they said."),
        (
            {"day_1": "2026-11-24", "time_1": "10:00", "day_2": "2026-11-24", "time_2": "10:00"},
            "This time is offered already",
        ),
        ({"day_1": "2026-11-28", "time_1": "10:00"}, "Choose one of the answers"),
        ({"day_1": "2026-11-24", "time_1": "17:30"}, "Choose one of the answers"),
    ],
)
def test_a_time_that_cannot_be_is_said_beside_its_field(
    answers: dict[str, str], said: str, client: FlaskClient, family: Family
) -> None:
    assert said in send(client, family, **answers)
    assert offered() == []


def test_once_six_stand_one_must_be_withdrawn_first(client: FlaskClient, family: Family) -> None:
    six = {f"day_{row}": "2026-11-24" for row in range(1, 7)}
    send(client, family, **six, **{f"time_{row}": f"{8 + row:02}:00" for row in range(1, 7)})
    assert len(offered()) == 6
    page = client.get(f"/families/{family.id}/times-offered", follow_redirects=True).get_data(as_text=True)
    assert "Withdraw one first" in page


@pytest.mark.parametrize("halt", ["stopped", "left", "no open call"])
def test_a_family_that_is_not_rung_is_offered_no_times(
    halt: str, client: FlaskClient, lead: Staff, family: Family
) -> None:
    if halt == "stopped":
        families.stop_everything(family, "A death", a_viewer(lead))
    elif halt == "left":
        families.leave(family, TODAY, None, a_viewer(lead))
    else:
        call = db.session.scalars(select(Call)).one()
        call.closed_at, call.closed_as = clock.now(), ClosedAs.CANCELLED
    db.session.commit()
    assert client.get(f"/families/{family.id}/times-offered").status_code == 404
