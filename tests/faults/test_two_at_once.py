"""Two and more who save the same at the same moment: nothing is lost, and nothing is there twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Conversation
from catchup.models.registration import Registration
from catchup.models.staff import Staff
from tests.at_once import AT_ONCE, together
from tests.factories.attempts import TODAY, a_call, form_of
from tests.factories.conversations import address, answers
from tests.factories.families import KENT
from tests.factories.joining import somebody_about_to_send, the_token
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured

CLICKS = 10

pytestmark = pytest.mark.usefixtures("session", "_on_the_day")


@pytest.fixture
def _on_the_day(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,), name="Priya Example")


@pytest.fixture
def priya(client: FlaskClient, lead: Staff) -> FlaskClient:
    sign_in(client, lead)
    return client


@pytest.fixture
def sam(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, staff_member(councils=(KENT,), name="Sam Example"))
    return client


def notes(call_id: object) -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(Attempt.note).where(Attempt.call_id == call_id)))


@pytest.mark.promise("4.10 lost update")
@pytest.mark.engine_in_ci("sqlite")
def test_of_two_who_opened_the_same_call_the_second_sees_both_texts_and_loses_none(
    priya: FlaskClient, sam: FlaskClient, lead: Staff, release: bool, measured: Measured
) -> None:
    pairs, lost = 200 if release else 2, 0
    for number in range(pairs):
        call_id = a_call(lead).id
        mine, theirs = (form_of(one.get(f"/calls/{call_id}")) for one in (priya, sam))
        said = {"outcome": "no_answer", "note": f"Sam’s words {number}"}
        first = sam.post(f"/calls/{call_id}/attempts", data=theirs | said)
        second = priya.post(
            f"/calls/{call_id}/attempts", data=mine | said | {"note": f"Priya’s words {number}"}
        )
        assert (first.status_code, second.status_code) == (302, 409)
        both = all(f"{who} words {number}" in second.text for who in ("Sam’s", "Priya’s"))
        lost += not both or notes(call_id) != [f"Sam’s words {number}"]
    measured(f"{lost} of {pairs} pairs lost anything: both texts stood on the second's page", holds=lost == 0)
    assert lost == 0


@pytest.mark.in_release
@pytest.mark.promise("4.10 lost update")
@pytest.mark.usefixtures("a_connection_each")
def test_of_fifty_who_save_the_same_page_at_once_one_wins_and_the_others_keep_their_words(
    app: Flask, priya: FlaskClient, lead: Staff, measured: Measured
) -> None:
    call_id = a_call(lead).id
    form = form_of(priya.get(f"/calls/{call_id}")) | {"outcome": "no_answer"}
    clients = [app.test_client() for _ in range(AT_ONCE)]
    for client in clients:
        sign_in(client, lead)

    def save(number: int) -> TestResponse:
        mine = {"attempt_id": str(uuid4()), "note": f"Words of {number}."}
        return clients[number].post(f"/calls/{call_id}/attempts", data=form | mine)

    answered = together(save)
    statuses = Counter(answer.status_code for answer in answered)
    kept = sum(f"Words of {number}." in answer.text for number, answer in enumerate(answered))
    won = len(notes(call_id))
    measured(
        f"{AT_ONCE} at once on one record: {won} saved, {statuses[409]} shown their words and what was saved",
        holds=(won, statuses[409], kept) == (1, AT_ONCE - 1, AT_ONCE - 1),
    )
    assert statuses == {302: 1, 409: AT_ONCE - 1}
    assert (won, kept) == (1, AT_ONCE - 1)


def clicked(post: Callable[[], TestResponse]) -> list[int]:
    """The same, ten times at the same moment."""
    barrier = Barrier(CLICKS)

    def one(_number: int) -> int:
        barrier.wait()
        return post().status_code

    with ThreadPoolExecutor(CLICKS) as hands:
        return list(hands.map(one, range(CLICKS)))


@pytest.mark.promise("4.10 double click")
@pytest.mark.usefixtures("a_connection_each")
@pytest.mark.parametrize("kind", ["attempt", "conversation", "registration"])
def test_the_same_sent_ten_times_at_once_is_one_record(
    app: Flask, priya: FlaskClient, lead: Staff, kind: str, measured: Measured
) -> None:
    call = a_call(lead)
    call_id = call.id
    if kind == "attempt":
        path, said, model = f"/calls/{call_id}/attempts", form_of(priya.get(f"/calls/{call_id}")), Attempt
        said |= {"outcome": "no_answer"}
        browser, action = priya, "attempt.record"
    elif kind == "conversation":
        path, said, model = address(call), answers(call), Conversation
        browser, action = priya, "conversation.save"
    else:
        browser = somebody_about_to_send(app)
        path, said, model = "/join/check", the_token(browser.get("/join/check")), Registration
        action = "registration.receive"
    db.session.commit()
    jar = dict(browser._cookies)

    def post() -> TestResponse:
        hand = app.test_client()
        hand._cookies = dict(jar)
        return hand.post(path, data=said)

    statuses = clicked(post)
    db.session.rollback()
    made = db.session.scalar(select(func.count()).select_from(model))
    rows = db.session.scalar(select(func.count()).where(AuditEvent.action == action))
    measured(
        f"{kind} sent {CLICKS} times at once: {made} record, {rows} row of its saving",
        holds=made == rows == 1,
    )
    assert (made, rows) == (1, 1)
    assert max(statuses) < 500, statuses
