"""Agencies: which councils form them from which day, and nobody in two at once."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.models.audit import AuditEvent
from catchup.models.council import Agency, AgencyMembership
from catchup.queries import directories
from catchup.rules.terms import Role
from tests.codes import send
from tests.factories.families import KENT, MEDWAY, SURREY, a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 11, 23)


@pytest.fixture
def alex(session: Session, client: FlaskClient) -> FlaskClient:
    """An administrator at their desk; no council belongs anywhere yet."""
    clock.move_to(TODAY)
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=()))
    session.execute(delete(AgencyMembership))
    session.commit()
    return client


def an_agency(session: Session, name: str, *councils: tuple[str, date, date | None]) -> str:
    """The address of an agency with these councils."""
    agency = Agency(name=name)
    session.add(agency)
    session.flush()
    for code, from_on, until_on in councils:
        session.add(
            AgencyMembership(agency_id=agency.id, council_code=code, from_on=from_on, until_on=until_on)
        )
    session.commit()
    return f"/admin/agencies/{agency.id}"


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def test_a_council_counts_with_its_agency_from_its_first_day_to_its_last(session: Session, alex: FlaskClient):
    added = send(alex, "/admin/agencies/add", name="Adoption East")
    path = added.headers["Location"]
    dates = day("from_on", date(2027, 1, 1)) | day("until_on", date(2027, 6, 30))
    assert send(alex, path, council=MEDWAY, **dates).status_code == 302

    def members(on: date) -> list[str]:
        return [code for name, code in directories.agency_councils(on) if name == "Adoption East"]

    assert members(date(2026, 12, 31)) == members(date(2027, 7, 1)) == []
    assert members(date(2027, 1, 1)) == members(date(2027, 6, 30)) == [MEDWAY]
    assert "Councils that will join" in alex.get(path).text
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "agency"))
    assert list(actions) == ["agency.add", "agency.join"]


@pytest.mark.parametrize(
    "from_on, until_on, taken",
    [
        (date(2025, 3, 31), None, True),
        (date(2025, 4, 1), None, False),
        (date(2020, 1, 1), date(2022, 3, 31), False),
        (date(2020, 1, 1), date(2022, 4, 1), True),
    ],
)
def test_no_council_is_in_two_agencies_on_one_day(
    session: Session, alex: FlaskClient, from_on: date, until_on: date | None, taken: bool
):
    an_agency(session, "Adoption West", (KENT, date(2022, 4, 1), date(2025, 3, 31)))
    path = an_agency(session, "Adoption East")
    dates = day("from_on", from_on) | (day("until_on", until_on) if until_on else {})
    answer = send(alex, path, council=KENT, **dates)
    assert answer.status_code == (422 if taken else 302)
    assert ("Kent belongs to Adoption West from 1 April 2022 to 31 March 2025" in answer.text) is taken


@pytest.mark.engine("sqlite")
def test_a_council_that_ends_leaves_its_agency_with_its_last_day(session: Session, alex: FlaskClient):
    path = an_agency(session, "Adoption South")
    send(alex, path, council=SURREY, **day("from_on", date(2026, 4, 1)))
    assert session.scalar(select(AgencyMembership.until_on)) == date(2027, 3, 31)


def test_the_end_can_be_moved_but_not_over_another_time(session: Session, alex: FlaskClient):
    an_agency(session, "Adoption West", (KENT, date(2026, 1, 1), None))
    path = an_agency(session, "Adoption East", (KENT, date(2022, 4, 1), date(2025, 12, 31)))
    agency = path.rpartition("/")[2]
    member = session.scalars(
        select(AgencyMembership).where(AgencyMembership.until_on == date(2025, 12, 31))
    ).one()
    page = f"/admin/agencies/{agency}/councils/{member.id}"
    refused = send(alex, page, **day("until_on", date(2026, 1, 1)))
    assert refused.status_code == 422
    assert "Kent belongs to Adoption West from 1 January 2026 on: end that first" in refused.text
    assert send(alex, page, **day("until_on", date(2022, 3, 31))).status_code == 422
    assert send(alex, page, **day("until_on", date(2024, 12, 31))).status_code == 302
    session.refresh(member)
    assert member.until_on == date(2024, 12, 31)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("from_on, gone", [(date(2026, 11, 24), True), (TODAY, False)])
def test_only_what_has_not_begun_can_be_taken_back(
    session: Session, alex: FlaskClient, from_on: date, gone: bool
):
    path = an_agency(session, "Adoption East", (KENT, from_on, None))
    member = session.scalars(select(AgencyMembership)).one()
    send(alex, f"{path}/councils/{member.id}/take-back", page=path)
    session.expire_all()
    assert (session.scalar(select(AgencyMembership.id)) is None) is gone


@pytest.mark.engine("sqlite")
def test_the_councils_that_end_are_named_with_who_follows_and_whom_it_concerns(
    session: Session, alex: FlaskClient
):
    a_family(home_council=SURREY)
    session.commit()
    page = alex.get("/admin/councils").text
    assert "after 31 March 2027: East Surrey, West Surrey follow. 1 family is concerned." in page
    page = alex.get(f"/admin/councils/{SURREY}").text
    assert "It is divided after 31 March 2027." in page
    assert "1 family has a child it placed or who lives there" in page


@pytest.mark.engine("sqlite")
def test_a_name_is_an_agencys_alone(session: Session, alex: FlaskClient):
    an_agency(session, "Adoption East")
    refused = send(alex, "/admin/agencies/add", name="adoption EAST")
    assert refused.status_code == 422
    assert "There is an agency of this name already" in refused.text
