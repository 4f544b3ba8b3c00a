"""A message goes out once, to whom it may, worded so that a passer-by learns nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.outbox import Message, Refusal
from catchup.rules.contact import forbidden_words
from catchup.rules.languages import LANGUAGES
from catchup.rules.terms import Channel
from catchup.senders import as_email
from catchup.services import families, outbox
from catchup.services.families import NewParent, NewPhone
from catchup.services.outbox import TEMPLATES, WAITS
from config import Settings
from tests.factories.families import a_child, a_family, a_viewer
from tests.factories.messages import about_registration, send
from tests.factories.staff import staff_member
from tests.mailbox import Mailbox
from tests.notify_stub import EMAIL_TEMPLATE, KEY, NotifyStub
from tests.processes import ROOT, free_port
from tests.trust import Measured

pytestmark = pytest.mark.usefixtures("session")
NEUTRAL = {"lead_first_name": "Ama", "call_back_number": "01632 960 100"}
SAMPLES = {
    **NEUTRAL,
    "reference": "CU-7K3M-4T9X",
    "look_by_on": "2026-11-24",
    "change_on": "2026-06-11",
    "sent_on": "2026-05-03",
    "job": "plan-handovers",
    "line": "2026-11-24T01:00:00+00:00 12 5f0c 7k3m 4t9x",
    "since_on": "2026-11-24",
    "until_on": "2026-12-22",
    "council_name": "Medway",
    "path": "/calls/5f0c",
    "whose": "S",
    "what": "•••777",
    "changed_on": "2026-05-03",
    "promised_on": "2026-11-27",
    "ring_on": "2026-11-25",
    "time": "14:00",
    "code": "7K3M-4T9X",
    "again": True,
    "words": "Hello Sam,\n\nThank you for talking with me on 3 July 2026.\n\nPriya",
}


@pytest.fixture
def mail(app: Flask, settings: Settings, smtp_server: Mailbox) -> list[EmailMessage]:
    """What arrives at the mail server that the service sends by."""
    app.config["CATCHUP"] = replace(settings, smtp_url=smtp_server.url)
    return smtp_server.messages


def queued(family: Family, parent: int = 0, **facts: str) -> Message:
    to = family.parents[parent]
    given = NEUTRAL | facts
    message = outbox.queue(family.id, to.id, Channel.EMAIL, "not_reached", given, to.email or "", clock.now())
    db.session.commit()
    return message


def test_a_message_goes_out_once_and_says_which_it_is(mail: list[EmailMessage]):
    message = queued(a_family())
    assert send() == {"sent": 1}
    assert send() == {}
    assert [arrived["Message-ID"] for arrived in mail] == [f"<{message.id}@example.com>"]
    assert mail[0]["Subject"] == "We tried to ring you"
    assert "Ama" in mail[0].get_content()


def leaves(family: Family) -> None:
    families.leave(family, clock.today(), None, a_viewer(staff_member()))


def pauses(family: Family) -> None:
    families.pause(family, clock.today(), clock.today(), a_viewer(staff_member()))


def is_stopped(family: Family) -> None:
    families.stop_everything(family, "A death in the family", a_viewer(staff_member()))


def takes_back_the_address(family: Family) -> None:
    family.parents[0].may_email = False


def has_another_address(family: Family) -> None:
    family.parents[0].email = "new@example.com"


def is_not_confirmed(family: Family) -> None:
    family.parents[0].confirmed_at = None


@pytest.mark.parametrize(
    "happens, reason",
    [
        (leaves, Refusal.LEFT),
        (pauses, Refusal.PAUSED),
        (is_stopped, Refusal.STOPPED),
        (takes_back_the_address, Refusal.CHANNEL),
        (has_another_address, Refusal.CHANNEL),
        (is_not_confirmed, Refusal.UNCONFIRMED),
    ],
)
def test_what_happens_after_a_message_was_queued_holds_it_back(
    mail: list[EmailMessage], happens: Callable[[Family], None], reason: Refusal
):
    family = a_family(accepted_on=date(2024, 7, 1))
    message = queued(family)
    happens(family)
    assert send() == {"refused": 1}
    assert send() == {}
    assert mail == []
    assert message.refused is reason


def test_a_message_that_gives_an_adoption_away_is_held_back(mail: list[EmailMessage]):
    message = queued(a_family(), lead_first_name="Your ADOPTION worker")
    assert send() == {"refused": 1}
    assert mail == []
    assert message.refused is Refusal.NOT_BARE


def test_a_sender_that_gives_an_adoption_away_sends_nothing(
    app: Flask, settings: Settings, mail: list[EmailMessage]
):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], sender_address="calls@adoption.example.com")
    queued(a_family())
    assert send() == {"refused": 1}
    assert mail == []


def test_a_receipt_goes_to_the_address_on_the_form(mail: list[EmailMessage]):
    about_registration()
    assert send() == {"sent": 1}
    assert "CU-7K3M-4T9X" in mail[0]["Subject"]
    assert "24 November 2026" in mail[0].get_content()


def test_what_has_expired_is_not_sent(mail: list[EmailMessage]):
    message = about_registration(expires_at=clock.real_now() - timedelta(seconds=1))
    assert send() == {"expired": 1}
    assert mail == []
    assert message.gave_up_at is not None


@pytest.mark.promise("4.14 nothing lost")
def test_a_message_waits_longer_each_time_and_is_given_up_after_a_day(app: Flask, settings: Settings):
    app.config["CATCHUP"] = replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    message = about_registration()
    for wait in WAITS:
        assert send() == {"failed": 1}
        assert message.gave_up_at is None
        assert timedelta() <= clock.real_now() + wait - message.next_try_at < timedelta(seconds=30)
    assert sum(WAITS, timedelta()) > timedelta(hours=24)
    assert send() == {"failed": 1}
    assert message.gave_up_at is not None
    assert message.last_error == "ConnectionRefusedError"
    assert send() == {}


def test_a_mail_server_that_is_away_costs_three_tries_a_round_and_loses_nothing(
    app: Flask, settings: Settings, smtp_server: Mailbox
):
    app.config["CATCHUP"] = replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    sent_to = {about_registration(f"person{number}@example.com").recipient for number in range(8)}
    assert send() == {"failed": 3}
    app.config["CATCHUP"] = replace(settings, smtp_url=smtp_server.url)
    assert send() == {"sent": 8}
    assert {recipient for recipients in smtp_server.recipients for recipient in recipients} == sent_to


@pytest.mark.promise("4.14 repairable")
def test_messages_that_cannot_be_made_do_not_stop_the_rest(mail: list[EmailMessage]):
    about_registration("broken\r\nBcc: everybody@example.com")
    unreadable = about_registration()
    missing = about_registration()
    about_registration("sound@example.com")
    db.session.execute(
        text("UPDATE message SET recipient = :junk WHERE id = :id"),
        {"junk": b"\x00" * 40, "id": unreadable.id.hex if db.engine.name == "sqlite" else unreadable.id},
    )
    missing.template = "no_such_template"
    db.session.commit()
    db.session.expunge_all()
    assert send() == {"set_aside": 2, "failed": 1, "sent": 1}
    errors = select(Message.last_error, Message.gave_up_at.is_not(None)).where(Message.sent_at.is_(None))
    assert set(db.session.execute(errors)) == {
        ("bad_header", True),
        ("cannot_be_decrypted", True),
        ("TemplateNotFound", False),
    }
    assert [arrived["To"] for arrived in mail] == ["sound@example.com"]


def test_two_senders_do_not_take_the_same_message():
    message = about_registration()
    now = clock.real_now() + timedelta(seconds=1)
    assert outbox.claim(message.id, now)
    assert not outbox.claim(message.id, now)


def test_without_a_mail_server_messages_are_files_named_by_their_id(app: Flask, settings: Settings):
    message = about_registration()
    assert send() == {"sent": 1}
    folder = Path(settings.instance) / "outbox"
    assert (folder / f"{message.id}.eml").stat().st_mode & 0o777 == 0o600


def test_the_neutral_message_goes_by_text_only_where_the_family_chose_it():
    lead = staff_member(phone="01632 960 100")
    silent = a_family(lead=lead, parents=(NewParent("Pat Example", (NewPhone("+447700900101"),)),))
    texting = a_family(
        lead=lead, parents=(NewParent("Pat Example", (NewPhone("+447700900102", may_text=True),)),)
    )
    assert outbox.queue_not_reached(silent.id, clock.now()) is None
    message = outbox.queue_not_reached(texting.id, clock.now())
    assert message is not None
    assert (message.channel, message.recipient) == (Channel.TEXT, "+447700900102")
    assert message.facts["lead_first_name"] == lead.name.split()[0]


@pytest.mark.engine("sqlite")
@pytest.mark.promise("4.7 bare messages")
def test_every_wording_is_bare_in_every_language(app: Flask, measured: Measured):
    parents = (
        NewParent("Reader Example", (), "reader@example.com"),
        NewParent("Otherone Example", (), "otherone@example.com"),
    )
    family = a_family((a_child(first_name="Bobbin"),), parents=parents)
    reader = family.parents[0]
    seen = 0
    never = ("Reader", "reader@", "Otherone", "otherone", "Bobbin", "Invented Street", "ME4", "adopt")
    for template, channel, language in product(TEMPLATES, Channel, LANGUAGES):
        if channel not in TEMPLATES[template].channels:
            continue
        facts = {name: SAMPLES[name] for name in TEMPLATES[template].facts}
        to = reader.email if channel is Channel.EMAIL else "+447700900101"
        message = outbox.queue(None, None, channel, template, facts, to or "", clock.now())
        message.language = language.code
        db.session.commit()
        mail = outbox.open_message(message.id, clock.real_now(), clock.today())
        assert isinstance(mail, outbox.Mail), (template, language.code)
        assert bool(mail.subject) == (channel is Channel.EMAIL)
        assert len(mail.body) > 40
        words = mail.subject + mail.body
        assert "{" not in words
        headers = as_email(mail, "catch-up@example.com").items() if channel is Channel.EMAIL else ()
        shown = " ".join([words, *(str(value) for _, value in headers)])
        assert forbidden_words(shown) == [], (template, language.code)
        assert [name for name in never if name in words] == []
        seen += 1
    measured(f"0 in {seen} wordings of {len(TEMPLATES)} messages in {len(LANGUAGES)} languages")


def test_no_page_that_a_message_leads_to_gives_an_adoption_away_in_its_title():
    titles = [
        (path.name, title)
        for folder in ("public", "outside", "errors")
        for path in (ROOT / "templates" / folder).rglob("*.html")
        for title in re.findall(r"{% block title %}(.*?){% endblock %}", path.read_text(), re.S)
    ]
    assert len(titles) > 20
    assert [(name, title) for name, title in titles if forbidden_words(title)] == []


def test_a_link_that_gives_an_adoption_away_is_held_back(app: Flask, mail: list[EmailMessage]):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], base_url="https://xn--adopi-u9b.example.com")
    message = outbox.queue(
        None, None, Channel.EMAIL, "crisis", {"path": "/calls/5f0c"}, "lead@example.com", clock.now()
    )
    db.session.commit()
    assert send() == {"refused": 1}
    assert (mail, message.refused) == ([], Refusal.NOT_BARE)


def test_notify_hears_of_a_message_under_the_same_name_at_each_try(app: Flask, settings: Settings):
    with NotifyStub() as notify:
        app.config["CATCHUP"] = replace(
            settings, notify_api_key=KEY, notify_email_template=EMAIL_TEMPLATE, notify_url=notify.url
        )
        message = about_registration()
        about_registration(notify.refuses)
        notify.answer = 500
        assert send() == {"failed": 2}
        notify.answer = 201
        assert send() == {"sent": 1, "set_aside": 1}
        assert send() == {}
    assert [(body["reference"], body["personalisation"]["subject"]) for body in notify.accepted] == [
        (str(message.id), "We have what you sent us: CU-7K3M-4T9X")
    ]


def test_a_message_takes_no_fact_that_its_wording_has_no_place_for():
    with pytest.raises(ValueError, match="not_reached takes"):
        outbox.queue(
            None, None, Channel.EMAIL, "not_reached", {**NEUTRAL, "child": "Bo"}, "a@example.com", clock.now()
        )


@pytest.mark.parametrize("phone", [None, "01632 960 000"])
def test_a_number_is_promised_only_where_there_is_one(
    app: Flask, mail: list[EmailMessage], phone: str | None
):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], contact_phone=phone)
    about_registration()
    assert send() == {"sent": 1}
    words = mail[0].get_content()
    assert ("ring 01632 960 000 and give your reference" in words) is bool(phone)
    assert ("number" in words) is bool(phone)
    assert "If you did not send us anything" in words
