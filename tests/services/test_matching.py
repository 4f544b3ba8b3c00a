"""With which recorded orders and families a registration is compared, and which families are alike."""

from datetime import date

import pytest

from catchup.queries import duplicates, matching
from catchup.rules import registration as rule
from catchup.rules.matching import Fact, Likeness
from catchup.services import contacts, families
from catchup.services import duplicates as service
from catchup.services.contacts import ChangedMeanwhileError, Email
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import KENT, MEDWAY, SHEFFIELD, a_child, a_family, a_viewer
from tests.factories.joining import a_child_said, a_recorded_order, answers
from tests.factories.staff import staff_member
from tests.statements import sent_to_sqlite

ELSEWHERE = NewParent("Kim Sample", (NewPhone("+441632960999"),), "kim@example.com")


@pytest.fixture
def worker(session):
    return a_viewer(staff_member(councils=(KENT,)))


def likeness(match, fact):
    found = [*match.comparison.findings, *match.comparison.pairs[0].findings]
    return next(finding.likeness for finding in found if finding.fact is fact)


def test_recorded_orders_are_compared_fact_by_fact_the_most_alike_first(session, worker):
    a_recorded_order(made_on=date(2024, 6, 11), postcode=None)
    best = a_recorded_order(parents="Sam & Alex Example")
    a_recorded_order(child_born_on=date(2019, 1, 1), made_on=date(2019, 9, 9), postcode="S1 2HH")
    shown = matching.orders_like(rule.read(answers()), worker).shown
    assert [match.comparison.score for match in shown] == [100, 60]
    assert (shown[0].id, shown[0].likely, shown[1].likely) == (best.id, True, False)
    assert likeness(shown[1], Fact.ORDER_ON) is Likeness.DIFFERENT
    assert likeness(shown[1], Fact.POSTCODE) is Likeness.UNKNOWN


@pytest.mark.engine("sqlite")
def test_brothers_and_sisters_are_one_recorded_family_by_the_child_most_alike(session, worker):
    a_recorded_order(family_reference="F-1", child_first_name="Cy", child_born_on=date(2015, 5, 5))
    ada = a_recorded_order(family_reference="F-1")
    shown = matching.orders_like(rule.read(answers()), worker).shown
    assert [(match.id, len(match.known.children)) for match in shown] == [(ada.id, 2)]


def test_what_lies_outside_the_viewers_councils_is_only_a_hint(session):
    a_family()
    a_recorded_order()
    stranger = a_viewer(staff_member(councils=(SHEFFIELD,)))
    said = rule.read(answers())
    orders, found = matching.orders_like(said, stranger), matching.families_like(said, stranger)
    assert (found.shown, found.outside_scope) == ((), True)
    assert (orders.shown, orders.outside_scope) == ((), True)


def test_a_date_of_birth_alone_is_no_hint_and_no_match(session, worker):
    said = rule.read(answers(address={"postcode": "ME14 1XX"}))
    a_family([a_child(date(2022, 2, 2), first_name="Zed")], parents=(ELSEWHERE,))
    a_recorded_order(
        **{"made_on": date(2022, 2, 2), "placing_council": SHEFFIELD, "home_council": SHEFFIELD},
        postcode="S1 2HH",
    )
    stranger = a_viewer(staff_member(councils=(SHEFFIELD,)))
    assert matching.families_like(said, worker) == matching.FamilyMatches((), False)
    assert not matching.families_like(said, stranger).outside_scope
    assert not matching.orders_like(said, worker).outside_scope


def test_a_child_whose_day_and_month_were_changed_about_is_found(session, worker):
    family = a_family([a_child(first_name="Ada")], parents=(ELSEWHERE,))
    said = rule.read(answers(address={"postcode": "ME14 1XX"}, children=[a_child_said(born_on="2020-01-03")]))
    assert [match.id for match in matching.families_like(said, worker).shown] == [family.id]


def test_nobody_who_was_shut_out_learns_that_there_is_a_family(session, worker):
    family = a_family()
    order = a_recorded_order(family_id=family.id)
    assert matching.orders_like(rule.read(answers()), worker).shown[0].id == order.id
    families.shut_out(family, worker.id, worker)
    session.commit()
    assert matching.families_like(rule.read(answers()), worker) == matching.FamilyMatches((), False)
    assert matching.orders_like(rule.read(answers()), worker) == matching.OrderMatches((), False)
    a_family()
    found = duplicates.possible(worker)
    assert (found.shown, found.outside_scope) == ((), False)


