"""Schedulers that meet, freeze, lose their database, and whose clocks are wrong: the night is done once."""

from datetime import date, time, timedelta
from random import Random
from threading import Timer

import psycopg
import pytest
from sqlalchemy import make_url

from tests.faults.campaign import Campaign, Field
from tests.faults.kill_points import KILL_POINTS
from tests.faults.nursery import FROZEN, WRONG, Life
from tests.trust import Measured

DAY = timedelta(days=1)
# Where a process can stand still on SQLite without keeping every other from writing.
OUTSIDE = (
    *("after the lease", "between two jobs", "after reading", "after a commit"),
    *("before sending", "after sending"),
)


@pytest.mark.promise("4.9 schedulers")
def test_schedulers_that_start_together_do_each_night_once(
    field: Field, engine: str, release: bool, measured: Measured
):
    nights, together = 200 if release else 5, 3 if engine == "postgresql" else 2
    families, step = (30, 6 * DAY) if release else (10, 28 * DAY)
    campaign = Campaign.begin(7, families, span=(nights + 2) * step, step=step)
    field.nursery.warm_up(campaign.next_night())
    for number in range(nights):
        night = campaign.next_night()
        assert field.nursery.live(*[Life(night)] * together) == [0] * together
        if number % 5 == 0:
            campaign.check()
    campaign.check()
    measured(f"{together} at once for {nights} nights: 0 wrong")


@pytest.mark.promise("4.9 frozen")
def test_one_that_stands_still_while_another_finishes_does_no_harm_when_it_wakes(
    field: Field, engine: str, release: bool, measured: Measured
):
    times = 50 if release else 1
    chance, frozen = Random(3), 0
    campaign = Campaign.begin(3, 30 if release else 10, span=timedelta(days=1_000), step=7 * DAY)
    field.nursery.warm_up(campaign.next_night())
    points = (
        OUTSIDE if engine == "sqlite" else [one for one in KILL_POINTS if one != "while renewing the lease"]
    )
    while frozen < times:
        life = Life(campaign.next_night(), chance.choice(points), freezes=True)
        (ended,) = field.nursery.live(life)
        assert ended in (0, FROZEN), life
        frozen += ended == FROZEN
        field.nursery.night(campaign.nights[-1])
        campaign.check()
    measured(f"{frozen} times: 0 wrong")


@pytest.mark.engine("postgresql")
@pytest.mark.promise("4.9 database")
def test_a_scheduler_whose_connections_are_cut_leaves_nothing_wrong(
    field: Field, fresh_database: str, release: bool, measured: Measured
):
    times = 20 if release else 3
    chance, cut = Random(5), 0
    campaign = Campaign.begin(5, 10, span=timedelta(days=1_000), step=14 * DAY)
    field.nursery.warm_up(campaign.next_night())
    url = make_url(fresh_database).set(drivername="postgresql")
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def hang_up() -> None:
        nonlocal cut
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            cut += len(connection.execute(others).fetchall())

    for _ in range(times):
        night = campaign.next_night()
        accident = Timer(chance.uniform(0.02, 0.12), hang_up)
        accident.start()
        (ended,) = field.nursery.live(Life(night))
        accident.join()
        assert ended in (0, WRONG)
        field.nursery.night(night)
        campaign.check()
    measured(f"connections cut {times} times in the night: 0 wrong")


@pytest.mark.promise("4.9 clocks")
def test_clocks_that_change_run_back_or_differ_between_hosts_do_no_harm(field: Field, measured: Measured):
    campaign = Campaign.begin(9, 12, span=timedelta(days=900))
    field.nursery.warm_up(campaign.next_night())
    first = campaign.nights[0]
    spring, autumn = date(2025, 3, 30), date(2025, 10, 26)
    days = [
        *((spring, at) for at in (time(0, 30), time(1, 30), time(2, 30), time(23, 30))),
        *((spring - DAY, time(12)), (spring + DAY, time(0, 1)), (spring + 2 * DAY, time(12))),
        *((autumn, at) for at in (time(0, 30), time(1, 30), time(2, 30), time(23, 30))),
        *((autumn + DAY, time(0, 1)), (autumn - DAY, time(12)), (autumn - 365 * DAY, time(12))),
        *((autumn + 365 * DAY, time(12)), (autumn + 3 * DAY, time(12)), (first - 400 * DAY, time(12))),
    ]
    for day, at in days:
        assert field.nursery.live(Life(day, at=at)) == [0]
        # A day that was done is not done again, and one before the first has nothing to be made up for.
        if day > campaign.nights[-1]:
            campaign.nights.append(day)
        if day >= first:
            campaign.check()
    last = campaign.nights[-1]
    for number in range(1, 5):
        day = last + 7 * number * DAY
        behind = Life(day - DAY, at=time(23, 55))
        assert field.nursery.live(behind, Life(day, at=time(0, 5))) == [0, 0]
        campaign.nights.append(day)
    campaign.check()
    measured(f"{len(days)} odd hours and days, 4 midnights between two hosts 10 minutes apart: 0 wrong")
