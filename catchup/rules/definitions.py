"""Every measure in words: one definition each, printed on the page, in the files and in docs/measures.md.

Source: service policy, measures (April to March, by quarter; council = the responsible one on the day of the
event; needing a decision is a row of its own; measures of families count under the youngest child's).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a figure is read: a share of what is below the line, a plain count, or a mean of days or months."""

    SHARE = "share"
    COUNT = "count"
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure in words: what is counted above the line and below it (None: a plain count).

    ``unknown`` says what is in neither number because nobody knows it yet; None where nothing can be so.
    A mean has the sum of days or months above the line and what they are of below it. ``of_a_day``: how
    things stand on one day, so that quarters do not add up to the year.
    """

    code: str
    name: str
    above: str
    below: str | None
    event: str
    unknown: str | None = None
    unit: Unit = Unit.SHARE
    of_a_day: bool = False


MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "M1",
            "Joined within 90 days of the order",
            "families who joined within 90 days of their first adoption order",
            "families with a first adoption order in the period",
            "the day of the first order",
            "not joined, and the order is less than 90 days old: not yet known",
        ),
        Measure(
            "M1b",
            "Joined later",
            "families who joined more than 90 days after their first adoption order",
            "families who joined in the period",
            "the day the family joined",
        ),
        Measure(
            "M2",
            "Offered catch-up calls",
            "families who were offered catch-up calls",
            "families with a first adoption order in the period",
            "the day of the first order",
            "no recorded order, so nobody noted an offer",
        ),
        Measure(
            "M3",
            "Calls due",
            "welcome and annual calls that fell due, less those of families who had left, had paused or "
            "whose youngest child had turned 18 by then",
            None,
            "the day the call was due",
            unit=Unit.COUNT,
        ),
        Measure(
            "M4",
            "Held on time",
            "calls with a conversation on or before the 28th day after they were due",
            "calls due",
            "the day the call was due",
        ),
        Measure(
            "M4b",
            "Held at all",
            "calls with a conversation, however late",
            "calls due",
            "the day the call was due",
        ),
        Measure(
            "M4c",
            "Families reached",
            "calls on which somebody in the family was spoken to, if only to rearrange or to decline",
            "calls due",
            "the day the call was due",
        ),
        Measure(
            "M5",
            "Not reached",
            "calls closed as not reached, without anybody in the family having been spoken to",
            "calls due",
            "the day the call was due",
        ),
        Measure(
            "M6",
            "Conversations that pointed to help",
            "conversations in which at least one service was suggested",
            "conversations held",
            "the day of the conversation",
        ),
        Measure(
            "M7",
            "Help that was received",
            "suggestions that led to help the family received",
            "suggestions whose result is known",
            "the day the service was suggested",
            "still waiting, or nobody has asked yet",
        ),
        Measure(
            "M7b",
            "Days until a request is decided",
            "days from the request to the first decision (agreed or refused), added up",
            "support requests that were decided",
            "the day the request was received",
            "not decided yet",
            unit=Unit.DAYS,
        ),
        Measure(
            "M7c",
            "Days from a decision to the start",
            "days from the decision to the day the support started, added up",
            "support requests that were agreed and have started",
            "the day the request was received",
            "agreed and not started yet",
            unit=Unit.DAYS,
        ),
        Measure(
            "M8",
            "Requests for extra support",
            "support requests received",
            None,
            "the day the request was received",
            unit=Unit.COUNT,
        ),
        Measure(
            "M9",
            "Conversations with high need or crisis",
            "conversations in which the need was high or a crisis",
            "conversations held",
            "the day of the conversation",
        ),
        Measure(
            "M9b",
            "First heard of in crisis",
            "families whose need, the first time it was more than none, was a crisis",
            "families whose need was more than none for the first time",
            "the day of that first conversation",
        ),
        Measure(
            "M9c",
            "Months from the order to the first support",
            "whole months from the family’s first adoption order to the first conversation that brought a "
            "suggestion or a support request, added up",
            "families for whom a conversation brought a suggestion or a support request for the first time",
            "the day of that conversation",
            unit=Unit.MONTHS,
        ),
        Measure(
            "M10",
            "Concerns about safety",
            "concerns recorded",
            None,
            "the day the concern was recorded",
            unit=Unit.COUNT,
        ),
        Measure(
            "M10b",
            "Told the same day",
            "concerns of which the council’s front door was told on the day they were recorded",
            "concerns, less those for which a manager agreed that no referral was needed",
            "the day the concern was recorded",
        ),
        Measure(
            "M11",
            "Handovers due",
            "handovers whose change day came, less those called off and those with nothing to hand over",
            None,
            "the change day",
            unit=Unit.COUNT,
        ),
        Measure(
            "M11b",
            "Accepted by the day",
            "full handovers that were accepted on or before the change day",
            "full handovers due, less those whose family declined sharing",
            "the change day",
        ),
        Measure(
            "M11c",
            "Overdue",
            "full handovers whose change day has come and that nobody has accepted yet",
            "full handovers due, less those whose family declined sharing",
            "the change day",
        ),
        Measure(
            "M12",
            "Still in the scheme after 12 months",
            "families who were in the scheme on the day 12 months after they joined",
            "families who joined in the period",
            "the day the family joined",
            "joined less than 12 months ago",
        ),
        Measure(
            "M12b",
            "Still in the scheme after 24 months",
            "families who were in the scheme on the day 24 months after they joined",
            "families who joined in the period",
            "the day the family joined",
            "joined less than 24 months ago",
        ),
        Measure(
            "M12c",
            "Still in the scheme after 36 months",
            "families who were in the scheme on the day 36 months after they joined",
            "families who joined in the period",
            "the day the family joined",
            "joined less than 36 months ago",
        ),
        Measure(
            "M12d",
            "Families who have left",
            "families who are not in the scheme now",
            "families who joined in the period",
            "the day the family joined",
        ),
        Measure(
            "M13",
            "Families in the scheme",
            "families who were in the scheme on the last day of the period (today, where it is not over)",
            None,
            "the last day of the period",
            unit=Unit.COUNT,
            of_a_day=True,
        ),
        Measure(
            "M13b",
            "Conversations held",
            "conversations held, of every kind of call",
            None,
            "the day of the conversation",
            unit=Unit.COUNT,
        ),
        Measure(
            "M13c",
            "Minutes of conversation",
            "minutes of conversation, as the lead noted them",
            None,
            "the day of the conversation",
            unit=Unit.COUNT,
        ),
        Measure(
            "M14",
            "Families who joined, by who they are",
            "families who joined",
            None,
            "the day the family joined",
            unit=Unit.COUNT,
        ),
        Measure(
            "M14b",
            "Calls held, by who the families are",
            "calls with a conversation, however late",
            "calls due",
            "the day the call was due",
        ),
        Measure(
            "M15",
            "Calls worth the family’s time",
            "answers on parents’ pages that the call was worth their time",
            "answers on parents’ pages",
            "the day of the conversation",
        ),
        Measure(
            "M15b",
            "Complaints",
            "complaints made on parents’ pages",
            None,
            "the day it was made",
            unit=Unit.COUNT,
        ),
        Measure(
            "M16",
            "Asked-for calls by the promised day",
            "calls a family asked for, held on or before the day that was promised",
            "calls a family asked for whose promised day came, less those called off before",
            "the promised day",
        ),
        Measure(
            "M17",
            "Adoptions that broke down",
            "children whose adoption broke down",
            None,
            "the day it ended",
            unit=Unit.COUNT,
        ),
    )
}
"""Every measure by its code, in the order in which they are shown."""

REPORTS: Mapping[str, tuple[str, ...]] = {
    "take-up": ("M1", "M1b", "M2", "M12", "M12b", "M12c", "M12d", "M14", "M14b"),
    "calls": ("M3", "M4", "M4b", "M4c", "M5", "M16", "M15", "M15b"),
    "signposts": ("M6", "M7", "M8", "M7b", "M7c"),
    "handovers": ("M11", "M11b", "M11c"),
    "demand": ("M13", "M13b", "M13c", "M9", "M9b", "M9c", "M10", "M10b", "M17"),
}
"""The reports there are, by name, with the measures of each."""
