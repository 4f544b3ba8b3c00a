"""Administrators add people, change what they may do, and let them go."""

import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.staff import Staff
from catchup.queries import staff as accounts
from catchup.queries import viewers
from catchup.rules.terms import Role
from tests.codes import send, token_of
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

KENT, MEDWAY = "E10000016", "E06000035"


@pytest.fixture
def administrator(session: Session, client: FlaskClient) -> Staff:
    staff = staff_member(Role.ADMINISTRATOR, councils=())
    sign_in(client, staff)
    return staff


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_somebody_new_gets_a_password_that_is_shown_once(
    session: Session, client: FlaskClient, administrator: Staff
):
    answer = send(
        client,
        "/admin/people/add",
        name="Nia Newcomer",
        email="Nia@Example.com",
        role="lead",
        councils=KENT,
    )

    password = re.search(r"<code>([a-z0-9-]{19})</code>", answer.text)
    assert password
    nia = accounts.by_email("nia@example.com")
    assert nia is not None
    assert nia.one_time_until is not None
    assert password[1] not in (nia.password or "")
    seen = viewers.by_email("nia@example.com")
    assert seen is not None
    assert (seen.role, seen.councils, seen.employer) == (Role.LEAD, {KENT}, KENT)
    assert password[1] not in client.get("/admin/people").text
    assert actions(session) == ["staff-added"]


def test_an_address_belongs_to_one_account_however_it_is_written(
    session: Session, client: FlaskClient, administrator: Staff
):
    staff_member(email="nia@example.com")

    answer = send(
        client, "/admin/people/add", name="Nia", email="NIA@example.com", role="lead", councils=KENT
    )

    assert answer.status_code == 422
    assert "has this email address already" in answer.text


def test_a_lead_without_a_council_would_see_nothing_and_is_refused(
    session: Session, client: FlaskClient, administrator: Staff
):
    answer = send(client, "/admin/people/add", name="Nia", email="nia@example.com", role="lead")

    assert answer.status_code == 422
    assert "Choose at least one council" in answer.text


def test_what_somebody_may_do_is_changed(session: Session, client: FlaskClient, administrator: Staff):
    person = staff_member(councils=(KENT,))

    send(client, f"/admin/people/{person.id}", name="Other Name", role="manager", councils=MEDWAY, hub="y")

    seen = viewers.by_email(person.email)
    assert seen is not None
    assert (seen.name, seen.role, seen.councils, seen.hub) == ("Other Name", Role.MANAGER, {MEDWAY}, True)
    assert actions(session) == ["staff-changed"]


def test_nothing_but_what_the_form_asks_can_be_changed(
    session: Session, client: FlaskClient, administrator: Staff
):
    person = staff_member()
    before = {column.name: getattr(person, column.name) for column in Staff.__table__.columns}

    send(
        client,
        f"/admin/people/{person.id}",
        name=person.name,
        role="lead",
        councils=KENT,
        **{column: "1" for column in before if column not in {"name", "hub"}},
    )

    session.refresh(person)
    changed = {column for column, value in before.items() if getattr(person, column) != value}
    assert changed <= {"fs_uniquifier"}


def test_somebody_who_has_families_is_not_disabled_until_they_are_reassigned(
    session: Session, client: FlaskClient, administrator: Staff
):
    leaver, stayer = staff_member(), staff_member()
    family = a_family(lead=leaver)
    session.commit()

    page = f"/admin/people/{leaver.id}"
    send(client, f"{page}/disable", page=page)
    session.refresh(leaver)
    assert leaver.active
    assert "Still theirs: 1 family, " in client.get(page).text
    assert f"/workload/reassign?from={leaver.id}" in client.get(f"{page}/open-work").text

    family.lead_id = stayer.id
    for call in session.scalars(select(Call).where(Call.lead_id == leaver.id)):
        call.lead_id = stayer.id
    session.commit()
    send(client, f"{page}/disable", page=page)
    session.refresh(leaver)
    assert not leaver.active
    assert actions(session)[-1] == "staff-disabled"


