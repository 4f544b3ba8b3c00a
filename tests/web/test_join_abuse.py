"""Machines that join: what they send passes for no registration, and no family is lost among it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from catchup import clock
from catchup.models.outbox import Message
from catchup.models.registration import Doubt, DoubtedForm, JoinDraft, Registration
from catchup.models.staff import Counter
from catchup.services import joining, limits
from catchup.services.limits import Limit
from tests.factories.joining import send, somebody_about_to_send, the_token

HOUR = timedelta(hours=1)
REFERENCE = re.compile("CU-[0-9A-Z]{4}-[0-9A-Z]{4}")


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def kept(session):
    """How many registrations, and how many forms in doubt."""
    return count(session, Registration), count(session, DoubtedForm)


def sent(client):
    """The page that says thank you, and what is different on it each time."""
    page = client.get("/join/sent").get_data(as_text=True)
    page = re.sub(r'nonce="[^"]*"', "", page)
    return REFERENCE.findall(page)[0], REFERENCE.sub("", page)


def fill_counter(session, bucket, tries):
    session.add(Counter(bucket=bucket, window_at=clock.real_now(), tries=tries))
    session.commit()


@pytest.mark.promise("4.3 bots")
def test_five_an_hour_from_one_place_are_registrations_and_the_next_wait_in_doubt(app, session):
    people = [somebody_about_to_send(app) for _ in range(7)]
    assert {send(person).location for person in people} == {"/join/sent"}
    assert kept(session) == (5, 2)
    doubted = session.scalars(select(DoubtedForm)).all()
    assert {one.reference for one in doubted} == {sent(person)[0] for person in people[5:]}
    assert {one.doubt for one in doubted} == {Doubt.MANY}
    # Somebody elsewhere is not kept waiting by them.
    send(somebody_about_to_send(app, "198.51.100.7"))
    assert kept(session) == (6, 2)


def test_an_hour_later_there_is_room_again(app, session):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as time:
        for _ in range(6):
            send(somebody_about_to_send(app))
        assert kept(session) == (5, 1)
        time.shift(timedelta(hours=1, seconds=13))
        send(somebody_about_to_send(app))
    assert kept(session) == (6, 1)


def test_a_household_or_office_shares_a_limit_on_the_newer_internet_too(app, session):
    for number in range(6):
        send(somebody_about_to_send(app, f"2001:db8:1:1::{number}"))
    send(somebody_about_to_send(app, "2001:db8:1:2::1"))
    assert kept(session) == (6, 1)


@pytest.mark.promise("4.3 shared limits")
def test_forged_headers_make_nobody_many(app, session, release):
    for number in range(1_000 if release else 12):
        person = somebody_about_to_send(app)
        forged = f"198.51.{number % 200}.{number // 200 + 1}"
        person.environ_base["HTTP_X_FORWARDED_FOR"] = forged
        person.environ_base["HTTP_FORWARDED"] = f"for={forged}"
        person.environ_base["HTTP_X_REAL_IP"] = forged
        send(person)
    assert count(session, Registration) == 5
    assert count(session, DoubtedForm) == min(joining.MOST_DOUBTED, number - 4)


def test_all_together_have_a_limit_too(app, settings, session):
    app.config["CATCHUP"] = replace(settings, joins_in_all=2)
    for number in range(3):
        send(somebody_about_to_send(app, f"198.51.100.{number}"))
    assert kept(session) == (2, 1)


def test_with_no_room_left_the_answers_wait_with_whoever_gave_them(app, session):
    fill_counter(session, "doubt:everybody", joining.MOST_DOUBTED_IN_ALL)
    fill_counter(session, "join:everybody", 200)
    person = somebody_about_to_send(app)
    refused = send(person)
    assert refused.status_code == 429
    assert "We have kept your answers for a day" in refused.get_data(as_text=True)
    assert refused.headers["Retry-After"] == "3600"
    session.query(Counter).delete()
    assert send(person).location == "/join/sent"
    assert kept(session) == (1, 0)


@pytest.mark.promise("4.3 bots")
def test_people_and_machines_read_the_same_reply(app, session):
    quick, filler, person, late = (somebody_about_to_send(app, f"192.0.2.{n}") for n in range(4))
    draft = session.scalars(select(JoinDraft).order_by(JoinDraft.id_hash)).all()
    assert len(draft) == 4
    fill_counter(session, limits.bucket("join", "192.0.2.3"), 5)
    responses = [send(person), send(filler, website="https://spam.example.com"), send(late)]
    for one in session.scalars(select(JoinDraft)):
        if "sent" not in one.answers:
            one.started_at = clock.real_now()
    responses.append(send(quick))
    assert kept(session) == (1, 2)
    heads = {(one.status, str(sorted(set(one.headers.keys()))), one.location) for one in responses}
    assert len(heads) == 1
    pages = [sent(one) for one in (person, filler, late, quick)]
    assert len({page for _, page in pages}) == 1
    assert len({reference for reference, _ in pages}) == 4


def test_a_browser_that_fills_in_what_nobody_sees_is_looked_at_and_not_lost(app, session):
    person = somebody_about_to_send(app)
    send(person, website="https://family.example.com")
    form = session.scalars(select(DoubtedForm)).one()
    assert (form.doubt, form.reference) == (Doubt.HIDDEN_FIELD, sent(person)[0])
    assert joining.TRAPPED not in form.answers
    assert count(session, Message) == 0


@pytest.mark.promise("4.3 bots")
@pytest.mark.parametrize("ago, registrations", [(timedelta(seconds=1.9), 0), (timedelta(seconds=2), 1)])
def test_nobody_fills_in_the_form_in_less_than_two_seconds(app, session, ago, registrations):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False):
        person = somebody_about_to_send(app)
        session.scalars(select(JoinDraft)).one().started_at = clock.real_now() - ago
        send(person)
    assert kept(session) == (registrations, 0)


@pytest.mark.promise("4.3 bots")
def test_no_time_that_a_page_carries_is_believed(app, session):
    """When a form was begun is written in the database: there is nothing to leave out or to forge."""
    person = somebody_about_to_send(app)
    session.scalars(select(JoinDraft)).one().started_at = clock.real_now()
    page = person.get("/join/check").get_data(as_text=True)
    assert set(re.findall(r'<(?:input|textarea)[^>]* name="([^"]*)"', page)) == {"token", "seen", "website"}
    send(person, started_at="2020-01-01T00:00:00Z", time="0")
    assert kept(session) == (0, 0)


def test_a_second_click_is_no_second_try(app, session):
    person = somebody_about_to_send(app)
    hidden = the_token(person.get("/join/check"))
    cookie = person.get_cookie("__Host-join")
    session.rollback()

    def click(_number):
        visitor = app.test_client()
        visitor.environ_base["REMOTE_ADDR"] = "192.0.2.1"
        visitor.set_cookie(cookie.key, cookie.value)
        return visitor.post("/join/check", data=hidden).location

    with ThreadPoolExecutor(8) as clicks:
        assert set(clicks.map(click, range(8))) == {"/join/sent"}
    assert kept(session) == (1, 0)
    tries = select(func.sum(Counter.tries)).where(Counter.bucket == "join:everybody")
    assert session.scalar(tries) == 1


def test_many_at_once_share_the_limit(app, session):
    people = [somebody_about_to_send(app) for _ in range(8)]
    forms = [(person, the_token(person.get("/join/check"))) for person in people]
    session.rollback()
    with ThreadPoolExecutor(8) as all_of_them:
        list(all_of_them.map(lambda form: form[0].post("/join/check", data=form[1]), forms))
    assert kept(session) == (5, 3)


@pytest.mark.promise("4.3 bots")
def test_one_address_is_written_to_three_times_an_hour_and_five_a_day(app, session):
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as time:
        written = []
        for number in range(8):
            if number in {4, 6}:
                time.shift(HOUR + timedelta(minutes=1))
            email = {"address": "Alex@example.com" if number % 2 else "alex@example.com"}
            send(somebody_about_to_send(app, f"198.51.100.{number}", email=email))
            written.append(count(session, Message))
    assert written == [1, 2, 3, 3, 4, 5, 5, 5]
    assert kept(session) == (8, 0)


def test_what_is_not_committed_was_no_try(session):
    one = Limit("a", HOUR, 1)
    assert limits.count(one)
    session.rollback()
    assert limits.count(one)
    session.commit()
    assert not limits.count(one, Limit("b", HOUR, 1))
    assert limits.count(Limit("b", HOUR, 1))  # nothing is counted where one of them is full
    session.commit()
