"""The daily queue: who to call now, and the button that gives out the next call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from catchup import clock
from catchup.extensions import db
from catchup.queries import directories, queue, queue_rows, skips, workload
from catchup.queries.queue import CAP, Place, SectionPlaces, View
from catchup.queries.scope import Viewer
from catchup.queries.workload import Covered
from catchup.rules.councils import Councils
from catchup.rules.queue_order import Section
from catchup.services import calls
from catchup.web.filters import short_day, weekday
from catchup.web.security import saw_list, viewer
from catchup.web.staff import queue_address, staff
from catchup.web.staff.queue_rows import RowWriter
from catchup.web.staff.queue_states import capped

ROWS = 25
# Pages further on are read as of the first one, but not as of yesterday's.
LONGEST_FROZEN = timedelta(hours=12)
TO_DO_TODAY = (Section.CONCERN, Section.PROMISED, Section.ASKED, Section.OVERDUE, Section.DUE_TODAY)
EDGES = {
    Section.CONCERN: "now",
    Section.PROMISED: "now",
    Section.OVERDUE: "late",
    Section.LATER: "later",
}


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One section of the page. ``more``: the address of the rows that are not shown, if there are any."""

    key: str
    title: str
    edge: str
    count: str
    rows: Sequence[Markup]
    more: str | None


@staff.get("/queue")
def show_queue() -> ResponseReturnValue:
    """The sections in their order, up to 25 rows of them; or one section, page by page."""
    view, now = queue_address.view(), clock.now()
    at = _frozen(now)
    which = queue_address.section()
    pages = _one_section(view, at, which) if which else _all_sections(view, at)
    listed = [place for _one, places, _more in pages for place in places]
    facts = iter(queue_rows.facts(listed))
    saw_list("queue.view", "family", [place.family_id for place in listed])
    me = viewer()
    lang = str(get_locale())
    w = _wording(lang)
    covered = workload.covered(me, _day(now)) if me.covers else []
    in_words = {one.staff_id: _for_whom(one) for one in covered}
    writer, skipped = RowWriter(me.id, now, _day(at), lang, w, in_words), skips.mine(me, now)
    return render_template(
        "staff/queue.html",
        sections=[
            ShownSection(
                key=one.section.value,
                title=w.titles[one.section],
                edge=EDGES.get(one.section, ""),
                count=capped(one.total),
                rows=[
                    writer.written(one.section, next(facts), skipped.get(place.call_id)) for place in places
                ],
                more=more,
            )
            for one, places, more in pages
        ],
        view=view,
        mine=None if view.team or which else capped(sum(one.total for one, _places, _more in pages)),
        councils=_councils(me, _day(at)),
        covered=covered,
        day=_day_in_words(_day(now), lang),
        w=w,
        done=None if which else queue.tried_today(me, _day(now)),
        to_do=sum(one.total for one, _places, _more in pages if one.section in TO_DO_TODAY),
        only=which,
        changes=queue_address.of_changes(
            view, which, [(one.section, place) for one, places, _more in pages for place in places]
        ),
    )


@staff.post("/queue/next")
def start_next_call() -> ResponseReturnValue:
    """Give this person the first call that may be started, and to nobody else."""
    call_id = calls.start_next(queue_address.view(), viewer(), clock.now())
    if call_id is None:
        flash(_("There is nobody to call at the moment."))
        return redirect(queue_address.of_queue(queue_address.view()))
    db.session.commit()
    return redirect(url_for(".show_call", call_id=call_id))


Page = tuple[SectionPlaces, Sequence[Place], str | None]


def _all_sections(view: View, at: datetime) -> list[Page]:
    pages: list[Page] = []
    room = ROWS
    for one in queue.sections(viewer(), view, at, ROWS):
        places = one.places[:room]
        room -= len(places)
        more = None if len(places) == one.total else queue_address.of_queue(view, section=one.section.value)
        pages.append((one, places, more))
    return pages


