"""A manager sees who has what, passes families on, and says when people work and who stands in."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.models.workload import Reassignment, StaffAbsence, StaffHours
from catchup.queries import workload_table
from catchup.rules.terms import Role
from catchup.rules.workload import Pressing
from catchup.services import absences, calls, families, staff_hours
from tests.codes import send, token_of
from tests.factories.families import BEXLEY, KENT, ROTHERHAM, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 6, 11)  # a Thursday
DAY = timedelta(days=1)
PRESS = "/workload/reassign"
JULY = {"from_on-day": "1", "from_on-month": "7", "from_on-year": "2026"}


@pytest.fixture(autouse=True)
def _on_the_day(session: Session) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def manager() -> Staff:
    return staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Manager")


@pytest.fixture
def morgan(client: FlaskClient, manager: Staff) -> FlaskClient:
    sign_in(client, manager)
    return client


@pytest.fixture
def sam() -> Staff:
    return staff_member(councils=(KENT,), name="Sam Example")


@pytest.fixture
def priya() -> Staff:
    return staff_member(councils=(KENT,), name="Priya Example")


def led(lead: Staff, count: int = 1, **facts: object) -> list[Family]:
    return [a_family(lead=lead, accepted_on=TODAY, **facts) for _ in range(count)]


def call_of(family: Family) -> Call:
    return db.session.scalars(select(Call).where(Call.family_id == family.id)).one()


def rows_of(page: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)"', page)


def look_over(client: FlaskClient, whose: str, **answers: object):
    """Pick families on the page of one person, or of nobody, and look it over."""
    token = token_of(client.get(f"{PRESS}?from={whose}"))
    return client.post(
        f"{PRESS}/look-over", data={"csrf_token": token, "from": whose, "which": "ticked", **answers}
    )


def press(client: FlaskClient, page: str, reason: str = "Sam is leaving"):
    """Press the button of the page that was looked over."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return client.post(PRESS, data={"csrf_token": found[1], "reason": reason, "row": rows_of(page)})


def test_each_person_is_a_row_with_what_is_theirs_and_what_is_nobodys_cannot_be_missed(
    morgan: FlaskClient, manager: Staff, sam: Staff, priya: Staff
):
    families_of_sam = led(sam, 3)
    for family, changes in zip(
        families_of_sam,
        ({"due_on": TODAY - DAY}, {"due_on": TODAY}, {"promised_at": clock.now() + DAY}),
        strict=True,
    ):
        for name, value in changes.items():
            setattr(call_of(family), name, value)
    (nobodys,) = led(priya)
    calls.pass_on(nobodys, a_viewer(priya), clock.now())
    staff_hours.set_hours(sam, TODAY, 30, a_viewer(manager))
    db.session.commit()

    page = morgan.get("/workload").text

    table = workload_table.table(a_viewer(manager), TODAY)
    loads = {one.name: one for one in table.rows}
    assert next(one.name for one in table.rows) == "Sam Example"
    assert loads["Sam Example"].families == 3
    assert dict(loads["Sam Example"].calls) == {
        Pressing.OVERDUE: 1,
        Pressing.TODAY: 1,
        Pressing.PROMISED: 1,
    }
    # Three calls at the thirty minutes nobody has measured yet, out of four weeks of half an hour.
    assert loads["Sam Example"].fullness == 3 * 30 / (4 * 30)
    assert loads["Priya Example"].families == 0
    assert (table.nobody.families, table.nobody.open_calls) == (1, 1)
    assert "1 family has nobody who rings it" in page
    assert "75%" in page
    assert page.index("Sam Example") < page.index("Priya Example")


@pytest.mark.engine("sqlite")
def test_somebody_disabled_who_still_has_families_stands_in_the_table(
    morgan: FlaskClient, manager: Staff, sam: Staff
):
    led(sam)
    sam.active = False
    db.session.commit()

    page = morgan.get("/workload").text

    assert "Sam Example" in page
    assert "Disabled" in page


@pytest.mark.engine("sqlite")
def test_a_manager_sees_no_people_and_counts_no_families_of_other_agencies(
    morgan: FlaskClient, manager: Staff, sam: Staff
):
    far = staff_member(councils=(ROTHERHAM,), name="Far Away")
    led(far, owning_council=ROTHERHAM, home_council=ROTHERHAM, children=())
    led(sam, owning_council=ROTHERHAM, home_council=ROTHERHAM, children=())

    page = morgan.get("/workload").text

    assert "Far Away" not in page
    assert "and 1 family of other councils" in page
    for address in (f"/workload/people/{far.id}", f"{PRESS}?from={far.id}", f"{PRESS}?from=nothing"):
        assert morgan.get(address).status_code == 404
    token = token_of(morgan.get(f"/workload/people/{sam.id}"))
    for act in ("hours", "absences"):
        sent = morgan.post(f"/workload/people/{far.id}/{act}", data={"csrf_token": token})
        assert sent.status_code == 404


