"""Which days of a family's record a member of staff may read, by what their councils had to do with it.

Source: service policy P5 and R21.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain


@dataclass(frozen=True, slots=True)
class Held:
    """Days on which a council answered for a child, or was where it lived; `until` None is open."""

    council: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The days one may read, both included. No `since`: from the beginning; no `until`: as it stands now."""

    since: date | None = None
    until: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the record is read as it stands today; only then may anything be written in it."""
        return self.until is None

    def covers(self, on: date) -> bool:
        """Whether what happened on a day may be read."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


EVERYTHING = Reading()


def reading(
    councils: Collection[str],
    held: Iterable[Held],
    today: date,
    *,
    leads: bool = False,
    is_hub: bool = False,
    owns: bool = False,
    manages: bool = False,
    took_over: bool = False,
    hands_over: bool = False,
) -> Reading | None:
    """What somebody of these councils may read; None: nothing, there is no such family for them.

    The lead and the hub read everything. So do staff of the council that `owns` the record; where it
    `took_over` by a handover, only those of them who manage, because it answers for the whole of it. Others
    read the time of their own councils: from the first day on which one of them held a child of the family,
    until the last. Whoever `hands_over`, with a handover that is not finished though its day has come, reads
    on until it is. Source: service policy P5, R21.
    """
    if leads or is_hub or (owns and (manages or not took_over)):
        return EVERYTHING
    mine = [one for one in held if one.council in councils and one.since <= today]
    if not mine:
        return EVERYTHING if owns else None
    since = min(one.since for one in mine)
    ends = [one.until for one in mine if one.until is not None and one.until < today]
    if owns or hands_over or len(ends) < len(mine):
        return Reading(since)
    return Reading(since, max(ends))


def owner(
    council: str,
    answering: Sequence[str | None],
    agencies: Iterable[Collection[str]],
    *,
    unfinished: bool,
) -> str | None:
    """The council to which a family's record passes from `council`; None: it stays where it is.

    It passes on when `council` answers for no child any more and nothing of a handover is left to be done,
    to the first council of `answering` (the youngest child's first; None needs a decision). Not to a council
    outside the agency: nobody there could look after the record, and the calls may go on from here.
    Source: service policy P5, R21.
    """
    if unfinished or not answering or None in answering or council in answering:
        return None
    ours = set(chain.from_iterable(one for one in agencies if council in one))
    return next((code for code in answering if code in ours), None)
