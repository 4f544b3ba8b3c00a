"""The night is killed at every named point and anywhere: whoever finishes it leaves what must be, once."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.faults.campaign import STEP, Campaign, Field, all_due, check_mail
from tests.faults.kill_points import KILL_POINTS
from tests.faults.nursery import Life
from tests.jobs.population import BEGINS
from tests.trust import Measured

KILLED = -9
# Not every night comes by every point.
PATIENCE = 8
# On a busy machine it begins no further set of families, and says how many kills there were.
LONG_ENOUGH_S = 120.0
SPAN = timedelta(days=1_300)


def fight(field: Field, campaign: Campaign, lives: Iterable[Life]) -> Counter[str]:
    """Each life is lived, on later nights again until it has ended early; another finishes the night.

    Returns the kills by point.
    """
    kills = Counter[str]()
    field.nursery.warm_up(campaign.next_night())
    for life in lives:
        if not campaign.has_nights(PATIENCE):
            break
        for _ in range(PATIENCE):
            night = campaign.next_night()
            (ended,) = field.nursery.live(replace(life, day=night))
            assert ended in (0, KILLED), life
            if ended == KILLED:
                kills[life.point or "anywhere"] += 1
                field.nursery.night(night)
                break
        campaign.check()
    while all_due():
        field.nursery.night(campaign.nights[-1])
    check_mail(field.mailbox, kills.total())
    return kills


def at_points(chance: Random, count: int) -> list[Life]:
    """Each point as often as any other, mostly at its first passing."""
    names = (list(KILL_POINTS) * count)[:count]
    chance.shuffle(names)
    return [Life(BEGINS, name, chance.choice((1, 1, 1, 1, 2, 3))) for name in names]


def anywhere(chance: Random, count: int) -> list[Life]:
    """From outside, at any moment of a night."""
    return [Life(BEGINS, seconds=chance.uniform(0.005, 0.12)) for _ in range(count)]


@pytest.mark.promise("4.9 kills")
def test_a_night_that_is_killed_is_finished_by_another(field: Field, engine: str, measured: Measured):
    half = list(KILL_POINTS)[engine == "postgresql" :: 2]  # the other half on the other engine
    lives = [Life(BEGINS, name) for name in half] + anywhere(Random(1), 4)
    # A month apart, so that each night has something to do; held at once, before the next makes up for it.
    step = 4 * STEP
    campaign = Campaign.begin(1, families=30, span=(2 * len(lives) + PATIENCE) * step, step=step)
    kills = fight(field, campaign, lives)
    assert kills.keys() == {*half, "anywhere"}
    measured(f"{kills.total()} kills, {len(half)} points and anywhere: 0 missing, 0 extra, 0 double")


@pytest.mark.in_release
@pytest.mark.promise("4.9 kills")
def test_of_many_nights_that_are_killed_each_is_finished(field: Field, measured: Measured):
    kills, sets, began = Counter[str](), 0, time.monotonic()
    for seed in range(5):
        if time.monotonic() - began > LONG_ENOUGH_S:
            break
        sets += 1
        chance = Random(seed)
        field.begin_anew()
        campaign = Campaign.begin(seed, families=50, span=SPAN, step=timedelta(days=4))
        kills += fight(field, campaign, at_points(chance, 100) + anywhere(chance, 50))
    assert kills.keys() == {*KILL_POINTS, "anywhere"}
    measured(
        f"{kills.total()} kills ({kills['anywhere']} anywhere, the others at {len(kills) - 1} points; {sets} "
        "sets of families): 0 missing, 0 extra, 0 double of calls, handovers, reminders, windows, messages"
    )
