"""The rules asked from the outside: who is responsible, and which calls are owed. No database, no app."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from time import monotonic
from typing import Any, BinaryIO

import click

from catchup.bank_holidays import holidays
from catchup.cli.answering import in_sentences
from catchup.data.councils_file import councils
from catchup.rules.calendar import in_words
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import Answer, HomeFacts, OrderFacts, responsible_on
from catchup.rules.schedule import OwedCall, ScheduleFacts, calls_owed
from catchup.rules.terms import CallKind, HomeKind, Placing

Json = dict[str, Any]

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_PROGRESS_SECONDS = 2.0
_LINES_AT_ONCE = 500


class RefusedError(ValueError):
    """A question that cannot be answered. Its text is a sentence for whoever asked."""


# Asked: plain values in, an answer of the rules out.


def who_is_responsible(order: OrderFacts, homes: Sequence[HomeFacts], on: date) -> Answer:
    """Who is responsible on a day. Raises RefusedError, or UnknownCouncilError for a code that is none."""
    directory = councils()
    for code in (order.placing_council, *(home.council for home in homes)):
        if code is not None:
            directory.get(code)
    _check_year(order.made_on)
    return responsible_on(order, homes, on, directory, policy_on(order.made_on))


def which_calls(first_order: date, accepted: date, youngest_born: date, until: date) -> list[OwedCall]:
    """The calls that open by a day. Raises RefusedError for days out of reach."""
    for day in (first_order, accepted, youngest_born):
        _check_year(day)
    facts = ScheduleFacts((first_order,), (accepted,), youngest_born)
    return calls_owed(facts, until, holidays(), policy_on(accepted))


def _check_year(day: date) -> None:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise RefusedError(f"{day.isoformat()} is not a day of the years {_FIRST_YEAR} to {_LAST_YEAR}.")


def _facts_of_order(made_on: date, placing: str | None, allowance: bool) -> OrderFacts:
    if placing is None:
        return OrderFacts(made_on, Placing.NONE, None, allowance)
    if placing == "unknown":
        return OrderFacts(made_on, Placing.UNKNOWN, None, allowance)
    return OrderFacts(made_on, Placing.COUNCIL, placing, allowance)


def _facts_of_home(council: str, from_on: date | None) -> HomeFacts:
    if council == "outside":
        return HomeFacts(HomeKind.ADDRESS, outside_england=True, from_on=from_on)
    return HomeFacts(HomeKind.ADDRESS, council, from_on=from_on)


def _today() -> date:
    from catchup.clock import today  # Only a question without a day needs the clock.

    return today()


# Written: JSON for programs, words for people.


def _responsibility_json(answer: Answer) -> str:
    return json.dumps(
        {
            "council": answer.council,
            "since": answer.since and answer.since.isoformat(),
            "until": answer.until and answer.until.isoformat(),
            "decision_needed": answer.decision_needed,
            "allowance_council": answer.allowance_council,
            "reason": answer.reason,
        }
    )


def _schedule_json(calls: Iterable[OwedCall]) -> str:
    # The parts of the key are all that is written of a call.
    written = [
        _call_json(c.kind, c.cycle_on, c.due_on, c.opens_on, c.on_time_until, c.missed_after) for c in calls
    ]
    return f'{{"calls": [{", ".join(written)}]}}'


@lru_cache(maxsize=65_536)  # In a batch the same days come back thousands of times.
def _call_json(kind: CallKind, *days: date) -> str:
    names = ("cycle_on", "due_on", "opens_on", "on_time_until", "missed_after")
    dates = {name: day.isoformat() for name, day in zip(names, days, strict=True)}
    return json.dumps({"kind": kind.value, **dates})


def _responsibility_text(answer: Answer) -> str:
    lines = [answer.reason]
    if answer.council and answer.since:
        lines += [
            f"Council: {councils().name(answer.council)} ({answer.council})",
            f"Since: {in_words(answer.since)}",
            f"Until: {in_words(answer.until) if answer.until else 'no end known'}",
        ]
    if answer.allowance_council:
        payer = answer.allowance_council
        lines.append(f"Allowance paid by: {councils().name(payer)} ({payer})")
    return "\n".join(lines)


def _schedule_text(calls: Sequence[OwedCall], until: date) -> str:
    if not calls:
        return f"No call opens by {in_words(until)}."
    return "\n".join(
        f"{call.kind.value.capitalize()} call: due {in_words(call.due_on)}, "
        f"opens {in_words(call.opens_on)}, on time until {in_words(call.on_time_until)}, "
        f"missed after {in_words(call.missed_after)}"
        for call in calls
    )


# Read: a line of a batch.


def _responsibility_line(line: Json) -> str:
    _check_keys(line, {"order_on", "placing", "homes", "allowance", "on"}, required={"order_on"})
    placing, homes, allowance = line.get("placing"), line.get("homes", []), line.get("allowance", False)
    if not (placing is None or isinstance(placing, str)):
        raise RefusedError('"placing" is to be a council\'s code, "unknown" or null.')
    if not isinstance(homes, list):
        raise RefusedError('"homes" is to be a list.')
    if not isinstance(allowance, bool):
        raise RefusedError('"allowance" is to be true or false.')
    order = _facts_of_order(_day(line, "order_on"), placing, allowance)
    on = _day(line, "on") if "on" in line else _today()
    return _responsibility_json(who_is_responsible(order, [_home_in_line(home) for home in homes], on))


def _home_in_line(home: object) -> HomeFacts:
    if not isinstance(home, dict):
        raise RefusedError('A home is to be an object with "council" and "from".')
    _check_keys(home, {"council", "from"}, required={"council"})
    if not isinstance(home["council"], str):
        raise RefusedError('A home\'s "council" is to be a council\'s code or "outside".')
    return _facts_of_home(home["council"], _day(home, "from") if home.get("from") is not None else None)


def _schedule_line(line: Json) -> str:
    required = {"first_order", "accepted", "youngest_born"}
    _check_keys(line, required | {"until"}, required)
    until = _day(line, "until") if "until" in line else _today()
    first_order, accepted, born = (_day(line, key) for key in ("first_order", "accepted", "youngest_born"))
    return _schedule_json(which_calls(first_order, accepted, born, until))


def _check_keys(line: Json, known: set[str], required: set[str]) -> None:
    """A misspelt key would be a fact left out, and a wrong answer that looks right."""
    if not line.keys() <= known:
        names = ", ".join(sorted(str(key) for key in line.keys() - known))
        raise RefusedError(f"Not known here: {names}.")
    if not required <= line.keys():
        raise RefusedError(f"Missing: {', '.join(sorted(required - line.keys()))}.")


def _day(line: Json, key: str) -> date:
    day = _day_or_none(line[key])
    if day is None:
        raise RefusedError(f'"{key}" is to be a day written YYYY-MM-DD.')
    return day


def _day_or_none(text: object) -> date | None:
    # fromisoformat alone also takes 20260610 and 2026-W24-3.
    if not isinstance(text, str) or len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _answer_batch(file: BinaryIO, answer: Callable[[Json], str]) -> None:
    """One answer a line, in the order asked; a bad line gets its error, and then the exit code is 1."""
    refused = 0
    told_at = monotonic()
    waiting: list[str] = []
    for number, raw in enumerate(file, start=1):
        try:
            reply = answer(_parse(raw))
        except (RefusedError, UnknownCouncilError) as refusal:
            reply = json.dumps({"error": str(refusal)})
            refused += 1
        waiting.append(reply + "\n")
        if len(waiting) == _LINES_AT_ONCE:
            sys.stdout.writelines(waiting)
            waiting.clear()
            if monotonic() - told_at > _PROGRESS_SECONDS:
                told_at = monotonic()
                click.echo(f"{number} lines answered", err=True)
    sys.stdout.writelines(waiting)
    sys.stdout.flush()
    if refused:
        click.echo(f"{refused} of the lines could not be answered.", err=True)
        sys.exit(1)


def _parse(raw: bytes) -> Json:
    try:
        line = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise RefusedError("The line is not JSON.") from None
    if not isinstance(line, dict):
        raise RefusedError("The line is not a JSON object.")
    return line


# Read: the options of a command.


class DayOption(click.ParamType[date]):
    """A day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        day = value if isinstance(value, date) else _day_or_none(value)
        if day is None:
            self.fail(f"{value!r} is not a day written YYYY-MM-DD.", param, ctx)
        return day


