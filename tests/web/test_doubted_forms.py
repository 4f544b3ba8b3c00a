"""Forms in doubt: staff look whether a family sent them, apart from the registrations."""

import re

import pytest
from sqlalchemy import func, select

from catchup.models.audit import AuditEvent
from catchup.models.outbox import Message
from catchup.models.registration import DoubtedForm, Registration
from catchup.rules.terms import Role
from tests.factories.families import KENT, SHEFFIELD
from tests.factories.joining import a_child_said, send, somebody_about_to_send
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

LIST = "/registrations/in-doubt"


@pytest.fixture
def doubted(app, session):
    """Make forms in doubt, as browsers make them that fill in what nobody sees."""

    def make(**pages):
        send(somebody_about_to_send(app, **pages), website="https://family.example.com")
        session.rollback()
        return session.scalars(select(DoubtedForm).order_by(DoubtedForm.submitted_at.desc())).first()

    return make


def text(response):
    return response.get_data(as_text=True)


def press(client, page, path, **fields):
    token = re.search(r'name="csrf_token" value="([^"]*)"', text(client.get(page))).group(1)
    return client.post(path, data={"csrf_token": token, **fields})


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def actions(session):
    session.rollback()
    return [action for action in session.scalars(select(AuditEvent.action)) if action.startswith("doubted")]


def test_nothing_in_doubt_says_what_would_come_and_the_registrations_do_not_speak_of_it(priya):
    assert "Nothing is in doubt" in text(priya.get(LIST))
    assert "in doubt" not in text(priya.get("/registrations"))


def test_the_registrations_lead_to_what_is_in_doubt_and_show_nothing_of_it(priya, session, doubted):
    form = doubted(name={"full_name": "Robin Quiet"})
    page = text(priya.get("/registrations"))
    assert f'href="{LIST}"' in page
    assert "1 form in doubt" in page
    assert "Robin Quiet" not in page
    for path in (LIST, f"{LIST}/{form.id}"):
        page = text(priya.get(path))
        assert "Robin Quiet" in page
        assert "that nobody sees" in page
    assert actions(session) == ["doubted_form.receive", "doubted_form.list", "doubted_form.view"]


def test_a_family_is_let_in_with_its_reference_its_day_and_its_message(priya, session, doubted):
    form = doubted(anything_else={"note": "Please ring soon."})
    facts = form.reference, form.submitted_at, form.look_by_on, form.wording
    response = press(priya, f"{LIST}/{form.id}", f"{LIST}/{form.id}/let-in")
    assert count(session, DoubtedForm) == 0
    kept = session.scalars(select(Registration)).one()
    assert (kept.reference, kept.submitted_at, kept.look_by_on, kept.wording) == facts
    assert response.location == f"/registrations/{kept.id}"
    assert "Please ring soon." in text(priya.get(response.location))
    assert session.scalars(select(Message.template)).all() == ["registration_received"]
    assert "doubted_form.let_in" in actions(session)


def test_what_no_family_sent_is_deleted_once_ticked(priya, session, doubted):
    doubted()
    ids = [str(doubted().id) for _ in range(2)]
    nothing = press(priya, LIST, LIST)
    assert nothing.status_code == 422
    assert "Tick those that no family sent" in text(nothing)
    assert count(session, DoubtedForm) == 3
    ticked = press(priya, LIST, LIST, form=[*ids, "no id"])
    assert "2 forms deleted." in text(priya.get(ticked.location))
    assert count(session, DoubtedForm) == 1
    assert count(session, Registration) == 0
    assert actions(session).count("doubted_form.throw_away") == 2
    assert priya.get(f"{LIST}/{ids[0]}").status_code == 404


def test_what_belongs_to_other_councils_is_not_there(priya, app, session, doubted):
    form = doubted(address={"council": SHEFFIELD}, children=[a_child_said(placing=SHEFFIELD)])
    assert "Nothing is in doubt" in text(priya.get(LIST))
    assert priya.get(f"{LIST}/{form.id}").status_code == 404
    assert press(priya, "/registrations", f"{LIST}/{form.id}/let-in").status_code == 404
    assert press(priya, "/registrations", LIST, form=str(form.id)).status_code == 422
    theirs = app.test_client()
    sign_in(theirs, staff_member(councils=(SHEFFIELD,)))
    assert theirs.get(f"{LIST}/{form.id}").status_code == 200


def test_what_belongs_to_no_council_with_staff_is_every_managers(app, priya, session, doubted):
    form = doubted(address={"council": SHEFFIELD}, children=[a_child_said(placing=SHEFFIELD)])
    manager = app.test_client()
    sign_in(manager, staff_member(Role.MANAGER, councils=(KENT,)))
    assert manager.get(f"{LIST}/{form.id}").status_code == 200


def test_whom_the_family_knows_finds_no_trace(priya, session, doubted):
    form = doubted(people_you_know={"there_is": True, "who": "Priya Example"})
    assert "Nothing is in doubt" in text(priya.get(LIST))
    assert priya.get(f"{LIST}/{form.id}").status_code == 404
