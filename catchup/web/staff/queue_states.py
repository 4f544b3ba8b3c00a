"""Whether a call of the queue can be started now, by one person, and what its row says where it cannot."""

from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import NamedTuple

from flask_babel import gettext as _

from catchup.queries.queue import CAP
from catchup.rules.queue_order import Claim, Section
from catchup.web.filters import clock_time


class RowState(NamedTuple):
    """``name``: free, mine, others, manager, later, hours; closed or gone since the list was shown.

    Only what is free or one's own can be started. ``line`` stands beside the buttons.
    """

    name: str
    line: str = ""


FREE = RowState("free")


def capped(total: int) -> str:
    """How many families stand in a section, as far as they are counted."""
    return f"{CAP}+" if total > CAP else str(total)


def of_claim(claim: Claim, held_by: str | None, until: datetime | None, lang: str) -> RowState:
    """Who has the call, if somebody has."""
    w = _wording(lang)
    if claim is Claim.FREE:
        return FREE
    time = clock_time(until)
    if claim is Claim.MINE:
        return RowState("mine", w.mine % {"time": time})
    return RowState("others", w.others % {"name": held_by, "time": time})


def of_call(claimed: RowState, which: Section, *, with_manager: bool, may_ring: bool, lang: str) -> RowState:
    """A call nobody has can be started, unless a manager decides or it is not the time for it."""
    if claimed is not FREE:
        return claimed
    w = _wording(lang)
    if with_manager:
        return RowState("manager", w.manager)
    if which is Section.LATER:
        return RowState("later")
    return FREE if may_ring else RowState("hours", w.hours)


def closed(by: str | None, lang: str) -> RowState:
    """Somebody has closed the call since the list was shown."""
    w = _wording(lang)
    return RowState("closed", w.saved % {"name": by} if by else w.closed)


def tried(by: str | None, lang: str) -> RowState:
    """The call has come to wait since the list was shown, mostly because somebody has tried it."""
    w = _wording(lang)
    return RowState("later", w.tried % {"name": by} if by else w.waits)


def gone(lang: str) -> RowState:
    """The call is no longer in this list."""
    return RowState("gone", _wording(lang).gone)


@lru_cache(maxsize=16)
def _wording(_lang: str) -> SimpleNamespace:
    """Every line in the language of the request at hand, which ``_lang`` names."""
    return SimpleNamespace(
        mine=_("Yours until %(time)s"),
        others=_("Held by %(name)s until %(time)s"),
        manager=_("With a manager"),
        hours=_("Not at this time of day"),
        saved=_("Saved by %(name)s"),
        closed=_("Closed"),
        tried=_("Tried by %(name)s"),
        waits=_("Not yet"),
        gone=_("No longer in this list"),
    )