def _one_section(view: View, at: datetime, which: Section) -> list[Page]:
    """One page of a section: a block of 200 by due date, in the section's order, from the cursor on."""
    after, beyond = _place("after"), _place("beyond")
    found = queue.section(viewer(), view, at, which, beyond)
    block, is_last = list(found.places), found.total <= CAP
    if not is_last:
        block.remove(max(block, key=_by_due))
    rest = [place for place in block if after is None or _in_order(place) > _in_order(after)]
    places = rest[:ROWS]
    known = {"section": which.value, "at": str(int(at.timestamp()))}
    more = None
    if len(rest) > ROWS:
        known |= {"beyond": _cursor(beyond)} if beyond else {}
        more = queue_address.of_queue(view, **known, after=_cursor(places[-1]))
    elif not is_last:
        more = queue_address.of_queue(view, **known, beyond=_cursor(max(block, key=_by_due)))
    return [(found, places, more)]


def _by_due(place: Place) -> tuple[date, UUID]:
    return place.due_on, place.call_id


def _in_order(place: Place) -> tuple[int, date, UUID]:
    return place.not_good, place.due_on, place.call_id


def _cursor(place: Place) -> str:
    return f"{place.not_good}.{place.due_on}.{place.call_id}"


def _place(name: str) -> Place | None:
    """The place a page ended with; None where there is none to be read."""
    try:
        not_good, due_on, call_id = request.args.get(name, "").split(".")
        return Place(int(not_good), date.fromisoformat(due_on), UUID(call_id), UUID(int=0))
    except ValueError:
        return None


def _frozen(now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(int(request.args.get("at", "")), tz=now.tzinfo)
    except (ValueError, OverflowError, OSError):
        return now
    return at if now - LONGEST_FROZEN <= at <= now else now


def _day(at: datetime) -> date:
    return clock.london(at).date()


def _for_whom(one: Covered) -> str:
    return _("For %(name)s, away until %(day)s", name=one.name, day=short_day(one.until_on))


def _councils(me: Viewer, today: date) -> list[tuple[str, str]]:
    """The councils to choose from: those of today whose families this person may see, by name."""
    in_agency = directories.agency_councils(today) if me.hub else ()
    mine = frozenset(code for _agency, code in in_agency) if me.hub else me.councils
    return _by_name(directories.councils(), mine, today)


@lru_cache(maxsize=64)
def _by_name(known: Councils, codes: frozenset[str], today: date) -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in known.on(today) if row.code in codes]


@lru_cache(maxsize=16)
def _day_in_words(on: date, _lang: str) -> str:
    return weekday(on)


@lru_cache(maxsize=16)
def _wording(_lang: str) -> SimpleNamespace:
    """The page's own words in the language of the request at hand, which ``_lang`` names."""
    return SimpleNamespace(
        queue=_("Queue"),
        start_next=_("Start next call"),
        done_today=_("%s of %s done today"),
        whose=_("Whose calls"),
        mine=_("Mine"),
        team=_("Team"),
        council=_("Council"),
        all=_("All"),
        show=_("Show"),
        find_family=_("Find a family"),
        find=_("Find"),
        start=_("Start"),
        go_on=_("Go on"),
        know=_("I know this family"),
        skipped=_("Skipped by you:"),
        rang_back=_("They rang us back"),
        ended=_("You have been signed out."),
        sign_in=_("Sign in again"),
        next_page=_("Next page"),
        show_all=_("Show all"),
        titles={
            Section.CONCERN: _("Concern to acknowledge"),
            Section.PROMISED: _("Call back now"),
            Section.ASKED: _("Asked for a call"),
            Section.OVERDUE: _("Overdue"),
            Section.DUE_TODAY: _("Due today"),
            Section.OPENING: _("Open, due later"),
            Section.LATER: _("Not yet"),
        },
    )
