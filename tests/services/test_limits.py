"""Tries are counted together, and let go when their time is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine
from flask import Flask

from catchup.services import limits

FIVE_MINUTES = timedelta(minutes=5)


def test_no_more_than_the_limit_in_any_window_however_it_lies(app: Flask):
    with app.app_context(), time_machine.travel("2026-11-20T11:59:00Z", tick=False) as time:
        passed = []
        for second in range(900):
            if limits.hit("a", FIVE_MINUTES, 3):
                passed.append(second)
            time.shift(1)

    assert len(passed) >= 8
    assert all(later - first >= 300 for first, later in zip(passed, passed[3:], strict=False))


def test_a_refused_try_is_not_counted_so_that_trying_on_shuts_nobody_out_for_ever(app: Flask):
    with app.app_context(), time_machine.travel("2026-11-20T12:00:00Z", tick=False) as time:
        for _ in range(3):
            limits.hit("a", FIVE_MINUTES, 2)
        time.shift(302)

        assert limits.hit("a", FIVE_MINUTES, 2)


def test_buckets_do_not_know_of_each_other(app: Flask):
    with app.app_context():
        assert [limits.hit(bucket, FIVE_MINUTES, 1) for bucket in "aabb"] == [True, False, True, False]


def test_a_try_that_is_given_back_leaves_room(app: Flask):
    with app.app_context():
        limits.hit("a", FIVE_MINUTES, 1)
        limits.give_back("a")

        assert limits.hit("a", FIVE_MINUTES, 1)


def test_forty_at_once_share_the_limit(app: Flask):
    def one(_: int) -> bool:
        with app.app_context():
            return limits.hit("a", FIVE_MINUTES, 10)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(40))) == 10


def test_a_bucket_does_not_tell_whose_it_is(app: Flask):
    name = limits.bucket("sign-in", "priya@example.com")

    assert "priya" not in name
    assert len(name) <= 100
    assert name != limits.bucket("sign-in", "sam@example.com")
    assert name != limits.bucket("sign-in-code", "priya@example.com")
