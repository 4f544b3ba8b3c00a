"""Breaches of personal data and their 72 hours. Source: UK GDPR art. 33 and 34; service policy P8."""

from enum import StrEnum


class BreachStepKind(StrEnum):
    """What was done about a breach."""

    CONTAINED = "contained"
    ASSESSED = "assessed"
    REGULATOR_TOLD = "regulator_told"
    NOT_TOLD = "not_told"
    PEOPLE_TOLD = "people_told"
    NOTED = "noted"
    CLOSED = "closed"
