"""What others have done since the queue was shown. The page asks for it by itself, every few seconds.

The answer holds ids, states and counts: nothing that names a family. So it is not audited, and it does not
keep the session of somebody who has gone away alive.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from flask import Response, abort, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from catchup import clock
from catchup.queries import queue, queue_changes
from catchup.queries.queue import FIRST, SectionPlaces
from catchup.queries.queue_changes import NowCall
from catchup.rules import contact, queue_order
from catchup.rules.queue_order import Section
from catchup.web.security import viewer
from catchup.web.staff import queue_address, queue_states, staff
from catchup.web.staff.queue_states import RowState


class ShownState(NamedTuple):
    """How one row of the page stands now."""

    call_id: UUID
    state: RowState


@staff.get("/queue/changes")
def show_queue_changes() -> ResponseReturnValue:
    """The states of the rows shown, the sections' counts, and how many rows the list would change in."""
    g.quiet = True
    view, which = queue_address.view(), queue_address.section()
    try:
        shown = queue_address.shown()
    except ValueError:
        abort(400)
    me, now = viewer(), clock.now()
    listed = None if which else queue.sections(me, view, now)
    stands = shown if listed is None else _standing(listed)
    calls = queue_changes.now(list(shown), me, now)
    states = [ShownState(call_id, _state(calls.get(call_id), shown[call_id], stands)) for call_id in shown]
    answer = render_template(
        "staff/_queue_changes.html",
        states=states,
        counts=_counts(shown, listed),
        changes=_changes(shown, listed, states),
        again=queue_address.of_queue(view, section=which.value if which else None),
    )
    # Plain: these pieces are put into a page, and are none by themselves.
    return Response(answer, mimetype="text/plain")


def _standing(listed: Sequence[SectionPlaces]) -> dict[UUID, Section]:
    return {place.call_id: one.section for one in listed for place in one.places}


def _state(call: NowCall | None, shown_in: Section, stands: Mapping[UUID, Section]) -> RowState:
    lang, now = str(get_locale()), clock.now()
    if call is None:
        return queue_states.gone(lang)
    if call.is_closed:
        return queue_states.closed(call.closed_by, lang)
    claim = queue_order.claim_state(call.claimed_by, call.claimed_until, now, viewer().id)
    claimed = queue_states.of_claim(claim, call.held_by, call.claimed_until, lang)
    stands_in = stands.get(call.call_id)
    if stands_in is None:
        return queue_states.gone(lang) if claimed is queue_states.FREE else claimed
    if claimed is queue_states.FREE and stands_in is Section.LATER and shown_in is not Section.LATER:
        return queue_states.tried(call.tried_by, lang)
    callable_now = contact.callable_now(call.times, clock.london(now))
    return queue_states.of_call(
        claimed,
        stands_in,
        with_manager=call.with_manager,
        may_ring=queue_order.may_ring(stands_in, callable_now),
        lang=lang,
    )


def _counts(
    shown: Mapping[UUID, Section], listed: Sequence[SectionPlaces] | None
) -> list[tuple[Section, str]]:
    """How many families stand in each section of the page now; of one section alone it is not asked."""
    if listed is None:
        return []
    totals = {one.section: one.total for one in listed}
    there = set(shown.values())
    return [(which, queue_states.capped(totals.get(which, 0))) for which in Section if which in there]


def _changes(
    shown: Mapping[UUID, Section], listed: Sequence[SectionPlaces] | None, states: Sequence[ShownState]
) -> int:
    """How many rows would come, go or stand elsewhere if the list were shown again."""
    if listed is None:
        return sum(one.state.name in ("closed", "gone") for one in states)
    again = [(place.call_id, one.section) for one in listed for place in one.places][:FIRST]
    counted = Counter(
        "new" if call_id not in shown else "moved" if shown[call_id] is not which else "same"
        for call_id, which in again
    )
    gone = len(shown) - counted["moved"] - counted["same"]
    # On a full page one that comes pushes another off its end, and one that goes lets another in.
    come_and_gone = max(counted["new"], gone) if len(shown) == FIRST else counted["new"] + gone
    return counted["moved"] + come_and_gone
