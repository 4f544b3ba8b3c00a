"""Somebody who knows all about a family, and joins as if they were it: nothing is joined, shown or sent."""

from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.family import Family
from catchup.models.outbox import Message
from catchup.models.registration import Registration
from catchup.services import outbox
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import a_child, a_family
from tests.factories.joining import a_child_said, send, somebody_about_to_send
from tests.factories.staff import staff_member
from tests.parent_visit import answer_requests, ask
from tests.trust import Measured

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]

OURS, SECRETS = "sam@example.com", ("Quillfeather", "marigold", "01632 960 101", "+441632960101", "Petunia")
NAMES = ("Sam Example", "sam EXAMPLE", "Sam Jo Example", "Example Sam", "Sám Example")
VARIANTS = list(product(NAMES, (True, False), (True, False)))
KEPT_BY_FAMILIES = (
    *("family", "parent", "phone", "child", "address", "home", "adoption_order", "membership"),
    *("proposal", "parent_link", "parent_visit"),
)


def as_it_is() -> dict[str, list[tuple[Any, ...]]]:
    """Every row about families."""
    db.session.rollback()
    tables = Base.metadata.tables
    return {
        name: sorted(map(tuple, db.session.execute(select(tables[name]))), key=repr)
        for name in KEPT_BY_FAMILIES
    }


@pytest.mark.promise("4.3 never joined")
def test_of_twenty_who_know_all_of_a_family_none_comes_near_it(app: Flask, measured: Measured) -> None:
    assert len(VARIANTS) == 20
    phone = NewPhone("+441632960101", who_else="Petunia", code_phrase="marigold")
    parents = (
        NewParent("Sam Example", (phone,), OURS, may_email=True),
        NewParent("Jo Example", (), "jo@example.com", may_email=True),
    )
    lead = staff_member(name="Wren Quillfeather")
    family = a_family((a_child(first_name="Ada"),), parents=parents, lead=lead, name="The Example family")
    before = as_it_is()
    for number, (name, same_phone, with_jo) in enumerate(VARIANTS):
        theirs = f"thief{number}@example.net"
        client = somebody_about_to_send(
            app,
            place=f"192.0.2.{number}",
            name={"full_name": name},
            other_parent={"there_is": with_jo, "full_name": "Jo Example" if with_jo else None},
            children=[a_child_said(first_name="Ada")],
            phone={"number": "+441632960101" if same_phone else "+447700900666"},
            email={"address": theirs, "may_email": True},
        )
        assert send(client).status_code == 302
        for page in (client.get("/join/sent"), ask(client, theirs)):
            assert page.status_code == 200
            assert not any(secret in page.text for secret in (*SECRETS, OURS, family.reference))
        assert "If we know this address" in page.text
    assert answer_requests() == {}
    assert as_it_is() == before
    changes = sum(as_it_is()[name] != rows for name, rows in before.items())
    assert len(db.session.scalars(select(Family)).all()) == 1
    assert len(db.session.scalars(select(Registration)).all()) == 20
    for message in db.session.scalars(select(Message)):
        assert message.family_id is None
        assert message.parent_id is None
        if message.staff_id is not None:
            continue
        assert message.recipient.startswith("thief")
        mail = outbox.open_message(message.id, clock.real_now(), clock.today())
        assert isinstance(mail, outbox.Mail)
        told = mail.subject + mail.body
        assert not any(secret in told for secret in (*SECRETS, OURS, family.reference, "Sam", "Ada"))
    measured(
        f"{changes} of {len(before)} tables of families changed by {len(VARIANTS)} variants, 0 links sent"
    )
