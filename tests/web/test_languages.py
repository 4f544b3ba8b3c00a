"""The language of a page: chosen by families, remembered, and offered only once somebody has checked it."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup import catalogues, clock
from catchup.models.audit import AuditEvent
from catchup.models.family import Parent
from catchup.models.language import LanguageCheck
from catchup.models.outbox import Message
from catchup.models.registration import Registration
from catchup.models.staff import Staff
from catchup.queries import languages as queries
from catchup.rules.languages import BY_CODE, LANGUAGES
from catchup.rules.terms import Channel, Role
from catchup.senders import Mail
from catchup.services import languages, outbox
from catchup.web.public import join_forms
from tests.codes import send as post
from tests.factories.families import KENT, a_family, a_viewer, the_councils
from tests.factories.joining import an_hour_ago, fill_in, send
from tests.factories.staff import sign_in, staff_member

POLISH, URDU = BY_CODE["pl"], BY_CODE["ur"]
INVITATION = POLISH.invitation
PUBLIC = ("/", "/easy-read", "/accessibility", "/privacy", "/contact", "/who-supports-us", "/join/order")


@pytest.fixture
def administrator(session: Session) -> Staff:
    clock.move_to(date(2026, 11, 23))
    return staff_member(Role.ADMINISTRATOR, councils=())


@pytest.fixture
def all_on(administrator: Staff) -> None:
    """Somebody has checked every language."""
    for language in LANGUAGES[1:]:
        languages.checked(language, "Somebody who reads it", date(2026, 11, 20), a_viewer(administrator))


def asked(client: FlaskClient, path: str, **headers: str) -> str:
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).text


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("code", ["pl", "ro", "ur"])
@pytest.mark.parametrize("path", [*PUBLIC, "/nowhere"])
def test_every_public_page_is_in_the_language_asked_for(client: FlaskClient, code: str, path: str):
    page = asked(client, f"{path}?lang={code}")
    assert f'lang="{code}" dir="{"rtl" if code == "ur" else "ltr"}"' in page
    assert ("rtl.css" in page) is (code == "ur")
    assert f'<span class="cu-languages__now" lang="{code}"' in page
    assert "Skip to main content" not in page


@pytest.mark.usefixtures("all_on")
def test_a_choice_is_remembered_by_a_cookie_that_holds_nothing_else(client: FlaskClient):
    answer = client.get("/?lang=pl")
    assert [line.split(";")[0].split("=")[1] for line in answer.headers.getlist("Set-Cookie")] == ["pl"]
    assert "Czym jest rozmowa" in asked(client, "/")
    client.get("/privacy?lang=en")
    assert "What a catch-up call is" in asked(client, "/")


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("path", ["/", "/who-supports-us"])
def test_whoever_chooses_nothing_gets_no_cookie(client: FlaskClient, path: str):
    assert "Set-Cookie" not in client.get(path, headers={"Accept-Language": "pl"}).headers


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
def test_what_a_browser_prefers_is_pointed_out_and_decides_nothing(client: FlaskClient):
    page = asked(client, "/", Accept_Language="pl-PL,pl;q=0.9,en;q=0.5")
    assert '<html class="govuk-template cu-public" lang="en"' in page
    assert INVITATION in page
    assert INVITATION not in asked(client, "/", Accept_Language="en-GB,pl;q=0.5")
    client.get("/?lang=en")
    assert INVITATION not in asked(client, "/", Accept_Language="pl")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("wanted", ["pl", "xx", "", "en-GB", "../../etc"])
def test_a_language_that_is_off_or_none_leaves_the_page_english(client: FlaskClient, wanted: str):
    answer = client.get("/", query_string={"lang": wanted}, headers={"Accept-Language": "pl"})
    assert 'lang="en"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert INVITATION not in answer.text
    assert "cu-languages" not in answer.text


@pytest.mark.usefixtures("all_on")
def test_a_cookie_of_a_language_taken_off_is_of_no_use(client: FlaskClient, administrator: Staff):
    client.get("/?lang=pl")
    assert languages.take_off(POLISH, a_viewer(administrator))
    assert 'class="govuk-template cu-public" lang="en"' in asked(client, "/")


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
def test_pages_of_staff_stay_english(client: FlaskClient, administrator: Staff):
    client.get("/?lang=pl")
    sign_in(client, administrator)
    page = asked(client, "/admin/languages?lang=pl")
    assert 'lang="en"' in page
    assert "cu-languages__list" not in page


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
def test_errors_are_said_in_the_readers_language(client: FlaskClient):
    client.get("/?lang=pl")
    answer = client.post("/who-supports-us", data={"order_on-day": "31", "order_on-month": "2"})
    assert answer.status_code == 422
    for words in ("<title>Błąd: ", "Coś wymaga poprawienia", "Data orzeczenia: proszę podać rok", "Miesiąc"):
        assert words in answer.text


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "code, month", [("pl", "czerwca"), ("pl", "Czerwiec"), ("ro", "iun."), ("ur", "جون")]
)
def test_a_month_may_be_written_in_the_readers_language(client: FlaskClient, code: str, month: str):
    the_councils()
    order = {"order_on-day": "10", "order_on-month": month, "order_on-year": "2020"}
    asked_of = {**order, "placing": KENT, "postcode": "ME4 4AA"}
    answer = client.post(f"/who-supports-us?lang={code}", data=asked_of)
    assert answer.status_code == 200
    assert "Medway" in answer.text


@pytest.mark.usefixtures("all_on")
def test_numbers_keep_their_order_among_urdu_words(session: Session):
    facts = {"lead_first_name": "Priya", "call_back_number": "01632 960 001"}
    message = outbox.queue(None, None, Channel.TEXT, "not_reached", facts, "+447700900001", clock.now())
    message.language = "ur"
    session.flush()
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert isinstance(mail, Mail)
    assert "01632\N{NO-BREAK SPACE}960\N{NO-BREAK SPACE}001" in mail.body


def test_the_form_offers_every_language_that_has_words():
    assert {language.english for language in LANGUAGES} <= set(join_forms.LANGUAGES)


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
def test_the_count_under_a_long_answer_has_every_form_of_its_language(client: FlaskClient):
    fill_in(client, until="anything-else")
    english, polish = (asked(client, f"/join/anything-else?lang={code}") for code in ("en", "pl"))
    for form in ("one", "other"):
        assert f"data-i18n.characters-under-limit.{form}=" in english
    for form in ("one", "few", "many", "other"):
        assert f"data-i18n.characters-over-limit.{form}=" in polish
    assert 'characters-under-limit.few="Pozostały %{count} znaki"' in polish


@pytest.mark.usefixtures("all_on")
def test_a_registration_keeps_the_wording_and_the_language_it_was_read_in(
    client: FlaskClient, session: Session
):
    client.get("/?lang=ro")
    fill_in(client, language={"language": "Polish"})
    an_hour_ago(session)
    send(client)
    assert session.scalars(select(Registration.wording)).one() == "2026-11-24 ro"
    assert session.scalars(select(Message.language)).one() == "pl"


@pytest.mark.parametrize(
    "spoken, on, code", [("Urdu", True, "ur"), ("Urdu", False, "en"), ("Welsh", True, "en")]
)
def test_messages_to_a_family_are_in_the_language_it_talks_in_where_that_is_on(
    session: Session, administrator: Staff, spoken: str, on: bool, code: str
):
    if on:
        languages.checked(URDU, "Somebody who reads it", date(2026, 11, 20), a_viewer(administrator))
    family = a_family(language=spoken)
    facts = {"lead_first_name": "Priya", "call_back_number": "+441632960001"}
    parent = session.scalars(select(Parent).where(Parent.family_id == family.id)).one()
    message = outbox.queue(
        family.id, parent.id, Channel.EMAIL, "not_reached", facts, "alex@example.com", clock.now()
    )
    session.flush()
    assert message.language == code


def record(client: FlaskClient, code: str, **changes: str):
    usual = {"reader": "Aleksandra Invented", "all_of_it": "y"}
    usual |= {"checked_on-day": "20", "checked_on-month": "11", "checked_on-year": "2026"}
    return post(client, f"/admin/languages/{code}", **{**usual, **changes})


def test_a_recorded_check_puts_a_language_on_and_the_next_one_ends_it(
    client: FlaskClient, session: Session, administrator: Staff
):
    sign_in(client, administrator)
    assert "nobody yet" in asked(client, "/admin/languages")
    assert record(client, "pl").status_code == 302
    assert record(client, "pl", reader="Somebody Else").status_code == 302
    checks = session.scalars(select(LanguageCheck).order_by(LanguageCheck.recorded_at)).all()
    assert [(check.reader, check.ended_at is None) for check in checks] == [
        ("Aleksandra Invented", False),
        ("Somebody Else", True),
    ]
    assert checks[1].catalogue == catalogues.version("pl")
    assert POLISH in queries.offered()
    page = asked(client, "/admin/languages/pl")
    assert "Somebody Else has read it, on 20 November 2026" in page
    assert "Aleksandra Invented, 20 November 2026" in page
    off = post(client, "/admin/languages/pl/off", page="/admin/languages/pl")
    assert off.status_code == 302
    assert POLISH not in queries.offered()
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "language_check")).all()
    assert actions == ["language.check", "language.check", "language.off"]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "changes, said",
    [
        ({"reader": ""}, "Enter who has read it"),
        ({"checked_on-year": "2027"}, "must be today or in the past"),
        ({"all_of_it": ""}, "Confirm that all of it was read"),
    ],
)
def test_a_check_that_is_half_told_puts_nothing_on(
    client: FlaskClient, administrator: Staff, changes: dict[str, str], said: str
):
    sign_in(client, administrator)
    answer = record(client, "pl", **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert POLISH not in queries.offered()


@pytest.mark.usefixtures("all_on")
@pytest.mark.engine("sqlite")
def test_words_that_changed_since_are_shown_and_the_language_stays_on(
    client: FlaskClient, session: Session, administrator: Staff
):
    session.scalars(select(LanguageCheck).where(LanguageCheck.language == "pl")).one().catalogue = "0" * 64
    sign_in(client, administrator)
    assert asked(client, "/admin/languages").count("Changed since checked") == 1
    assert "Words have changed since" in asked(client, "/admin/languages/pl")
    assert POLISH in queries.offered()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("code", ["en", "xx"])
def test_english_and_languages_without_words_have_no_page(
    client: FlaskClient, administrator: Staff, code: str
):
    sign_in(client, administrator)
    assert client.get(f"/admin/languages/{code}").status_code == 404


@pytest.mark.engine("sqlite")
def test_a_demonstration_has_every_language_and_says_that_they_are_unchecked(app: Flask, client: FlaskClient):
    app.config["CATCHUP"] = replace(app.config["CATCHUP"], demo=True)
    assert "Polskiej wersji nie sprawdziła jeszcze" in asked(client, "/?lang=pl")
    assert "No native reader" not in asked(client, "/?lang=en")
