"""What a parent changes of their own on their page. What makes contact safer acts at once, the rest waits.

Where there is another parent, times when nobody must ring are added to and never taken away: the other may
have asked for them. The caller commits. Source: service policy P3, P9.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from catchup.models.family import Phone
from catchup.models.manage import ParentVisit, Proposal
from catchup.queries import parents as queries
from catchup.rules.contact import Times
from catchup.rules.parents import Rules, at_once, opens
from catchup.rules.registration import WORKDAYS
from catchup.rules.terms import Band
from catchup.services import contacts, families, parent_links, proposals
from catchup.services.contacts import Email
from catchup.services.new_families import NewAddress, NewPhone


class NoTimeLeftError(Exception):
    """There would be no time at which the family may be rung."""


class Kept(StrEnum):
    """What became of a change: it holds now, waits for an answer by message, or for the next call."""

    NOW = "now"
    ASKED = "asked"
    WAITS = "waits"


def change_rules(visit: ParentVisit, phone: Phone, wanted: Rules) -> Kept:
    """Whether we may leave a message, and text: no holds at once, yes waits to be confirmed."""
    before = Rules(phone.may_leave_message, phone.may_text)
    now, number = at_once(before, wanted), phone.number
    proposals.withdraw_phone(visit.parent, number)
    if now != before:
        phone = contacts.replace_phone(
            phone, _with(phone, may_leave_message=now.may_leave_message, may_text=now.may_text), None
        )
    _note(visit, "manage.rules")
    if not opens(before, wanted):
        return Kept.NOW
    asked = _with(phone, may_leave_message=wanted.may_leave_message, may_text=wanted.may_text)
    return _kept(proposals.propose_phone(visit.parent, asked, is_new=False))


def change_words(
    visit: ParentVisit, phone: Phone, who_else: str | None, code_phrase: str | None, *, forget: bool
) -> Kept:
    """Who else may hear, and the word for when they cannot talk: set anew; what is left out stays.

    ``forget``: what we had goes, as far as nothing takes its place.
    """
    kept = NewPhone("") if forget else phone
    contacts.replace_phone(
        phone,
        _with(phone, who_else=who_else or kept.who_else, code_phrase=code_phrase or kept.code_phrase),
        None,
    )
    _note(visit, "manage.words")
    return Kept.NOW


def remove_phone(visit: ParentVisit, phone: Phone) -> Kept:
    """A number is not theirs any more, or not safe: nobody rings it from now on."""
    proposals.withdraw_phone(visit.parent, phone.number)
    contacts.remove_phone(phone, None)
    _note(visit, "manage.remove_phone")
    return Kept.NOW


def add_phone(visit: ParentVisit, new: NewPhone) -> Kept:
    """Another number. One they have already only gets other rules."""
    known = next((one for one in queries.phones_of(visit.parent) if one.number == new.number), None)
    if known is not None:
        wanted = Rules(new.may_leave_message, new.may_text)
        if new.who_else or new.code_phrase:
            change_words(visit, known, new.who_else, new.code_phrase, forget=False)
            known = next(one for one in queries.phones_of(visit.parent) if one.number == new.number)
        return change_rules(visit, known, wanted)
    _note(visit, "manage.add_phone")
    return _kept(proposals.propose_phone(visit.parent, new, is_new=True))


def new_email(visit: ParentVisit, address: str, shared_with: str | None) -> Kept:
    """Another e-mail address: the old one is asked."""
    _note(visit, "manage.new_email")
    return _kept(proposals.propose_email(visit.parent, address, shared_with))


def email_rules(visit: ParentVisit, shared_with: str | None, *, stop: bool) -> Kept:
    """Who else reads it, set anew; or nobody writes there any more, which holds at once and is not told."""
    parent = visit.parent
    may = parent.may_email and not stop
    if not stop:
        _note(visit, "manage.email")
    contacts.change_email(parent, Email(parent.email, may, shared_with or parent.email_shared_with), None)
    if stop:
        parent_links.note(parent, "manage.stop_email")
    return Kept.NOW


def change_times(visit: ParentVisit, good: Mapping[str, Sequence[str]], *, evenings: bool) -> Kept:
    """When it is good to ring. Raises NoTimeLeftError."""
    family = visit.parent.family
    _has_time(good, family.never_times, evenings=evenings)
    contacts.change_times(family, good, family.never_times, None, evenings=evenings)
    _note(visit, "manage.times")
    return Kept.NOW


def change_never(visit: ParentVisit, never: Mapping[str, Sequence[str]]) -> Kept:
    """When nobody must ring. Raises NoTimeLeftError."""
    family = visit.parent.family
    if not queries.is_alone(visit.parent):
        never = _both(family.never_times, never)
    _has_time(family.good_times, never, evenings=family.evenings)
    contacts.change_times(family, family.good_times, never, None, evenings=family.evenings)
    _note(visit, "manage.never")
    return Kept.NOW


def prefer_day(visit: ParentVisit, preferred: tuple[int, int] | None) -> Kept:
    """On which day of the year to ring, as (month, day); None: on the anniversary."""
    families.prefer_day(visit.parent.family, preferred, None)
    _note(visit, "manage.day")
    return Kept.NOW


def change_language(visit: ParentVisit, language: str, adjustments: Sequence[str]) -> Kept:
    """The language to talk in, and what makes talking easier."""
    contacts.change_language(visit.parent.family, language, adjustments, None)
    _note(visit, "manage.language")
    return Kept.NOW


def move(visit: ParentVisit, child_ids: Sequence[UUID], address: NewAddress, from_on: date) -> Kept:
    """A move from a day: it waits until staff have looked at it."""
    proposals.propose_home(visit.parent, child_ids, address, from_on)
    _note(visit, "manage.move")
    return Kept.WAITS


def _has_time(
    good: Mapping[str, Sequence[str]], never: Mapping[str, Sequence[str]], *, evenings: bool
) -> None:
    if not Times.from_stored(good, never, evenings).allowed():
        raise NoTimeLeftError


def _both(some: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Bands by weekday that are in either."""
    return {
        day: [band.value for band in Band if band in some.get(day, ()) or band in others.get(day, ())]
        for day in WORKDAYS
    }


def _with(phone: Phone, **changes: object) -> NewPhone:
    """A number as it stands, but for these."""
    now = {
        "number": phone.number,
        "may_leave_message": phone.may_leave_message,
        "may_text": phone.may_text,
        "who_else": phone.who_else,
        "code_phrase": phone.code_phrase,
    }
    return NewPhone(**(now | changes))  # type: ignore[arg-type]  # the columns' own types


def _kept(proposal: Proposal) -> Kept:
    return Kept.ASKED if proposals.is_asked(proposal) else Kept.WAITS


def _note(visit: ParentVisit, action: str) -> None:
    """Say who did it, and tell the parent at the address they have."""
    parent_links.note(visit.parent, action)
    proposals.tell_of_change(visit)
