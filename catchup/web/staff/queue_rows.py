"""The words of a queue row. A page writes hundreds, so each sentence is translated once, not once a row."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from json import loads
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from catchup import clock
from catchup.queries import directories
from catchup.queries.queue_rows import Responsible, RowFacts, ShownCall, ShownChild, shown
from catchup.rules import contact, queue_order
from catchup.rules.councils import Councils
from catchup.rules.queue_order import Section
from catchup.rules.terms import Adjustment, Band, CallKind, Outcome
from catchup.web.filters import age_in_years, clock_time, short_day, years_and_months
from catchup.web.staff import queue_states
from catchup.web.staff.queue_states import RowState
from catchup.web.wording import words

MOST_WRITTEN = 4096  # rows of some two kilobytes

HOURS = {band.value: f"{start:%-H}–{end:%-H}" for band, (start, end) in contact.BAND_HOURS.items()}


class QueueRow(NamedTuple):
    """One family of the queue, in words. ``skipped``: why this person has passed its call over."""

    call_id: str
    name: str
    children: str
    when: str
    when_more: str
    facts: Sequence[str]
    flags: Sequence[str]
    note: str
    state: RowState
    skipped: str | None


class _Written:
    """The rows written lately, by everything they depend on. Nothing of another day is kept.

    A directory that was read afresh is another one, and the rows are written again.
    """

    def __init__(self) -> None:
        self._good_for: tuple[date, Councils] | None = None
        self._kept: dict[Hashable, Markup] = {}

    def of(self, day: date) -> dict[Hashable, Markup]:
        """Those of a day."""
        good_for = (day, directories.councils())
        if self._good_for != good_for or len(self._kept) >= MOST_WRITTEN:
            self._good_for, self._kept = good_for, {}
        return self._kept


_written = _Written()


class RowWriter:
    """Puts the rows of one page into words, for one person at one moment in the language of the request.

    ``on`` is the day the page is read as of; ``labels`` are the page's own words. ``covered`` are colleagues
    for whom this person stands in, each with what a row of theirs says of it.
    """

    def __init__(
        self,
        viewer_id: UUID,
        now: datetime,
        on: date,
        lang: str,
        labels: SimpleNamespace,
        covered: Mapping[UUID, str] | None = None,
    ) -> None:
        self._viewer_id = viewer_id
        self._now = now
        self._local = clock.london(now)
        self._today = self._local.date()
        self._on = on
        self._lang = lang
        self._words = _wording(lang)
        self._labels = labels
        self._covered = covered or {}
        self._kept = _written.of(self._today)
        self._page = (viewer_id, on, contact.band_of(self._local.time()), lang, *self._covered.items())

    def written(self, which: Section, facts: RowFacts, skipped: str | None = None) -> Markup:
        """A row as it stands in the page, kept by all that it depends on unless the minute is part of it."""
        if facts.is_claimed or skipped:
            return self._write(which, facts, skipped)
        key = (self._page, which, facts)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._write(which, facts)
        return found

    def _write(self, which: Section, facts: RowFacts, skipped: str | None = None) -> Markup:
        template: Any = current_app.jinja_env.get_template("staff/_queue_row.html").module
        # What a macro has written is escaped.
        written: Markup = template.row(self.row(which, shown(facts, self._on), skipped), self._labels)
        return written

    def row(self, which: Section, shown: ShownCall, skipped: str | None = None) -> QueueRow:
        """What the queue says of one call."""
        call, children, today = shown.call, shown.children, self._today
        claim = queue_order.claim_state(call.claimed_by, call.claimed_until, self._now, self._viewer_id)
        when, when_more = self._when(which, call)
        return QueueRow(
            call_id=str(call.id),
            name=call.name,
            # A name and its age stay on one line.
            children=", ".join(
                [f"{one.first_name}\N{NO-BREAK SPACE}{age_in_years(one.born_on, today)}" for one in children]
            ),
            when=when,
            when_more=when_more,
            facts=self._facts(children),
            flags=self._flags(call, which),
            note=" · ".join(filter(None, (self._kind(call), self._times(shown), self._tried(shown)))),
            state=queue_states.of_call(
                queue_states.of_claim(claim, call.held_by, call.claimed_until, self._lang),
                which,
                with_manager=call.with_manager,
                may_ring=queue_order.may_ring(which, contact.callable_now(shown.times, self._local)),
                lang=self._lang,
            ),
            skipped=skipped,
        )

    def _short(self, on: date) -> str:
        return _short_day(on, self._today.year, self._lang)

    def _when(self, which: Section, call: Any) -> tuple[str, str]:
        """What the row leads with, and a smaller word beside it."""
        w, today = self._words, self._today
        at, why = (call.promised_at, w.promised) if call.promised_at else (call.not_before, w.not_before)
        if at is not None and (which is Section.LATER or call.promised_at):
            at = clock.london(at)
            is_today = at.date() == today
            return (clock_time(at) if is_today else f"{self._short(at.date())}, {clock_time(at)}"), why
        days = (today - call.due_on).days
        if days > 0:
            return self._short(call.due_on), (w.day_over if days == 1 else w.days_over % {"days": days})
        return (w.today if days == 0 else self._short(call.due_on)), w.due

    def _facts(self, children: Sequence[ShownChild]) -> list[str]:
        """How long ago the first order was; who is responsible until when, once where it is one answer."""
        orders = [child.order_on for child in children if child.order_on]
        age = _years_and_months(min(orders), self._today, self._lang) if orders else ""
        facts = [self._words.order % {"age": age}] if orders else []
        answers: dict[Responsible | None, list[str]] = {}
        for child in children:
            answers.setdefault(child.responsible, []).append(child.first_name)
        for answer, names in answers.items():
            said = self._responsible(answer)
            facts.append(said if len(answers) == 1 else f"{', '.join(names)}: {said}")
        return facts

    def _responsible(self, answer: Responsible | None) -> str:
        if answer is None or answer.name is None:
            return str(self._words.needs_decision)
        if answer.until is None:
            return answer.name
        return str(self._words.until % {"council": answer.name, "day": self._short(answer.until)})

    def _flags(self, call: Any, which: Section) -> list[str]:
        """What changes how the call is made: a concern, whose it is, another language, an adjustment."""
        flags = [self._words.concern] if call.has_concern and which is not Section.CONCERN else []
        if call.lead_id in self._covered:
            flags.append(self._covered[call.lead_id])
        if call.language != "English":
            flags.append(call.language)
        if call.adjustments != "[]":
            flags += [self._words.adjustments.get(one, one) for one in loads(call.adjustments)]
        return flags

    def _kind(self, call: Any) -> str:
        """Yearly calls are the rule, so only others are named."""
        if call.kind is CallKind.ANNUAL:
            return str(self._words.moving_on) if call.moving_on else ""
        return str(self._words.kinds[call.kind])

    def _times(self, shown: ShownCall) -> str:
        said = times_in_words(shown.call.good_times, shown.call.never_times, shown.call.evenings, self._lang)
        is_good = said and contact.good_now(shown.times, self._local)
        return f"{self._words.good_now} · {said}" if is_good else said

    def _tried(self, shown: ShownCall) -> str:
        """How far the attempts have got, and the latest: what happened, on which day, who it was."""
        w, tried = self._words, shown.tried
        if tried is None:
            return ""
        on = tried.last.at_local.date()
        last = w.last % {
            "outcome": w.outcomes[tried.last.outcome],
            "day": w.today_small if on == self._today else self._short(on),
            "who": w.you if tried.last_by_id == self._viewer_id else tried.last_by,
        }
        now = tried.standing
        if shown.call.with_manager:
            return f"{w.manager_decides} · {last}"
        if now.counted == 0:
            return str(last)
        number = w.attempt % {"number": min(now.counted + 1, now.needed), "needed": now.needed}
        if now.needs_other_band and now.bands_untried:
            untried = ", ".join(w.bands[band] for band in now.bands_untried)
            number = w.untried % {"attempt": number, "bands": untried}
        return f"{number} · {last}"


@lru_cache(maxsize=4096)
def _short_day(on: date, _this_year: int, _lang: str) -> str:
    return short_day(on)


@lru_cache(maxsize=4096)
def _years_and_months(since: date, on: date, _lang: str) -> str:
    return years_and_months(since, on)


@lru_cache(maxsize=2048)
def times_in_words(good: str, never: str, evenings: bool, lang: str) -> str:
    """A family's times, as stored, in a few words: "best Mon, Wed 9–12 · never Fri 15–17"."""
    w = _wording(lang)
    said = [
        w.best % {"times": _week(w, loads(good))} if good != "{}" else (w.evenings if evenings else ""),
        w.never % {"times": _week(w, loads(never))} if never != "{}" else "",
    ]
    return " · ".join(filter(None, said))


