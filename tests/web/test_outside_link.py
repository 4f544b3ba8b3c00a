"""A link that was sent to a council: nothing without the code, and five tries."""

import re
from datetime import date, timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.handover_sending import HandoverSending, OutsideVisit
from catchup.services import families, handover_sendings
from catchup.web.outside import visits
from tests.factories.handovers import a_handover, a_worker, checked
from tests.factories.sendings import path_of, sent_by_link, token_of
from tests.outsider import (
    PAGE,
    SENTINELS,
    another_code,
    answer,
    enter,
    form_token,
    handover_of,
    read_of,
    rows,
)

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    clock.move_to(date(2026, 3, 2))


@pytest.mark.promise("4.3 scanners")
def test_opening_the_link_shows_and_uses_nothing(client: FlaskClient) -> None:
    sent = sent_by_link()
    before = {column.name: getattr(sent.sending, column.name) for column in core(HandoverSending).c}
    pages = [client.get(path_of(sent)) for _ in range(5)]
    assert client.head(path_of(sent)).status_code == 200
    for page in pages:
        assert page.status_code == 200
        assert "Enter the code" in page.text
        assert not any(sentinel in read_of(page) for sentinel in SENTINELS)
        assert "Set-Cookie" not in page.headers
    db.session.refresh(sent.sending)
    assert before == {column: getattr(sent.sending, column) for column in before}
    assert rows() == [("outside.open", "ok")] * 6
    assert enter(client, sent).status_code == 303


def test_what_opens_nothing_looks_the_same_whatever_it_is(client: FlaskClient, app: Flask) -> None:
    expired, ended, locked, stopped = (
        sent_by_link(checked(a_handover(), a_worker(), a_worker())) for _ in range(4)
    )
    accepted = sent_by_link()
    assert enter(client, accepted).status_code == 303
    assert (
        answer(client, "accept", accept_children=handover_of(accepted).id, contact="R. Duty").status_code
        == 303
    )
    expired.sending.expires_at = clock.real_now()
    handover_sendings.take_back(ended.sending, "Over", a_worker())
    families.stop_everything(handover_of(stopped).family, "A death", a_worker())
    db.session.execute(
        update(HandoverSending)
        .where(HandoverSending.id == locked.sending.id)
        .values(wrong_codes=5, locked_at=clock.now())
    )
    db.session.commit()
    paths = [path_of(one) for one in (expired, ended, locked, stopped, accepted)]
    paths += ["/for-councils/" + "A" * 43, "/for-councils/x", f"/for-councils/{'%C3%A9' * 43}"]
    answers = [app.test_client().get(path) for path in paths]
    assert {page.status_code for page in answers} == {404}
    bare = {re.sub(r"nonce-[\w-]+|nonce=\"[\w-]+\"", "", page.text) for page in answers}
    assert len(bare) == 1
    assert "Ring the council that wrote to you" in bare.pop()


def test_five_wrong_codes_lock_the_link_for_good(client: FlaskClient, app: Flask) -> None:
    sent = sent_by_link()
    for left in ("4 more times", "3 more times", "2 more times", "1 more time,"):
        page = enter(client, sent, another_code(sent))
        assert page.status_code == 422
        assert left in page.text
        assert another_code(sent) not in page.text.replace(form_token(page), "")
    token = form_token(client.get(path_of(sent)))
    fifth = client.post(path_of(sent), data={"token": token, "code": another_code(sent)})
    right = client.post(path_of(sent), data={"token": token, "code": sent.code})
    assert (fifth.status_code, right.status_code) == (404, 404)
    assert client.get(path_of(sent)).status_code == 404
    assert [one for one in rows() if one[0] == "outside.code"] == [("outside.code", "refused")] * 6


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "१२३४५६", "12 34 5"])
def test_what_is_no_code_is_not_counted_as_a_try(client: FlaskClient, typed: str) -> None:
    sent = sent_by_link()
    path = path_of(sent)
    page = client.post(path, data={"token": form_token(client.get(path)), "code": typed})
    assert page.status_code == 422
    assert "Enter the six digits" in page.text
    db.session.refresh(sent.sending)
    assert sent.sending.wrong_codes == 0


