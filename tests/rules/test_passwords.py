"""Passwords that are easy to guess are refused, whatever they are made of."""

from pathlib import Path

import pytest

from catchup.data import common_passwords
from catchup.data.common_passwords import tried_first, words_for
from catchup.rules.passwords import SHORTEST, Weakness, weakness
from tests.trust import Measured

WORDS = words_for("Priya Nightjar", "priya@example.com")
TRIED = tried_first()


@pytest.mark.parametrize(
    "length, found", [(11, Weakness.TOO_SHORT), (12, None), (64, None), (128, None), (129, Weakness.TOO_LONG)]
)
def test_length(length: int, found: Weakness | None):
    password = ("wobbly-tangerine" * 9)[:length]

    assert weakness(password, WORDS, TRIED) is found


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
    assert weakness(password, WORDS, TRIED) is Weakness.TOO_COMMON


@pytest.mark.parametrize(
    "password",
    [
        "copper lanterns quietly", "492817365023", "tangerine-password", "monkey dragon sunshine",
        "ålesund og fjellene", "你好吗我的朋友们今天去公园玩", "kWq7-mz2p-x9rt", "walrus umbrella fig",
    ],
)  # fmt: skip
def test_a_password_of_ones_own_is_good_without_any_kind_of_character_asked_for(password: str):
    assert weakness(password, WORDS, TRIED) is None


def test_every_password_of_the_common_list_is_refused():
    assert [word for word in words_for() if weakness(word, words_for()) is None] == []


@pytest.mark.promise("4.1 passwords")
def test_the_passwords_that_are_tried_first_are_refused_also_when_they_are_made_longer(
    measured: Measured, release: bool
):
    every = list(Path(common_passwords.__file__).with_name("tried_first.txt").read_text().split())
    commonest, long = every[:3_000], [word for word in every if len(word) >= SHORTEST]
    words, tried = words_for(), tried_first()
    longer = [
        made
        for word in (commonest if release else commonest[::30])
        for made in (
            f"{word}1234567890!!",
            f"{word.title()}2026!!!!!!!!",
            f"!!!!!!1985{word}",
            word * (-(-SHORTEST // len(word)) or 1),
        )
    ]
    let_through = [word for word in [*commonest, *long, *longer] if weakness(word, words, tried) is None]

    refused = sum(weakness(word, words, tried) is not None for word in commonest)
    measured(
        f"{refused} of the {len(commonest):,} commonest refused, {len(long)} of 30,000 that are long enough, "
        f"and {len(longer):,} made longer; {len(let_through)} let through",
        holds=not let_through,
    )
    assert let_through == []