def test_the_families_most_alike_come_first_with_what_is_the_same(session, worker):
    neighbours = a_family([a_child(date(2021, 1, 1), born_on=date(2018, 1, 1))], parents=(ELSEWHERE,))
    family = a_family()
    said = rule.read(answers(email={"address": family.parents[0].email.upper()}))
    shown = matching.families_like(said, worker).shown
    assert [match.id for match in shown] == [family.id, neighbours.id]
    assert likeness(shown[0], Fact.EMAIL) is Likeness.SAME


@pytest.mark.engine("sqlite")
def test_a_number_they_had_before_still_finds_them_and_shows_no_other_old_one(session, worker):
    family = a_family(phones=(NewPhone("+441632960101"), NewPhone("+441632960102")))
    for phone in family.parents[0].phones:
        contacts.remove_phone(phone, worker)
    session.commit()
    said = rule.read(answers(address={"postcode": "ME14 1XX"}, phone={"number": "+441632960101"}))
    (match,) = matching.families_like(said, worker).shown
    assert match.known.phones == {"+441632960101"}


def pairs(viewer):
    return [(two.one.id, two.other.id) for two in duplicates.possible(viewer).shown]


def two_families(**facts):
    one, other = a_family(), a_family(**facts)
    return tuple(sorted((one.id, other.id)))


@pytest.mark.parametrize(
    "facts, are_alike",
    [
        ({}, True),  # one number, and one postcode with one date of birth
        ({"parents": (ELSEWHERE,)}, True),
        ({"parents": (ELSEWHERE,), "children": [a_child(born_on=date(2019, 9, 9))]}, False),
        ({"children": [a_child(born_on=date(2019, 9, 9))]}, True),
    ],
)
def test_families_that_share_a_number_or_a_home_and_a_birth_may_be_one(session, worker, facts, are_alike):
    both = two_families(**facts)
    assert pairs(worker) == ([both] if are_alike else [])


@pytest.mark.engine("sqlite")
def test_the_same_address_of_two_families_is_seen(session, worker):
    one = a_family(phones=())
    other = a_family([a_child(born_on=date(2019, 9, 9))], phones=())
    assert pairs(worker) == []
    contacts.change_email(other.parents[0], Email(one.parents[0].email.upper()), worker)
    session.commit()
    assert pairs(worker) == [tuple(sorted((one.id, other.id)))]


def test_a_family_outside_ones_councils_is_only_a_hint(session, worker):
    a_family()
    lead = staff_member(councils=(SHEFFIELD,))
    a_family(
        [a_child(placing_council=SHEFFIELD, home_council=SHEFFIELD)],
        **{"lead": lead, "owning_council": SHEFFIELD, "home_council": SHEFFIELD},
    )
    found = duplicates.possible(worker)
    assert (found.shown, found.outside_scope) == ((), True)
    nobody = a_viewer(staff_member(councils=(MEDWAY[:-2] + "06",)))
    assert duplicates.possible(nobody).outside_scope is False


def test_two_who_were_found_to_be_different_are_left_out_until_somebody_doubts_it(session, worker):
    one, other = two_families()
    service.not_the_same(other, one, "Rang both.", worker)
    session.commit()
    assert pairs(worker) == []
    with pytest.raises(ChangedMeanwhileError):
        service.not_the_same(one, other, "Again", worker)
    different = duplicates.found_different(duplicates.pair(one, other, worker))
    service.take_back(different, worker)
    session.commit()
    assert pairs(worker) == [(one, other)]


@pytest.mark.engine("sqlite")
def test_a_pair_needs_both_in_scope_and_two_of_them(session, worker):
    one, other = two_families()
    assert duplicates.pair(other, one, worker).one.id == one
    assert duplicates.pair(one, one, worker) is None
    assert duplicates.pair(one, other, a_viewer(staff_member(councils=(SHEFFIELD,)))) is None


@pytest.mark.engine("sqlite")
def test_the_list_asks_the_database_as_often_for_many_families_as_for_few(session, worker):
    def asked():
        with sent_to_sqlite() as sent:
            duplicates.possible(worker)
        return len(sent)

    two_families()
    few = asked()
    for _ in range(6):
        a_family()
    assert asked() == few <= 12
