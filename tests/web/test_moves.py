"""Moves: recorded by child once it has been seen what follows, and called off."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.home import Home
from catchup.models.staff import Staff
from catchup.queries import facts, responsibility
from catchup.rules.terms import HomeKind
from catchup.services import families, moves
from catchup.services.families import NewParent
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.handovers import one_handover
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]
TODAY = date(2026, 11, 23)
LONG_AGO, THREE_YEARS_NOT_OVER = date(2022, 6, 10), date(2024, 6, 10)


@pytest.fixture(autouse=True)
def _autumn(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


def look(client: FlaskClient, family: Family, from_on: date, **data: object) -> str:
    """What the page shows to follow from a move of every child, or says is wrong with it."""
    return _post(client, family, from_on, data)


def move(client: FlaskClient, family: Family, from_on: date, **data: object) -> str:
    """See what follows, then record it; the page that comes then."""
    seen = re.search(r'name="seen" value="(\w+)"', _post(client, family, from_on, data))
    assert seen is not None
    return _post(client, family, from_on, data | {"seen": seen[1]})


def _post(client: FlaskClient, family: Family, from_on: date, data: dict[str, object]) -> str:
    day = {"from_on-day": from_on.day, "from_on-month": from_on.month, "from_on-year": from_on.year}
    said = {"children": [str(child.id) for child in family.children]} | data | day
    sent = client.post(f"/families/{family.id}/move", data=said, follow_redirects=True)
    return re.sub(r"\s+", " ", sent.get_data(as_text=True))


IN_BEXLEY = {"where": "address", "lines": "2 Invented Street", "postcode": "DA5 1AA"}


def homes() -> list[str | None]:
    return list(db.session.scalars(select(Home.council_code).where(Home.from_on.is_not(None))))


def test_what_follows_is_said_before_anything_is_recorded(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(LONG_AGO, first_name="Ada")], lead=lead, accepted_on=date(2026, 1, 5))
    shown = look(priya, family, date(2026, 12, 1), **IN_BEXLEY)
    assert "From 1 December 2026: Bexley. Nothing is recorded yet." in shown
    assert "Bexley is responsible from 1 December 2026, because the child lives there" in shown
    assert "A handover from Medway to Bexley on 1 December 2026 is planned at once." in shown
    assert "Family Help, special needs at school and local services: Bexley from 1 December 2026." in shown
    assert homes() == []
    shown = move(priya, family, date(2026, 12, 1), **IN_BEXLEY)
    assert "The move is recorded." in shown
    assert homes() == [BEXLEY]
    planned = one_handover(family)
    assert (planned.change_on, planned.planned_on, planned.to_council) == (date(2026, 12, 1), TODAY, BEXLEY)


def test_answers_that_were_changed_after_the_look_are_shown_again(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(LONG_AGO)], lead=lead)
    seen = re.search(r'name="seen" value="(\w+)"', look(priya, family, TODAY, **IN_BEXLEY))
    assert seen is not None
    shown = look(priya, family, date(2026, 12, 2), **IN_BEXLEY, seen=seen[1])
    assert "You have changed something: this is what follows now." in shown
    assert "Bexley is responsible from 2 December 2026" in shown
    assert homes() == []


def test_before_three_years_only_the_receiving_council_changes(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(THREE_YEARS_NOT_OVER)], lead=lead)
    shown = look(priya, family, TODAY, **IN_BEXLEY)
    assert "Nothing changes before 11 June 2027: until then it is Kent." in shown
    assert "A handover from Kent to Bexley on 11 June 2027 is planned on 11 December 2026." in shown
    move(priya, family, TODAY, **IN_BEXLEY)
    known = facts.family(family.id)
    days = (TODAY, date(2027, 6, 10), date(2027, 6, 11))
    assert [responsibility.of_family(known, on) for on in days] == [KENT, KENT, BEXLEY]


def test_after_three_years_responsibility_follows_from_the_day_of_the_move(
    priya: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(LONG_AGO)], lead=lead)
    move(priya, family, date(2026, 11, 1), **IN_BEXLEY)
    known = facts.family(family.id)
    days = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2))
    assert [responsibility.of_family(known, on) for on in days] == [MEDWAY, BEXLEY, BEXLEY]


@pytest.mark.parametrize(
    "said, why",
    [
        ({"where": "outside", "lines": "1 Invented Road, Cardiff"}, "the child lives outside England"),
        ({"where": "looked_after", "council": MEDWAY}, "the child is looked after by a council"),
        ({"where": "not_said"}, "it is not known with which parent the child lives"),
        ({"where": "elsewhere"}, "it is not known where the child lives"),
    ],
)
def test_a_move_after_which_nobody_is_responsible_is_a_managers_to_decide(
    priya: FlaskClient, lead: Staff, said: dict[str, str], why: str
) -> None:
    family = a_family([a_child(LONG_AGO)], lead=lead)
    shown = look(priya, family, date(2026, 11, 1), **said)
    assert f"A decision is needed from 1 November 2026, because {why}." in shown
    assert "It needs a decision: a manager is asked." in shown
    assert f"A decision is needed from 1 November 2026, because {why}" in move(
        priya, family, date(2026, 11, 1), **said
    )


def test_a_child_who_lives_with_relatives_may_live_in_a_council_we_know(
    priya: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(LONG_AGO)], lead=lead)
    shown = look(priya, family, TODAY, where="elsewhere", council=BEXLEY)
    assert "Bexley is responsible from 23 November 2026" in shown
    move(priya, family, TODAY, where="elsewhere", council=BEXLEY)
    assert homes() == [BEXLEY]


def test_a_council_that_looks_after_a_child_is_named(priya: FlaskClient, lead: Staff) -> None:
    shown = look(priya, a_family(lead=lead), TODAY, where="looked_after")
    assert "Choose the council that looks after them" in shown


def test_a_postcode_nobody_knows_asks_for_the_council(priya: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    said = {"where": "address", "lines": "2 Invented Street", "postcode": "ZZ1 1ZZ"}
    assert "The postcode does not tell us the council: choose it" in look(priya, family, TODAY, **said)
    move(priya, family, TODAY, **said, council=BEXLEY)
    assert homes() == [BEXLEY]


def test_a_council_that_the_postcode_gets_wrong_can_be_put_right(priya: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    assert "From 23 November 2026: Kent." in look(priya, family, TODAY, **IN_BEXLEY, council=KENT)


@pytest.mark.promise("4.4 sense")
def test_a_day_before_the_order_or_the_birth_is_refused_beside_its_field(
    priya: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(LONG_AGO, born_on=date(2020, 3, 1), first_name="Ada")], lead=lead)
    shown = look(priya, family, date(2022, 6, 9), **IN_BEXLEY)
    assert "Ada’s adoption order was made on 10 June 2022: enter that day or a later one" in shown
    assert "2 Invented Street" in shown
    assert "Ada was born on 1 March 2020" in look(priya, family, date(2020, 2, 29), **IN_BEXLEY)
    assert "Nothing is recorded yet" in look(priya, family, LONG_AGO, **IN_BEXLEY)


def test_a_death_is_never_to_come(priya: FlaskClient, lead: Staff) -> None:
    family = a_family(lead=lead)
    shown = look(priya, family, date(2026, 11, 24), where="died")
    assert "The day must be today or in the past" in shown
    shown = look(priya, family, TODAY, where="died")
    assert "No council is responsible from 23 November 2026, because the child died." in shown


def test_a_child_who_died_is_recorded_as_such(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(first_name="Ada"), a_child(first_name="Ben")], lead=lead)
    ada = next(child for child in family.children if child.first_name == "Ada")
    shown = move(priya, family, date(2026, 11, 2), where="died", children=str(ada.id))
    assert "Died 2 November 2026" in shown
    assert "Ada died" in shown


def test_of_two_moves_on_one_day_the_later_recorded_counts_and_it_is_said(
    priya: FlaskClient, lead: Staff
) -> None:
    family = a_family([a_child(LONG_AGO)], lead=lead)
    move(priya, family, date(2026, 12, 1), where="not_said")
    shown = look(priya, family, date(2026, 12, 1), **IN_BEXLEY)
    assert "Another home is recorded from the same day: this one counts, because it comes later." in shown
    move(priya, family, date(2026, 12, 1), **IN_BEXLEY)
    assert responsibility.of_family(facts.family(family.id), date(2026, 12, 1)) == BEXLEY


def test_a_child_goes_to_live_with_the_other_parent_from_a_day_to_come(
    priya: FlaskClient, lead: Staff
) -> None:
    family = a_family(
        [a_child(LONG_AGO, first_name="Ada"), a_child(LONG_AGO, first_name="Ben")],
        lead=lead,
        parents=(NewParent("Naomi Example"), NewParent("Lewis Example")),
    )
    place = families.NewAddress("17 Storybook Way", None, BEXLEY)
    address = families.add_address(family, place, [family.parents[1]])
    db.session.commit()
    ben = next(child for child in family.children if child.first_name == "Ben")
    said = {"children": str(ben.id), "where": str(address.id)}
    shown = look(priya, family, date(2027, 1, 4), **said)
    assert "At 17 Storybook Way, with Lewis Example" in shown
    assert "Bexley is responsible from 4 January 2027" in shown
    shown = move(priya, family, date(2027, 1, 4), **said)
    assert "To Bexley, with Lewis Example" in shown
    assert "cu-event--ahead" in shown
    known = {child.id: child for child in facts.family(family.id).children}
    answers = [
        (child.first_name, responsibility.of_child(known[child.id], day).council)
        for child in sorted(family.children, key=lambda child: child.first_name)
        for day in (date(2027, 1, 3), date(2027, 1, 4))
    ]
    assert answers == [("Ada", MEDWAY), ("Ada", MEDWAY), ("Ben", MEDWAY), ("Ben", BEXLEY)]
    clock.move_to(date(2027, 1, 4))
    shown = re.sub(r"\s+", " ", priya.get(f"/families/{family.id}").get_data(as_text=True))
    assert 'Home of Ben</dt><dd>17 Storybook Way<br><span class="cu-quiet">with Lewis Example' in shown


def test_brothers_and_sisters_for_whom_different_things_follow_are_told_apart(
    priya: FlaskClient, lead: Staff
) -> None:
    children = [a_child(LONG_AGO, first_name="Ada"), a_child(THREE_YEARS_NOT_OVER, first_name="Ben")]
    shown = look(priya, a_family(children, lead=lead), TODAY, **IN_BEXLEY)
    assert shown.index(">Ada</h3>") < shown.index("Bexley is responsible from 23 November 2026")
    assert shown.index(">Ben</h3>") < shown.index("Nothing changes before 11 June 2027")


def test_a_move_that_was_to_come_is_called_off_and_kept(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(LONG_AGO, first_name="Ada")], lead=lead, accepted_on=date(2026, 1, 5))
    shown = move(priya, family, date(2026, 12, 1), **IN_BEXLEY)
    path = re.search(r'href="(/families/[\w-]+/moves/[\w-]+/call-off)"', shown)
    assert path is not None
    assert "Ada: Bexley from 1 December 2026" in priya.get(path[1]).get_data(as_text=True)
    shown = priya.post(path[1], follow_redirects=True).get_data(as_text=True)
    assert "The move is called off" in shown
    kept = db.session.scalars(select(Home).where(Home.from_on.is_not(None))).one()
    assert kept.superseded_at is not None
    assert one_handover(family).withdrawn_at is not None
    assert responsibility.of_family(facts.family(family.id), date(2026, 12, 1)) == MEDWAY
    assert "family.call_off_move" in db.session.scalars(select(AuditEvent.action)).all()
    assert priya.post(path[1]).status_code == 404


def test_a_move_that_has_happened_cannot_be_called_off(priya: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(LONG_AGO)], lead=lead)
    moves.move(family.children, HomeKind.NOT_SAID, TODAY, a_viewer(lead))
    db.session.commit()
    home = db.session.scalars(select(Home).where(Home.from_on == TODAY)).one()
    assert priya.get(f"/families/{family.id}/moves/{home.id}/call-off").status_code == 404


def test_nobody_of_another_council_records_a_move(app: Flask, lead: Staff) -> None:
    family = a_family(lead=lead)
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    assert stranger.post(f"/families/{family.id}/move", data=IN_BEXLEY).status_code == 404
