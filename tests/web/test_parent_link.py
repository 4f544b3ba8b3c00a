"""A parent's way in: a link asked for by e-mail, that opens once, and the visit after it."""

import re
import secrets
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Parent
from catchup.models.manage import LinkRequest, ParentLink, ParentVisit
from catchup.models.outbox import Message
from catchup.models.staff import Counter
from catchup.services import families, outbox
from catchup.services.families import NewParent
from tests.factories.families import a_family, a_viewer
from tests.factories.staff import staff_member
from tests.parent_visit import (
    YOU,
    a_link,
    answer_requests,
    ask,
    come_in,
    form_token,
    links_of,
    open_link,
    rows,
)

pytestmark = pytest.mark.usefixtures("session")


def a_parent(**facts: object) -> Parent:
    return a_family(**facts).parents[0]  # type: ignore[arg-type]  # as a_family takes them


def two(email: str | None = None, *, confirmed: bool = True) -> list[Parent]:
    first = NewParent("Sam Example", (), "sam@example.com", may_email=True)
    second = NewParent("Jo Example", (), email or "jo@example.com", may_email=True, confirmed=confirmed)
    return a_family(parents=(first, second)).parents


@pytest.mark.promise("4.3 who is known")
def test_whoever_asks_for_a_link_sees_the_same_and_only_a_parent_of_ours_is_sent_one(
    client: FlaskClient,
) -> None:
    parent = a_parent()
    assert parent.email
    pages = [ask(client, address) for address in (parent.email.upper(), "nobody@example.com")]
    assert len({page.text.replace(nonce(page.text), "") for page in pages}) == 1
    assert "If we know this address, a link is on its way" in pages[0].text
    assert db.session.scalars(select(Message)).all() == []
    assert answer_requests() == {"links": 1}
    assert answer_requests() == {}
    message = db.session.scalars(select(Message)).one()
    assert (message.template, message.recipient) == ("manage_link", parent.email)
    assert {one.address for one in db.session.scalars(select(LinkRequest))} == {""}


@pytest.mark.promise("4.3 leaks")
@pytest.mark.engine("sqlite")
def test_the_message_is_bare_and_its_link_is_of_the_configured_host(client: FlaskClient, app: Flask) -> None:
    parent = a_parent()
    host, forged = "https://evil.example.com", {"X-Forwarded-Host": "evil.example.com"}
    token = form_token(client.get("/manage", base_url=host, headers=forged))
    typed = {"token": token, "address": parent.email}
    answer = client.post("/manage", data=typed, base_url=host, headers=forged)
    assert "evil" not in answer.headers["Location"]
    answer_requests()
    message = db.session.scalars(select(Message)).one()
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert isinstance(mail, outbox.Mail)
    assert mail.subject == "The link you asked for"
    assert f"{app.config['CATCHUP'].base_url}/manage/in/" in mail.body
    for word in ("evil", "Example", "Parent", "Invented", "adopt", "Child", parent.email):
        assert word not in mail.body + mail.subject


@pytest.mark.engine("sqlite")
def test_a_link_is_sent_to_nobody_else(client: FlaskClient) -> None:
    first, unasked = two(confirmed=False)
    shy = a_parent(parents=(NewParent("Ash Example", (), "ash@example.com", may_email=False),))
    stopped = a_parent()
    families.stop_everything(stopped.family, "A death", a_viewer(staff_member()))
    for one in (unasked, shy, stopped):
        ask(client, str(one.email))
    assert answer_requests() == {}
    ask(client, str(first.email))
    assert answer_requests() == {"links": 1}


@pytest.mark.engine("sqlite")
def test_a_parent_whose_family_has_left_still_comes_in(client: FlaskClient) -> None:
    parent = a_parent()
    families.leave(parent.family, clock.today(), None, a_viewer(staff_member()))
    ask(client, str(parent.email))
    assert answer_requests() == {"links": 1}
    message = db.session.scalars(select(Message)).one()
    assert isinstance(outbox.open_message(message.id, clock.real_now(), clock.today()), outbox.Mail)
    assert "You have left, so nobody rings" in come_in(client, parent).text


