"""A parent's own page: what it shows, masked, and what they change of their own."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Escalation
from catchup.models.family import Family
from catchup.models.manage import ParentVisit
from catchup.models.outbox import Message
from catchup.queries import parents as queries
from catchup.rules.terms import Band, EscalationKind
from catchup.services import outbox
from tests.factories.parents import SENTINELS, every_page, open_and_say, path, phone_of, sam, templates
from tests.parent_visit import YOU, come_in, form_token, links_of, rows, send

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _in_autumn() -> None:
    clock.move_to(date(2026, 11, 24))


@pytest.mark.promise("4.3 link page")
def test_the_page_shows_what_we_have_masked_and_nothing_else(client: FlaskClient) -> None:
    parent = sam()
    page = come_in(client, parent)
    for shown in ("Hello Sam", "•••101", "s•••@•••.com", "••• 4AA", "Your child aged 6", "Voicemail is fine"):
        assert shown in page.text
    assert "Kent is the council to ask for help, until 10 June 2027" in page.text
    assert "June 2027" in page.text
    pages = every_page(client)
    assert len(pages) > 8
    for where, text in pages.items():
        bare = re.sub(r"nonce-?=?\"?[\w-]+|[0-9a-f]{64}", "", text)
        for sentinel in SENTINELS:
            assert sentinel not in bare.replace("31 3 2020", ""), (where, sentinel)


def test_what_makes_contact_safer_holds_at_once_and_is_told_to_the_address(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    answer = send(client, path(parent, "rules"), may_leave_message="no", may_text="no")
    assert answer.headers["Location"] == f"{YOU}?kept=now"
    phone = phone_of(parent)
    assert (phone.may_leave_message, phone.may_text) == (False, False)
    assert (phone.who_else, phone.code_phrase) == ("my mother Petunia", "marigold")
    assert templates() == ["details_changed"]
    assert "That’s changed" in client.get(f"{YOU}?kept=now").text
    message = db.session.scalars(select(Message).where(Message.template == "details_changed")).one()
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert isinstance(mail, outbox.Mail)
    assert "Something was changed on your page on 24 November 2026" in mail.body
    assert not any(sentinel in mail.subject + mail.body for sentinel in (*SENTINELS, "101", "voicemail"))


@pytest.mark.promise("4.3 contact change")
@pytest.mark.engine("sqlite")
def test_what_opens_a_way_waits_until_it_is_confirmed_at_an_old_address(
    client: FlaskClient, app: Flask
) -> None:
    parent = sam()
    come_in(client, parent)
    answer = send(client, path(parent, "rules"), may_leave_message="no", may_text="yes")
    assert answer.headers["Location"] == f"{YOU}?kept=asked"
    phone = phone_of(parent)
    assert (phone.may_leave_message, phone.may_text) == (False, False)
    assert "not used yet" in client.get(YOU).text
    (link,) = links_of(parent, "confirm_contact")
    other = app.test_client()
    page = other.get(link)
    assert "•••101" in page.text
    assert not any(sentinel in page.text for sentinel in SENTINELS)
    assert other.post(link, data={"token": form_token(page)}).status_code == 422
    assert other.post(link, data={"token": form_token(page), "answer": "yes"}).status_code == 303
    assert other.get(link).status_code == 404
    phone = phone_of(parent)
    assert (phone.may_leave_message, phone.may_text, phone.code_phrase) == (False, True, "marigold")
    assert "not used yet" not in client.get(YOU).text
    assert other.get(YOU).status_code == 404, "confirming opens no page"


def test_a_new_number_is_not_used_before_it_is_confirmed(client: FlaskClient, app: Flask) -> None:
    parent = sam()
    come_in(client, parent)
    typed = {"number": "07700 900 321", "may_leave_message": "no", "may_text": "yes", "who_else": "Basil"}
    answer = send(client, "/manage/you/numbers/new", **typed)
    assert answer.headers["Location"] == f"{YOU}?kept=asked"
    assert len(queries.phones_of(parent)) == 1
    assert "•••321" in client.get(YOU).text
    (link,) = links_of(parent, "confirm_contact")
    open_and_say(app.test_client(), link, "yes")
    db.session.rollback()
    new = next(one for one in queries.phones_of(parent) if one.number == "+447700900321")
    assert (new.may_text, new.may_leave_message, new.who_else) == (True, False, "Basil")


@pytest.mark.promise("4.3 contact change")
def test_a_new_email_ends_every_link_and_visit_and_the_old_one_is_told(
    client: FlaskClient, app: Flask
) -> None:
    parent = sam()
    come_in(client, parent)
    send(client, "/manage/you/email/new", address="new@example.net")
    assert parent.email == "sam@example.com"
    (link,) = links_of(parent, "confirm_contact")
    assert {message.recipient for message in db.session.scalars(select(Message))} == {"sam@example.com"}
    open_and_say(app.test_client(), link, "yes")
    db.session.refresh(parent)
    assert (parent.email, parent.may_email) == ("new@example.net", True)
    assert queries.by_email(parent.email_index or b"") == [parent]
    assert client.get(YOU).status_code == 404
    notices = db.session.scalars(select(Message).where(Message.template == "details_changed")).all()
    assert {one.recipient for one in notices} == {"sam@example.com"}
    assert len(notices) == 2
    for notice in notices:
        assert isinstance(outbox.open_message(notice.id, clock.real_now(), clock.today()), outbox.Mail)


@pytest.mark.engine("sqlite")
def test_not_me_ends_every_visit_and_asks_a_manager(client: FlaskClient, app: Flask) -> None:
    parent = sam()
    come_in(client, parent)
    send(client, "/manage/you/email/new", address="thief@example.net")
    (link,) = links_of(parent, "confirm_contact")
    open_and_say(app.test_client(), link, "no")
    db.session.refresh(parent)
    assert parent.email == "sam@example.com"
    assert client.get(YOU).status_code == 404
    asked = db.session.scalars(select(Escalation)).one()
    assert (asked.kind, asked.reason) == (
        EscalationKind.DECISION,
        "A change on a parent’s page was not theirs",
    )
    assert queries.waiting(parent.id) == []


@pytest.mark.engine("sqlite")
def test_one_visit_brings_one_notice_and_the_next_another(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    send(client, "/manage/you/day", day="3", month="5")
    send(client, "/manage/you/language", language="Polish")
    assert templates() == ["details_changed"]
    come_in(client, parent)
    send(client, "/manage/you/never", days="0")
    assert templates() == ["details_changed"] * 2


@pytest.mark.engine("sqlite")
def test_times_language_and_day_are_set_anew(client: FlaskClient) -> None:
    parent = sam(good_times={"0": ["9-12"]}, never_times={"1": ["9-12"]})
    come_in(client, parent)
    send(client, "/manage/you/times", days=["2", "3"], bands="17-20")
    send(client, "/manage/you/never", days="4")
    send(client, "/manage/you/day", day="29", month="2")
    send(client, "/manage/you/language", language="other", other="Welsh", adjustments=["interpreter"])
    db.session.rollback()
    family = db.session.get_one(Family, parent.family_id)
    assert family.good_times == {"2": ["17-20"], "3": ["17-20"]}
    assert family.never_times == {"4": [band.value for band in Band]}
    assert family.evenings
    assert (family.preferred_month, family.preferred_day) == (2, 29)
    assert (family.language, family.adjustments) == ("Welsh", ["interpreter"])


@pytest.mark.engine("sqlite")
def test_some_time_has_to_be_left(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    page = send(client, "/manage/you/never", days=["0", "1", "2", "3", "4"])
    assert page.status_code == 422
    assert "Leave at least one time at which we may ring" in page.text
    db.session.rollback()
    assert parent.family.never_times == {}


@pytest.mark.engine("sqlite")
def test_words_about_a_number_are_set_anew_and_can_be_forgotten(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    send(client, path(parent, "words"), who_else="nobody")
    assert (phone_of(parent).who_else, phone_of(parent).code_phrase) == ("nobody", "marigold")
    assert send(client, path(parent, "words")).status_code == 422
    send(client, path(parent, "words"), forget="y")
    assert (phone_of(parent).who_else, phone_of(parent).code_phrase) == (None, None)


@pytest.mark.engine("sqlite")
def test_a_number_taken_out_is_rung_no_more_and_a_manager_is_asked(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    answer = send(client, path(parent, "remove"))
    assert answer.headers["Location"] == f"{YOU}?kept=now"
    assert queries.phones_of(parent) == []
    asked = db.session.scalars(select(Escalation)).one()
    assert asked.kind is EscalationKind.NO_NUMBER


@pytest.mark.engine("sqlite")
def test_no_more_email_holds_at_once_and_is_not_told_there(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    send(client, "/manage/you/email/rules", stop="y")
    db.session.refresh(parent)
    assert parent.may_email is False
    assert templates() == []
    assert "We don’t write there" in client.get(YOU).text
    # Nowhere is left to ask at: it waits for a call.
    typed = {"number": "07700 900 321", "may_leave_message": "no", "may_text": "no"}
    answer = send(client, "/manage/you/numbers/new", **typed)
    assert answer.headers["Location"] == f"{YOU}?kept=waits"


@pytest.mark.engine("sqlite")
def test_every_form_needs_its_own_token_and_a_visit(client: FlaskClient, app: Flask) -> None:
    parent = sam()
    page = come_in(client, parent)
    stranger = come_in(other := app.test_client(), sam())
    phone = phone_of(parent).id
    paths = [
        *("numbers/new", f"numbers/{phone}/rules", f"numbers/{phone}/words", f"numbers/{phone}/remove"),
        *("email/new", "email/rules", "times", "never", "day", "language", "move"),
    ]
    before = rows()
    for one in (f"{YOU}/{name}" for name in paths):
        for token in ("", "0" * 64, form_token(stranger)):
            assert client.post(one, data={"token": token}).status_code == 400, one
        assert app.test_client().post(one, data={"token": form_token(page)}).status_code == 404, one
    assert client.post("/manage/out", data={"token": ""}).status_code == 400
    assert app.test_client().post("/manage", data={"address": "a@example.com"}).status_code == 400
    assert rows() == before
    assert other.get(YOU).status_code == 200


@pytest.mark.engine("sqlite")
def test_every_page_and_every_change_leaves_its_row(client: FlaskClient) -> None:
    parent = sam()
    come_in(client, parent)
    send(client, path(parent, "rules"), may_leave_message="no", may_text="no")
    assert rows() == [
        ("manage.link.come_in", "ok"),
        ("manage.open_link", "ok"),
        ("manage.come_in", "ok"),
        ("manage.view", "ok"),
        ("manage.form", "ok"),
        ("manage.rules", "ok"),
    ]
    assert db.session.scalars(select(ParentVisit)).one().told_at
