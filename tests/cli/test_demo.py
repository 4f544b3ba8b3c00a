"""The demo: repeatable, invented, in every state, and never beside real data."""

import json
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from catchup import clock
from catchup.database import writing
from catchup.models.call import Call, Escalation
from catchup.models.family import Child, Family, Parent, Pause, Phone, Stop
from catchup.models.handover import Handover
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder
from catchup.models.registration import Registration
from catchup.queries import facts, responsibility
from catchup.rules.terms import HomeKind, Placing
from catchup.services import demo, plans
from catchup.services.demo.load import RealDataError
from tests.servers import LiveServer

TODAY = date(2026, 11, 22)
SMALL = 60


@pytest.fixture
def loaded(app: Flask, session: scoped_session[Session]) -> scoped_session[Session]:
    """A small demo, in the database."""
    clock.move_to(TODAY)
    with writing():
        demo.load(SMALL, 1, TODAY, lambda what: None)
        session.commit()
    return session


TRAPS = {
    "29 February": select(AdoptionOrder.id).where(AdoptionOrder.made_on == date(2024, 2, 29)),
    "allowance": select(AdoptionOrder.id).where(AdoptionOrder.allowance),
    "unknown placing council": select(AdoptionOrder.id).where(AdoptionOrder.placing == Placing.UNKNOWN),
    "no placing council": select(AdoptionOrder.id).where(AdoptionOrder.placing == Placing.NONE),
    "Surrey": select(AdoptionOrder.id).where(AdoptionOrder.placing_council == "E10000030"),
    "an earlier code": select(AdoptionOrder.id).where(AdoptionOrder.placing_council == "E08000016"),
    "two homes": select(Address.family_id).group_by(Address.family_id).having(func.count() > 1),
    "a move": select(Home.id).where(Home.from_on.is_not(None), Home.kind == HomeKind.ADDRESS),
    "Wales": select(Home.id).where(Home.outside_england),
    "not said": select(Home.id).where(Home.kind == HomeKind.NOT_SAID),
    "looked after": select(Home.id).where(Home.kind == HomeKind.LOOKED_AFTER),
    "a pause": select(Pause.id),
    "a stop": select(Stop.id).where(Stop.lifted_at.is_(None)),
    "a decision needed": select(Handover.id).where(Handover.to_council.is_(None)),
    "a manager asked": select(Escalation.id),
    "a registration": select(Registration.id),
}


def test_the_demo_has_every_trap_in_it_and_stands_as_the_rules_say(loaded: scoped_session[Session]) -> None:
    def count(model: type) -> int | None:
        return loaded.scalar(select(func.count()).select_from(model))

    assert (count(Family), count(Child)) == (SMALL, SMALL * 4 // 3)
    assert count(Call) in range(SMALL * 3 - 5, SMALL * 3 + 30)
    assert [name for name, trap in TRAPS.items() if loaded.execute(trap).first() is None] == []

    ids = list(loaded.scalars(select(Family.id)))
    assert not plans.write(ids, TODAY, dry=True)
    councils = [
        {answer.council for child in family.children if (answer := responsibility.of_child(child, TODAY))}
        for family in facts.families(ids).values()
    ]
    assert any(len(answers) > 1 for answers in councils)

    numbers = list(loaded.scalars(select(Phone.number)))
    assert numbers
    assert all(number.startswith(("+441632960", "+447700900")) for number in numbers)
    assert all(email.endswith("@example.com") for email in loaded.scalars(select(Parent.email)) if email)

    with pytest.raises(RealDataError):
        demo.load(SMALL, 1, TODAY, lambda what: None)


@pytest.mark.engine("sqlite")
def test_a_service_that_is_not_a_demo_refuses_invented_families(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "load", "--families", "5"])
    assert result.exit_code == 1
    assert "CATCHUP_DEMO=1" in result.output


@pytest.mark.engine("sqlite")
def test_loading_says_who_can_sign_in_and_does_so_again(live_server: LiveServer) -> None:
    first = json.loads(live_server.flask("demo", "load", "--families", "25", "--json"))
    again = json.loads(live_server.flask("demo", "load", "--if-empty", "--json"))
    assert first["families"] == 25
    assert again == {"people": first["people"]}
    assert {person["role"] for person in again["people"]} == {"lead", "manager", "administrator"}
