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
from catchup.models.family import Family, Parent, Phone
from catchup.models.home import Home
from catchup.models.manage import ParentVisit, Proposal
from catchup.models.outbox import Message
from catchup.queries import parents as queries
from catchup.rules.terms import Band, Channel, EscalationKind
from catchup.services import outbox
from catchup.services.families import NewChild, NewHome, NewParent, NewPhone
from tests.factories.families import KENT, a_child, a_family
from tests.factories.staff import sign_in, staff_member
from tests.parent_visit import YOU, come_in, form_token, links_of, rows, send

pytestmark = pytest.mark.usefixtures("session")

SAM = NewPhone("+441632960101", may_leave_message=True, who_else="my mother Petunia", code_phrase="marigold")
SENTINELS = (
    *("Example", "+441632960101", "01632 960 101", "960101", "Petunia", "marigold", "Invented"),
    *("ME4", "Robin", "sam@example.com", "2020", "zither"),
)


@pytest.fixture(autouse=True)
def _in_autumn() -> None:
    clock.move_to(date(2026, 11, 24))


def sam(*children: NewChild, **facts: object) -> Parent:
    parent = NewParent("Sam Example", (SAM,), "sam@example.com", may_email=True)
    family = a_family(
        children or (a_child(first_name="Robin", born_on=date(2020, 3, 1)),),
        parents=(parent,),
        before_we_ring="The zither is loud",
        **facts,
    )  # type: ignore[arg-type]  # as a_family takes them
    return family.parents[0]


def apart(order_on: date = date(2024, 6, 10)) -> tuple[Parent, Parent]:
    """Sam and Jo, each with a home of their own; Robin lives with Sam."""
    parents = (
        NewParent("Sam Example", (SAM,), "sam@example.com", may_email=True),
        NewParent(
            "Jolanta Muster",
            (NewPhone("+447700900777", may_text=True, who_else="Clementine", code_phrase="saffron"),),
            "jolanta@example.org",
            may_email=True,
        ),
    )
    family = a_family(
        (a_child(order_on, first_name="Robin", homes=(NewHome(address=0),)),),
        parents=parents,
    )
    db.session.commit()
    first, second = family.parents
    return first, second


def phone_of(parent: Parent) -> Phone:
    db.session.rollback()
    (phone,) = queries.phones_of(db.session.get_one(Parent, parent.id))
    return phone


def path(parent: Parent, what: str) -> str:
    return f"/manage/you/numbers/{phone_of(parent).id}/{what}"


def templates() -> list[str]:
    db.session.rollback()
    found = db.session.scalars(select(Message).order_by(Message.created_at, Message.next_try_at))
    return sorted(message.template for message in found if message.template != "manage_link")


def every_page(client: FlaskClient) -> dict[str, str]:
    """Whatever can be reached from one's own page by links, and what it says."""
    pages, ahead = {}, [YOU]
    while ahead:
        here = ahead.pop()
        page = client.get(here)
        assert page.status_code == 200, here
        pages[here] = page.text
        found = re.findall(r'href="(/manage/you[^"#?]*)"', page.text)
        ahead += [one for one in dict.fromkeys(found) if one not in pages and one not in ahead]
    return pages


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


