"""Changing how a family may be reached: small forms, and nothing typed is lost on the way."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family, Phone
from catchup.models.plan import PlannedCall
from catchup.models.staff import Staff
from catchup.rules.terms import CallKind
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import BEXLEY, KENT, a_child, a_family
from tests.factories.staff import sign_in, staff_member

# What is stored is tested on both engines by the services; this is what people see of it.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]

PHONE = NewPhone("+447700900101", may_text=True, who_else="her mother", code_phrase="the parcel came")


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 11, 23))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example")
    sign_in(client, staff)
    return staff


@pytest.fixture
def family(lead: Staff) -> Family:
    return a_family(
        [a_child(first_name="Ada")],
        lead=lead,
        parents=(
            NewParent("Naomi Example", (PHONE,), "naomi@example.com"),
            NewParent("Lewis Example", confirmed=False),
        ),
    )


def change(client: FlaskClient, family: Family, what: str, **data: object) -> str:
    """Send one small form and read the page that follows."""
    sent = client.post(
        f"/families/{family.id}/{what}", data={"version": family.version, **data}, follow_redirects=True
    )
    return re.sub(r"\s+", " ", sent.get_data(as_text=True))


def phones(family: Family) -> list[Phone]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Phone).where(Phone.parent_id == family.parents[0].id).order_by(Phone.recorded_at, Phone.id)
        )
    )


def test_a_number_is_replaced_with_its_rules(client: FlaskClient, family: Family) -> None:
    (before,) = phones(family)
    shown = client.get(f"/families/{family.id}/phones/{before.id}").get_data(as_text=True)
    for known in ("07700 900101", "her mother", "the parcel came"):
        assert known in shown
    shown = change(
        client,
        family,
        f"phones/{before.id}",
        number="01632 960 177",
        may_leave_message="y",
        code_phrase="kettle",
    )
    assert "01632 960177" in shown
    assert "07700 900101" not in shown
    assert '<span class="cu-phrase">kettle</span>' in shown
    old, new = phones(family)
    assert (old.number, old.superseded_at is not None) == ("+447700900101", True)
    assert (new.number, new.may_leave_message, new.may_text) == ("+441632960177", True, False)
    assert client.get(f"/families/{family.id}/phones/{before.id}").status_code == 404


def test_a_number_is_added_and_taken_out(client: FlaskClient, family: Family) -> None:
    parent = family.parents[0]
    assert "01632 960178" in change(client, family, f"parents/{parent.id}/phones", number="01632 960178")
    for phone in phones(family):
        shown = change(client, family, f"phones/{phone.id}/remove")
    assert "There is no number to ring." in shown


def test_what_is_no_number_is_said_beside_its_field_with_nothing_lost(
    client: FlaskClient, family: Family
) -> None:
    shown = change(
        client, family, f"parents/{family.parents[0].id}/phones", number="0163", code_phrase="kettle"
    )
    assert "Enter a phone number, like" in shown
    assert 'value="0163"' in shown
    assert 'value="kettle"' in shown
    assert len(phones(family)) == 1


def test_a_dead_number_has_no_link_and_can_work_again(client: FlaskClient, family: Family) -> None:
    (phone,) = phones(family)
    phone.dead_since = date(2026, 11, 20)
    shown = client.get(f"/families/{family.id}").get_data(as_text=True)
    assert "Dead since 20 Nov" in shown
    assert "tel:" not in shown
    shown = change(client, family, f"phones/{phone.id}", number="07700 900101", works_again="y")
    assert 'href="tel:+447700900101"' in shown


def test_the_second_parents_details_wait_for_their_own_word(client: FlaskClient, family: Family) -> None:
    parent = family.parents[1]
    assert client.get(f"/families/{family.id}/parents/{parent.id}/phones").status_code == 404
    assert client.get(f"/families/{family.id}/parents/{parent.id}/email").status_code == 404
    refused = change(client, family, f"parents/{parent.id}/confirm", how="His wife said so")
    assert "Only they themselves can say so" in refused
    shown = change(
        client, family, f"parents/{parent.id}/confirm", themselves="y", how="On the phone to Priya"
    )
    assert "On the phone to Priya" in shown
    assert client.get(f"/families/{family.id}/parents/{parent.id}/phones").status_code == 200
    assert client.get(f"/families/{family.id}/parents/{parent.id}/confirm").status_code == 404


def test_an_email_address_and_who_reads_it(client: FlaskClient, family: Family) -> None:
    shown = change(
        client, family, f"parents/{family.parents[0].id}/email",
        address="new@example.com", may_email="y", shared_with="their teenager",
    )  # fmt: skip
    assert "new@example.com<br>Email: yes. Also read by their teenager" in shown


def test_names_are_those_they_use_now(client: FlaskClient, family: Family) -> None:
    people = {str(family.parents[0].id): "Naomi Newname", str(family.children[0].id): "Adah"}
    refused = change(client, family, "names", family_name="", **people)
    assert "Enter the family’s name" in refused
    assert "Naomi Newname" in refused
    people[str(family.parents[1].id)] = "Lewis Example"
    shown = change(client, family, "names", family_name="The Newname family", **people)
    for name in ("The Newname family", "Naomi Newname", "Adah, 6", "Lewis Example"):
        assert name in shown


def test_language_and_adjustments(client: FlaskClient, family: Family) -> None:
    assert "Enter the language they talk in" in change(client, family, "language", language="other")
    shown = change(
        client, family, "language", language="other", other="Tigrinya", adjustments=["interpreter", "bsl"]
    )
    assert "Tigrinya<br>Interpreter<br>British Sign Language" in shown


def test_good_and_never_times_are_asked_day_by_day(client: FlaskClient, family: Family) -> None:
    shown = change(client, family, "times", good_0=["9-12", "12-15"], good_2=["9-12"], never_4=["15-17"])
    assert "best Mon 9–12, 12–15; Wed 9–12 · never Fri 15–17" in shown
    page = client.get(f"/families/{family.id}/times").get_data(as_text=True)
    assert len(re.findall(r" checked", page)) == 4


def test_times_that_leave_none_are_refused(client: FlaskClient, family: Family) -> None:
    shown = change(client, family, "times", good_0=["9-12"], never_0=["9-12"])
    assert "Leave at least one time at which we may ring" in shown
    assert len(re.findall(r" checked", shown)) == 2


def test_the_day_of_the_year_moves_what_is_due_and_nothing_else(client: FlaskClient, family: Family) -> None:
    def planned() -> list[tuple[date, date]]:
        db.session.rollback()
        rows = select(PlannedCall.cycle_on, PlannedCall.due_on).where(
            PlannedCall.family_id == family.id, PlannedCall.kind == CallKind.ANNUAL
        )
        return [(row.cycle_on, row.due_on) for row in db.session.execute(rows.order_by(PlannedCall.cycle_on))]

    open_before = db.session.execute(
        select(Call.id, Call.due_on).where(Call.family_id == family.id).order_by(Call.id)
    ).all()
    before = dict(planned())
    shown = change(client, family, "preferred-day", day="1", month="9")
    assert "1 September" in shown
    after = dict(planned())
    assert after.keys() == before.keys()
    assert after[date(2027, 6, 10)] == date(2027, 9, 1)
    assert db.session.execute(
        select(Call.id, Call.due_on).where(Call.family_id == family.id).order_by(Call.id)
    ).all() == open_before  # fmt: skip
    family = db.session.get_one(Family, family.id)
    change(client, family, "preferred-day", day="", month="")
    assert dict(planned()) == before


@pytest.mark.parametrize(
    "chosen, said",
    [
        ({"day": "31", "month": "6"}, "That month has no such day"),
        ({"day": "1", "month": ""}, "Choose a day and a month, or neither"),
    ],
)
def test_a_day_that_is_none_is_refused(
    chosen: dict[str, str], said: str, client: FlaskClient, family: Family
) -> None:
    assert said in change(client, family, "preferred-day", **chosen)


def test_of_two_who_change_one_record_the_second_keeps_what_was_typed(
    client: FlaskClient, family: Family
) -> None:
    seen = family.version
    change(client, family, "before-we-ring", note="Ask about sleep")
    sent = client.post(
        f"/families/{family.id}/before-we-ring", data={"version": seen, "note": "Ring the landline first"}
    )
    page = sent.get_data(as_text=True)
    assert sent.status_code == 409
    assert "Somebody else has changed this" in page
    assert "Ring the landline first" in page
    assert f'name="version" value="{seen + 1}"' in page
    assert "Ask about sleep" in client.get(f"/families/{family.id}").get_data(as_text=True)


def test_each_change_leaves_its_audit_row_without_its_words(client: FlaskClient, family: Family) -> None:
    change(client, family, "before-we-ring", note="Ask about sleep")
    (seen,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "family.before_we_ring"))
    assert seen.family_id == family.id
    assert "sleep" not in str(vars(seen))


def test_another_councils_family_is_not_there(app: Flask, family: Family) -> None:
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    parent, phone = family.parents[0], family.parents[0].phones[0]
    for path in (
        "names", "preferred-day", "language", "times", "before-we-ring", "warnings", "times-offered",
        f"parents/{parent.id}/phones", f"parents/{parent.id}/email",
        f"parents/{family.parents[1].id}/confirm", f"phones/{phone.id}", f"phones/{phone.id}/remove",
    ):  # fmt: skip
        assert stranger.get(f"/families/{family.id}/{path}").status_code == 404, path


def test_a_number_of_another_family_is_not_there(client: FlaskClient, lead: Staff, family: Family) -> None:
    other = a_family(lead=lead)
    phone = other.parents[0].phones[0]
    assert client.get(f"/families/{family.id}/phones/{phone.id}").status_code == 404
    assert client.get(f"/families/{family.id}/parents/{other.parents[0].id}/email").status_code == 404
