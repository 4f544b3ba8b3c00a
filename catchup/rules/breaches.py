"""Breaches of personal data and their 72 hours. Source: UK GDPR art. 33 and 34; service policy P8."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

TO_TELL_WITHIN = timedelta(hours=72)


class BreachStepKind(StrEnum):
    """What was done about a breach."""

    CONTAINED = "contained"
    ASSESSED = "assessed"
    REGULATOR_TOLD = "regulator_told"
    NOT_TOLD = "not_told"
    PEOPLE_TOLD = "people_told"
    NOTED = "noted"
    CLOSED = "closed"


ANSWERS = frozenset({BreachStepKind.REGULATOR_TOLD, BreachStepKind.NOT_TOLD})
"""What stops the clock: the Commissioner was told, or it was written down why that is not needed."""


def due_at(known_at: datetime) -> datetime:
    """The instant by which the Information Commissioner is told: 72 hours, nights and weekends included.

    Source: UK GDPR art. 33(1); the hours run from when the service knew, whoever in it that was.
    """
    return known_at + TO_TELL_WITHIN


def is_answered(steps: Collection[BreachStepKind]) -> bool:
    """Whether the clock has stopped."""
    return not ANSWERS.isdisjoint(steps)


def can_close(steps: Collection[BreachStepKind]) -> bool:
    """Whether nothing that must be written down is missing. Source: UK GDPR art. 33(5)."""
    return BreachStepKind.ASSESSED in steps and is_answered(steps)