def _week(w: SimpleNamespace, stored: Mapping[str, Sequence[str]]) -> str:
    """Days with the same hours are named together."""
    days: dict[str, list[int]] = {}
    for weekday, bands in stored.items():
        hours = ", ".join(hour for band, hour in HOURS.items() if band in bands)
        if hours:
            days.setdefault(hours, []).append(int(weekday))
    return "; ".join(f"{_days(w, sorted(known))} {hours}" for hours, known in days.items())


def _days(w: SimpleNamespace, weekdays: list[int]) -> str:
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and last - first == len(weekdays) - 1:
        return f"{w.days[first]}–{w.days[last]}"
    return ", ".join(w.days[weekday] for weekday in weekdays)


@lru_cache(maxsize=16)
def _wording(_lang: str) -> SimpleNamespace:
    """Every sentence of a row in the language of the request at hand, which ``_lang`` names."""
    return SimpleNamespace(
        promised=_("promised"),
        not_before=_("not before"),
        due=_("due"),
        today=_("Today"),
        today_small=_("today"),
        day_over=_("1 day over"),
        days_over=_("%(days)s days over"),
        order=_("Order %(age)s ago"),
        until=_("%(council)s until %(day)s"),
        needs_decision=_("Council needs a decision"),
        concern=_("Open concern"),
        good_now=_("good time now"),
        best=_("best %(times)s"),
        never=_("never %(times)s"),
        evenings=_("evenings too"),
        last=_("last: %(outcome)s, %(day)s, %(who)s"),
        you=_("you"),
        attempt=_("attempt %(number)s of %(needed)s"),
        untried=_("%(attempt)s: %(bands)s still untried"),
        manager_decides=_("a manager decides"),
        moving_on=_("moving on: the last yearly call"),
        bands={
            Band.MORNING: _("mornings"),
            Band.MIDDAY: _("middays"),
            Band.AFTERNOON: _("afternoons"),
            Band.EVENING: _("evenings"),
        },
        days=[_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        adjustments={
            Adjustment.INTERPRETER.value: _("Interpreter"),
            Adjustment.BSL.value: _("BSL"),
            Adjustment.TEXT_RELAY.value: _("Text relay"),
            Adjustment.WRITTEN.value: _("In writing"),
        },
        kinds={kind: words(kind) for kind in CallKind},
        outcomes={outcome: words(outcome).lower() for outcome in Outcome},
    )
