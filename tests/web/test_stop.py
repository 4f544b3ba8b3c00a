"""Stop everything: one button with a reason; only a manager starts again."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, Escalation
from catchup.models.outbox import Message
from catchup.rules.terms import EscalationKind, Role
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2024, 7, 3))


def test_stopping_needs_a_reason(client: FlaskClient) -> None:
    lead = staff_member()
    family = a_family(lead=lead)
    sign_in(client, lead)
    refused = client.post(f"/families/{family.id}/stop", data={})
    assert refused.status_code == 422
    assert "Say why in a few words" in refused.get_data(as_text=True)


def test_one_button_stops_the_calls_and_tells_a_manager(client: FlaskClient) -> None:
    lead, manager = staff_member(), staff_member(Role.MANAGER)
    family = a_family(lead=lead)
    sign_in(client, lead)
    stopped = client.post(f"/families/{family.id}/stop", data={"reason": "Danger"}, follow_redirects=True)
    assert "Everything stopped" in stopped.get_data(as_text=True)
    assert db.session.scalars(select(Call).where(Call.closed_at.is_(None))).all() == []
    assert db.session.scalars(select(Escalation.kind)).all() == [EscalationKind.STOPPED]
    assert db.session.scalars(select(Message.staff_id)).all() == [manager.id]


def test_only_a_manager_starts_again(app: Flask, client: FlaskClient) -> None:
    lead, manager = staff_member(), staff_member(Role.MANAGER)
    family = a_family(lead=lead)
    sign_in(client, lead)
    client.post(f"/families/{family.id}/stop", data={"reason": "Danger"})
    assert client.post(f"/families/{family.id}/start-again").status_code == 403
    boss = app.test_client()
    sign_in(boss, manager)
    started = boss.post(f"/families/{family.id}/start-again", follow_redirects=True)
    assert "Started again" in started.get_data(as_text=True)
    assert len(db.session.scalars(select(Call).where(Call.closed_at.is_(None))).all()) == 1
