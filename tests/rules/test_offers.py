"""The code of an offer, and the days that count."""

from datetime import date

import pytest

from catchup.rules import offers
from catchup.rules.policy import policy_on

ORDER_ON = date(2026, 6, 1)
POLICY = policy_on(ORDER_ON)


def test_a_code_has_eight_signs_none_of_which_is_taken_for_another() -> None:
    codes = {offers.make_code(number.to_bytes(8, "big")) for number in range(0, 2**63, 2**53)}
    assert len(codes) == 1024
    assert all(len(code) == 8 for code in codes)
    assert not set("".join(codes)) & set("0OQ1IL5SB8ZUVY") - set("58V")


def test_a_code_needs_bytes_enough() -> None:
    with pytest.raises(ValueError, match="8 random bytes"):
        offers.make_code(b"1234567")


@pytest.mark.parametrize(
    "text, code",
    [
        ("7K3M-4T9X", "7K3M4T9X"),
        (" 7k3m 4t9x ", "7K3M4T9X"),
        ("7k3m–4t9x", "7K3M4T9X"),
        ("7K3M4T9", None),
        ("7K3M4T9XX", None),
        ("7K3M-4T9O", None),
        ("", None),
    ],
)
def test_small_letters_blanks_and_odd_dashes_are_forgiven(text: str, code: str | None) -> None:
    assert offers.typed(text) == code


def test_a_code_is_written_as_it_is_read_again() -> None:
    assert offers.written("7K3M4T9X") == "7K3M-4T9X"
    assert offers.typed(offers.written("7K3M4T9X")) == "7K3M4T9X"


@pytest.mark.parametrize("today, late", [(date(2026, 7, 1), False), (date(2026, 7, 2), True)])
def test_a_family_not_offered_is_late_after_thirty_days(today: date, late: bool) -> None:
    assert offers.is_late(ORDER_ON, today, POLICY) is late


def test_a_family_is_reminded_from_eight_weeks_on() -> None:
    assert offers.reminded_from(date(2026, 6, 1), POLICY) == date(2026, 7, 27)