def test_a_move_changes_nothing_before_staff_confirm_it(client: FlaskClient, app: Flask) -> None:
    parent = sam(lead=(lead := staff_member(councils=(KENT,))))
    come_in(client, parent)
    child = parent.family.children[0]
    typed = {
        "children": str(child.id),
        "lines": "1 Heather Road",
        "postcode": "ME14 1XX",
        "from_on-day": "1",
        "from_on-month": "12",
        "from_on-year": "2026",
    }
    page = send(client, "/manage/you/move", **typed)
    assert page.status_code == 200
    assert "Kent. Is that right?" in page.text
    answer = client.post(
        "/manage/you/move", data={"token": form_token(page), "seen": "ME14 1XX", "right": "yes", **typed}
    )
    assert answer.headers["Location"] == f"{YOU}?kept=waits"
    assert "waiting for us" in client.get(YOU).text
    assert len(db.session.scalars(select(Home)).all()) == 1
    worker = app.test_client()
    sign_in(worker, lead)
    seen = worker.get(f"/families/{parent.family_id}")
    assert "Given on their page, not used yet" in seen.text
    proposal = db.session.scalars(select(Proposal)).one()
    where = f"/families/{parent.family_id}/proposals/{proposal.id}"
    looked = worker.get(where)
    assert "1 Heather Road, ME14 1XX" in looked.text
    assert "Invented Street" in looked.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', looked.text)
    assert token
    answer = worker.post(
        where, data={"csrf_token": token[1], "decision": "confirm", "parents": str(parent.id)}
    )
    assert answer.status_code == 302
    db.session.rollback()
    newest = db.session.scalars(select(Home).where(Home.from_on == date(2026, 12, 1))).one()
    assert (newest.child_id, newest.council_code) == (child.id, KENT)
    assert newest.address
    assert [one.id for one in newest.address.parents] == [parent.id]


@pytest.mark.engine("sqlite")
def test_staff_confirm_a_number_on_a_call_or_decline_it_with_a_reason(
    client: FlaskClient, app: Flask
) -> None:
    parent = sam(lead=(lead := staff_member(councils=(KENT,))))
    come_in(client, parent)
    for number in ("07700 900 321", "07700 900 322"):
        typed = {"number": number, "may_leave_message": "no", "may_text": "no"}
        send(client, "/manage/you/numbers/new", **typed)
    first, second = queries.waiting(parent.id)
    worker = app.test_client()
    sign_in(worker, lead)

    def decide(proposal: Proposal, **typed: str) -> int:
        where = f"/families/{parent.family_id}/proposals/{proposal.id}"
        token = re.search(r'name="csrf_token" value="([^"]+)"', worker.get(where).text)
        assert token
        return worker.post(where, data={"csrf_token": token[1], **typed}).status_code

    assert decide(first, decision="confirm") == 302
    assert decide(second, decision="decline") == 422
    assert decide(second, decision="decline", reason="Not known to them") == 302
    db.session.rollback()
    assert [one.number for one in queries.phones_of(parent)] == ["+441632960101", "+447700900321"]
    assert second.what["declined_because"] == "Not known to them"
    assert [client.get(link).status_code for link in links_of(parent, "confirm_contact")] == [404, 404]
    other = staff_member(councils=("E08000018",))
    stranger = app.test_client()
    sign_in(stranger, other)
    assert stranger.get(f"/families/{parent.family_id}/proposals/{first.id}").status_code == 404


def test_separated_parents_see_nothing_of_each_other(client: FlaskClient, app: Flask) -> None:
    one, other = apart()
    theirs = app.test_client()
    come_in(theirs, other)
    number = phone_of(other)
    send(theirs, f"/manage/you/numbers/{number.id}/words", who_else="Tarragon", code_phrase="cardamom")
    send(theirs, "/manage/you/never", days="4")
    send(theirs, "/manage/you/email/new", address="secret@example.net")
    markers = (
        *("Jolanta", "Muster", "jolanta", "777", "Clementine", "saffron", "Tarragon", "cardamom"),
        *("secret@", "example.org"),
    )
    come_in(client, one)
    before = every_page(client)
    for where, text in before.items():
        bare = re.sub(r"nonce-?=?\"?[\w-]+|[0-9a-f]{64}|[0-9a-f-]{36}", "", text)
        for marker in markers:
            assert marker not in bare, (where, marker)
    assert "Waiting to be confirmed" not in before[YOU]
    assert client.get(f"/manage/you/numbers/{number.id}/rules").status_code == 404
    for message in db.session.scalars(select(Message).where(Message.parent_id == one.id)):
        mail = outbox.open_message(message.id, clock.real_now(), clock.today())
        assert message.recipient == "sam@example.com"
        assert isinstance(mail, outbox.Mail)
        assert not any(marker in mail.subject + mail.body for marker in markers)