def test_somebody_can_be_let_in_again_with_a_new_password(
    session: Session, client: FlaskClient, administrator: Staff
):
    person = staff_member(active=False)
    page = f"/admin/people/{person.id}"

    answer = send(client, f"{page}/enable", page=page)

    session.refresh(person)
    assert person.active
    assert re.search(r"<code>[a-z0-9-]{19}</code>", answer.text)


def test_a_lost_phone_is_forgotten_and_a_lost_password_replaced(
    session: Session, client: FlaskClient, administrator: Staff
):
    person = staff_member(tf_primary_method="authenticator", tf_totp_secret="x", mf_recovery_codes=["y"])
    page = f"/admin/people/{person.id}"

    send(client, f"{page}/password", page=page)
    session.refresh(person)
    assert person.tf_totp_secret == "x", "a new password leaves the second factor alone"

    send(client, f"{page}/second-factor", page=page)
    session.refresh(person)
    assert (person.tf_totp_secret, person.tf_primary_method) == (None, None)
    assert not person.mf_recovery_codes


def test_nobody_shuts_themselves_or_the_last_administrator_out(
    session: Session, client: FlaskClient, administrator: Staff
):
    own = f"/admin/people/{administrator.id}"

    send(client, f"{own}/disable", page=own)
    assert send(client, own, name="Me", role="manager", councils=KENT).status_code == 422

    session.refresh(administrator)
    assert administrator.active
    assert accounts.role_of(administrator) is Role.ADMINISTRATOR


def test_an_account_that_is_not_there_is_not_found(
    session: Session, client: FlaskClient, administrator: Staff
):
    assert client.get(f"/admin/people/{uuid4()}").status_code == 404


def test_accounts_are_found_by_words_and_disabled_ones_stand_apart(
    session: Session, client: FlaskClient, administrator: Staff
):
    staff_member(name="Nia Newcomer", email="nia@example.com")
    staff_member(name="Lee Leaver", email="lee@example.com", active=False)
    page = client.get("/admin/people").text
    assert "Nia Newcomer" in page
    assert "Lee Leaver" not in page
    assert "Lee Leaver" in client.get("/admin/people?show=disabled").text
    found = send(client, "/admin/people", words="NEWC example").text
    assert "Nia Newcomer" in found
    assert administrator.email not in found
    assert "Nobody answers to that" in send(client, "/admin/people", words="nobody").text
    # A name in an address would be kept by whatever stands in between.
    assert "Lee Leaver" not in client.get("/admin/people?words=Lee").text


@pytest.mark.engine("sqlite")
def test_more_of_what_was_found_is_asked_for_without_its_words_in_an_address(
    session: Session, client: FlaskClient, administrator: Staff, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounts, "A_PAGE", 1)
    staff_member(name="Nia Newcomer")
    staff_member(name="Nia Nextone")
    first = send(client, "/admin/people", words="Nia").text
    assert ("Nia Newcomer" in first, "Nia Nextone" in first) == (True, False)
    assert 'form="find" name="page" value="2"' in first
    token = token_of(client.get("/admin/people"))
    second = client.post("/admin/people", data={"csrf_token": token, "words": "Nia", "page": "2"})
    assert "Nia Nextone" in second.text
    assert "words=" not in first


@pytest.mark.engine("sqlite")
def test_the_list_has_fifty_a_page_and_says_who_was_never_active(
    session: Session, client: FlaskClient, administrator: Staff, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounts, "A_PAGE", 2)
    other, third = staff_member(), staff_member()
    send(client, f"/admin/people/{other.id}/sign-out", page=f"/admin/people/{other.id}")
    page, rest = client.get("/admin/people").text, client.get("/admin/people?page=99").text
    assert "Page 1 of 2" in page
    assert "Page 2 of 2" in rest
    shown = page + rest
    assert all(one.name in shown for one in (administrator, other, third))
    assert shown.count('data-label="Last active"><span class="cu-quiet">never') == 2
