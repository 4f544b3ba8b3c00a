"""Parents who have a page of their own: Sam with one child, and Sam and Jo who live apart."""

import re
from datetime import date
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select

from catchup.extensions import db
from catchup.models.family import Parent, Phone
from catchup.models.manage import ParentVisit
from catchup.models.outbox import Message
from catchup.queries import parents as queries
from catchup.services import parent_links
from catchup.services.families import NewChild, NewHome, NewParent, NewPhone
from tests.factories.families import a_child, a_family
from tests.parent_visit import YOU, form_token

SAM = NewPhone("+441632960101", may_leave_message=True, who_else="my mother Petunia", code_phrase="marigold")
SENTINELS = (
    *("Example", "+441632960101", "01632 960 101", "960101", "Petunia", "marigold", "Invented"),
    *("ME4", "Robin", "sam@example.com", "2020", "zither"),
)


def sam(*children: NewChild, **facts: object) -> Parent:
    parent = NewParent("Sam Example", (SAM,), "sam@example.com", may_email=True)
    family = a_family(
        children or (a_child(first_name="Robin", born_on=date(2020, 3, 1)),),
        parents=(parent,),
        before_we_ring="The zither is loud",
        **facts,
    )  # type: ignore[arg-type]  # as a_family takes them
    return family.parents[0]


def apart(order_on: date = date(2024, 6, 10)) -> tuple[Parent, Parent]:
    """Sam and Jo, each with a home of their own; Robin lives with Sam."""
    parents = (
        NewParent("Sam Example", (SAM,), "sam@example.com", may_email=True),
        NewParent(
            "Jolanta Muster",
            (NewPhone("+447700900777", may_text=True, who_else="Clementine", code_phrase="saffron"),),
            "jolanta@example.org",
            may_email=True,
        ),
    )
    family = a_family(
        (a_child(order_on, first_name="Robin", homes=(NewHome(address=0),)),),
        parents=parents,
    )
    db.session.commit()
    first, second = family.parents
    return first, second


def phone_of(parent: Parent) -> Phone:
    db.session.rollback()
    (phone,) = queries.phones_of(db.session.get_one(Parent, parent.id))
    return phone


def path(parent: Parent, what: str) -> str:
    return f"/manage/you/numbers/{phone_of(parent).id}/{what}"


def templates() -> list[str]:
    db.session.rollback()
    found = db.session.scalars(select(Message).order_by(Message.created_at, Message.next_try_at))
    return sorted(message.template for message in found if message.template != "manage_link")


def every_page(client: FlaskClient) -> dict[str, str]:
    """Whatever can be reached from one's own page by links, and what it says."""
    pages, ahead = {}, [YOU]
    while ahead:
        here = ahead.pop()
        page = client.get(here)
        assert page.status_code == 200, here
        pages[here] = page.text
        found = re.findall(r'href="(/manage/you[^"#?]*)"', page.text)
        ahead += [one for one in dict.fromkeys(found) if one not in pages and one not in ahead]
    return pages


def open_and_say(client: FlaskClient, link: str, said: str) -> None:
    answer = client.post(link, data={"token": form_token(client.get(link)), "answer": said})
    assert answer.status_code == 303, answer.text
    assert client.get(answer.headers["Location"]).status_code == 200


def a_visit(parent: Parent) -> UUID:
    """A parent has come in; the newest of their visits."""
    parent_links.begin_visit(parent)
    db.session.commit()
    made = select(ParentVisit.id).where(ParentVisit.parent_id == parent.id)
    return db.session.scalars(made.order_by(ParentVisit.opened_at.desc())).all()[0]
