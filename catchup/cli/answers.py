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
from catchup.rules import asking
from catchup.rules.asking import Json, Question, RefusedError
from catchup.rules.calendar import in_words
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import Answer, HomeFacts
from catchup.rules.schedule import OwedCall, ScheduleFacts, calls_owed
from catchup.rules.terms import CallKind

_PROGRESS_SECONDS = 2.0
_LINES_AT_ONCE = 500


# Asked: plain values in, an answer of the rules out.


def who_is_responsible(question: Question) -> Answer:
    """Who is responsible. Raises RefusedError, or UnknownCouncilError for a code that is none."""
    today = question.on or _today()
    return asking.answered(question, today, councils(), policy_on)


def which_calls(first_order: date, accepted: date, youngest_born: date, until: date) -> list[OwedCall]:
    """The calls that open by a day. Raises RefusedError for days out of reach."""
    for day in (first_order, accepted, youngest_born):
        asking.check_year(day)
    facts = ScheduleFacts((first_order,), (accepted,), youngest_born)
    return calls_owed(facts, until, holidays(), policy_on(accepted))


def _today() -> date:
    from catchup.clock import today  # Only a question without a day needs the clock.

    return today()


# Written: JSON for programs, words for people.


def _responsibility_json(answer: Answer) -> str:
    return json.dumps(asking.as_json(answer))


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
    return _responsibility_json(who_is_responsible(asking.question(line)))


def _schedule_line(line: Json) -> str:
    required = {"first_order", "accepted", "youngest_born"}
    asking.check_keys(line, required | {"until"}, required)
    until = asking.day(line, "until") if "until" in line else _today()
    first_order, accepted, born = (
        asking.day(line, key) for key in ("first_order", "accepted", "youngest_born")
    )
    return _schedule_json(which_calls(first_order, accepted, born, until))


def _answer_batch(file: BinaryIO, answer: Callable[[Json], str]) -> None:
    """One answer a line, in the order asked; a bad line gets its error, and then the exit code is 1."""
    refused = 0
    told_at = monotonic()
    waiting: list[str] = []
    for number, raw in enumerate(file, start=1):
        try:
            reply = answer(asking.parse(raw))
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


# Read: the options of a command.


class DayOption(click.ParamType[date]):
    """A day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        day = value if isinstance(value, date) else asking.day_or_none(value)
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
        return asking.facts_of_home(council, DAY.convert(text, param, ctx) if at else None)


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
    order = asking.facts_of_order(order_on, placing, allowance)
    try:
        answer = who_is_responsible(Question(order, homes, on))
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
