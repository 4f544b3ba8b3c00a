"""What a parent does on their own page: each act as they see it, and as the other parent does not."""

import re
from datetime import date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.council import Council
from catchup.models.ending import LeavingReason
from catchup.models.family import Family, OfferedTime, Parent, Pause
from catchup.models.manage import AccessRequest, Complaint
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.leaving import Leaving
from catchup.rules.terms import CallKind
from catchup.services import offered_times
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.parent_visit import come_in, form_token

# What is stored is tested on both engines by the services; this is what a parent sees of it.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]

TODAY = date(2026, 11, 23)  # a Monday
TWO = (
    NewParent("Sam Example", (NewPhone("+441632960101"),), "sam@example.com", may_email=True),
    NewParent("Jo Example", (NewPhone("+441632960102"),), "jo@example.com", may_email=True),
)


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,), name="Priya Example")


@pytest.fixture
def family(lead: Staff) -> Family:
    """Two parents; the yearly call is due on 10 December and open."""
    children = [a_child(date(2023, 12, 10))]
    return a_family(children, lead=lead, accepted_on=date(2024, 1, 8), parents=TWO)


@pytest.fixture
def sam(family: Family) -> Parent:
    return family.parents[0]


def send(client: FlaskClient, what: str, **data: str) -> str:
    page = client.get(f"/manage/{what}")
    assert page.status_code == 200
    answer = client.post(f"/manage/{what}", data={"token": form_token(page), **data}, follow_redirects=True)
    return words(answer.text)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def at(hour: int, day: int = 25) -> datetime:
    return clock.instant(date(2026, 11, day), time(hour))


def offer(family: Family, lead: Staff, *times: datetime) -> list[OfferedTime]:
    opened = select(Call).where(Call.family_id == family.id, Call.closed_at.is_(None)).order_by(Call.due_on)
    call = db.session.scalars(opened).all()[-1]
    offered_times.offer(call, times, a_viewer(lead), clock.now())
    db.session.commit()
    return list(db.session.scalars(select(OfferedTime).order_by(OfferedTime.at)))


def templates() -> list[str]:
    db.session.rollback()
    found = db.session.scalars(select(Message.template).order_by(Message.template))
    return [one for one in found if one != "manage_link"]


def test_a_pause_is_made_and_ended_and_told_without_detail(client: FlaskClient, sam: Parent) -> None:
    come_in(client, sam)
    shown = send(client, "pause", **{"until_on-day": "20", "until_on-month": "12", "until_on-year": "2026"})
    assert "Nobody rings or writes until 20 December 2026 is over." in shown
    assert "Paused until 20 December 2026." in client.get("/manage/you").text
    page = client.get("/manage/pause")
    again = client.post("/manage/start-again", data={"token": form_token(page)}, follow_redirects=True)
    assert "Pause the calls" in again.text
    assert list(db.session.scalars(select(Pause))) == []
    assert templates() == ["asked_on_page", "details_changed"]


