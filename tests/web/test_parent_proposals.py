"""Parents and what waits for a yes: two who live apart, a second one who is asked, what staff confirm."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.home import Home
from catchup.models.manage import Proposal
from catchup.models.outbox import Message
from catchup.queries import parents as queries
from catchup.rules.terms import Band, Channel
from catchup.services import outbox
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import KENT, a_family
from tests.factories.parents import SAM, apart, every_page, open_and_say, phone_of, sam
from tests.factories.staff import sign_in, staff_member
from tests.parent_visit import YOU, come_in, form_token, links_of, send

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _in_autumn() -> None:
    clock.move_to(date(2026, 11, 24))


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


@pytest.mark.engine("sqlite")
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
        said = mail.subject + re.sub(r"/[\w-]{43}\b", "/", mail.body)  # a link's letters are chance
        assert not any(word in said for word in ("Jo", "Sam", "Example", "adopt"))
    (link,) = links_of(yes, "confirm_parent")
    page = client.get(link)
    assert "Would you like us to use your details?" in page.text
    said = re.sub(r"<[^>]*>", " ", page.text)  # a mark in a form may hold any letters
    assert not any(word in said for word in ("Sam", "Muster", "777"))
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
