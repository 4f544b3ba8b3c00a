"""How far a request for extra support has come, and what may happen to it next.

Source: service policy, section 5 and M7.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Protocol, TypeVar

from catchup.rules.terms import SupportStep

_NEXT: Mapping[SupportStep, tuple[SupportStep, ...]] = MappingProxyType(
    {
        SupportStep.RECEIVED: (SupportStep.DECIDED, SupportStep.REFUSED),
        # What was agreed can still be withdrawn before it starts.
        SupportStep.DECIDED: (SupportStep.STARTED, SupportStep.REFUSED),
        SupportStep.STARTED: (),
        SupportStep.REFUSED: (),
    }
)

UNDER_WAY = tuple(step for step, following in _NEXT.items() if following)
"""The states in which somebody still waits for something."""


class Misstep(Enum):
    """Why a step cannot be added to a request."""

    OUT_OF_TURN = "the request is not there yet, or is past it"
    TOO_EARLY = "it would lie before the step that came before it"
    IN_FUTURE = "it has not happened yet"


class Taken(Protocol):
    """A step that was taken."""

    step: SupportStep


AnyStep = TypeVar("AnyStep", bound=Taken)


def latest(steps: Iterable[AnyStep]) -> AnyStep:
    """The step at which a request stands: the furthest of them. Raises ValueError without any."""
    return max(steps, key=lambda taken: list(SupportStep).index(taken.step))


def steps_after(last: SupportStep) -> tuple[SupportStep, ...]:
    """What may happen to a request that stands here; nothing once support has started or was refused."""
    return _NEXT[last]


def misstep(last: SupportStep, last_on: date, step: SupportStep, on: date, today: date) -> Misstep | None:
    """What is wrong with a step after the last one, or None. The first step is on the day received."""
    if step not in steps_after(last):
        return Misstep.OUT_OF_TURN
    if on < last_on:
        return Misstep.TOO_EARLY
    if on > today:
        return Misstep.IN_FUTURE
    return None
