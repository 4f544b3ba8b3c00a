"""Taking in a list of services: whole or not at all, each row's reason, the same service once."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from catchup.extensions import db
from catchup.models.directory import Service
from catchup.postcodes import Kind, default_directory
from catchup.queries import directory as queries
from catchup.rules.terms import Category
from catchup.services import directory, directory_rows
from catchup.services.demo.directory import WRITTEN_ON, add_services
from catchup.services.demo.people import SOUTH_EAST, SOUTH_YORKSHIRE
from tests.factories.families import BARNSLEY, KENT, the_councils
from tests.factories.services import a_service

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2026, 11, 23)
HEADING = ",".join(directory_rows.COLUMNS)
GOOD = f"A group,peers,Tea,Volunteers,no,no,ME4 4TR,6,Polish,01632 960 001,{KENT},2026-11-01"


@pytest.fixture(autouse=True)
def _councils(session: object) -> None:
    the_councils()


def taken_in(*rows: str) -> tuple[int, int, list[str]]:
    added, corrected, bad = directory.take_in("\n".join((HEADING, *rows)).splitlines(True), TODAY)
    return added, corrected, [row.reason for row in bad]


def with_cell(column: str, text: str) -> str:
    cells = dict(zip(directory_rows.COLUMNS, GOOD.split(","), strict=True)) | {column: text}
    return ",".join(cells.values())


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "column, text, reason",
    [
        ("name", "", "name is empty."),
        ("offers", "x" * 1001, "offers is longer than 1000 characters."),
        ("languages", "x" * 201, "languages is longer than 200 characters."),
        ("contact", "x" * 301, "contact is longer than 300 characters."),
        ("category", "juggling", "'juggling' is no category."),
        ("category", "nothing", "'nothing' is no category."),
        ("own_staff", "perhaps", "'perhaps' is neither yes nor no."),
        ("venue_postcode", "by the sea", "'by the sea' is no postcode."),
        ("waiting_weeks", "soon", "'soon' is no number of weeks up to 200."),
        ("waiting_weeks", "201", "'201' is no number of weeks up to 200."),
        ("councils", "E99999999", "'E99999999' is no council’s code."),
        ("checked_on", "1.11.2026", "'1.11.2026' is no date like 2026-11-22, or is to come."),
        ("checked_on", "2026-11-24", "'2026-11-24' is no date like 2026-11-22, or is to come."),
        ("contact", "a\x07b", "contact has characters that cannot be shown."),
        ("checked_on", ",", "There are more cells than headings."),
    ],
)
def test_one_bad_row_keeps_the_whole_list_out_and_says_why(column: str, text: str, reason: str) -> None:
    other = GOOD.replace("A group", "Another group")
    assert taken_in(other, with_cell(column, text)) == (0, 0, [reason])
    assert db.session.scalars(select(Service)).all() == []


def test_the_same_service_is_corrected_and_not_doubled() -> None:
    assert taken_in(GOOD) == (1, 0, [])
    again = GOOD.replace("A group", "a GROUP").replace("Tea", "Tea and cake")
    assert taken_in(again) == (0, 1, [])
    there = db.session.scalars(select(Service)).one()
    assert (there.offers, there.waiting_weeks, there.languages) == ("Tea and cake", 6, "Polish")


def test_an_older_list_does_not_unsay_a_later_check() -> None:
    there = a_service("A group", run_by="Volunteers", checked_on=date(2026, 11, 20))
    taken_in(GOOD)
    assert there.checked_on == date(2026, 11, 20)


def test_a_service_twice_in_one_list_is_refused() -> None:
    assert taken_in(GOOD, GOOD) == (0, 0, ["The same service is on line 2 already."])


def test_what_was_taken_out_does_not_come_back_by_a_list() -> None:
    a_service("A group", run_by="Volunteers", retired_on=date(2026, 5, 1))
    assert taken_in(GOOD) == (
        0, 0, ["It was taken out of the directory on 2026-05-01: bring it back there first."],
    )  # fmt: skip


def test_a_councils_earlier_code_is_taken_as_the_one_of_today() -> None:
    taken_in(with_cell("councils", f"E08000016 {BARNSLEY}"))
    there = db.session.scalars(select(Service)).one()
    assert [link.council_code for link in there.councils] == [BARNSLEY]


# The list that comes with the program


@pytest.mark.engine("sqlite")
def test_every_category_has_a_service_for_every_council_of_both_areas() -> None:
    add_services(WRITTEN_ON)
    for council in (*SOUTH_EAST, *SOUTH_YORKSHIRE):
        found = queries.choices([council], [])
        assert {one.service.category for one in found} == set(Category) - {Category.NOTHING}, council


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("today", [WRITTEN_ON, date(2028, 2, 29)])
def test_on_any_day_a_few_of_them_are_stale_and_most_are_not(today: date) -> None:
    services = add_services(today)
    stale = Counter(queries.is_stale(service, today) for service in services)
    assert 5 <= stale[True] <= len(services) / 3
    assert any(service.online for service in services)
    assert any((service.waiting_weeks or 0) > 20 for service in services)
    assert len({service.languages for service in services}) > 5


@pytest.mark.engine("sqlite")
def test_their_venues_lie_where_they_serve_and_their_numbers_are_nobodys() -> None:
    for service in add_services(WRITTEN_ON):
        if service.venue_postcode:
            place = default_directory().look_up(service.venue_postcode)
            assert place.kind is Kind.COUNCIL
            assert place.council in {link.council_code for link in service.councils}, service.name
        assert "01632 960 " in str(service.contact) or str(service.contact).endswith("@example.com")
