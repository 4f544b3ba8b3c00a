"""After the call: what happens next, the note for the case system, and the text to each parent."""

import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call, CallText
from catchup.models.family import Family, Parent
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.rules.contact import forbidden_words
from catchup.rules.terms import Category, Channel, Role
from catchup.services import families
from catchup.services.families import NewParent, NewPhone
from tests.factories.conversations import address, answers, concern_answers, welcome_call
from tests.factories.families import KENT, a_child, a_family, a_viewer
from tests.factories.services import a_service
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
# Words and who may read them do not depend on the database.
ONE = pytest.mark.engine("sqlite")
SAM = NewParent("Sam Example", (NewPhone("+441632960101"),), "sam@example.com", may_email=True)
JO = NewParent("Jo Otherby", (NewPhone("+441632960102"),), "jo@example.com")


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001")
    sign_in(client, staff)
    return staff


def talked(client: FlaskClient, lead: Staff, *, parents: tuple[NewParent, ...] = (SAM,), **said: str) -> Call:
    """A conversation that was saved with a family of Ada, six, and Ben, four."""
    children = [
        a_child(first_name="Ada", born_on=date(2018, 3, 1)),
        a_child(first_name="Ben", born_on=date(2020, 3, 1)),
    ]
    family = a_family(children, lead=lead, parents=parents)
    call = welcome_call(family)
    assert client.post(address(call), data=answers(call, **said)).status_code == 302
    return call


def parent_of(call: Call, name: str = "Sam") -> Parent:
    return next(parent for parent in call.family.parents if parent.name.startswith(name))


def text_page(call: Call, name: str = "Sam") -> str:
    return f"/calls/{call.id}/talked-about/{parent_of(call, name).id}"


