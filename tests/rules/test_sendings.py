"""How long a link opens, what it opens, and whom one may be sent to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from catchup.rules import sendings
from catchup.rules.sendings import ContactState, LinkState, PartState
from catchup.rules.terms import HandoverState

MADE_AT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
EXPIRES_AT = MADE_AT + sendings.LINK_LASTS
VERIFIED_ON = date(2026, 3, 2)


def state(*parts: PartState, now: datetime = MADE_AT, **facts: bool) -> LinkState:
    there = {"locked": False, "ended": False, "stopped": False} | facts
    return sendings.link_state(parts or (PartState.TO_ANSWER,), now=now, expires_at=EXPIRES_AT, **there)


@pytest.mark.parametrize(
    "now, opens",
    [
        (datetime(2026, 3, 30, 10, 29, tzinfo=UTC), LinkState.OPEN),
        (datetime(2026, 3, 30, 10, 30, tzinfo=UTC), LinkState.EXPIRED),
        (datetime(2026, 3, 31, 10, 30, tzinfo=UTC), LinkState.EXPIRED),
    ],
)
def test_a_link_opens_for_28_days_to_the_minute(now: datetime, opens: LinkState) -> None:
    assert state(now=now) is opens


def test_a_locked_or_ended_link_opens_nothing_and_says_so_before_all_else() -> None:
    late = EXPIRES_AT + timedelta(days=1)
    assert state(locked=True, ended=True, stopped=True, now=late) is LinkState.LOCKED
    assert state(ended=True, stopped=True, now=late) is LinkState.ENDED


def test_while_everything_is_stopped_nothing_opens() -> None:
    assert state(stopped=True) is LinkState.STOPPED


@pytest.mark.parametrize(
    "parts, opens",
    [
        ((PartState.TO_ANSWER,), LinkState.OPEN),
        ((PartState.ASKED,), LinkState.OPEN),
        ((PartState.ACCEPTED, PartState.TO_ANSWER), LinkState.OPEN),
        ((PartState.ACCEPTED, PartState.ASKED), LinkState.OPEN),
        ((PartState.ACCEPTED,), LinkState.ANSWERED),
        ((PartState.ACCEPTED, PartState.CLOSED), LinkState.ANSWERED),
        ((PartState.CLOSED, PartState.CLOSED), LinkState.ENDED),
        ((PartState.CLOSED, PartState.TO_ANSWER), LinkState.OPEN),
    ],
)
def test_a_link_opens_until_all_that_is_left_of_it_is_accepted(
    parts: tuple[PartState, ...], opens: LinkState
) -> None:
    assert state(*parts) is opens


@pytest.mark.parametrize(
    "current, part",
    [
        (HandoverState.SENT, PartState.TO_ANSWER),
        (HandoverState.QUERIED, PartState.ASKED),
        (HandoverState.SUMMARY_WRITTEN, PartState.ASKED),
        (HandoverState.SUMMARY_CHECKED, PartState.ASKED),
        (HandoverState.ACCEPTED, PartState.ACCEPTED),
        (HandoverState.DECLINED, PartState.CLOSED),
        (HandoverState.NOT_NEEDED, PartState.CLOSED),
        (HandoverState.NEEDS_DECISION, PartState.CLOSED),
        (HandoverState.PLANNED, PartState.CLOSED),
        (HandoverState.FAMILY_TOLD, PartState.CLOSED),
        (HandoverState.DONE, PartState.CLOSED),
    ],
)
def test_a_part_follows_its_handover(current: HandoverState, part: PartState) -> None:
    assert sendings.part_state(current, same_council=True, withdrawn=False, sent_since=False) is part


@pytest.mark.parametrize("wrong", ["same_council", "withdrawn", "sent_since"])
@pytest.mark.parametrize("current", list(HandoverState))
def test_a_part_is_shut_once_it_is_anothers_withdrawn_or_sent_again(
    current: HandoverState, wrong: str
) -> None:
    facts = {"same_council": True, "withdrawn": False, "sent_since": False}
    facts[wrong] = not facts[wrong]
    assert sendings.part_state(current, **facts) is PartState.CLOSED


@pytest.mark.parametrize(
    "days, worth, usable",
    [
        (0, ContactState.VERIFIED, True),
        (180, ContactState.VERIFIED, True),
        (181, ContactState.STALE, True),
        (365, ContactState.STALE, True),
        (366, ContactState.TOO_OLD, False),
    ],
)
def test_a_contact_goes_stale_and_then_is_not_used_any_more(
    days: int, worth: ContactState, usable: bool
) -> None:
    found = sendings.contact_state(VERIFIED_ON, VERIFIED_ON + timedelta(days=days))
    assert found is worth
    assert sendings.may_send_to(found) is usable


def test_a_contact_that_nobody_verified_is_not_used() -> None:
    assert not sendings.may_send_to(sendings.contact_state(None, VERIFIED_ON))
