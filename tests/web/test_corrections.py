"""Corrections on their pages: what would follow is seen, then done; nothing typed is lost."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import Correction
from catchup.models.family import Family
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.staff import Staff
from catchup.queries import facts
from catchup.rules.terms import HomeKind, SupportKind
from catchup.services import support
from catchup.services.families import NewHome
from catchup.services.support import NewRequest
from tests.factories.families import BEXLEY, KENT, a_child, a_viewer, elsewhere
from tests.web.councils import ORDER_ON, ada, confirmed, count, hidden, on, order, path, text

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]  # on both: the services


@pytest.fixture(autouse=True)
def _may(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 1, 5))


def test_what_would_follow_is_shown_before_anything_is_done(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    known = facts.family(family.id).children[0]
    new = NewRequest(kind=SupportKind.ASSESSMENT, child_id=known.id)
    support.request(known, family.id, new, date(2026, 4, 1), a_viewer(lead))
    page = text(priya.post(path(family, "order"), data=order()))
    assert (
        "This changes: “Kent until 10 June 2026, then Medway” becomes “Kent until 2 March 2026, then Medway”."
        in page
    )
    assert "Responsibility has already passed: Medway, and not Kent, since 3 March 2026." in page
    assert "A handover of 3 March 2026 is planned: from Kent to Medway." in page
    assert "The handover of 11 June 2026 is withdrawn: from Kent to Medway." in page
    assert "was received by Kent on 1 April 2026, and Medway should have had it" in page
    assert (count(Correction), count(AdoptionOrder)) == (0, 1)


def test_a_confirmed_correction_is_told_with_what_was_believed(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    page = text(confirmed(priya, path(family, "order"), order()))
    assert "The order is corrected" in page
    assert "Corrected on 9 May 2026" in page
    assert "by Priya Example The court says so." in page
    assert "From 5 January 2026 we believed the order was made on 10 June 2023, placed by Kent" in page
    assert "Kent until 10 June 2026, then Medway Since then" in page
    assert "The handover of 11 June 2026 was withdrawn" in page
    story = text(priya.get(f"/families/{family.id}"))
    assert "Ada’s order was put right Until then it was believed to be of 10 June 2023, Kent." in story


def test_a_correction_that_was_not_seen_as_it_is_now_is_shown_again(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    seen = priya.post(path(family, "order"), data=order())
    token = {"confirmed": hidden(seen, "confirmed"), "seen": hidden(seen, "seen")}
    other = priya.post(path(family, "order"), data={**order(date(2023, 4, 2)), **token})
    assert other.status_code == 409
    assert "What follows is not what you have seen" in text(other)
    assert "Kent until 2 April 2026" in text(other)
    assert count(Correction) == 0


def test_of_two_who_correct_the_second_is_told_and_keeps_what_was_typed(
    priya: FlaskClient, sam: FlaskClient, lead: Staff
) -> None:
    family = ada(lead)
    said = order(date(2023, 4, 2), reason="I typed this")
    seen = sam.post(path(family, "order"), data=said)
    token = {"confirmed": hidden(seen, "confirmed"), "seen": hidden(seen, "seen")}
    confirmed(priya, path(family, "order"), order())
    late = sam.post(path(family, "order"), data={**said, **token})
    assert late.status_code == 409
    assert "I typed this" in late.get_data(as_text=True)
    assert "“Kent until 2 March 2026, then Medway” becomes “Kent until 2 April 2026" in text(late)
    assert count(Correction) == 1


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"reason": ""}, "Say how you know"),
        (on("made_on", date(2026, 5, 10)), "The date of the order must be today or in the past"),
        (on("made_on", date(2020, 2, 29)), "must be on or after 1 March 2020, the date of birth"),
        (on("made_on", ORDER_ON), "This is what the record says already"),
        ({"placing": ""}, "Choose a council, or one of the last two answers"),
    ],
)
def test_a_bad_answer_is_said_beside_its_field(
    priya: FlaskClient, lead: Staff, said: dict[str, object], sentence: str
) -> None:
    family = ada(lead)
    answer = priya.post(path(family, "order"), data=order() | said)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert count(Correction) == 0


def test_an_allowance_alone_changes_no_council(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    page = text(confirmed(priya, path(family, "order"), order(ORDER_ON, allowance="y")))
    assert "with an allowance agreed before it" in page
    assert "Allowance agreed before the order Kent" in page


def a_home_path(family: Family) -> str:
    home = db.session.scalars(
        select(Home).where(Home.child_id == family.children[0].id, Home.superseded_at.is_(None))
    ).one()
    return path(family, f"homes/{home.id}")


def test_a_home_is_corrected_for_brothers_and_sisters_at_once(priya: FlaskClient, lead: Staff) -> None:
    both = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben")]
    family = ada(lead, children=both)
    home = db.session.scalars(select(Home)).first()
    assert home is not None
    ben = family.children[1]
    said = {"where": home.address_id, "council": BEXLEY, "too": ben.id, "reason": "The postcode is Bexley’s."}
    page = text(confirmed(priya, a_home_path(family), said))
    assert "In Medway, from the order on" not in page
    assert "in Medway, from the order on Kent until 10 June 2026, then Medway" in page
    assert "The handover of 11 June 2026 was changed. It had been from Kent to Medway." in page
    again = text(priya.get(a_home_path(family)))
    assert again.count("At " + (home.address.lines if home.address else "")) == 1
    stand = db.session.scalars(select(Home.council_code).where(Home.superseded_at.is_(None))).all()
    assert stand == [BEXLEY, BEXLEY]
    assert count(Correction) == 2


def test_a_home_that_never_was_leaves_a_decision_to_make(priya: FlaskClient, lead: Staff) -> None:
    family = ada(lead)
    said = {"where": "never", "reason": "A mix-up."}
    seen = text(priya.post(a_home_path(family), data=said))
    assert "Kent until 10 June 2026, then a decision is needed" in seen
    page = text(confirmed(priya, a_home_path(family), said))
    assert "Needs a decision" in page
    assert "A manager decides" in page
    assert "Name the council" not in page


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"where": ""}, "Choose what is right"),
        ({"where": "looked_after"}, "Choose the council"),
        ({"where": "not_said", **on("from_on", date(2019, 1, 1))}, "must be on or after 1 March 2020"),
        ({"where": "not_said", "reason": ""}, "Say how you know"),
    ],
)
def test_a_bad_answer_about_a_home_is_said_beside_its_field(
    priya: FlaskClient, lead: Staff, said: dict[str, object], sentence: str
) -> None:
    family = ada(lead)
    answer = priya.post(a_home_path(family), data={"reason": "I rang.", **said})
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_home_that_is_as_it_was_is_no_correction(priya: FlaskClient, lead: Staff) -> None:
    homes: tuple[NewHome, ...] = (elsewhere(HomeKind.LOOKED_AFTER, date(2024, 1, 1), KENT),)
    family = ada(lead, children=[a_child(ORDER_ON, homes=homes)])
    said = {"where": "looked_after", "council": KENT, "reason": "x", **on("from_on", date(2024, 1, 1))}
    answer = priya.post(a_home_path(family), data=said)
    assert "This is what the record says already" in text(answer)
