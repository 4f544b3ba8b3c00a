"""Offering catch-up calls on the page: picked, looked over, made, printed, posted, answered."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.offer import Offer, OrderContact
from catchup.models.order import RecordedOrder
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import offers as queries
from catchup.rules import offers as rule
from catchup.rules.disclosure import Exit, Identifying, may_leave
from catchup.rules.terms import Role
from tests.factories import joining
from tests.factories.events import a_quiet_family
from tests.factories.families import BEXLEY, KENT, a_viewer
from tests.factories.joining import an_hour_ago, fill_in
from tests.factories.offers import an_order_to_offer, offered, posted
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

TODAY = date(2026, 7, 1)
BY_MAIL = {"email": "adult@example.com", "may_email": True}


@pytest.fixture
def morgan(app: Flask, client: FlaskClient, session: object) -> Staff:
    """A manager of Kent, signed in on 1 July 2026."""
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)
    staff = staff_member(Role.MANAGER, councils=(KENT,))
    sign_in(client, staff)
    return staff


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def make(client: FlaskClient, *orders: RecordedOrder, **fields: str) -> str:
    typed = {"family": [str(order.id) for order in orders], **fields}
    return client.post("/offers/make", data=typed, follow_redirects=True).text


def letters_of(page: str) -> list[str]:
    found = re.findall(r"<article.*?</article>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", letter).split()) for letter in found]


def test_from_the_list_to_the_letter_that_is_posted(client: FlaskClient, morgan: Staff) -> None:
    order = an_order_to_offer(parents="Sam and Jo Example", child_first_name="Ada", postcode="ME4 4AA")
    assert "Sam and Jo Example" in client.get("/offers/families").text
    looked_over = words_of(client.get(f"/offers/make?family={order.id}").text)
    assert "letter 1 Invented Street, Chatham, ME4 4AA" in looked_over
    assert "letter to print and post" in words_of(make(client, order))
    (letter,) = letters_of(client.get("/offers/letters").text)
    code = db.session.scalars(select(Offer.code)).one()
    assert f"Your code: {rule.written(code)}" in letter
    offer = db.session.scalars(select(Offer)).one()
    done = client.post("/offers/letters", data={"letter": str(offer.id)}, follow_redirects=True).text
    assert "1 letter is recorded as posted." in done
    db.session.rollback()
    db.session.expire_all()
    assert (offer.posted_by, order.offered_on) == (morgan.id, TODAY)
    assert "July 2026, letter 1 0 0 0" in words_of(client.get("/offers").text)
    assert client.get("/offers/results.csv").text.splitlines()[1] == "2026-07,letter,1,0,0,0"


def test_a_letter_holds_the_adults_names_and_address_and_nothing_else_of_anybody(
    client: FlaskClient, morgan: Staff
) -> None:
    order = an_order_to_offer(
        parents="Sentinel Adult",
        child_first_name="Sentinelchild",
        reference="SENTINEL-1",
        family_reference="SENTINEL-F",
        child_born_on=date(2019, 2, 3),
        lines="77 Sentinel Street\nSentineltown",
        postcode="ME4 4AA",
        **{"email": "sentinel@example.com", "phone": "+447700900101"},
    )
    offered(order, a_viewer(morgan))
    (letter,) = letters_of(client.get("/offers/letters").text)
    for fact, word in (
        (Identifying.ADULT_NAME, "Sentinel Adult"),
        (Identifying.ADDRESS, "77 Sentinel Street"),
    ):
        assert may_leave(fact, Exit.OFFER_LETTER)
        assert word in letter
    rest = letter
    for word in ("Sentinel Adult", "77 Sentinel Street", "Sentineltown", "ME4 4AA"):
        rest = rest.replace(word, "")
    for word in ("sentinel", "7700", "2019", "kent", "medway", "adopt", "1 june", "order"):
        assert word not in rest.casefold()
    assert not may_leave(Identifying.CHILD_NAME, Exit.OFFER_LETTER)


def test_a_message_goes_only_where_it_is_safe_and_each_family_has_its_line(
    client: FlaskClient, morgan: Staff
) -> None:
    by_mail, by_letter = an_order_to_offer(**BY_MAIL), an_order_to_offer(**{**BY_MAIL, "may_email": False})
    nowhere = an_order_to_offer(lines=None, parents="Nowhere Example")
    looked_over = words_of(client.get("/offers/make", query_string={"family": nowhere.id}).text)
    assert "There is no address to write to." in looked_over
    page = words_of(make(client, by_mail, by_letter, nowhere))
    assert "1 could not be done" in page
    assert "email on its way" in page
    assert "letter to print and post" in page
    assert [one.recipient for one in db.session.scalars(select(Message))] == ["adult@example.com"]


def test_letters_to_everybody_if_a_manager_wants_it_so(client: FlaskClient, morgan: Staff) -> None:
    make(client, an_order_to_offer(**BY_MAIL), way="letter")
    assert db.session.scalars(select(Message)).all() == []
    assert len(letters_of(client.get("/offers/letters").text)) == 1


def test_pressed_twice_it_is_one_offer(client: FlaskClient, morgan: Staff) -> None:
    order = an_order_to_offer()
    make(client, order)
    assert "something has changed since you looked" in make(client, order)
    assert len(db.session.scalars(select(Offer)).all()) == 1


def test_whoever_has_not_answered_is_reminded_once(client: FlaskClient, morgan: Staff) -> None:
    order, by = an_order_to_offer(parents="Sam Example"), a_viewer(morgan)
    posted(offered(order, by), by)
    assert "Nobody is to be reminded now." in client.get("/offers/families?remind=yes").text
    clock.move_to(TODAY + timedelta(weeks=8))
    assert "Sam Example" in client.get("/offers/families?remind=yes").text
    assert "Remind 1 family" in client.get(f"/offers/make?remind=yes&family={order.id}").text
    make(client, order, remind="yes")
    (letter,) = letters_of(client.get("/offers/letters").text)
    assert "This is the only time we remind you." in letter
    assert "could not be done" in make(client, order, remind="yes")


def test_what_is_late_shows(client: FlaskClient, morgan: Staff) -> None:
    an_order_to_offer(date(2026, 5, 31))
    an_order_to_offer(date(2026, 6, 1))
    assert "1 of them is late" in words_of(client.get("/offers").text)
    assert client.get("/offers/families").text.count("govuk-tag--red") == 1


def test_how_to_write_to_a_family_is_typed_in(client: FlaskClient, morgan: Staff) -> None:
    order = a_recorded_order(date(2026, 6, 1))
    path = f"/offers/families/{order.id}"
    assert "Add an address" in client.get("/offers/families").text
    typed = {"lines": "2 Other Road\r\nChatham", "email": "adult@example.com", "may_email": "y"}
    wrong = client.post(path, data={**typed, "email": "adult", "may_text": "y"})
    assert wrong.status_code == 422
    assert "2 Other Road" in wrong.text
    assert client.post(path, data={**typed, "may_text": "y"}).status_code == 302
    kept = db.session.get_one(OrderContact, order.family_reference)
    assert (kept.lines, kept.email, kept.may_email) == ("2 Other Road\nChatham", "adult@example.com", True)
    assert (kept.phone, kept.may_text, kept.recorded_by) == (None, False, morgan.id)
    assert "2 Other Road" in client.get(path).text


def test_a_family_that_does_not_want_to_hear_of_it_is_left_alone(client: FlaskClient, morgan: Staff) -> None:
    order = an_order_to_offer()
    path = f"/offers/families/{order.id}"
    assert (
        "do not want to be written to about this"
        in client.post(f"{path}/declined", follow_redirects=True).text
    )
    assert "Every family has been offered" in client.get("/offers/families").text
    client.post(f"{path}/declined")
    assert str(order.id) in client.get("/offers/families").text


def test_families_out_of_reach_or_of_the_scheme_are_not_there(client: FlaskClient, morgan: Staff) -> None:
    theirs = an_order_to_offer(placing_council=BEXLEY, home_council=BEXLEY, parents="Secret Example")
    joined = an_order_to_offer()
    joined.family_id = a_quiet_family().id
    db.session.commit()
    for key in (theirs.id, joined.id, uuid4()):
        assert client.get(f"/offers/families/{key}").status_code == 404
        assert client.post(f"/offers/families/{key}", data={"lines": "x"}).status_code == 404
        assert client.post(f"/offers/families/{key}/declined").status_code == 404
    for path in ("families", "letters", "make?family=" + str(theirs.id), "made?done=" + str(theirs.id)):
        assert "Secret" not in client.get(f"/offers/{path}").text
    make(client, theirs, joined)
    assert db.session.scalars(select(Offer)).all() == []


def test_letters_of_others_cannot_be_recorded_as_posted(client: FlaskClient, morgan: Staff) -> None:
    other = a_viewer(staff_member(Role.MANAGER, councils=(BEXLEY,)))
    theirs = offered(an_order_to_offer(placing_council=BEXLEY, home_council=BEXLEY), other)
    client.post("/offers/letters", data={"letter": str(theirs.id)})
    db.session.refresh(theirs)
    assert theirs.posted_at is None


def test_a_press_with_nothing_ticked_is_told_so(client: FlaskClient, morgan: Staff) -> None:
    offered(an_order_to_offer(), a_viewer(morgan))
    answer = client.post("/offers/letters")
    assert answer.status_code == 422
    assert "Tick the letters that you have posted" in answer.text


def test_whoever_looks_is_written_down(client: FlaskClient, morgan: Staff) -> None:
    order = an_order_to_offer()
    offered(order, a_viewer(morgan))
    for path in ("", f"/families/{order.id}", "/letters", f"/make?family={order.id}"):
        assert client.get(f"/offers{path}").status_code == 200
    db.session.rollback()
    rows = db.session.execute(select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.staff_id)).all()
    assert ("offer.letter.print", order.id, morgan.id) in rows
    assert ("order.contact.read", order.id, morgan.id) in rows
    assert ("offers.look_over", order.id, morgan.id) in rows


# The code on the form of joining


def test_the_code_of_a_letter_answers_the_offer_and_fills_nothing_in(
    client: FlaskClient, session: object
) -> None:
    clock.move_to(TODAY)
    by = a_viewer(staff_member(Role.MANAGER, councils=(KENT,)))
    offer = offered(an_order_to_offer(parents="Sentinel Adult"), by)
    posted(offer, by)
    code = offer.code
    fill_in(client, order={"code": rule.written(code).lower()})
    check = client.get("/join/check").text
    assert "Sentinel" not in check
    assert code not in check
    an_hour_ago(session)
    assert joining.send(client).status_code == 302
    db.session.refresh(offer)
    assert offer.answered_at is not None
    assert queries.to_remind(by, TODAY + timedelta(weeks=9)).count == 0


def test_a_right_code_a_wrong_one_and_none_look_alike(client: FlaskClient, session: object) -> None:
    clock.move_to(TODAY)
    offer = offered(an_order_to_offer(), a_viewer(staff_member(Role.MANAGER, councils=(KENT,))))
    answers = [
        joining.answer(client, "order", code=code) for code in (offer.code, "7K3M-4T9X", "no code", "")
    ]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(302, "/join/name")}
