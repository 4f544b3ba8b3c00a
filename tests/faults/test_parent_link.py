"""Fifty at once on one parent's link: one of them comes in; and of fifty confirmations one counts."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from catchup.extensions import db
from catchup.models.family import Parent
from catchup.models.manage import ParentVisit, Proposal
from catchup.queries import parents as queries
from catchup.services import proposals
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.new_families import NewPhone
from tests.at_once import all_at_once, together
from tests.factories.families import a_family
from tests.parent_visit import a_link, form_token

pytestmark = pytest.mark.usefixtures("a_connection_each", "session")


@pytest.mark.promise("4.3 scanners")
def test_of_fifty_who_press_the_button_of_a_link_at_once_one_comes_in(app: Flask) -> None:
    path = a_link(a_family().parents[0])
    token = form_token(app.test_client().get(path))
    answers = together(lambda _: app.test_client().post(path, data={"token": token}).status_code)
    assert sorted(answers) == [303] + [404] * 49
    assert db.session.scalar(select(func.count()).select_from(ParentVisit)) == 1


def test_of_fifty_who_confirm_a_number_at_once_one_does(app: Flask) -> None:
    parent = a_family().parents[0]
    parent_id, new = parent.id, NewPhone("+447700900321")
    proposal_id = proposals.propose_phone(parent, new, is_new=True).id
    db.session.commit()

    def confirm(_: int) -> bool:
        try:
            proposals.confirm(db.session.get_one(Proposal, proposal_id), None)
        except ChangedMeanwhileError:
            db.session.rollback()
            return False
        db.session.commit()
        return True

    assert all_at_once(app, confirm).count(True) == 1
    numbers = [phone.number for phone in queries.phones_of(db.session.get_one(Parent, parent_id))]
    assert numbers.count("+447700900321") == 1
