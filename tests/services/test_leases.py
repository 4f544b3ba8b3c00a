"""One process works at a time, and one that wakes late writes nothing."""

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import update

from catchup.extensions import db
from catchup.models.job import Lease as LeaseRow
from catchup.services import leases
from catchup.services.leases import Lease, LostLeaseError

pytestmark = pytest.mark.usefixtures("session")
ELSEWHERE = "another-host/0/0:7:a1"


def take(holder: str, held_for: timedelta = leases.HELD_FOR) -> Lease | None:
    lease = leases.take("work", holder, held_for)
    db.session.commit()
    return lease


def let_expire() -> None:
    db.session.execute(update(LeaseRow).values(until=LeaseRow.until - 10_000))
    db.session.commit()


def test_only_one_holder_at_a_time():
    assert take("a:1:x") == Lease("work", "a:1:x", 1)
    assert take("b:1:x") is None


def test_a_holder_that_renews_keeps_its_fence():
    assert take("a:1:x") == take("a:1:x")


def test_another_takes_over_after_the_lease_has_ended_and_the_late_one_is_refused():
    late = take("a:1:x")
    let_expire()
    assert take("b:1:x") == Lease("work", "b:1:x", 2)
    assert late is not None
    with pytest.raises(LostLeaseError):
        leases.begin_under(late)


def test_a_holder_that_comes_back_after_its_lease_has_ended_gets_another_fence():
    late = take("a:1:x")
    let_expire()
    assert take("a:1:x") == Lease("work", "a:1:x", 2)
    assert late is not None
    with pytest.raises(LostLeaseError):
        leases.begin_under(late)


def test_a_lease_that_was_given_back_is_free_at_once():
    lease = take("a:1:x")
    assert lease is not None
    leases.give_back(lease)
    db.session.commit()
    assert take("b:1:x") == Lease("work", "b:1:x", 2)


def test_giving_back_late_takes_nothing_from_the_next_holder():
    late = take("a:1:x")
    let_expire()
    take("b:1:x")
    assert late is not None
    leases.give_back(late)
    db.session.commit()
    assert take("c:1:x") is None


def test_what_a_dead_process_of_this_host_left_is_free_at_once():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    place, _, chance = leases.new_holder().rsplit(":", 2)
    take(f"{place}:{ended.pid}:{chance}")
    assert take(leases.new_holder()) is not None


def test_what_lives_here_or_is_elsewhere_is_left_alone():
    take(leases.new_holder())
    assert take(leases.new_holder()) is None
    let_expire()
    take(ELSEWHERE)
    assert take(leases.new_holder()) is None
