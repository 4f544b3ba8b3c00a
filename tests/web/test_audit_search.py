"""Who looked at a family: for administrators by reference, for managers on the family's own page."""

from datetime import date, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries import audit_search
from catchup.queries.audit_search import Asked
from catchup.rules.terms import Role
from catchup.services import audit
from catchup.services.audit import Seen
from tests.factories.families import BEXLEY, KENT, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture
def family() -> Family:
    return a_family(lead=staff_member(name="Priya Nightjar", councils=(KENT,)))


@pytest.fixture
def curious(family: Family) -> Staff:
    """Somebody of the council who opened the record once and was shown it on a list."""
    staff = staff_member(name="Cory Curlew", councils=(KENT,))
    other = a_family()
    by = a_viewer(staff)
    audit.record(by, Seen("family.view", "family", family.id, family.id))
    audit.record(by, audit.listed("families.list", "family", [other.id, family.id]))
    audit.record(by, audit.listed("families.list", "family", [other.id]))
    db.session.commit()
    return staff


def administrator(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.ADMINISTRATOR, councils=(), name="Alex Drystone"))


def test_a_family_is_found_by_its_reference_with_the_lists_that_showed_it(
    client: FlaskClient, family: Family, curious: Staff
) -> None:
    administrator(client)
    page = client.get("/admin/audit", query_string={"family": family.reference, "person": str(curious.id)})
    assert page.text.count("Opened the family’s page</td>") == 1
    assert page.text.count("Was shown it among their own families") == 1 + 1  # the row, and the choice
    assert "(one of a list)" in page.text
    assert family.name not in page.text


def test_bytes_across_two_ids_are_not_the_family(family: Family, session: Session) -> None:
    shifted = b"\x07" * 8 + family.id.bytes + b"\x07" * 8
    row = {"at": clock.real_now(), "action": "queue.view", "subject": "family", "families": shifted}
    session.execute(insert(core(AuditEvent)), [{**row, "mac": b""}])
    looks, _more = audit_search.found(Asked(family_id=family.id, action="queue.view"))
    assert looks == []


def test_days_are_londons_and_both_are_included(family: Family, session: Session) -> None:
    day = date(2026, 7, 1)
    for at in (clock.instant(day, time(0)), clock.instant(day + timedelta(1), time(0))):
        row = {"at": at, "action": "family.view", "subject": "family", "family_id": family.id, "mac": b""}
        session.execute(insert(core(AuditEvent)), [row])
    looks, _more = audit_search.found(Asked(family_id=family.id, first_on=day, last_on=day))
    assert [one.at for one in looks] == [clock.instant(day, time(0))]


def test_fifty_are_shown_and_the_next_page_goes_on_where_it_ended(
    client: FlaskClient, family: Family, session: Session
) -> None:
    row = {"at": clock.real_now(), "subject": "family", "family_id": family.id, "mac": b""}
    session.execute(insert(core(AuditEvent)), [{**row, "action": f"family.act_{n:03}"} for n in range(60)])
    session.commit()
    administrator(client)
    first = client.get(f"/admin/audit?family={family.reference}").text
    assert ("act 059" in first, "act 010" in first, "act 009" in first) == (True, True, False)
    before = first.partition("before=")[2].partition('"')[0]
    second = client.get(f"/admin/audit?family={family.reference}&before={before}").text
    assert ("act 010" in second, "act 009" in second, "act 000" in second) == (False, True, True)


@pytest.mark.parametrize(
    "question, sentence",
    [
        ({"family": "CU-0000-0000"}, "No family has this reference"),
        (
            {
                **{"first-day": "2", "first-month": "5", "first-year": "2026"},
                **{"last-day": "1", "last-month": "5", "last-year": "2026"},
            },
            "The last day must not be before the first",
        ),
        ({"first-day": "31", "first-month": "2", "first-year": "2026"}, "The first day must be a real date"),
        ({"person": "nobody"}, "Choose one of the answers"),
    ],
)
def test_a_question_that_is_none_is_answered_beside_its_field(
    client: FlaskClient, question: dict[str, str], sentence: str
) -> None:
    administrator(client)
    page = client.get("/admin/audit", query_string=question)
    assert page.status_code == 422
    assert sentence in page.text


def test_the_search_is_itself_a_row(client: FlaskClient, family: Family, session: Session) -> None:
    administrator(client)
    client.get("/admin/audit", query_string={"family": family.reference})
    newest = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert newest is not None
    assert (newest.action, newest.family_id) == ("audit.search", family.id)


def test_a_manager_sees_who_looked_and_who_had_no_business_to(
    client: FlaskClient, family: Family, curious: Staff
) -> None:
    lead = db.session.get(Staff, family.lead_id)
    assert lead is not None
    audit.record(a_viewer(lead), Seen("call.view", "call", None, family.id))
    db.session.commit()
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    page = client.get(f"/families/{family.id}/looks").text
    rows = [row for row in page.split("<tr")[2:] if "Curlew" in row or "Nightjar" in row]
    assert [("Not their family" in row, "Opened" in row) for row in rows if "Curlew" in row] == [
        (False, False),
        (True, True),
    ]
    assert not any("Not their family" in row for row in rows if "Nightjar" in row)
    client.get(f"/families/{family.id}/looks")
    assert "Asked who looked at the record" in client.get(f"/families/{family.id}/looks").text


def test_another_councils_manager_does_not_learn_who_looked(client: FlaskClient, family: Family) -> None:
    sign_in(client, staff_member(Role.MANAGER, councils=(BEXLEY,)))
    assert client.get(f"/families/{family.id}/looks").status_code == 404
