"""Families of every kind through years of nights: what is there is what the oracle says, to the day."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from catchup import clock
from catchup.extensions import db
from catchup.jobs import runner
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.services import families, leases
from tests.factories.families import a_viewer
from tests.faults.campaign import Campaign
from tests.jobs import oracle
from tests.jobs.oracle import Told
from tests.jobs.population import populate, told_by_chance
from tests.trust import Measured

LEFT_ON, BACK_ON = date(2025, 2, 10), date(2025, 9, 1)
NIGHTS = (
    *(date(2024, 12, 31), LEFT_ON, date(2025, 2, 28), date(2025, 3, 1)),
    *(BACK_ON, date(2025, 12, 31), date(2026, 2, 28), date(2026, 4, 3), date(2027, 4, 1)),
)


@pytest.mark.usefixtures("session")
@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.promise("4.9 calendar")
def test_awkward_days_of_many_families_are_as_the_oracle_says(release: bool, measured: Measured):
    number, back = (360, 40) if release else (30, 4)
    chance = Random(11)
    all_told = told_by_chance(chance, number)
    for told in told_by_chance(chance, back):
        plain = replace(told, pause=None, prefers=None, left=False, home="Kent")
        all_told.append(replace(plain, back=(LEFT_ON, BACK_ON)))
    campaign = as_campaign(all_told)
    for night in NIGHTS:
        clock.move_to(night)
        assert runner.tick(leases.new_holder()) == 0
        campaign.nights.append(night)
        if night in (LEFT_ON, BACK_ON):
            leave_or_come_back(campaign, night)
        campaign.check()
    measured(f"{len(all_told)} families, {len(campaign.must_be()['calls'])} calls: equal")


def as_campaign(all_told: list[Told]) -> Campaign:
    known = populate(all_told)
    last = NIGHTS[-1] + timedelta(days=1)
    openings = {key: oracle.opening(told, last) for key, told in known.items()}
    return Campaign(known, {}, last, openings=openings)


def leave_or_come_back(campaign: Campaign, on: date) -> None:
    for key, told in campaign.known.items():
        if told.back:
            family = db.session.get_one(Family, key)
            by = a_viewer(db.session.get_one(Staff, family.lead_id))
            if on == LEFT_ON:
                families.leave(family, on, None, by)
            else:
                families.come_back(family, on, by)
            db.session.commit()
