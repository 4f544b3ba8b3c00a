"""What a parent does on their own page: pauses the calls, asks for one sooner, picks a time, leaves.

Each act is the parent's own: no viewer, a row in the audit that names the parent, and a wish that tells
whoever rings. The caller commits. Source: service policy P9, R15, R18.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family, OfferedTime, Parent
from catchup.models.manage import Wish
from catchup.queries import directories, facts, parents, wishes
from catchup.rules import promises
from catchup.rules.leaving import Leaving
from catchup.rules.terms import Channel, Sooner, WishKind
from catchup.services import (
    alerts,
    asked_for,
    contacts,
    endings,
    families,
    offered_times,
    outbox,
    parent_links,
)
from catchup.services.offered_times import NotToBeChosenError


class NotNowError(Exception):
    """The family has left, or was stopped, so that this cannot be asked for."""


def pause(parent: Parent, until_on: date) -> None:
    """Nobody rings until that day is over; a pause of their own before it gives way.

    A call they had asked for in this time is called off, a time chosen in it given back, and the lead told.
    Raises NotNowError. Source: service policy R15.
    """
    _lock(parent)
    today = clock.today()
    _end_pauses(parent)
    made = families.pause(parent.family, today, until_on, None)
    asked_for.call_off([call for call in wishes.asked_calls(parent) if call.due_on <= until_on])
    chosen = wishes.chosen_time(parent, clock.now())
    if chosen and clock.london(chosen.at).date() <= until_on:
        offered_times.release(chosen, None, clock.now())
    _note(parent, WishKind.PAUSE, pause_id=made.id)
    _tell_lead(parent)


def start_again(parent: Parent) -> None:
    """The calls go on now. Raises NotNowError. Source: service policy R15."""
    _lock(parent)
    if _end_pauses(parent):
        _note(parent, WishKind.START_AGAIN)


def ask_sooner(parent: Parent, how: Sooner, about: str | None) -> date:
    """Ask for a call; returns the day by which it is promised: that of an open request of theirs, if any.

    A pause of their own ends. ``about`` is for the lead to read. Raises NotNowError.
    Source: service policy R18.
    """
    _lock(parent)
    asked = wishes.asked_calls(parent)
    if asked:
        return asked[0].due_on
    today = clock.today()
    _end_pauses(parent)
    promised_on = promises.call_promised_on(how, today, directories.holidays(), directories.policy(today))
    call_id = asked_for.ask_for_call(parent.family, promised_on, today, None)
    _note(parent, WishKind.SOONER, call_id=call_id, words=about)
    outbox.queue_to_family(
        parent.family_id,
        "sooner_promised",
        {"promised_on": promised_on.isoformat()},
        clock.now(),
        only=parent.id,
    )
    return promised_on


def choose_time(parent: Parent, offered: OfferedTime | None) -> None:
    """Pick one of the times offered, instead of one picked before. None: it has gone already.

    Raises NotNowError, and services.offered_times.NotToBeChosenError where somebody was quicker.
    """
    if offered is None:
        raise NotToBeChosenError
    _lock(parent)
    offered_times.take(offered, None, clock.now())
    _note(parent, WishKind.TIME, call_id=offered.call_id, offered_time_id=offered.id)


def want_other_times(parent: Parent, when: str | None) -> None:
    """No time offered suits, or the one picked does not after all: the lead is told. Raises NotNowError."""
    _lock(parent)
    now = clock.now()
    chosen = wishes.chosen_time(parent, now)
    standing = wishes.times_to_choose(parent, now)
    if chosen:
        offered_times.release(chosen, None, now)
    call_id = next((one.call_id for one in (*([chosen] if chosen else ()), *standing)), None)
    _note(parent, WishKind.OTHER_TIMES, call_id=call_id, words=when)
    _tell_lead(parent)


def is_only_one(parent: Parent) -> bool:
    """Whether nobody else of the family has confirmed, so that with this parent the family leaves."""
    return not any(other.confirmed_at for other in parent.family.parents if other.id != parent.id)


def leave(parent: Parent, reason: str | None, why: Leaving | None = None) -> bool:
    """No more calls or messages for this parent. True where the family leaves with them.

    It does where nobody else of it has confirmed. Otherwise their numbers and address are used no more, the
    calls to the other parent go on, and the lead is told. ``why`` is what is counted of a family that leaves.
    Raises NotNowError. Source: service policy P2, P9, M12.
    """
    _lock(parent)
    goes_to, family_leaves = parent.email, is_only_one(parent)
    if family_leaves:
        endings.leave(parent.family, clock.today(), reason, why, None)
        _note(parent, WishKind.LEAVE)
    else:
        for phone in parents.phones_of(parent):
            contacts.remove_phone(phone, None)
        parent.may_email = False
        asked_for.call_off(wishes.asked_calls(parent))
        _note(parent, WishKind.NOT_RUNG, words=reason)
    if goes_to:
        outbox.queue(parent.family_id, parent.id, Channel.EMAIL, "left", {}, goes_to, clock.now())
    _tell_lead(parent)
    return family_leaves


def _lock(parent: Parent) -> None:
    """Let what one family's parents do at once happen one after the other. Raises NotNowError."""
    db.session.execute(select(Family.id).where(Family.id == parent.family_id).with_for_update())
    known = facts.family(parent.family_id)
    if known.is_stopped or known.left_on is not None:
        raise NotNowError


def _end_pauses(parent: Parent) -> bool:
    there = wishes.pauses(parent, clock.today())
    for one in there:
        families.end_pause(one, None)
    return bool(there)


def _note(
    parent: Parent,
    kind: WishKind,
    *,
    call_id: UUID | None = None,
    offered_time_id: UUID | None = None,
    pause_id: UUID | None = None,
    words: str | None = None,
) -> None:
    db.session.add(
        Wish(
            family_id=parent.family_id,
            parent_id=parent.id,
            kind=kind,
            call_id=call_id,
            offered_time_id=offered_time_id,
            pause_id=pause_id,
            words=words,
            at=clock.now(),
        )
    )
    parent_links.note(parent, f"manage.{kind.value}")


def _tell_lead(parent: Parent) -> None:
    alerts.tell_lead(parent.family_id, f"/families/{parent.family_id}")