class HomeOption(click.ParamType[HomeFacts]):
    """A council's code or "outside", with the day from which the child lives there: E10000016@2024-05-01."""

    name = "GSS|outside[@YYYY-MM-DD]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> HomeFacts:
        if isinstance(value, HomeFacts):
            return value
        council, at, text = str(value).partition("@")
        return _facts_of_home(council, DAY.convert(text, param, ctx) if at else None)


DAY = DayOption()
BATCH = click.option(
    "--batch", type=click.File("rb"), help="A file of questions, one JSON object a line; - is standard input."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


@click.command()
@click.option("--order-on", type=DAY, help="The day the adoption order was made.")
@click.option(
    "--placing", metavar="GSS|unknown", help="The council that placed the child; left out: none did."
)
@click.option(
    "--home", "homes", type=HomeOption(), multiple=True, help="Where the child lives, from a day on."
)
@click.option("--allowance", is_flag=True, help="An allowance was agreed before the order.")
@click.option("--on", type=DAY, help="The day asked about; left out: today.")
@BATCH
@AS_JSON
@in_sentences
def responsibility(
    order_on: date | None,
    placing: str | None,
    homes: tuple[HomeFacts, ...],
    allowance: bool,
    on: date | None,
    batch: BinaryIO | None,
    as_json: bool,
) -> None:
    """Say which council is responsible for a child's adoption support, until when, and why."""
    if batch is not None:
        _refuse_beside_batch(order_on, placing, homes, allowance, on)
        _answer_batch(batch, _responsibility_line)
        return
    if order_on is None:
        raise click.UsageError("Give --order-on, or --batch with a file.")
    order, asked_on = _facts_of_order(order_on, placing, allowance), on or _today()
    try:
        answer = who_is_responsible(order, homes, asked_on)
    except (RefusedError, UnknownCouncilError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(_responsibility_json(answer) if as_json else _responsibility_text(answer))


@click.command()
@click.option("--first-order", type=DAY, help="The day of the family's first adoption order.")
@click.option("--accepted", type=DAY, help="The day the registration was accepted.")
@click.option("--youngest-born", type=DAY, help="The youngest child's date of birth.")
@click.option("--until", type=DAY, help="Calls that open by this day; left out: today.")
@BATCH
@AS_JSON
@in_sentences
def schedule(
    first_order: date | None,
    accepted: date | None,
    youngest_born: date | None,
    until: date | None,
    batch: BinaryIO | None,
    as_json: bool,
) -> None:
    """List the welcome call and the annual calls that a family is owed."""
    if batch is not None:
        _refuse_beside_batch(first_order, accepted, youngest_born, until)
        _answer_batch(batch, _schedule_line)
        return
    if first_order is None or accepted is None or youngest_born is None:
        raise click.UsageError("Give --first-order, --accepted and --youngest-born, or --batch with a file.")
    asked_until = until or _today()
    try:
        calls = which_calls(first_order, accepted, youngest_born, asked_until)
    except RefusedError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(_schedule_json(calls) if as_json else _schedule_text(calls, asked_until))


def _refuse_beside_batch(*options: object) -> None:
    if any(options):
        raise click.UsageError("--batch takes its questions from the file alone.")


commands = [responsibility, schedule]
