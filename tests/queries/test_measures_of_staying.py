"""Who stays in the scheme and why families leave, counted by hand in small worlds."""

from datetime import date

import pytest

from catchup import clock
from catchup.extensions import db
from catchup.models.ending import AdoptionEnd
from catchup.rules.leaving import Leaving
from tests.factories.events import a_quiet_family
from tests.factories.families import KENT, MEDWAY, a_child, a_family
from tests.factories.measured import a_family_of, counted
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize("left_on, stayed", [(date(2026, 5, 1), 0), (date(2026, 5, 2), 1)])
def test_a_family_is_still_there_on_the_day_twelve_months_later_unless_it_left_by_then(
    left_on: date, stayed: int
) -> None:
    a_family_of(date(2025, 5, 1), left_on)
    assert counted("M12", KENT, 1, as_of=date(2026, 4, 30)) == (0, 0, 1)
    assert counted("M12", KENT, 1, as_of=date(2026, 5, 1)) == (stayed, 1, 0)
    assert counted("M12b", KENT, 1) == (0, 0, 1)


def test_why_families_left_is_counted_and_silence_too() -> None:
    a_family_of(date(2025, 5, 1), date(2025, 8, 1), Leaving.DOING_WELL)
    a_family_of(date(2025, 5, 1), date(2025, 8, 1))
    a_family_of(date(2025, 5, 1))
    assert counted("M12d", KENT, 1) == (2, 3, 0)
    assert counted("M12d", KENT, 1, reason="doing_well") == (1, 3, 0)
    assert counted("M12d", KENT, 1, reason="not_said") == (1, 3, 0)
    assert counted("M12d", KENT, 1, as_of=date(2025, 7, 31)) == (0, 3, 0)


def test_families_in_the_scheme_are_those_of_the_last_day_and_no_sum() -> None:
    a_family_of(date(2025, 5, 1))
    a_family_of(date(2025, 5, 1), date(2025, 9, 30))
    a_family_of(date(2026, 1, 7))
    assert [counted("M13", KENT, quarter)[0] for quarter in (1, 2, 3, 4)] == [2, 1, 1, 2]
    assert counted("M13", KENT) == (2, None, 0)
    # On 1 January the fourth quarter has begun, and the year's figure is that of the day.
    assert counted("M13", KENT, as_of=date(2026, 1, 1)) == (1, None, 0)
    assert counted("M13", KENT, 4, as_of=date(2025, 12, 31)) == (0, None, 0)


def test_in_the_scheme_a_family_counts_under_the_council_of_that_day() -> None:
    clock.move_to(date(2024, 1, 8))
    a_family([a_child(date(2022, 9, 29))], accepted_on=date(2024, 1, 8))
    a_family([a_child(date(2022, 9, 30))], accepted_on=date(2024, 1, 8))
    younger = a_child(date(2023, 12, 1), born_on=date(2022, 1, 1), placing_council=None, home_council=MEDWAY)
    a_family([a_child(date(2022, 9, 30)), younger], accepted_on=date(2024, 1, 8))
    assert counted("M13", KENT, 2) == (1, None, 0)
    assert counted("M13", MEDWAY, 2) == (2, None, 0)
    assert counted("M13", None, councils="all") == (3, None, 0)


def test_an_adoption_that_ended_is_a_child_and_one_taken_back_is_none() -> None:
    family, by = a_quiet_family(), staff_member()
    for superseded_at in (None, clock.now()):
        db.session.add(
            AdoptionEnd(
                family_id=family.id,
                child_id=family.children[0].id,
                ended_on=date(2025, 5, 1),
                council_code=KENT,
                recorded_at=clock.now(),
                recorded_by=by.id,
                superseded_at=superseded_at,
            )
        )
    db.session.commit()
    assert counted("M17", KENT, 1) == (1, None, 0)
