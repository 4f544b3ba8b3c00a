"""The command that lists the calls: words, JSON, batches, refusals."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catchup.cli.answers import schedule

FACTS = ("--first-order", "2024-02-29", "--accepted", "2024-03-04", "--youngest-born", "2022-02-10")
LINE = {
    "first_order": "2024-02-29",
    "accepted": "2024-03-04",
    "youngest_born": "2022-02-10",
    "until": "2028-02-01",
}


def run(*options: str, given: str | None = None) -> Result:
    return CliRunner().invoke(schedule, options, input=given)


def batch(*lines: object) -> tuple[int, list[dict[str, Any]]]:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    result = run("--batch", "-", given=text)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_the_calls_that_open_by_a_day_are_listed_the_welcome_call_first() -> None:
    result = run(*FACTS, "--until", "2025-01-31", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "calls": [
            {
                "kind": "welcome",
                "cycle_on": "2024-03-04",
                "due_on": "2024-03-18",
                "opens_on": "2024-03-04",
                "on_time_until": "2024-04-15",
                "missed_after": "2024-06-16",
            },
            {
                "kind": "annual",
                "cycle_on": "2025-02-28",
                "due_on": "2025-02-28",
                "opens_on": "2025-01-31",
                "on_time_until": "2025-03-28",
                "missed_after": "2025-05-29",
            },
        ]
    }


def test_people_are_told_in_words() -> None:
    result = run(*FACTS, "--until", "2024-12-31")
    assert result.stdout == (
        "Welcome call: due 18 March 2024, opens 4 March 2024, on time until 15 April 2024, "
        "missed after 16 June 2024\n"
    )
    assert run(*FACTS, "--until", "2024-03-03").stdout == "No call opens by 3 March 2024.\n"


def test_a_leap_day_comes_back_in_a_leap_year() -> None:
    _, (answer,) = batch(LINE)
    assert [call["due_on"] for call in answer["calls"]] == [
        *("2024-03-18", "2025-02-28", "2026-03-02", "2027-03-01", "2028-02-29"),
    ]


def test_without_a_day_calls_are_listed_up_to_today() -> None:
    result = run(
        "--first-order", "2001-05-01", "--accepted", "2001-06-01", "--youngest-born", "2000-01-01", "--json"
    )
    assert json.loads(result.stdout)["calls"][-1]["cycle_on"] == "2017-05-01"


def test_every_call_of_a_childhood_can_be_listed() -> None:
    _, (answer,) = batch(LINE | {"until": "9999-12-31"})
    assert answer["calls"][-1]["cycle_on"] == "2039-02-28"
    assert len(answer["calls"]) == 16


def test_a_family_accepted_too_late_is_owed_nothing() -> None:
    _, (answer,) = batch(LINE | {"accepted": "2040-02-01", "until": "2041-01-01"})
    assert answer == {"calls": []}


@pytest.mark.parametrize(
    "bad, error",
    [
        ("{", "The line is not JSON."),
        ("null", "The line is not a JSON object."),
        (LINE | {"accepted": "2024-3-4"}, '"accepted" is to be a day written YYYY-MM-DD.'),
        (LINE | {"youngest_born": None}, '"youngest_born" is to be a day written YYYY-MM-DD.'),
        ({"first_order": "2024-02-29"}, "Missing: accepted, youngest_born."),
        (LINE | {"Until": "2024-02-29"}, "Not known here: Until."),
        (LINE | {"youngest_born": "9990-01-01"}, "9990-01-01 is not a day of the years 1900 to 2199."),
    ],
)
def test_a_bad_line_is_answered_in_its_place_and_the_rest_goes_on(bad: object, error: str) -> None:
    code, answers = batch(LINE, bad, LINE)
    assert code == 1
    assert answers[1] == {"error": error}
    assert answers[0] == answers[2]
    assert len(answers[0]["calls"]) == 5


@pytest.mark.parametrize(
    "options",
    [(), FACTS[:4], (*FACTS, "--until", "soon"), (*FACTS[:2], "--batch", "-"), ("--accepted", "2024-02-30")],
)
def test_wrong_use_is_told_apart_from_a_refusal(options: tuple[str, ...]) -> None:
    result = run(*options)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_day_out_of_reach_is_refused() -> None:
    result = run("--first-order", "2024-02-29", "--accepted", "9999-12-31", "--youngest-born", "2022-02-10")
    assert result.exit_code == 1
    assert "9999-12-31 is not a day of the years 1900 to 2199." in result.stderr
