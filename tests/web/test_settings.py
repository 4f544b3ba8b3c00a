"""Settings by date: bounded, looked at first, never over a day that is past, and plans follow."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.jobs import JOBS, runner
from catchup.models.audit import AuditEvent
from catchup.models.job import Setting
from catchup.models.plan import PlannedCall
from catchup.queries import directories
from catchup.rules.policy import Policy
from catchup.rules.settings import BY_NAME, FIGURES, IN_ORDER, is_in_bounds
from catchup.rules.terms import Role
from catchup.web.admin.setting_words import CALLED
from tests.codes import send
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 11, 23)


@pytest.fixture
def alex(session: Session, client: FlaskClient) -> FlaskClient:
    """An administrator at their desk."""
    clock.move_to(TODAY)
    directories.forget()
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))
    return client


def given(value: str, on: date) -> dict[str, str]:
    return {
        "value": value,
        "from_on-day": str(on.day),
        "from_on-month": str(on.month),
        "from_on-year": str(on.year),
    }


def save(client: FlaskClient, name: str, value: str, on: date) -> None:
    """Look at what a value changes, and save it."""
    path = f"/admin/settings/{name}"
    looked = send(client, path, **given(value, on))
    assert looked.status_code == 200
    assert "Nothing is saved yet." in looked.text
    pence = "00" if name.endswith("pence") else ""
    answer = send(client, path, looked_at=f"{value}{pence}|{on}", **given(value, on))
    assert answer.status_code == 302


def test_a_value_holds_from_its_day_and_not_before(session: Session, alex: FlaskClient):
    save(alex, "attempts", "4", date(2027, 1, 1))
    assert directories.policy(date(2026, 12, 31)).attempts == 3
    assert directories.policy(date(2027, 1, 1)).attempts == 4
    assert "4 from 1 January 2027" in alex.get("/admin/settings").text
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "setting")).all() == [
        "setting.change"
    ]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "name, value, on, sentence",
    [
        ("attempts", "0", TODAY, "Enter a number from 1 to 10"),
        ("attempts", "eleven", TODAY, "Enter a whole number, like 3"),
        ("attempts", "", TODAY, "Enter the new value"),
        ("attempts", "4", TODAY - timedelta(days=1), "The first day must be today or later"),
        ("attempts", "4", date(2036, 11, 24), "The first day must be within ten years"),
        ("attempts", "3", TODAY, "It has this value on 23 November 2026 already"),
        (
            "family_told_months",
            "7",
            TODAY,
            "It cannot be more than “A handover is planned ahead by”, which is 6",
        ),
        ("therapy_fund_pence", "50001", TODAY, "Enter a number from 0 to 50,000"),
    ],
)
def test_what_cannot_be_is_said_beside_its_box_and_saves_nothing(
    session: Session, alex: FlaskClient, name: str, value: str, on: date, sentence: str
):
    refused = send(alex, f"/admin/settings/{name}", **given(value, on))
    assert refused.status_code == 422
    assert sentence in refused.text
    assert session.scalar(select(Setting.id)) is None


@pytest.mark.engine("sqlite")
def test_what_was_not_looked_at_is_looked_at_first(session: Session, alex: FlaskClient):
    path = "/admin/settings/attempts"
    other = send(alex, path, looked_at=f"4|{TODAY}", **given("5", TODAY))
    assert other.status_code == 200
    assert "it would be 5 instead of 3" in other.text
    assert session.scalar(select(Setting.id)) is None


def test_a_limit_can_be_known_again_and_unknown(session: Session, alex: FlaskClient):
    save(alex, "therapy_fund_pence", "2500", date(2027, 4, 1))
    assert directories.policy(date(2027, 4, 1)).therapy_fund_pence == 250_000
    path = "/admin/settings/therapy_fund_pence"
    send(alex, path, looked_at=f"None|{date(2028, 4, 1)}", **given("", date(2028, 4, 1)))
    assert directories.policy(date(2028, 4, 1)).therapy_fund_pence is None
    assert "not known from 1 April 2028" in alex.get("/admin/settings").text


def test_what_is_set_anew_for_a_day_leaves_the_earlier_in_the_history(session: Session, alex: FlaskClient):
    day = date(2027, 1, 1)
    save(alex, "attempts", "4", day)
    save(alex, "attempts", "5", day)
    assert directories.policy(day).attempts == 5
    page = alex.get("/admin/settings/attempts").text
    assert page.count("1 January 2027</td>") == 2
    assert "Taken back" in page


def test_only_what_is_to_come_can_be_taken_back(session: Session, alex: FlaskClient):
    save(alex, "attempts", "4", date(2027, 1, 1))
    row = session.scalars(select(Setting)).one()
    path = "/admin/settings/attempts"
    clock.move_to(date(2027, 1, 1))
    send(alex, f"{path}/{row.id}/take-back", page=path)
    assert directories.policy(date(2027, 1, 1)).attempts == 4
    clock.move_to(date(2026, 12, 31))
    send(alex, f"{path}/{row.id}/take-back", page=path)
    assert directories.policy(date(2027, 1, 1)).attempts == 3


def test_plans_follow_in_the_night_of_the_first_day_and_not_before(session: Session, alex: FlaskClient):
    family = a_family(accepted_on=date(2024, 7, 1))
    session.commit()
    to_come = PlannedCall.family_id == family.id, PlannedCall.opens_on >= date(2026, 12, 31)
    opens = select(PlannedCall.opens_on).where(*to_come).order_by(PlannedCall.due_on)
    before = session.scalars(opens).all()
    assert before
    save(alex, "opens_before_days", "30", date(2026, 12, 1))

    def night(on: date) -> dict[str, int]:
        turn = runner.begin_turn(f"here/1:{on.day}:night")
        assert turn is not None
        try:
            return turn.run(JOBS["replan-calls"], on, [on]).changed
        finally:
            turn.end()

    clock.move_to(date(2026, 11, 30))
    assert not any(night(date(2026, 11, 30)).values())
    assert session.scalars(opens).all() == before
    clock.move_to(date(2026, 12, 1))
    assert night(date(2026, 12, 1))["planned_calls"] == len(before)
    session.rollback()
    assert session.scalars(opens).all() == [day - timedelta(days=2) for day in before]
    assert not any(night(date(2026, 12, 2)).values())


def test_what_it_changes_is_counted_beforehand_and_nothing_is_written(session: Session, alex: FlaskClient):
    a_family(accepted_on=date(2024, 7, 1))
    session.commit()
    to_come = PlannedCall.opens_on > TODAY
    count = len(session.scalars(select(PlannedCall.id).where(to_come)).all())
    looked = send(alex, "/admin/settings/opens_before_days", **given("30", TODAY)).text
    assert f"As plans are today, for 1 family: {count} calls are moved." in looked


@pytest.mark.engine("sqlite")
def test_every_figure_of_the_policy_can_be_set_has_words_and_begins_in_bounds(session: Session):
    assert set(BY_NAME) == set(CALLED) == {field.name for field in fields(Policy)}
    assert all(is_in_bounds(figure, getattr(Policy(), figure.name)) for figure in FIGURES)
    assert all(getattr(Policy(), small) <= getattr(Policy(), large) for small, large in IN_ORDER)