def test_families_are_looked_over_before_anything_is_saved_and_then_passed_on(
    morgan: FlaskClient, manager: Staff, sam: Staff, priya: Staff
):
    goes, stays = led(sam, 2)

    looked = look_over(
        morgan, str(sam.id), family=[str(goes.id)], to=[str(priya.id)], reason="Sam is leaving"
    )
    assert looked.status_code == 200
    assert "Goes to Priya Example" in looked.text
    assert db.session.get_one(Family, goes.id).lead_id == sam.id

    done = press(morgan, looked.text)
    became = morgan.get(done.headers["Location"])
    db.session.expire_all()

    assert "1 family passed on" in became.text
    assert "Now with Priya Example" in became.text
    assert "Sam is leaving" in became.text
    assert db.session.get_one(Family, goes.id).lead_id == priya.id
    assert db.session.get_one(Family, stays.id).lead_id == sam.id
    assert "Passed on by you lately" in morgan.get("/workload").text
    actions = set(db.session.scalars(select(AuditEvent.action)))
    assert {"reassignment.look_over", "reassignment.make", "reassignment.view"} <= actions


def test_all_that_a_filter_finds_are_passed_on_spread_over_several(
    morgan: FlaskClient, sam: Staff, priya: Staff
):
    other = staff_member(councils=(KENT,), name="Third Example")
    polish = led(sam, 4, language="Polish")
    led(sam)

    looked = look_over(
        morgan,
        str(sam.id),
        language="Polish",
        which="all",
        to=[str(priya.id), str(other.id)],
        reason="Both speak Polish",
    )
    press(morgan, looked.text, "Both speak Polish")
    db.session.expire_all()

    leads = [db.session.get_one(Family, one.id).lead_id for one in polish]
    assert sorted(leads.count(one.id) for one in (priya, other, sam)) == [0, 2, 2]


def test_the_families_of_somebody_are_narrowed(morgan: FlaskClient, sam: Staff):
    for name in ("Polish", "late", "plain"):
        (family,) = led(sam, name=f"Family {name}", language="Polish" if name == "Polish" else "English")
        if name == "late":
            call_of(family).due_on = TODAY - DAY
    db.session.commit()

    def found(asked: str) -> set[str]:
        page = morgan.get(f"{PRESS}?from={sam.id}{asked}").text
        return set(re.findall(r"Family (\w+) <span", page))

    every = {"Polish", "late", "plain"}
    assert found("") == found("&year=2024") == found(f"&council={KENT}") == every
    assert found("&language=Polish") == {"Polish"}
    assert found("&calls=overdue") == {"late"}
    assert found("&year=2023") == found(f"&council={BEXLEY}&page=9") == set()
    assert found("&council=X&calls=nonsense&year=soon&page=x") == every


@pytest.mark.engine("sqlite")
def test_what_is_missing_is_said_beside_its_field_and_what_was_ticked_stays(
    morgan: FlaskClient, sam: Staff, priya: Staff
):
    (family,) = led(sam)

    nothing = look_over(morgan, str(sam.id))
    some = look_over(morgan, str(sam.id), family=[str(family.id)], reason="Because")

    assert nothing.status_code == some.status_code == 422
    assert "Tick the families to pass on, or choose all of them" in nothing.text
    assert "Say why they are passed on" in nothing.text
    assert "Choose who gets them" in some.text
    assert f'value="{family.id}" checked' in some.text
    assert "Because</textarea>" in some.text


def test_the_second_of_two_managers_is_told_what_has_changed(
    morgan: FlaskClient, sam: Staff, priya: Staff, manager: Staff
):
    first, second = led(sam, 2)
    answers = {"family": [str(first.id), str(second.id)], "to": [str(priya.id)], "reason": "Leaving"}
    looked = look_over(morgan, str(sam.id), **answers)
    families.change_lead(first, manager.id, a_viewer(manager))
    db.session.commit()

    page = morgan.get(press(morgan, looked.text).headers["Location"]).text

    assert "1 family passed on" in page
    assert "Stayed: somebody else had passed it on" in page
    assert "somebody else has passed it on since you looked" in look_over(morgan, str(sam.id), **answers).text


@pytest.mark.engine("sqlite")
def test_a_press_without_rows_or_with_odd_ones_is_refused(morgan: FlaskClient, sam: Staff):
    token = token_of(morgan.get(f"/workload/people/{sam.id}"))

    for rows in ([], ["nonsense"], ["a.b.c"]):
        data = {"csrf_token": token, "reason": "Why not", "row": rows}
        assert morgan.post(PRESS, data=data).status_code == 400