@pytest.mark.engine("sqlite")
def test_a_code_may_be_typed_with_blanks(client: FlaskClient) -> None:
    sent = sent_by_link()
    assert enter(client, sent, f" {sent.code[:3]} {sent.code[3:]}\u200e").status_code == 303


@pytest.mark.engine("sqlite")
def test_whoever_had_the_right_code_is_told_plainly_why_a_link_has_ended(client: FlaskClient) -> None:
    sent = sent_by_link()
    path = path_of(sent)
    token = form_token(client.get(path))
    sent.sending.expires_at = clock.real_now()
    db.session.commit()
    page = client.post(path, data={"token": token, "code": sent.code})
    assert page.status_code == 410
    assert "Its 28 days are over. Ask Kent to send a new one." in page.text
    assert client.post(path, data={"token": token, "code": another_code(sent)}).status_code == 404


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_form_from_elsewhere_is_refused_and_not_counted(client: FlaskClient, token: str | None) -> None:
    sent = sent_by_link()
    data = {} if token is None else {"token": token}
    assert client.post(path_of(sent), data={**data, "code": another_code(sent)}).status_code == 400
    enter(client, sent)
    for path in (f"{PAGE}/accept", f"{PAGE}/query", "/for-councils/leave"):
        assert client.post(path, data=data).status_code == 400
    db.session.refresh(sent.sending)
    assert sent.sending.wrong_codes == 0


@pytest.mark.engine("sqlite")
def test_links_and_codes_are_limited_from_one_address_and_in_all(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limits, changed in (
        (visits.FROM_ONE_PLACE, {"open": 3, "code": 2}),
        (visits.IN_ALL, {"open": 5, "code": 50}),
    ):
        for what, most in changed.items():
            monkeypatch.setitem(limits, what, most)
    sent = sent_by_link()
    path = path_of(sent)
    token = form_token(client.get(path))
    tries = [
        client.post(path, data={"token": token, "code": another_code(sent)}).status_code for _ in range(3)
    ]
    assert tries == [422, 422, 429]
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    assert [client.get(path, environ_base=elsewhere).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.promise("4.3 leaks")
def test_the_right_code_begins_a_visit_at_an_address_without_the_link(
    client: FlaskClient, app: Flask
) -> None:
    sent = sent_by_link()
    begun = enter(client, sent)
    assert (begun.status_code, begun.headers["Location"]) == (303, PAGE)
    cookie = next(iter(SimpleCookie(begun.headers["Set-Cookie"]).values()))
    assert cookie.key == "__Host-for-councils"
    assert (cookie["path"], cookie["samesite"]) == ("/", "Strict")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert len(cookie.value) == 43
    page = client.get(PAGE)
    for sentinel in ("Ada", "Sam Example", "Confirm that the therapy goes on", "Invented Therapies"):
        assert sentinel in page.text
    assert token_of(sent) not in page.text
    assert sent.code not in page.text.replace(form_token(page), "")
    db.session.refresh(sent.sending)
    assert sent.sending.opened_at
    visit = db.session.scalars(select(OutsideVisit)).one()
    assert visit.token_hash == handover_sendings.hashed(cookie.value)
    assert visit.expires_at - visit.opened_at == timedelta(hours=1)
    assert app.test_client().get(PAGE).status_code == 404
    assert rows() == [("outside.open", "ok"), ("outside.code", "ok"), ("outside.view", "ok")]


@pytest.mark.engine("sqlite")
def test_a_fault_of_ours_is_logged_without_the_link(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sent_by_link()

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("catchup.queries.handover_sendings.by_token", full)
    assert client.get(path_of(sent)).status_code == 500
    assert "outside.open_link" in caplog.text
    assert "disk full" in caplog.text
    assert token_of(sent) not in caplog.text


@pytest.mark.promise("4.3 leaks")
@pytest.mark.engine("sqlite")
def test_no_log_holds_the_link_or_the_code(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    sent = sent_by_link()
    with caplog.at_level("DEBUG"):
        enter(client, sent, another_code(sent))
        enter(client, sent)
        client.get(PAGE)
    assert token_of(sent) not in caplog.text
    assert sent.code not in caplog.text
    assert not any(sentinel in caplog.text for sentinel in SENTINELS)
