"""Settings from the environment: what is taken, what stops the start."""

import base64
from datetime import date, time
from pathlib import Path

import pytest

from config import DEMO_EMAIL, DEMO_PHONE, ConfigError, Settings
from tests.notify_stub import EMAIL_TEMPLATE, KEY, TEXT_TEMPLATE
from tests.settings import KEY as GENERATED
from tests.settings import environment


def settings(folder: Path, **changes: str) -> Settings:
    return Settings.from_environment(environment("sqlite:///nowhere.db", folder, **changes))


def test_nobody_is_promised_a_number_that_was_not_given(tmp_path: Path):
    found = settings(tmp_path)
    assert (found.contact_phone, found.contact_email) == (None, None)


def test_a_demo_shows_a_number_and_an_address_that_nobody_has(tmp_path: Path):
    found = settings(tmp_path, CATCHUP_DEMO="1")
    assert (found.contact_phone, found.contact_email) == (DEMO_PHONE, DEMO_EMAIL)


@pytest.mark.parametrize(
    "text, day, hour",
    [("2026-11-22", date(2026, 11, 22), None), ("2026-11-22T10:30", date(2026, 11, 22), time(10, 30))],
)
def test_a_demo_begins_on_a_day_and_at_an_hour(tmp_path: Path, text: str, day: date, hour: time | None):
    found = settings(tmp_path, CATCHUP_DEMO="1", CATCHUP_TODAY=text)
    assert (found.today, found.hour) == (day, hour)


@pytest.mark.parametrize("text", ["22 November", "2026-02-30", "2026-11-22T25:00", "2026-11-22T10:30:00"])
def test_a_day_that_is_none_stops_the_start(tmp_path: Path, text: str):
    with pytest.raises(ConfigError, match="CATCHUP_TODAY"):
        settings(tmp_path, CATCHUP_DEMO="1", CATCHUP_TODAY=text)


@pytest.mark.parametrize("phone", ["01632 960 000", "+44 1632 960000", "0300 123 4567"])
def test_a_number_is_shown_as_it_was_given(tmp_path: Path, phone: str):
    assert settings(tmp_path, CATCHUP_CONTACT_PHONE=phone).contact_phone == phone


@pytest.mark.parametrize(
    "name, value",
    [
        ("CATCHUP_CONTACT_PHONE", "ring us"),
        ("CATCHUP_CONTACT_PHONE", "999"),
        ("CATCHUP_CONTACT_PHONE", "01632 960 000 ext 4"),
        ("CATCHUP_CONTACT_EMAIL", "calls"),
        ("CATCHUP_CONTACT_EMAIL", "Calls <calls@example.com>"),
    ],
)
def test_what_cannot_be_rung_or_written_to_stops_the_start(tmp_path: Path, name: str, value: str):
    with pytest.raises(ConfigError, match=name):
        settings(tmp_path, **{name: value})


def test_how_many_questions_are_answered_is_a_setting(tmp_path: Path):
    found = settings(tmp_path, CATCHUP_ASKS_FROM_ONE_PLACE="5")
    assert (found.asks_from_one_place, found.asks_in_all) == (5, 3_000)


@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_no_questions_at_all_is_not(tmp_path: Path, value: str):
    with pytest.raises(ConfigError, match="CATCHUP_ASKS_IN_ALL"):
        settings(tmp_path, CATCHUP_ASKS_IN_ALL=value)


EMAILS = {"NOTIFY_API_KEY": KEY, "NOTIFY_EMAIL_TEMPLATE_ID": EMAIL_TEMPLATE}
TEXTS = {"NOTIFY_API_KEY": KEY, "NOTIFY_TEXT_TEMPLATE_ID": TEXT_TEMPLATE}


def test_notify_needs_a_key_and_a_template(tmp_path: Path):
    assert settings(tmp_path, **(EMAILS | TEXTS)).notify_url == "https://api.notifications.service.gov.uk"
    assert settings(tmp_path, **TEXTS).notify_email_template is None


@pytest.mark.parametrize(
    "variables, name",
    [
        ({"NOTIFY_API_KEY": KEY}, "NOTIFY_TEXT_TEMPLATE_ID"),
        ({**EMAILS, "NOTIFY_API_KEY": ""}, "NOTIFY_API_KEY"),
        ({**EMAILS, "NOTIFY_API_KEY": "secret"}, "NOTIFY_API_KEY"),
        ({**EMAILS, "NOTIFY_EMAIL_TEMPLATE_ID": "welcome"}, "NOTIFY_EMAIL_TEMPLATE_ID"),
        ({**EMAILS, "NOTIFY_URL": "http://127.0.0.1:9"}, "NOTIFY_URL"),
        ({**EMAILS, "NOTIFY_URL": "https://"}, "NOTIFY_URL"),
        ({**EMAILS, "NOTIFY_URL": "http://example.com", "CATCHUP_DEMO": "1"}, "NOTIFY_URL"),
    ],
)
def test_half_of_notify_stops_the_start_and_says_no_secret(
    tmp_path: Path, variables: dict[str, str], name: str
):
    with pytest.raises(ConfigError, match=name) as refused:
        settings(tmp_path, **variables)
    assert KEY not in str(refused.value)


def test_a_demo_may_send_to_a_notify_of_its_own(tmp_path: Path):
    local = "http://127.0.0.1:9"
    assert settings(tmp_path, **EMAILS, CATCHUP_DEMO="1", NOTIFY_URL=local).notify_url == local


UNSAFE = {
    "FLASK_DEBUG": ("1", "FLASK_DEBUG must be off"),
    "SECRET_KEY": ("a-secret-of-the-tests-that-nobody-needs-to-guess", "SECRET_KEY is one from an example"),
    "CATCHUP_BASE_URL": ("http://calls.example.org", "must begin with https"),
}


@pytest.mark.promise("4.7 safe start")
@pytest.mark.parametrize("name", UNSAFE)
def test_what_is_not_safe_stops_the_start(tmp_path: Path, name: str):
    value, sentence = UNSAFE[name]
    with pytest.raises(ConfigError, match=sentence) as refused:
        settings(tmp_path, **{name: value})
    assert "secret-of-the-tests" not in str(refused.value)


@pytest.mark.promise("4.7 safe start")
@pytest.mark.parametrize("secret", ["", "short", "please-CHANGE-ME-please-change-me-please"])
def test_a_secret_that_is_none_stops_the_start(tmp_path: Path, secret: str):
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        settings(tmp_path, SECRET_KEY=secret)


# 32 bytes each: that of earlier tests, nothing but zeros, and two that take turns.
MADE_UP = [b"catch-up-tests-use-this-key-32by", bytes(32), b"\x00\xff" * 16]


@pytest.mark.promise("4.7 safe start")
@pytest.mark.parametrize("name", ["CATCHUP_ENCRYPTION_KEYS", "CATCHUP_INDEX_KEY", "CATCHUP_AUDIT_KEY"])
@pytest.mark.parametrize("key", MADE_UP)
def test_a_key_that_somebody_made_up_stops_the_start(tmp_path: Path, name: str, key: bytes):
    keys = f"{GENERATED},{base64.b64encode(key).decode()}"
    with pytest.raises(ConfigError, match=f"{name} holds a key from an example"):
        settings(tmp_path, **{name: keys})


def test_debugging_and_made_up_keys_are_a_demos_own_affair(tmp_path: Path):
    keys = base64.b64encode(bytes(32)).decode()
    found = settings(tmp_path, CATCHUP_DEMO="1", FLASK_DEBUG="1", CATCHUP_ENCRYPTION_KEYS=keys)
    assert found.encryption_keys == (bytes(32),)
