"""The command that says who is responsible: words, JSON, batches, refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catchup.cli.answers import commands, responsibility

KENT, MEDWAY = "E10000016", "E06000035"
KEYS = ["council", "since", "until", "decision_needed", "allowance_council", "reason"]
FACTS = ("--order-on", "2023-06-10", "--placing", KENT, "--home", MEDWAY)


def run(*options: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(responsibility, options, input=given)


def as_json(*options: str) -> dict[str, Any]:
    result = run(*options, "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def batch(*lines: object) -> tuple[int, list[dict[str, Any]]]:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    result = run("--batch", "-", given=text)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_it_is_among_the_commands() -> None:
    assert [command.name for command in commands] == ["responsibility", "schedule"]


def test_one_question_is_answered_with_exactly_the_promised_keys() -> None:
    answer = as_json(*FACTS, "--allowance", "--on", "2026-06-11")
    assert list(answer) == KEYS
    reason = answer.pop("reason")
    assert answer == {
        "council": MEDWAY,
        "since": "2026-06-11",
        "until": None,
        "decision_needed": False,
        "allowance_council": KENT,
    }
    assert reason.startswith("Medway is responsible from 11 June 2026")


def test_people_are_told_in_words() -> None:
    result = run(*FACTS, "--allowance", "--on", "2026-06-10")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Kent placed the child and is responsible until 10 June 2026, "
        "the end of the three years after the adoption order.",
        f"Council: Kent ({KENT})",
        "Since: 10 June 2023",
        "Until: 10 June 2026",
        f"Allowance paid by: Kent ({KENT})",
    ]


def test_without_a_day_the_question_is_about_today() -> None:
    assert as_json("--order-on", "2000-01-01", "--home", MEDWAY)["council"] == MEDWAY


def test_homes_are_given_with_the_day_they_begin_and_may_be_outside_england() -> None:
    homes = ("--home", MEDWAY, "--home", "outside@2027-02-01")
    before, after = (
        as_json("--order-on", "2023-06-10", "--placing", KENT, *homes, "--on", on)
        for on in ("2027-01-31", "2027-02-01")
    )
    assert (before["council"], before["until"]) == (MEDWAY, "2027-01-31")
    assert (after["council"], after["since"], after["until"]) == (None, None, None)
    assert after["decision_needed"] is True


def test_unknown_and_left_out_placing_councils_are_different_things() -> None:
    facts = ("--order-on", "2023-06-10", "--home", MEDWAY, "--on", "2024-01-01")
    assert as_json(*facts)["council"] == MEDWAY
    assert as_json(*facts, "--placing", "unknown")["decision_needed"] is True


@pytest.mark.parametrize("code", ["E99999999", "W06000015", "Kent"])
def test_an_unknown_council_is_refused_with_a_sentence(code: str) -> None:
    for option in ("--placing", "--home"):
        result = run("--order-on", "2023-06-10", option, code)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert f"{code} is not the code of a council in England." in result.stderr


def test_a_refusal_as_json_is_still_one_object() -> None:
    result = run("--order-on", "2023-06-10", "--placing", "E99999999", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"error": "E99999999 is not the code of a council in England."}


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--home", MEDWAY),
        ("--order-on", "10/06/2023"),
        ("--order-on", "20230610"),
        ("--order-on", "2023-W24-6"),
        ("--order-on", "2023-02-29"),
        ("--order-on", "2023-06-10", "--home", f"{MEDWAY}@June"),
        ("--order-on", "2023-06-10", "--on", ""),
        ("--order-on", "2023-06-10", "--batch", "-"),
        ("--batch", "there is no such file.jsonl"),
        ("--order", "2023-06-10", "--nonsense"),
    ],
)
def test_wrong_use_is_told_apart_from_a_refusal(options: tuple[str, ...]) -> None:
    result = run(*options)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_year_out_of_reach_is_refused() -> None:
    result = run("--order-on", "9999-01-01", "--placing", KENT)
    assert result.exit_code == 1
    assert "9999-01-01 is not a day of the years 1900 to 2199." in result.stderr


def test_a_day_far_ahead_can_be_asked_about() -> None:
    assert as_json(*FACTS, "--on", "9999-12-31")["council"] == MEDWAY


LINE = {
    "order_on": "2023-06-10",
    "placing": KENT,
    "homes": [{"council": MEDWAY, "from": None}, {"council": "outside", "from": "2027-02-01"}],
    "allowance": False,
    "on": "2026-06-10",
}


def test_a_batch_answers_line_by_line_in_order() -> None:
    code, answers = batch(LINE, LINE | {"on": "2026-06-11"}, LINE | {"on": "2027-02-01"})
    assert code == 0
    assert [answer["council"] for answer in answers] == [KENT, MEDWAY, None]
    assert all(list(answer) == KEYS for answer in answers)


def test_a_batch_gives_what_single_questions_give() -> None:
    _, (answer,) = batch(LINE | {"homes": [{"council": MEDWAY, "from": None}], "allowance": True})
    assert answer == as_json(*FACTS, "--allowance", "--on", "2026-06-10")


@pytest.mark.parametrize(
    "bad, error",
    [
        ("nonsense", "The line is not JSON."),
        ("", "The line is not JSON."),
        ("[" * 100_000, "The line is not JSON."),
        ("[]", "The line is not a JSON object."),
        (LINE | {"order_on": "2023-06-31"}, '"order_on" is to be a day written YYYY-MM-DD.'),
        (LINE | {"order_on": 20230610}, '"order_on" is to be a day written YYYY-MM-DD.'),
        (LINE | {"on": None}, '"on" is to be a day written YYYY-MM-DD.'),
        ({"placing": KENT}, "Missing: order_on."),
        (LINE | {"home": []}, "Not known here: home."),
        (LINE | {"placing": 7}, '"placing" is to be a council\'s code, "unknown" or null.'),
        (LINE | {"placing": "E99999999"}, "E99999999 is not the code of a council in England."),
        (LINE | {"homes": None}, '"homes" is to be a list.'),
        (LINE | {"homes": [KENT]}, 'A home is to be an object with "council" and "from".'),
        (LINE | {"homes": [{"from": None}]}, "Missing: council."),
        (
            LINE | {"homes": [{"council": None}]},
            'A home\'s "council" is to be a council\'s code or "outside".',
        ),
        (LINE | {"homes": [{"council": "E1"}]}, "E1 is not the code of a council in England."),
        (LINE | {"allowance": "no"}, '"allowance" is to be true or false.'),
        (LINE | {"order_on": "0001-01-01"}, "0001-01-01 is not a day of the years 1900 to 2199."),
    ],
)
def test_a_bad_line_is_answered_in_its_place_and_the_rest_goes_on(bad: object, error: str) -> None:
    code, answers = batch(LINE, bad, LINE)
    assert code == 1
    assert answers[1] == {"error": error}
    assert answers[0] == answers[2]
    assert answers[0]["council"] == KENT


def test_a_line_that_is_not_text_is_a_bad_line() -> None:
    result = run("--batch", "-", given=b'\xff\xfe{"order_on"\n' + json.dumps(LINE).encode())
    assert result.exit_code == 1
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {"error": "The line is not JSON."}
    assert second["council"] == KENT


def test_a_batch_is_read_from_a_file_and_an_empty_one_answers_nothing(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(LINE) + "\r\n", encoding="utf-8-sig", newline="")
    assert json.loads(run("--batch", str(file), "--json").stdout)["council"] == KENT
    file.write_text("")
    result = run("--batch", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