@pytest.mark.parametrize(
    "day, month, year, sentence",
    [
        ("23", "11", "2026", "The last day must be after today"),
        ("24", "11", "2027", "The last day must be within a year"),
        ("", "", "", "Enter the last day of the pause"),
        ("31", "2", "2027", "The last day must be a real date"),
    ],
)
def test_a_day_that_cannot_be_is_said_beside_its_boxes_and_what_was_typed_stays(
    client: FlaskClient, sam: Parent, day: str, month: str, year: str, sentence: str
) -> None:
    come_in(client, sam)
    page = client.get("/manage/pause")
    answer = client.post(
        "/manage/pause",
        data={
            "token": form_token(page),
            "until_on-day": day,
            "until_on-month": month,
            "until_on-year": year,
        },
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{year}"' in answer.text


def test_before_a_call_can_be_asked_for_the_page_says_whom_to_ring_in_danger(
    client: FlaskClient, lead: Staff
) -> None:
    alone = a_family([a_child(date(2023, 12, 10))], lead=lead).parents[0]
    come_in(client, alone)
    unknown = words(client.get("/manage/sooner").text)
    assert "Its number is on its website." in unknown
    medway = db.session.get_one(Council, MEDWAY)
    medway.front_door_day, medway.front_door_night = "+441632960501", "+441632960601"
    medway.front_door_checked_on = TODAY
    shown = words(client.get("/manage/sooner").text)
    number = shown.index("In Medway: 01632 960501, evenings and weekends 01632 960601")
    assert shown.index("ring 999") < number < shown.index("Ask for a call</button>")
    medway.front_door_checked_on = date(2026, 1, 5)  # too long ago to be trusted
    assert "01632 960501" not in client.get("/manage/sooner").text


def test_a_call_is_asked_for_with_the_day_it_is_promised_by_and_once(
    client: FlaskClient, sam: Parent
) -> None:
    come_in(client, sam)
    page = words(client.get("/manage/sooner").text)
    assert "This week" in page
    assert "We ring by Friday 27 November 2026." in page
    assert "We ring by Monday 14 December 2026." in page
    shown = send(client, "sooner", how="this_week", words="School has rung again")
    assert "We will ring you by Friday 27 November 2026." in shown
    assert "Ask for a call</button>" not in shown
    assert "School has rung" not in shown
    send_again = client.post(
        "/manage/sooner", data={"token": form_token(client.get("/manage/pause")), "how": "when_you_can"}
    )
    assert send_again.status_code == 303
    calls = select(Call).where(Call.kind == CallKind.REQUESTED)
    assert [call.due_on for call in db.session.scalars(calls)] == [date(2026, 11, 27)]
    assert templates() == ["sooner_promised"]


def test_later_in_the_week_it_is_called_what_it_is(client: FlaskClient, sam: Parent) -> None:
    clock.move_to(date(2026, 11, 26))
    come_in(client, sam)
    shown = words(client.get("/manage/sooner").text)
    assert "Within a week" in shown
    assert "This week" not in shown
    assert "We ring by Wednesday 2 December 2026." in shown


def test_a_time_is_picked_taken_home_as_a_file_and_given_back(
    client: FlaskClient, family: Family, sam: Parent, lead: Staff
) -> None:
    first, _ = offer(family, lead, at(10), at(14))
    come_in(client, sam)
    shown = send(client, "times", time=str(first.id))
    assert "We will ring you on Wednesday 25 November at 10:00." in shown
    file = client.get("/manage/times/calendar")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{family.reference}.ics"'
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"SUMMARY:{family.reference}\r\n" in file.text
    assert not re.search("adopt|example|priya|location", file.text, re.IGNORECASE)
    twice = client.post(
        "/manage/times",
        data={"token": form_token(client.get("/manage/times")), "time": str(first.id)},
    )
    assert twice.status_code == 303
    back = client.post(
        "/manage/times/other",
        data={"token": form_token(client.get("/manage/times")), "words": "Only on Fridays"},
        follow_redirects=True,
    )
    assert "who will offer you other times" in back.text
    assert client.get("/manage/times/calendar").status_code == 404


def test_a_time_that_went_meanwhile_is_said_and_the_others_are_shown(
    client: FlaskClient, family: Family, sam: Parent, lead: Staff
) -> None:
    first, second = offer(family, lead, at(10), at(14))
    come_in(client, sam)
    token = form_token(client.get("/manage/times"))
    offered_times.withdraw(first, a_viewer(lead), clock.now())
    answer = client.post("/manage/times", data={"token": token, "time": str(first.id)})
    assert answer.status_code == 422
    assert str(second.id) in answer.text


def test_none_suits_tells_the_lead(client: FlaskClient, family: Family, sam: Parent, lead: Staff) -> None:
    offer(family, lead, at(10), at(14))
    come_in(client, sam)
    send(client, "times", time="none", words="After six")
    told = db.session.scalars(select(Message).where(Message.template == "asked_on_page")).one()
    assert (told.staff_id, told.facts) == (lead.id, {"path": f"/families/{family.id}"})


def test_leaving_says_before_the_button_what_it_means(
    client: FlaskClient, family: Family, sam: Parent, lead: Staff
) -> None:
    come_in(client, sam)
    before = words(client.get("/manage/leave").text)
    assert before.index("We go on ringing that parent") < before.index("Stop the calls</button>")
    shown = send(client, "leave")
    assert "That’s done: no more calls or messages. We keep a record of our work together" in shown
    db.session.expire_all()
    assert family.memberships[0].left_on is None
    assert templates() == ["asked_on_page", "left"]


def test_the_only_parent_leaves_and_the_family_with_them(client: FlaskClient, lead: Staff) -> None:
    alone = a_family([a_child(date(2023, 12, 10))], lead=lead).parents[0]
    come_in(client, alone)
    before = client.get("/manage/leave").text
    assert "There will be no more calls or messages." in before
    assert "What is the main reason? (only if you like)" in before
    assert "adoption_ended" not in before
    assert "Thank you for talking to us" in send(client, "leave", words="We have moved on", why="no_time")
    assert db.session.scalars(select(LeavingReason.reason)).all() == [Leaving.NO_TIME]
    page = client.get("/manage/you").text
    assert "Ask for a copy of your record" in page
    assert "/manage/pause" not in page
    assert [client.get(f"/manage/{what}").status_code for what in ("pause", "sooner", "times", "leave")] == [
        404
    ] * 4


def test_a_complaint_says_by_when_it_is_answered_and_is_kept_once(client: FlaskClient, sam: Parent) -> None:
    come_in(client, sam)
    for _ in range(2):
        shown = send(client, "complain", words="Nobody rang when you said.")
    assert "You get an answer by 7 December 2026." in shown
    assert "Nobody rang" not in shown
    db.session.rollback()
    made = db.session.scalars(select(Complaint)).one()
    assert (made.words, made.answer_by_on) == ("Nobody rang when you said.", date(2026, 12, 7))
    empty = client.post("/manage/complain", data={"token": form_token(client.get("/manage/complain"))})
    assert empty.status_code == 422


def test_a_copy_is_asked_for_once_and_never_shown(client: FlaskClient, sam: Parent) -> None:
    come_in(client, sam)
    for _ in range(2):
        page = client.get("/manage/pause")
        client.post("/manage/copy", data={"token": form_token(page), "words": "The notes of 2025"})
    assert "We answer by 23 December 2026 at the latest." in client.get("/manage/copy").text
    db.session.rollback()
    assert [one.due_on for one in db.session.scalars(select(AccessRequest))] == [date(2026, 12, 23)]


def test_what_was_typed_is_given_back_where_the_visit_is_over(client: FlaskClient, sam: Parent) -> None:
    come_in(client, sam)
    token = form_token(client.get("/manage/complain"))
    client.post("/manage/out", data={"token": token})
    answer = client.post("/manage/complain", data={"token": token, "words": "Nobody rang."})
    assert answer.status_code == 404
    assert "Nobody rang." in answer.text


@pytest.mark.parametrize(
    "what",
    ["pause", "start-again", "sooner", "times", "times/other", "last-call", "complain", "copy", "leave"],
)
def test_a_form_from_elsewhere_is_refused(client: FlaskClient, sam: Parent, what: str) -> None:
    come_in(client, sam)
    assert client.post(f"/manage/{what}", data={"token": "0" * 64}).status_code == 400


def test_the_other_parent_is_shown_nothing_of_it(
    app: Flask, client: FlaskClient, family: Family, sam: Parent, lead: Staff
) -> None:
    (first,) = offer(family, lead, at(10))
    come_in(client, sam)
    send(client, "times", time=str(first.id))
    send(client, "sooner", how="this_week", words="Marigold")
    send(client, "complain", words="Marigold")
    send(client, "copy", words="Marigold")
    send(client, "pause", **{"until_on-day": "24", "until_on-month": "11", "until_on-year": "2026"})
    other = app.test_client()
    come_in(other, family.parents[1])
    for what in ("you", "pause", "sooner", "times", "complain", "copy", "leave"):
        text = other.get(f"/manage/{what}").text
        for sentinel in (
            *(
                "Marigold",
                "Paused until",
                "are paused",
                "You have asked",
                "will ring you",
                "get an answer by 7",
            ),
            *("Nobody rings or writes until", "Sam"),
        ):
            assert sentinel not in text, (what, sentinel)
    assert other.get("/manage/times/calendar").status_code == 404