@pytest.mark.engine("sqlite")
def test_what_was_passed_on_is_shown_to_managers_of_those_families_alone(
    app: Flask, morgan: FlaskClient, sam: Staff, priya: Staff
):
    (family,) = led(sam)
    looked = look_over(morgan, str(sam.id), family=[str(family.id)], to=[str(priya.id)], reason="Leaving")
    address = press(morgan, looked.text).headers["Location"]
    other = app.test_client()
    sign_in(other, staff_member(Role.MANAGER, councils=(ROTHERHAM,)))

    assert morgan.get(address).status_code == 200
    assert other.get(address).status_code == 404


def test_the_reason_is_kept_where_nobody_reads_it_in_the_database(
    morgan: FlaskClient, sam: Staff, priya: Staff
):
    (family,) = led(sam)
    looked = look_over(morgan, str(sam.id), family=[str(family.id)], to=[str(priya.id)], reason="Plainly")
    press(morgan, looked.text, "Plainly said")

    raw = db.session.connection().exec_driver_sql("SELECT reason FROM reassignment").scalar_one()
    assert "Plainly" not in str(raw)
    assert db.session.scalars(select(Reassignment.reason)).one() == "Plainly said"


def test_hours_are_set_from_a_day_on_and_said_again_for_it_they_replace_the_first(
    morgan: FlaskClient, sam: Staff
):
    page = f"/workload/people/{sam.id}"

    for typed, minutes in (("7.5", 450), ("7,25", 435), ("7:30", 450), ("0", 0), ("60", 3600)):
        send(morgan, f"{page}/hours", page=page, hours=typed, **JULY)
        row = db.session.scalars(select(StaffHours)).one()
        db.session.refresh(row)
        assert (row.staff_id, row.minutes_a_week, row.from_on) == (sam.id, minutes, date(2026, 7, 1))

    assert "From 1 July 2026: 60 hours a week" in morgan.get(page).text


@pytest.mark.engine("sqlite")
def test_hours_that_are_none_are_refused_and_kept_in_the_box(morgan: FlaskClient, sam: Staff):
    page = f"/workload/people/{sam.id}"

    for typed in ("", "many", "-1", "61", "nan", "1e400", "7:xx"):
        refused = send(morgan, f"{page}/hours", page=page, hours=typed, **JULY)
        assert refused.status_code == 422
        assert 'id="hours-error"' in refused.text
        assert f'value="{typed}"' in refused.text

    assert db.session.scalars(select(StaffHours)).all() == []


def test_an_absence_is_entered_shown_and_called_off(morgan: FlaskClient, sam: Staff, priya: Staff):
    page = f"/workload/people/{sam.id}"

    send(morgan, f"{page}/absences", page=page, cover=str(priya.id), **days(TODAY, TODAY + DAY))
    shown = morgan.get(page).text

    assert "11 June 2026 to 12 June 2026</strong>: Priya Example stands in" in shown
    assert "Away until 12 June 2026" in morgan.get("/workload").text
    absence = db.session.scalars(select(StaffAbsence)).one()
    for _twice in range(2):
        send(morgan, f"/workload/absences/{absence.id}/end", page=page)
    assert "No absence is entered" in morgan.get(page).text


@pytest.mark.engine("sqlite")
def test_cover_that_would_go_round_is_refused_beside_its_field_with_nothing_lost(
    morgan: FlaskClient, manager: Staff, sam: Staff, priya: Staff
):
    absences.record(sam, TODAY, TODAY + DAY, priya.id, a_viewer(manager))
    db.session.commit()
    page = f"/workload/people/{priya.id}"

    refused = send(morgan, f"{page}/absences", page=page, cover=str(sam.id), **days(TODAY, TODAY))

    assert refused.status_code == 422
    assert "Sam Example cannot stand in: they are away themselves" in refused.text
    assert f'<option value="{sam.id}" selected>' in refused.text
    assert len(db.session.scalars(select(StaffAbsence)).all()) == 1


@pytest.mark.engine("sqlite")
def test_the_queue_says_whose_calls_they_are_for_whom_one_stands_in(
    app: Flask, manager: Staff, sam: Staff, priya: Staff
):
    led(sam)
    own = led(priya)[0]
    absences.record(sam, TODAY, TODAY + 5 * DAY, priya.id, a_viewer(manager))
    db.session.commit()
    client = app.test_client()
    sign_in(client, priya)

    page = unescape(client.get("/queue").text)

    assert "You stand in for Sam Example until 16 June 2026" in page
    assert page.count("For Sam Example, away until 16 Jun") == 1
    assert own.name in page


def days(first: date, last: date) -> dict[str, str]:
    """What the boxes of an absence hold."""
    return {
        f"{name}-{part}": str(getattr(on, part))
        for name, on in (("first", first), ("last", last))
        for part in ("day", "month", "year")
    }
