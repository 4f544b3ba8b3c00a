"""One question to the rules as a JSON object, and who is responsible as another: command and web share it.

Source: service policy; the keys are a promise to other programs (docs/who-supports-us.md).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from catchup.rules.councils import Councils
from catchup.rules.policy import Policy
from catchup.rules.responsibility import Answer, HomeFacts, OrderFacts, responsible_on
from catchup.rules.terms import HomeKind, Placing

Json = dict[str, Any]

FIRST_YEAR, LAST_YEAR = 1900, 2199
KEYS = frozenset({"order_on", "placing", "homes", "allowance", "on"})


class RefusedError(ValueError):
    """A question that cannot be answered. Its text is a sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who is responsible for a child on a day. `on` None is today."""

    order: OrderFacts
    homes: Sequence[HomeFacts]
    on: date | None = None


def answered(
    question: Question, today: date, councils: Councils, policy_on: Callable[[date], Policy]
) -> Answer:
    """The answer to a question. Raises RefusedError, or UnknownCouncilError for a code that is none.

    Source: service policy R1 to R8.
    """
    order, homes = question.order, question.homes
    for code in (order.placing_council, *(home.council for home in homes)):
        if code is not None:
            councils.get(code)
    check_year(order.made_on)
    return responsible_on(order, homes, question.on or today, councils, policy_on(order.made_on))


def facts_of_order(made_on: date, placing: str | None, allowance: bool) -> OrderFacts:
    """An order as it is asked about: `placing` a council's code, "unknown", or None where none placed."""
    if placing is None:
        return OrderFacts(made_on, Placing.NONE, None, allowance)
    if placing == "unknown":
        return OrderFacts(made_on, Placing.UNKNOWN, None, allowance)
    return OrderFacts(made_on, Placing.COUNCIL, placing, allowance)


def facts_of_home(council: str, from_on: date | None) -> HomeFacts:
    """A home as it is asked about: a council's code, or "outside" England."""
    if council == "outside":
        return HomeFacts(HomeKind.ADDRESS, outside_england=True, from_on=from_on)
    return HomeFacts(HomeKind.ADDRESS, council, from_on=from_on)


# Read


def parse(raw: bytes) -> Json:
    """One JSON object. Raises RefusedError."""
    try:
        line = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_each_once)
    except RefusedError:
        raise
    except (ValueError, RecursionError):
        raise RefusedError("The line is not JSON.") from None
    if not isinstance(line, dict):
        raise RefusedError("The line is not a JSON object.")
    return line


def _each_once(pairs: list[tuple[str, Any]]) -> Json:
    """Of two facts under one key nobody knows which was meant. Raises RefusedError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedError("A key is there twice.")
    return found


def question(line: Json) -> Question:
    """The question that an object asks. Raises RefusedError."""
    check_keys(line, KEYS, required={"order_on"})
    placing, homes, allowance = line.get("placing"), line.get("homes", []), line.get("allowance", False)
    if not (placing is None or isinstance(placing, str)):
        raise RefusedError('"placing" is to be a council\'s code, "unknown" or null.')
    if not isinstance(homes, list):
        raise RefusedError('"homes" is to be a list.')
    if not isinstance(allowance, bool):
        raise RefusedError('"allowance" is to be true or false.')
    order = facts_of_order(day(line, "order_on"), placing, allowance)
    return Question(order, [_home(home) for home in homes], day(line, "on") if "on" in line else None)


def _home(home: object) -> HomeFacts:
    if not isinstance(home, dict):
        raise RefusedError('A home is to be an object with "council" and "from".')
    check_keys(home, {"council", "from"}, required={"council"})
    if not isinstance(home["council"], str):
        raise RefusedError('A home\'s "council" is to be a council\'s code or "outside".')
    return facts_of_home(home["council"], day(home, "from") if home.get("from") is not None else None)


def check_keys(line: Json, known: frozenset[str] | set[str], required: set[str]) -> None:
    """A misspelt key would be a fact left out, and a wrong answer that looks right. Raises RefusedError."""
    if not line.keys() <= known:
        names = ", ".join(sorted(str(key) for key in line.keys() - known))
        raise RefusedError(f"Not known here: {names}.")
    if not required <= line.keys():
        raise RefusedError(f"Missing: {', '.join(sorted(required - line.keys()))}.")


def check_year(day: date) -> None:
    """Raises RefusedError for a day that nobody living can mean."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise RefusedError(f"{day.isoformat()} is not a day of the years {FIRST_YEAR} to {LAST_YEAR}.")


def day(line: Json, key: str) -> date:
    """The day under a key. Raises RefusedError."""
    found = day_or_none(line[key])
    if found is None:
        raise RefusedError(f'"{key}" is to be a day written YYYY-MM-DD.')
    return found


def day_or_none(text: object) -> date | None:
    """A day written YYYY-MM-DD, else None."""
    # fromisoformat alone also takes 20260610 and 2026-W24-3.
    if not isinstance(text, str) or len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# Written


def as_json(answer: Answer) -> Json:
    """The answer with exactly the promised keys; days as YYYY-MM-DD."""
    return {
        "council": answer.council,
        "since": answer.since and answer.since.isoformat(),
        "until": answer.until and answer.until.isoformat(),
        "decision_needed": answer.decision_needed,
        "allowance_council": answer.allowance_council,
        "reason": answer.reason,
    }
