"""An adoption that broke down, and why a family left: recorded gently, corrected, counted."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.ending import AdoptionEnd, LeavingReason
from catchup.models.family import Family, Stop
from catchup.models.staff import Staff
from catchup.rules.leaving import Leaving
from tests.factories.families import KENT, MEDWAY, a_child, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


@pytest.fixture
def family(lead: Staff) -> Family:
    """Placed by Kent on 10 June 2024, living in Medway."""
    return a_family(lead=lead)


def a_day(on: date, **others: str) -> dict[str, str]:
    return {
        "ended_on-day": str(on.day),
        "ended_on-month": str(on.month),
        "ended_on-year": str(on.year),
    } | others


def ended_on(family: Family, on: date, **others: str) -> dict[str, str]:
    return a_day(on, child=str(family.children[0].id), **others)


def test_it_counts_under_the_council_of_that_day(priya: FlaskClient, family: Family) -> None:
    sent = priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, date(2026, 11, 3)))
    assert sent.status_code == 302
    (row,) = db.session.scalars(select(AdoptionEnd)).all()
    assert (row.ended_on, row.council_code) == (date(2026, 11, 3), KENT)
    assert "adoption_end.record" in db.session.scalars(select(AuditEvent.action)).all()


def test_three_years_later_it_counts_under_the_home_council(priya: FlaskClient, family: Family) -> None:
    clock.move_to(date(2027, 6, 30))
    priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, date(2027, 6, 11)))
    assert db.session.scalars(select(AdoptionEnd.council_code)).all() == [MEDWAY]


def test_the_family_page_says_so_and_leads_to_the_correction(priya: FlaskClient, family: Family) -> None:
    priya.post(
        f"/families/{family.id}/adoption-ended",
        data=ended_on(family, date(2026, 11, 3), note="Ask for the social worker first"),
    )
    page = priya.get(f"/families/{family.id}").text
    assert "Adoption ended 3 November 2026" in page
    assert "Ask for the social worker first" in page
    assert f"/children/{family.children[0].id}/adoption-ended" in page
    assert f'href="/families/{family.id}/adoption-ended"' not in page


def test_stopping_everything_is_offered_and_not_done_unasked(priya: FlaskClient, family: Family) -> None:
    assert "Stop everything for this family" in priya.get(f"/families/{family.id}/adoption-ended").text
    priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, TODAY))
    assert db.session.scalars(select(Stop)).all() == []


def test_stopping_everything_can_go_with_it(priya: FlaskClient, family: Family) -> None:
    priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, TODAY, stop="y"))
    assert [stop.lifted_at for stop in db.session.scalars(select(Stop))] == [None]


@pytest.mark.parametrize(
    "on, sentence",
    [
        (date(2024, 6, 9), "on or after 10 June 2024, the day of the order"),
        (date(2026, 11, 24), "must be today or in the past"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    priya: FlaskClient, family: Family, on: date, sentence: str
) -> None:
    refused = priya.post(
        f"/families/{family.id}/adoption-ended", data=ended_on(family, on, note="What was typed")
    )
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "What was typed" in refused.text


def test_of_two_children_one_is_chosen(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(first_name="Ada"), a_child(first_name="Ben")], lead=lead)
    refused = priya.post(f"/families/{family.id}/adoption-ended", data=a_day(TODAY))
    assert refused.status_code == 422
    assert "Choose the child" in refused.text
    ben = next(child for child in family.children if child.first_name == "Ben")
    priya.post(f"/families/{family.id}/adoption-ended", data=a_day(TODAY, child=str(ben.id)))
    assert db.session.scalars(select(AdoptionEnd.child_id)).all() == [ben.id]
    assert "Ben" not in priya.get(f"/families/{family.id}/adoption-ended").text


def correct(client: FlaskClient, family: Family, on: date, **others: str) -> int:
    address = f"/families/{family.id}/children/{family.children[0].id}/adoption-ended"
    return client.post(address, data=a_day(on, **others)).status_code


def current() -> list[date]:
    return list(db.session.scalars(select(AdoptionEnd.ended_on).where(AdoptionEnd.superseded_at.is_(None))))


def test_a_correction_keeps_what_was_recorded(priya: FlaskClient, family: Family) -> None:
    priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, date(2026, 11, 3)))
    seen = str(db.session.scalars(select(AdoptionEnd.id)).one())
    assert correct(priya, family, date(2026, 11, 5), seen=seen) == 302
    assert current() == [date(2026, 11, 5)]
    assert len(db.session.scalars(select(AdoptionEnd)).all()) == 2


def test_a_mistake_is_taken_back(priya: FlaskClient, family: Family) -> None:
    priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, TODAY))
    seen = str(db.session.scalars(select(AdoptionEnd.id)).one())
    assert correct(priya, family, TODAY, seen=seen, mistake="y") == 302
    assert current() == []
    assert "Adoption ended" not in priya.get(f"/families/{family.id}").text


def test_the_second_of_two_corrections_is_told(priya: FlaskClient, sam: FlaskClient, family: Family) -> None:
    priya.post(f"/families/{family.id}/adoption-ended", data=ended_on(family, date(2026, 11, 3)))
    seen = str(db.session.scalars(select(AdoptionEnd.id)).one())
    correct(priya, family, date(2026, 11, 5), seen=seen)
    assert correct(sam, family, date(2026, 11, 6), seen=seen) == 409
    assert current() == [date(2026, 11, 5)]


def test_elsewhere_it_is_not_there(client: FlaskClient, family: Family) -> None:
    sign_in(client, staff_member(councils=("E08000018",)))
    assert client.get(f"/families/{family.id}/adoption-ended").status_code == 404
    assert client.get(f"/families/{family.id}/why-left").status_code == 404


def test_why_a_family_leaves_is_asked_and_not_required(priya: FlaskClient, family: Family) -> None:
    assert priya.post(f"/families/{family.id}/leave", data={}).status_code == 302
    assert db.session.scalars(select(LeavingReason)).all() == []


def test_why_a_family_leaves_is_kept_beside_its_words(priya: FlaskClient, family: Family) -> None:
    priya.post(f"/families/{family.id}/leave", data={"why": "no_time", "reason": "Busy years"})
    assert db.session.scalars(select(LeavingReason.reason)).all() == [Leaving.NO_TIME]
    assert family.memberships[0].left_reason == "Busy years"


def test_why_a_family_left_can_be_learnt_later(priya: FlaskClient, family: Family) -> None:
    assert priya.get(f"/families/{family.id}/why-left").status_code == 404
    priya.post(f"/families/{family.id}/leave", data={})
    assert priya.post(f"/families/{family.id}/why-left", data={"why": "moved_away"}).status_code == 302
    assert 'value="moved_away" selected' in priya.get(f"/families/{family.id}/why-left").text
    priya.post(f"/families/{family.id}/why-left", data={"why": ""})
    assert db.session.scalars(select(LeavingReason.reason)).all() == [Leaving.NOT_SAID]