@pytest.mark.engine("sqlite")
def test_two_who_share_an_address_are_each_sent_their_own(client: FlaskClient) -> None:
    sam, jo = two("sam@example.com")
    ask(client, "sam@example.com")
    assert answer_requests() == {"links": 2}
    whose = {message.facts["whose"] for message in db.session.scalars(select(Message))}
    assert whose == {"S", "J"}
    assert (len(links_of(sam)), len(links_of(jo))) == (1, 1)


@pytest.mark.promise("4.3 bots")
@pytest.mark.engine("sqlite")
def test_three_links_an_hour_and_five_a_day_go_to_one_address(client: FlaskClient) -> None:
    parent = a_parent()
    sent = []
    for later in (0, 0, 0, 0, 61, 0, 0, 61, 24 * 60):
        for counter in db.session.scalars(select(Counter)):
            counter.window_at -= timedelta(minutes=later)
        ask(client, str(parent.email))
        sent.append(answer_requests().get("links", 0))
    assert sent == [1, 1, 1, 0, 1, 1, 0, 0, 1]


@pytest.mark.promise("4.3 scanners")
def test_opening_a_link_shows_and_uses_nothing(client: FlaskClient) -> None:
    parent = a_parent()
    path = a_link(parent)
    pages = [client.get(path, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}) for n in range(5)]
    assert client.head(path).status_code == 200
    for page in pages:
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert not any(word in page.text for word in (*parent.name.split(), "ME4", str(parent.email)))
    used = open_link(client, path)
    assert (used.status_code, used.headers["Location"]) == (303, YOU)
    assert client.get(YOU).status_code == 200


@pytest.mark.promise("4.3 links")
@pytest.mark.engine("sqlite")
def test_what_opens_nothing_looks_the_same_whatever_it_is(client: FlaskClient, app: Flask) -> None:
    used, over, older, stopped, unconfirmed = (a_link(a_parent()) for _ in range(5))
    assert open_link(client, used).status_code == 303
    made = db.session.scalars(select(ParentLink).order_by(ParentLink.made_at))
    links = dict(zip((used, over, older, stopped, unconfirmed), made, strict=True))
    links[over].expires_at = clock.real_now()
    a_link(links[older].parent)
    families.stop_everything(links[stopped].parent.family, "A death", a_viewer(staff_member()))
    links[unconfirmed].parent.confirmed_at = None
    db.session.commit()
    flipped = older[:-1] + ("A" if older[-1] != "A" else "B")
    paths = [*links, flipped, "/manage/in/" + "A" * 43, "/manage/in/x", f"/manage/in/{'%C3%A9' * 43}"]
    answers = [app.test_client().get(path) for path in paths]
    assert {page.status_code for page in answers} == {404}
    bare = {page.text.replace(nonce(page.text), "") for page in answers}
    assert len(bare) == 1
    assert "Ask for a new one" in bare.pop()


@pytest.mark.promise("4.3 links")
@pytest.mark.engine("sqlite")
def test_a_link_lasts_for_thirty_minutes_to_the_minute(client: FlaskClient) -> None:
    path = a_link(a_parent())
    link = db.session.scalars(select(ParentLink)).one()
    assert link.expires_at - link.made_at == timedelta(minutes=30)
    link.expires_at = clock.real_now() + timedelta(seconds=20)
    assert client.get(path).status_code == 200
    token = form_token(client.get(path))
    link.expires_at = clock.real_now()
    assert client.get(path).status_code == 404
    assert client.post(path, data={"token": token}).status_code == 404


@pytest.mark.promise("4.3 links")
@pytest.mark.engine("sqlite")
def test_ten_thousand_tokens_are_long_and_no_two_alike() -> None:
    tokens = [secrets.token_urlsafe(32) for _ in range(10_000)]
    assert len(set(tokens)) == 10_000
    assert {len(token) for token in tokens} == {43}
    path = a_link(a_parent())
    link = db.session.scalars(select(ParentLink)).one()
    assert re.fullmatch(r"/manage/in/[\w-]{43}", path)
    assert len(link.token_hash) == 32
    assert path.rpartition("/")[2].encode() not in link.token_hash


@pytest.mark.promise("4.3 links")
@pytest.mark.engine("sqlite")
def test_a_link_with_any_bit_turned_opens_nothing(client: FlaskClient) -> None:
    path = a_link(a_parent())
    start, token = path[:11], path[11:]
    for place in range(0, 43, 3):
        for bit in (1, 2, 4):
            turned = chr(ord(token[place]) ^ bit)
            if re.fullmatch(r"[\w-]", turned, re.ASCII) and place < 42:
                wrong = f"{start}{token[:place]}{turned}{token[place + 1 :]}"
                assert client.get(wrong).status_code == 404
    assert client.get(path).status_code == 200