def shown(page: str) -> str:
    """The text in the box of a page."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def made(client: FlaskClient, call: Call, name: str = "Sam") -> str:
    return shown(client.get(text_page(call, name)).text)


def messages() -> list[Message]:
    db.session.expire_all()
    return list(db.session.scalars(select(Message).where(Message.template == "talked_about")))


def of_child(call: Call, name: str, **said: str) -> dict[str, str]:
    child = next(child for child in call.family.children if child.first_name == name)
    return {f"child_{child.id.hex}-{field}": value for field, value in said.items()}


@ONE
def test_what_happens_next_is_said_with_its_days(client: FlaskClient, lead: Staff) -> None:
    group = a_service("Tuesday group", Category.PEERS)
    signpost = {"signposts-0-service": str(group.id), "signposts-0-agreed": "yes"}
    call = talked(client, lead, **signpost)
    page = client.get(f"/calls/{call.id}/saved").text
    assert "Next call due 10 June 2025" in page
    assert "We will ask about Tuesday group on 10 June 2025." in page
    for button in ("Start next call", "Back to the queue", "Copy the note", "Copy the text"):
        assert button in page


@ONE
def test_the_text_speaks_to_one_parent_in_plain_words(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(first_name="Ada", born_on=date(2018, 3, 1))], lead=lead, parents=(SAM,))
    call = welcome_call(family)
    group = a_service("Tuesday group", Category.PEERS)
    said = {
        **of_child(call, "Ada", wellbeing="well", school="hard", keeping_in_touch="some_worries"),
        f"parent_{parent_of(call).id.hex}-going": "well",
        "signposts-0-service": str(group.id),
        "signposts-0-agreed": "yes",
        "signposts-1-written_in": "Adoption summer camp",
        "signposts-1-category": "short_breaks",
        "signposts-1-agreed": "yes",
        "requests-0-kind": "therapy_fund",
        "requests-0-child": str(family.children[0].id),
    }
    client.post(address(call), data=answers(call, **said))
    assert made(client, call) == (
        "Hello Sam,\n\n"
        "Thank you for talking with me on 3 July 2024. This is what I took from it. "
        "If I got something wrong, please tell me.\n\n"
        "Your six-year-old\n"
        "Going well: how they are\n"
        "Some worries: staying in touch\n"
        "Hard just now: school\n\n"
        "You’re doing well yourself.\n\n"
        "You might like to look at:\n"
        "- Tuesday group\n"
        "- a short break\n\n"
        "We are asking for:\n"
        "- therapy, for your six-year-old\n\n"
        "We’ll ring again around 10 June 2025. If you’d like to talk sooner, ring me on 01632 960 001.\n\n"
        "Priya"
    )


@ONE
def test_notes_the_need_and_the_concern_are_not_in_the_text(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(first_name="Ada")], lead=lead, parents=(SAM, JO))
    call = welcome_call(family)
    notes = {
        **of_child(call, "Ada", note="A note of Ada"),
        f"parent_{parent_of(call).id.hex}-note": "A note of Sam",
        f"parent_{parent_of(call, 'Jo').id.hex}-note": "A note of Jo",
        f"parent_{parent_of(call, 'Jo').id.hex}-going": "hard",
        "note": "A general note",
        "need": "crisis",
    }
    client.post(address(call), data=concern_answers(call, family) | notes)
    page = client.get(text_page(call)).text
    text = shown(page)
    for words in ("note", "crisis", "concern", "heard", "Jo", "hard", "Ada"):
        assert words.casefold() not in text.casefold()
    # Beside it the worker reads what was noted of the children and of this parent, and nothing of the other.
    assert "A note of Ada" in page
    assert "A note of Sam" in page
    assert "A note of Jo" not in page
    assert forbidden_words(text) == []


def test_each_parent_has_a_text_of_their_own(client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead, parents=(SAM, JO))
    client.post(text_page(call), data={"text": "Hello Sam, as we said.", "revision": "0", "act": "keep"})
    assert made(client, call) == "Hello Sam, as we said."
    assert made(client, call, "Jo").startswith("Hello Jo,")


@ONE
def test_a_parent_who_has_not_confirmed_is_sent_nothing(client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead, parents=(SAM, NewParent("Jo Otherby", confirmed=False)))
    assert "For Jo" not in client.get(f"/calls/{call.id}/saved").text
    assert client.get(text_page(call, "Jo")).status_code == 404


@ONE
@pytest.mark.parametrize("act", ["keep", "send"])
def test_a_text_that_gives_something_away_is_asked_about_and_kept_as_typed(
    client: FlaskClient, lead: Staff, act: str
) -> None:
    call = talked(client, lead, parents=(SAM, JO))
    typed = "ada and Jo at ME4 4AA, since the adoption"
    refused = client.post(text_page(call), data={"text": typed, "revision": "0", "act": act})
    assert refused.status_code == 422
    assert shown(refused.text) == typed
    error = unescape(refused.text)
    for sentence in (
        "Take out the child’s name: Ada",
        "Take out the other adult’s name: Jo Otherby",
        "Take out the address: ME4 4AA",
        "Take out the word: adoption",
    ):
        assert sentence in error
    assert messages() == []
    assert db.session.scalars(select(CallText)).all() == []


@ONE
def test_nothing_of_a_concern_goes_into_either_text(client: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead, parents=(SAM,))
    call = welcome_call(family)
    what = "The child said something that worries me"
    client.post(address(call), data=concern_answers(call, family, what=what))
    note = client.get(f"/calls/{call.id}/note").text
    assert "concern" not in shown(note).casefold()
    for where in (text_page(call), f"/calls/{call.id}/note"):
        refused = client.post(where, data={"text": f"As you know: {what.upper()}!", "revision": "0"})
        assert refused.status_code == 422
        assert "Take out what was written of a concern" in refused.text


@ONE
def test_that_there_was_a_concern_is_not_told_to_everybody_who_may_read_the_note(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    family = a_family(lead=lead)
    call = welcome_call(family)
    client.post(address(call), data=concern_answers(call, family))
    said = "The managers have been told of the concern"
    for role, is_told in ((Role.MANAGER, True), (Role.LEAD, False)):
        other = app.test_client()
        sign_in(other, staff_member(role, councils=(KENT,)))
        assert (said in other.get(f"/calls/{call.id}/saved").text) is is_told


def test_the_text_is_sent_once_and_then_kept_as_it_went(client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead)
    form = {"text": "Hello Sam, thank you. Priya", "revision": "0", "act": "send"}
    for _ in range(2):
        assert client.post(text_page(call), data=form).status_code == 302
    (message,) = messages()
    sent = (message.channel, message.recipient, message.parent_id, message.facts)
    assert sent == (Channel.EMAIL, "sam@example.com", parent_of(call).id, {"words": form["text"]})
    row = db.session.scalars(select(CallText)).one()
    assert (row.sent_by, row.message_id, row.channel) == (lead.id, message.id, Channel.EMAIL)
    actions = db.session.scalars(
        select(AuditEvent.action).where(AuditEvent.family_id == call.family_id)
    ).all()
    assert actions.count("call_text.email") == 1
    later = client.post(text_page(call), data=form | {"text": "Other words", "revision": "1"})
    assert later.status_code == 409
    assert "Other words" in later.text
    assert len(messages()) == 1
    page = client.get(text_page(call)).text
    assert "<textarea" not in page
    assert form["text"] in page
    assert "Waiting to go by e-mail" in page


def test_a_parent_who_takes_no_email_gets_a_letter(client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead, parents=(JO,))
    assert "Send it by e-mail" not in client.get(text_page(call, "Jo")).text
    assert client.get(f"{text_page(call, 'Jo')}/letter").status_code == 302
    form = {"text": "Hello Jo, thank you.", "revision": "0", "act": "letter"}
    client.post(text_page(call, "Jo"), data=form)
    letter = client.get(f"{text_page(call, 'Jo')}/letter").text
    assert form["text"] in letter
    sheet = re.search(r"<article.*?</article>", letter, re.DOTALL)
    assert sheet is not None
    for words in ("Invented Street", "ME4", "Otherby"):
        assert words not in sheet[0]
    for _ in range(2):
        client.post(f"{text_page(call, 'Jo')}/letter")
    row = db.session.scalars(select(CallText)).one()
    assert (row.channel, row.sent_by, row.message_id) == (Channel.LETTER, lead.id, None)
    assert messages() == []
    saved = client.get(f"/calls/{call.id}/saved").text
    assert re.search(r"Posted as a letter on 3 July 2024 at \d\d:\d\d by Priya Example\.", saved)


def test_a_send_pressed_after_the_parent_took_the_address_back_sends_nothing(
    client: FlaskClient, lead: Staff
) -> None:
    call = talked(client, lead)
    parent_of(call).may_email = False
    refused = client.post(text_page(call), data={"text": "Hello Sam,", "revision": "0", "act": "send"})
    assert refused.status_code == 409
    assert shown(refused.text) == "Hello Sam,"
    assert "no longer takes e-mail at that address, so nothing was sent." in refused.text
    assert messages() == []


def is_stopped(family: Family, lead: Staff) -> None:
    families.stop_everything(family, "A death", a_viewer(lead))


def leaves(family: Family, lead: Staff) -> None:
    families.leave(family, clock.today(), None, a_viewer(lead))


def pauses(family: Family, lead: Staff) -> None:
    families.pause(family, clock.today(), clock.today(), a_viewer(lead))


@ONE
@pytest.mark.parametrize(
    "happens, reason",
    [
        (is_stopped, "Everything is stopped for this family"),
        (leaves, "The family has left the scheme"),
        (pauses, "The family has paused calls and messages"),
    ],
)
def test_nothing_is_offered_while_a_family_is_to_be_left_in_peace(
    client: FlaskClient, lead: Staff, happens, reason: str
) -> None:
    call = talked(client, lead)
    happens(call.family, lead)
    page = client.get(f"/calls/{call.id}/saved").text
    assert reason in page
    assert "Look it over and send it" not in page
    assert reason in client.get(text_page(call)).text
    refused = client.post(text_page(call), data={"text": "Hello Sam,", "revision": "0", "act": "send"})
    assert refused.status_code == 422
    assert reason in refused.text
    assert shown(refused.text) == "Hello Sam,"
    assert messages() == []


def test_the_second_of_two_who_change_a_text_sees_both(client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead)
    for where in (text_page(call), f"/calls/{call.id}/note"):
        assert client.post(where, data={"text": "First words", "revision": "0"}).status_code == 302
        second = client.post(where, data={"text": "Second words", "revision": "0"})
        assert second.status_code == 409
        assert "First words" in second.text
        assert shown(second.text) == "Second words"
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', second.text)
        assert revision is not None
        again = client.post(where, data={"text": "Second words", "revision": revision[1]})
        assert again.status_code == 302
        assert shown(client.get(where).text) == "Second words"


def test_the_note_for_the_case_system_may_be_changed_and_is_made_afresh_until_then(
    client: FlaskClient, lead: Staff
) -> None:
    call = talked(client, lead, note="Words of the call")
    assert "Words of the call" in shown(client.get(f"/calls/{call.id}/note").text)
    client.post(f"/calls/{call.id}/note", data={"text": "Ada is well", "revision": "0"})
    saved = client.get(f"/calls/{call.id}/saved").text
    assert "Ada is well" in saved
    assert "Words of the call" not in saved


@ONE
def test_the_familys_page_tells_that_the_text_was_sent(client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead)
    client.post(text_page(call), data={"text": "Hello Sam,", "revision": "0", "act": "send"})
    page = client.get(f"/families/{call.family_id}").text
    assert "Sam was sent what we talked about, by e-mail" in page


@ONE
def test_the_texts_are_for_those_who_may_see_the_family(app: Flask, client: FlaskClient, lead: Staff) -> None:
    call = talked(client, lead)
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=("E09000004",)))
    for where in (f"/calls/{call.id}/note", text_page(call), f"{text_page(call)}/letter"):
        assert stranger.get(where).status_code == 404
        assert stranger.post(where, data={"text": "x", "revision": "0"}).status_code == 404
