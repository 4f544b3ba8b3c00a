"""Councils that change, and what follows for families: R8."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from catchup import clock
from catchup.data.councils_file import council_rows
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.council import AgencyMembership, Council
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.home import Home
from catchup.queries import directories, facts, responsibility
from catchup.rules.councils import CouncilRow, provisional_code
from catchup.services import councils
from catchup.services.councils import Followed, Taken
from tests.factories.families import KENT, MEDWAY, SURREY, a_child, a_family, the_councils

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 11, 23)
SPLIT_ON = date(2027, 4, 1)
EAST, WEST = provisional_code("East Surrey"), provisional_code("West Surrey")
OWN_CODE = CouncilRow("E06000070", "East Surrey", "unitary", valid_from=SPLIT_ON)
BY_CODE = {row.code: row for row in council_rows()}
MEDWAY_DIVIDED = replace(BY_CODE[MEDWAY], valid_to=date(2027, 3, 31), successors=("North Kent", "E10000016"))


@pytest.fixture(autouse=True)
def _now(session: object) -> None:
    clock.move_to(TODAY)
    the_councils()


def brought_in(*rows: CouncilRow) -> tuple[Taken, Followed]:
    taken = councils.take_in(rows)
    followed = councils.follow(taken.touched, (), TODAY)
    db.session.commit()
    return taken, followed


def council_of(family: Family, on: date) -> str | None:
    (child,) = facts.children([family.id])[family.id]
    answer = responsibility.of_child(child, on)
    return answer and answer.council


def planned(family: Family) -> list[tuple[str | None, str | None]]:
    return [
        (row.from_council, row.to_council)
        for row in db.session.execute(
            select(Handover.from_council, Handover.to_council)
            .where(Handover.family_id == family.id, Handover.withdrawn_at.is_(None))
            .order_by(Handover.change_on)
        )
    ]


def test_a_successor_that_was_read_back_keeps_its_name() -> None:
    names = {row.name for row in directories.councils().on(SPLIT_ON) if "Surrey" in row.name}
    assert names == {"East Surrey", "West Surrey"}


def test_the_list_brought_in_again_changes_nothing() -> None:
    taken, followed = brought_in(*council_rows())
    assert (taken.added, taken.changed, taken.replaced, taken.touched) == (0, 0, 0, frozenset())
    assert followed.families == 0


def test_a_provisional_code_gives_way_to_the_councils_own() -> None:
    family = a_family([a_child(date(2024, 5, 10))], home_council=EAST)
    assert planned(family) == [(KENT, EAST)]
    taken, followed = brought_in(OWN_CODE)
    assert (taken.added, taken.replaced) == (1, 1)
    assert (followed.families, followed.counts.created) == (1, {"handovers": 0})
    assert council_of(family, date(2027, 6, 1)) == OWN_CODE.code
    assert planned(family) == [(KENT, OWN_CODE.code)]
    assert db.session.scalars(select(Home.council_code).distinct()).all() == [OWN_CODE.code]
    assert directories.councils().get(EAST).code == OWN_CODE.code
    again, _ = brought_in(OWN_CODE)
    assert (again.added, again.changed, again.replaced) == (0, 0, 0)


def test_a_council_with_its_own_code_is_listed_once_and_keeps_its_agency() -> None:
    brought_in(OWN_CODE)
    listed = select(func.count()).where(
        Council.name == "East Surrey", Council.valid_from <= SPLIT_ON, Council.valid_to.is_(None)
    )
    assert db.session.scalar(listed) == 1
    assert ("Adoption South East", OWN_CODE.code) in directories.agency_councils(SPLIT_ON)
    assert EAST not in {code for _, code in directories.agency_councils(SPLIT_ON)}
    seen = select(AuditEvent.council_code).where(AuditEvent.action == "council.replace")
    assert db.session.scalars(seen).all() == [OWN_CODE.code]


@pytest.mark.promise("4.9 calendar")
def test_a_council_that_is_divided_leaves_its_families_handovers_to_be_decided() -> None:
    family = a_family([a_child(date(2024, 5, 10))])
    elsewhere = a_family([a_child(date(2024, 5, 10))], home_council=SURREY)
    assert planned(family) == [(KENT, MEDWAY)]
    taken, followed = brought_in(MEDWAY_DIVIDED)
    assert (taken.added, taken.changed) == (1, 1)
    assert (followed.families, followed.counts.changed["reworked"]) == (1, 1)
    assert council_of(family, date(2027, 5, 11)) is None
    assert planned(family) == [(KENT, None)]
    assert planned(elsewhere) == [(KENT, None)], "Surrey was divided before"


def test_councils_that_become_one_are_followed_and_nothing_is_left_to_hand_over() -> None:
    family = a_family([a_child(date(2024, 5, 10))])
    both = CouncilRow("E06000099", "Kent and Medway", "unitary", valid_from=SPLIT_ON)
    ended = [
        replace(BY_CODE[code], valid_to=date(2027, 3, 31), successors=(both.code,)) for code in (KENT, MEDWAY)
    ]
    taken, followed = brought_in(both, *ended)
    assert (taken.added, taken.changed) == (1, 2)
    assert followed.counts.changed["withdrawn"] == 1
    assert [council_of(family, day) for day in (date(2027, 3, 31), SPLIT_ON, date(2027, 6, 1))] == [
        KENT,
        both.code,
        both.code,
    ]
    assert planned(family) == []


def test_an_agency_has_a_council_no_longer_than_it_is_there() -> None:
    brought_in(MEDWAY_DIVIDED)
    until = select(AgencyMembership.until_on).where(AgencyMembership.council_code == MEDWAY)
    assert db.session.scalars(until).all() == [date(2027, 3, 31)]


def test_a_council_in_use_cannot_end_with_nobody_to_follow_it() -> None:
    a_family()
    with pytest.raises(ValueError, match=r"^Medway \(E06000035\) is in use: say which council follows it\.$"):
        councils.take_in([replace(BY_CODE[MEDWAY], valid_to=date(2027, 3, 31))])
    unused = replace(BY_CODE["E06000001"], valid_to=date(2027, 3, 31))
    assert brought_in(unused)[0].changed == 1


def test_a_provisional_council_is_let_go_once_nobody_names_it_but_not_while_it_is_in_use() -> None:
    renamed = replace(BY_CODE[SURREY], successors=("Surrey East", "West Surrey"))
    a_family(home_council=EAST)
    with pytest.raises(ValueError, match=r"^East Surrey is in use and would follow no council any more"):
        councils.take_in([renamed])
    db.session.rollback()
    renamed = replace(BY_CODE[SURREY], successors=("East Surrey", "Surrey West"))
    assert brought_in(renamed)[0].added == 1
    assert db.session.get(Council, WEST) is None


@pytest.mark.parametrize(
    "row, sentence",
    [
        (replace(BY_CODE[KENT], valid_to=date(2027, 3, 31), successors=("E06000099",)), "no council's code"),
        (
            replace(BY_CODE[KENT], valid_to=date(2027, 3, 31), successors=(EAST,), valid_from=SPLIT_ON),
            "begins",
        ),
        (replace(BY_CODE[KENT], successors=(MEDWAY,)), "no last day"),
        (
            replace(BY_CODE[KENT], valid_to=date(2020, 3, 31), successors=("E08000038",)),
            "not there the day after",
        ),
    ],
)
def test_what_contradicts_what_is_known_is_refused(row: CouncilRow, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        councils.take_in([row])