@pytest.mark.engine("sqlite")
def test_a_council_does_not_tell_where_the_other_parent_lives(client: FlaskClient) -> None:
    one, other = apart(order_on=date(2022, 6, 10))
    assert "Medway is the council to ask for help" in come_in(client, one).text
    page = come_in(client, other)
    assert "Ask us which council it is" in page.text
    assert "Medway" not in page.text
    still_kent = apart(order_on=date(2024, 6, 10))[1]
    assert "Kent is the council to ask for help." in come_in(client, still_kent).text


@pytest.mark.engine("sqlite")
def test_a_number_that_takes_texts_is_asked_rather_than_the_mailbox(client: FlaskClient) -> None:
    _, other = apart()
    come_in(client, other)
    send(client, "/manage/you/email/new", address="secret@example.net")
    asked = db.session.scalars(select(Message).where(Message.template == "confirm_contact")).one()
    assert (asked.channel, asked.recipient) == (Channel.TEXT, "+447700900777")
    mail = outbox.open_message(asked.id, clock.real_now(), clock.today())
    assert isinstance(mail, outbox.Mail)
    assert "secret" not in mail.body


@pytest.mark.engine("sqlite")
def test_of_two_parents_neither_takes_away_when_the_other_must_not_be_rung(client: FlaskClient) -> None:
    one, other = apart()
    come_in(client, other)
    send(client, "/manage/you/never", days="4")
    come_in(client, one)
    assert client.get("/manage/you/times").status_code in (200, 404)
    send(client, "/manage/you/never", days="1", bands="9-12")
    db.session.rollback()
    assert one.family.never_times == {"1": ["9-12"], "4": [band.value for band in Band]}


def test_a_second_parent_is_asked_before_their_details_are_used(client: FlaskClient, app: Flask) -> None:
    lead = staff_member(councils=(KENT,))
    parents = (
        NewParent("Sam Example", (SAM,), "sam@example.com", may_email=True),
        NewParent("Jo Muster", (NewPhone("+447700900777"),), None, confirmed=False, disability="yes"),
    )
    yes, no = (a_family(parents=parents, lead=lead).parents[1] for _ in range(2))
    worker = app.test_client()
    sign_in(worker, lead)
    for parent in (yes, no):
        where = f"/families/{parent.family_id}/parents/{parent.id}/ask"
        token = re.search(r'name="csrf_token" value="([^"]+)"', worker.get(where).text)
        assert token
        typed = {"csrf_token": token[1], "address": "jo@example.org"}
        assert worker.post(where, data=typed).status_code == 422
        assert worker.post(where, data=typed | {"themselves": "y"}).status_code == 302
        db.session.refresh(parent)
        assert (parent.email, parent.confirmed_at) == (None, None)
    for message in db.session.scalars(select(Message).where(Message.template == "confirm_parent")):
        mail = outbox.open_message(message.id, clock.real_now(), clock.today())
        assert isinstance(mail, outbox.Mail)
        assert not any(word in mail.subject + mail.body for word in ("Jo", "Sam", "Example", "adopt"))
    (link,) = links_of(yes, "confirm_parent")
    page = client.get(link)
    assert "Would you like us to use your details?" in page.text
    assert not any(word in page.text for word in ("Sam", "Muster", "777"))
    open_and_say(client, link, "yes")
    open_and_say(client, links_of(no, "confirm_parent")[0], "no")
    db.session.refresh(yes)
    db.session.refresh(no)
    assert (yes.email, yes.may_email, yes.confirmed_how) == (
        "jo@example.org",
        True,
        "Themselves, by the link sent to them",
    )
    assert (no.name, no.email, no.confirmed_at, no.disability, list(no.phones)) == (
        "The other parent",
        None,
        None,
        None,
        [],
    )


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


def open_and_say(client: FlaskClient, link: str, said: str) -> None:
    answer = client.post(link, data={"token": form_token(client.get(link)), "answer": said})
    assert answer.status_code == 303, answer.text
    assert client.get(answer.headers["Location"]).status_code == 200
