"""Early or crisis: need by the time since the order, one's own councils only."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from catchup import clock
from catchup.queries import early_or_crisis
from catchup.rules.early_or_crisis import Since
from catchup.rules.terms import Need, Role
from tests.factories.events import a_signpost, a_talk
from tests.factories.families import BEXLEY, KENT, a_child, a_family
from tests.factories.orders import a_recorded_order
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 1, 21)


@pytest.fixture(autouse=True)
def _families(session: object) -> None:
    """Three families of Kent and one of Bexley: rung one, four and one and a half years after the order."""
    by = staff_member()
    clock.move_to(date(2024, 7, 1))
    early = a_family([a_child(date(2024, 6, 10))])
    late = a_family([a_child(date(2021, 6, 10)), a_child(date(2024, 1, 8))])
    other = a_family([a_child(date(2024, 2, 1))], owning_council=BEXLEY)
    clock.move_to(TODAY)
    a_talk(early, date(2025, 5, 12), Need.NONE, by)
    call_id = a_talk(early, date(2025, 9, 1), Need.SOME, by)
    a_signpost(early, call_id, by, date(2025, 9, 1))
    a_talk(late, date(2025, 3, 3), Need.NONE, by)
    a_talk(late, date(2025, 9, 1), Need.CRISIS, by)
    a_talk(late, date(2025, 12, 1), Need.HIGH, by)
    a_talk(other, date(2025, 9, 1), Need.HIGH, by, council=BEXLEY)


def test_conversations_stand_in_the_time_since_the_first_order() -> None:
    found = early_or_crisis.of_year("2025-26", TODAY, [KENT])
    assert found.bands[Since.FIRST_YEAR].needs == {Need.NONE: 1, Need.SOME: 0, Need.HIGH: 0, Need.CRISIS: 0}
    assert found.bands[Since.SECOND_YEAR].held == 1
    assert (found.bands[Since.TO_FIVE].held, found.bands[Since.TO_FIVE].hard) == (2, 2)
    assert found.whole.held == 4


def test_a_family_is_heard_of_for_the_first_time_once() -> None:
    found = early_or_crisis.of_year("2025-26", TODAY, [KENT])
    assert (found.bands[Since.SECOND_YEAR].first_heard, found.bands[Since.SECOND_YEAR].in_crisis) == (1, 0)
    assert (found.bands[Since.TO_FIVE].first_heard, found.bands[Since.TO_FIVE].in_crisis) == (1, 1)
    assert early_or_crisis.of_year("2024-25", TODAY, [KENT]).whole.first_heard == 0


def test_an_order_the_agency_recorded_counts_before_the_familys_own() -> None:
    family = a_family([a_child(date(2024, 6, 10))])
    a_recorded_order(date(2015, 6, 10), family_id=family.id)
    a_talk(family, date(2025, 10, 1), Need.NONE, staff_member())
    assert early_or_crisis.of_year("2025-26", TODAY, None).bands[Since.LATER].held == 1


def test_a_manager_reads_the_own_councils_figures(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    page = " ".join(re.sub("<[^>]+>", " ", client.get("/reports/early-or-crisis?year=2025-26").text).split())
    assert "In 4 conversations, 50 in a hundred had high need or crisis." in page
    assert "Of 2 families whose need was heard of for the first time, 1 were in crisis already." in page
    assert "1 family got a first suggestion or request, 14.0 months after the order on average." in page
    assert "Not for publication." in page
    assert client.get(f"/reports/early-or-crisis?council={BEXLEY}").status_code == 404


def test_the_hub_sees_each_council_beside_the_others(client: FlaskClient) -> None:
    sign_in(client, staff_member(Role.MANAGER, hub=True))
    page = client.get("/reports/early-or-crisis?year=2025-26").text
    assert "In 5 conversations" in page
    assert re.search(r"<th[^>]*>Bexley</th>", page)