@pytest.mark.promise("4.1 cookies")
def test_a_visit_is_a_cookie_that_says_nothing_and_ends_by_itself(client: FlaskClient, app: Flask) -> None:
    parent = a_parent()
    used = open_link(client, a_link(parent))
    cookie = next(iter(SimpleCookie(used.headers["Set-Cookie"]).values()))
    assert cookie.key == "__Host-manage"
    assert cookie["secure"]
    assert re.fullmatch(r"[\w-]{43}", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert (cookie["max-age"], cookie["expires"], cookie["domain"]) == ("", "", "")
    visit = db.session.scalars(select(ParentVisit)).one()
    assert cookie.value.encode() not in visit.token_hash
    assert visit.expires_at - visit.opened_at == timedelta(hours=2)
    visit.seen_at = clock.real_now() - timedelta(minutes=29)
    assert client.get(YOU).status_code == 200
    db.session.refresh(visit)
    assert visit.seen_at > clock.real_now() - timedelta(minutes=1), "somebody was there"
    visit.seen_at = clock.real_now() - timedelta(minutes=30)
    assert client.get(YOU).status_code == 404
    visit.seen_at, visit.expires_at = clock.real_now(), clock.real_now()
    assert client.get(YOU).status_code == 404
    assert app.test_client().get(YOU).status_code == 404


@pytest.mark.promise("4.6 headers")
def test_closing_the_page_ends_the_visit_and_clears_the_browser(client: FlaskClient, app: Flask) -> None:
    parent = a_parent()
    page = come_in(client, parent)
    cookie = client.get_cookie("__Host-manage")
    assert cookie
    answer = client.post("/manage/out", data={"token": form_token(page)})
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(YOU).status_code == 404
    replay = app.test_client()
    replay.set_cookie("__Host-manage", cookie.value, secure=True)
    assert replay.get(YOU).status_code == 404
    assert rows()[-3:] == [("manage.come_in", "ok"), ("manage.view", "ok"), ("manage.go_out", "ok")]


@pytest.mark.engine("sqlite")
def test_a_visit_ends_when_everything_stops(client: FlaskClient) -> None:
    parent = a_parent()
    come_in(client, parent)
    families.stop_everything(parent.family, "Danger", a_viewer(staff_member()))
    assert client.get(YOU).status_code == 404


@pytest.mark.promise("4.3 who is known")
@pytest.mark.engine("sqlite")
def test_too_many_requests_look_like_any_other_and_are_not_kept(client: FlaskClient) -> None:
    pages = [ask(client, f"nobody{number}@example.com") for number in range(22)]
    assert {page.status_code for page in pages} == {200}
    assert len({page.text.replace(nonce(page.text), "") for page in pages}) == 1
    assert len(db.session.scalars(select(LinkRequest)).all()) == 20


@pytest.mark.engine("sqlite")
def test_a_request_that_is_no_address_is_told_so(client: FlaskClient) -> None:
    page = ask(client, "sam at example")
    assert page.status_code == 422
    assert "Enter an email address in the correct format" in page.text
    assert 'value="sam at example"' in page.text
    assert db.session.scalars(select(LinkRequest)).all() == []


def test_an_older_link_dies_when_a_newer_one_is_sent(client: FlaskClient) -> None:
    parent = a_parent()
    first, second = a_link(parent), a_link(parent)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    old = db.session.scalars(select(Message).order_by(Message.created_at)).first()
    assert old is not None
    fate = outbox.open_message(old.id, clock.real_now(), clock.today())
    assert isinstance(fate, outbox.Fate)
    assert fate.word == "expired"


@pytest.mark.engine("sqlite")
def test_of_a_link_that_was_sent_nothing_is_left_in_the_outbox(client: FlaskClient) -> None:
    a_link(a_parent())
    message = db.session.scalars(select(Message)).one()
    outbox.note(message.id, outbox.Fate("sent"), clock.real_now())
    db.session.commit()
    db.session.refresh(message)
    assert message.facts == {}


def nonce(page: str) -> str:
    found = re.search(r'nonce="([\w-]+)"', page)
    return found[1] if found else ""
