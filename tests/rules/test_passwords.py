"""Passwords that are easy to guess are refused, whatever they are made of."""

import pytest

from catchup.data.common_passwords import words_for
from catchup.rules.passwords import Weakness, weakness

WORDS = words_for("Priya Nightjar", "priya@example.com")


@pytest.mark.parametrize(
    "length, found", [(11, Weakness.TOO_SHORT), (12, None), (64, None), (128, None), (129, Weakness.TOO_LONG)]
)
def test_length(length: int, found: Weakness | None):
    password = ("wobbly-tangerine" * 9)[:length]

    assert weakness(password, WORDS) is found


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password2026!!", "P@ssw0rd12345", "passwordpassword", "123456789012", "aaaaaaaaaaaa",
        "abababababab", "qwertyuiop123", "1q2w3e4r5t6y", "letmein-letmein", "Summer2026!!!", "iloveyou1234",
        "catchup-2026!", "AdoptionCouncil", "adoption123456", "KentKentKent1", "SouthGloucestershire1",
        "priyanightjar", "Nightjar-2026", "correcthorsebatterystaple", "            ", "!!!!!!!!!!!!",
    ],
)  # fmt: skip
def test_what_everybody_tries_first(password: str):
    assert weakness(password, WORDS) is Weakness.TOO_COMMON


@pytest.mark.parametrize(
    "password",
    [
        "copper lanterns quietly", "492817365023", "tangerine-password", "monkey dragon sunshine",
        "ålesund og fjellene", "你好吗我的朋友们今天去公园玩", "kWq7-mz2p-x9rt", "walrus umbrella fig",
    ],
)  # fmt: skip
def test_a_password_of_ones_own_is_good_without_any_kind_of_character_asked_for(password: str):
    assert weakness(password, WORDS) is None


def test_every_password_of_the_common_list_is_refused():
    assert [word for word in words_for() if weakness(word, words_for()) is None] == []
