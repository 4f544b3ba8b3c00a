"""Records whose time has come: kept, held, or erased by two people, and never by themselves."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.retention import RetentionReview
from catchup.models.staff import Staff
from catchup.queries import retention
from catchup.rules.policy import Policy
from catchup.rules.retention import Holds, Kept, review_due_on
from catchup.rules.terms import Role
from catchup.services import families
from tests.codes import send, token_of
from tests.factories.families import BEXLEY, KENT, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
BORN, GROWN = date(2001, 6, 10), date(2026, 6, 10)


@pytest.fixture
def family(session: Session) -> Family:
    """A family that left long ago, on its youngest child's 25th birthday."""
    made_on = date(2006, 3, 1)
    family = a_family([a_child(made_on, born_on=BORN)], accepted_on=date(2006, 4, 1))
    families.leave(family, date(2019, 6, 10), None, a_viewer(staff_member()))
    session.commit()
    clock.move_to(GROWN)
    return family


@pytest.fixture
def first(client: FlaskClient) -> Staff:
    return _manager(client)


def _manager(client: FlaskClient, council: str = KENT) -> Staff:
    staff = staff_member(Role.MANAGER, councils=(council,))
    sign_in(client, staff)
    return staff


def page(family: Family) -> str:
    return f"/retention/{family.id}"


def press(client: FlaskClient, family: Family, act: str, **answers: str) -> str:
    answer = send(client, f"{page(family)}/{act}", page=page(family), **answers)
    return client.get(answer.location).text if answer.location else answer.text


@pytest.mark.parametrize(
    "born_on, due_on",
    [(date(2001, 6, 10), date(2026, 6, 10)), (date(2000, 2, 29), date(2025, 3, 1))],
)
def test_a_review_is_due_on_the_twenty_fifth_birthday(born_on: date, due_on: date) -> None:
    assert review_due_on(born_on, Policy()) == due_on


@pytest.mark.parametrize("days, waits", [(-1, 0), (0, 1), (1, 1)])
def test_it_waits_from_that_day_on(family: Family, first: Staff, days: int, waits: int) -> None:
    today = GROWN + timedelta(days)
    clock.move_to(today)
    assert retention.count_due(a_viewer(first), today) == waits


def test_one_decides_and_another_confirms(client: FlaskClient, family: Family, first: Staff) -> None:
    press(client, family, "erase", **{"erase-reason": "Nothing is left to keep it for."})
    assert "whoever decides does not confirm" in client.get(page(family)).text
    assert db.session.get(Family, family.id) is not None
    second = _manager(client)
    family_id = family.id
    assert "The record is erased" in press(client, family, "confirm")
    assert db.session.get(Family, family_id) is None
    assert client.get(f"/families/{family_id}").status_code == 404
    review = db.session.scalars(select(RetentionReview)).one()
    assert (review.decided_by, review.confirmed_by, review.family_id) == (first.id, second.id, family_id)
    told = db.session.scalars(select(AuditEvent.action).where(AuditEvent.family_id == family_id)).all()
    assert {"retention.erase", "family.view"} & set(told) == {"retention.erase"}


def test_whoever_decided_cannot_confirm_by_another_way(
    client: FlaskClient, family: Family, first: Staff
) -> None:
    press(client, family, "erase", **{"erase-reason": "Old."})
    assert "another manager than the one who decided" in press(client, family, "confirm")
    assert db.session.get(Family, family.id) is not None


def test_what_came_up_since_stands_against_it(client: FlaskClient, family: Family, first: Staff) -> None:
    press(client, family, "erase", **{"erase-reason": "Old."})
    press(client, family, "hold", **{"hold-reason": "A claim."})
    _manager(client)
    assert "there is a legal hold on it" in press(client, family, "confirm")
    press(client, family, "lift")
    assert "The record is erased" in press(client, family, "confirm")


def test_a_family_in_the_scheme_or_too_young_is_not_erased(client: FlaskClient, first: Staff) -> None:
    young = a_family(accepted_on=date(2026, 1, 5))
    clock.move_to(GROWN)
    against = retention.standing_against(young.id, GROWN)
    assert against == [Holds.NOT_DUE, Holds.IN_SCHEME]
    assert "This record may be erased" not in client.get(page(young)).text
    assert client.post(f"{page(young)}/erase").status_code == 400


def test_a_form_that_has_left_the_page_is_refused_without_pointing_at_it(
    client: FlaskClient, family: Family, first: Staff
) -> None:
    press(client, family, "hold", **{"hold-reason": "A claim may need it."})
    token = token_of(client.get(page(family)))
    answer = client.post(f"{page(family)}/erase", data={"csrf_token": token, "erase-reason": ""})
    assert answer.status_code == 422
    assert "There is a problem" not in answer.text
    assert "A claim may need it." in answer.text


def test_one_that_is_kept_comes_again_when_that_time_is_over(
    client: FlaskClient, family: Family, first: Staff
) -> None:
    until = {"keep-until-day": "10", "keep-until-month": "6", "keep-until-year": "2027"}
    press(client, family, "keep", **{"keep-reason": "A younger sister may ask.", **until})
    viewer = a_viewer(first)
    days = (GROWN, date(2027, 6, 9), date(2027, 6, 10))
    assert [retention.count_due(viewer, day) for day in days] == [0, 0, 1]
    assert db.session.scalars(select(RetentionReview.decided)).all() == [Kept.KEEP]


def test_a_day_that_has_passed_is_refused_beside_its_field(
    client: FlaskClient, family: Family, first: Staff
) -> None:
    until = {"keep-until-day": "10", "keep-until-month": "6", "keep-until-year": "2026"}
    assert "must be in the future" in press(client, family, "keep", **{"keep-reason": "Why", **until})
    assert "Say why" in press(client, family, "erase")


def test_another_councils_manager_sees_nothing_of_it(client: FlaskClient, family: Family) -> None:
    _manager(client, BEXLEY)
    assert client.get(page(family)).status_code == 404
    assert family.name not in client.get("/retention").text
