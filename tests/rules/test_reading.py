"""What staff may read of a family, by what their councils had to do with it: a line a case."""

from datetime import date

import pytest

from catchup.rules.reading import EVERYTHING, Held, Reading, owner, reading

TODAY = date(2026, 11, 23)
KENT, MEDWAY, BEXLEY = "kent", "medway", "bexley"
CHANGE = date(2026, 6, 11)
PLACED = Held(KENT, date(2023, 6, 10), date(2026, 6, 10))
TOOK_OVER = Held(MEDWAY, CHANGE)

CASES = [
    ("a council that goes on", [Held(KENT, date(2024, 6, 10))], {}, Reading(date(2024, 6, 10))),
    ("a council whose last day is to come", [Held(KENT, date(2024, 6, 10), date(2027, 6, 10))], {},
     Reading(date(2024, 6, 10))),
    ("a council whose last day is today", [Held(KENT, date(2023, 11, 23), TODAY)], {},
     Reading(date(2023, 11, 23))),
    ("a council whose last day was yesterday", [Held(KENT, date(2023, 11, 22), date(2026, 11, 22))], {},
     Reading(date(2023, 11, 22), date(2026, 11, 22))),
    ("a council that handed over", [PLACED, TOOK_OVER], {}, Reading(PLACED.since, PLACED.until)),
    ("one that is not done handing over", [PLACED, TOOK_OVER], {"hands_over": True}, Reading(PLACED.since)),
    ("the lead", [PLACED, TOOK_OVER], {"leads": True}, EVERYTHING),
    ("the hub", [], {"is_hub": True}, EVERYTHING),
    ("the council whose record it is", [PLACED, TOOK_OVER], {"owns": True}, EVERYTHING),
    ("one whose record it became", [TOOK_OVER, Held(KENT, CHANGE)], {"owns": True, "took_over": True},
     Reading(CHANGE)),
    ("a manager of that one", [Held(KENT, CHANGE)], {"owns": True, "took_over": True, "manages": True},
     EVERYTHING),
    ("a manager of a council that took over and does not own it", [Held(KENT, CHANGE)],
     {"took_over": True, "manages": True}, Reading(CHANGE)),
    ("a council whose record it is still, although they moved away", [PLACED],
     {"owns": True, "took_over": True}, Reading(PLACED.since)),
    ("a council that never had a child of it", [Held(BEXLEY, date(2020, 1, 1))], {}, None),
    ("a council it will move to", [Held(KENT, date(2026, 11, 24))], {}, None),
    ("a council it moved to today", [Held(KENT, TODAY)], {}, Reading(TODAY)),
    ("two children, one of whom stays", [PLACED, Held(KENT, date(2025, 3, 1))], {}, Reading(PLACED.since)),
    ("two children who left one after the other",
     [PLACED, Held(KENT, date(2022, 1, 1), date(2026, 9, 1))], {},
     Reading(date(2022, 1, 1), date(2026, 9, 1))),
    ("a council that had it twice", [Held(KENT, date(2020, 1, 1), date(2021, 1, 1)), Held(KENT, CHANGE)], {},
     Reading(date(2020, 1, 1))),
    ("a council that had it before and will again", [PLACED, Held(KENT, date(2027, 1, 1))], {},
     Reading(PLACED.since, PLACED.until)),
]  # fmt: skip


@pytest.mark.parametrize("held, flags, expected", [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_staff_of_kent_read_the_time_of_kent(held: list[Held], flags: dict[str, bool],
                                             expected: Reading | None) -> None:  # fmt: skip
    assert reading({KENT}, held, TODAY, **flags) == expected


def test_whoever_took_over_reads_from_their_own_first_day() -> None:
    theirs = reading({MEDWAY}, [PLACED, TOOK_OVER], TODAY)
    assert theirs == Reading(CHANGE)
    assert theirs.is_open
    assert [theirs.covers(on) for on in (date(2026, 6, 10), CHANGE, TODAY)] == [False, True, True]


def test_whoever_handed_over_reads_until_their_last_day() -> None:
    theirs = reading({KENT}, [PLACED, TOOK_OVER], TODAY)
    assert theirs is not None
    assert not theirs.is_open
    assert [theirs.covers(on) for on in (date(2023, 6, 9), date(2026, 6, 10), CHANGE)] == [False, True, False]


OURS = [{KENT, MEDWAY}, {BEXLEY}]


@pytest.mark.parametrize(
    "answering, unfinished, expected",
    [
        ([MEDWAY], False, MEDWAY),
        ([MEDWAY], True, None),
        ([KENT], False, None),
        ([MEDWAY, KENT], False, None),
        ([None], False, None),
        ([MEDWAY, None], False, None),
        ([BEXLEY], False, None),
        ([BEXLEY, MEDWAY], False, MEDWAY),
        ([], False, None),
    ],
)
def test_the_record_follows_once_everything_has_passed_within_the_agency(
    answering: list[str | None], unfinished: bool, expected: str | None
) -> None:
    assert owner(KENT, answering, OURS, unfinished=unfinished) == expected
