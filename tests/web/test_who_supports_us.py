"""Which council supports us: open to anybody, and nothing is kept."""

import logging
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy import text as raw

from catchup import clock
from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.council import Council
from catchup.models.staff import Counter
from tests.factories.families import KENT, MEDWAY, the_councils

pytestmark = pytest.mark.engine_in_ci("sqlite")


def ask(client, made=("29", "2", "2024"), **changes):
    the_councils()
    order = dict(zip(("order_on-day", "order_on-month", "order_on-year"), made, strict=True))
    return client.post("/who-supports-us", data={**order, "placing": KENT, "postcode": "ME4 4AA", **changes})


def text(response):
    return response.get_data(as_text=True)


@pytest.fixture(autouse=True)
def today(session):
    clock.move_to(date(2026, 11, 22))


@pytest.mark.parametrize(
    "changes, sentences",
    [
        (
            {},
            ["Kent supports your family until 28 February 2027.", "From 1 March 2027 it is Medway."],
        ),
        ({"made": ("10", "6", "2020")}, ["Medway supports your family."]),
        ({"placing": "none"}, ["Medway supports your family."]),
        (
            {"placing": "unknown"},
            ["Until 28 February 2027 we can’t say which council.", "From 1 March 2027 it is Medway."],
        ),
        ({"postcode": "ME14 1XX"}, ["Kent supports your family."]),
        (
            {"postcode": "CF10 1EP"},
            [
                "Kent supports your family until 28 February 2027.",
                "From 1 March 2027 we can’t say which council.",
            ],
        ),
        (
            {"made": ("10", "6", "2020"), "postcode": "GU1 3BB"},
            ["Surrey supports your family until 31 March 2027.", "From 1 April 2027"],
        ),
        ({"postcode": "ZZ1 1AA", "council": KENT}, ["Kent supports your family."]),
    ],
)
def test_the_answer_names_the_council_now_and_later(client, changes, sentences):
    page = text(ask(client, **changes))
    for sentence in sentences:
        assert sentence in page


def test_a_postcode_nobody_knows_is_asked_about(client):
    response = ask(client, postcode="ZZ1 1AA")
    assert response.status_code == 422
    assert "We could not tell the council from this postcode" in text(response)
    assert 'name="council"' in text(response)
    assert 'value="ZZ1 1AA"' in text(response)


@pytest.mark.parametrize(
    "changes",
    [{"made": ("31", "2", "2024")}, {"made": ("1", "1", "2999")}, {"placing": ""}, {"postcode": "x"}],
)
def test_what_cannot_be_is_explained_and_kept_in_the_form(client, changes):
    response = ask(client, **changes)
    assert response.status_code == 422
    for typed in changes.get("made", ()):
        assert f'value="{typed}"' in text(response)


def everything() -> dict[str, list[str]]:
    """What every table holds, but for the counter of tries."""
    db.session.commit()
    tables = [table for table in Base.metadata.sorted_tables if table.name != "counter"]
    return {
        table.name: sorted(map(repr, db.session.execute(select(raw("*")).select_from(table))))
        for table in tables
    }


def test_nothing_is_kept_and_no_cookie_is_set(client, session, caplog):
    the_councils()
    caplog.set_level(logging.INFO)
    before = everything()
    line = {"order_on": "2024-02-29", "placing": KENT, "homes": [{"council": MEDWAY}]}
    for response in (
        client.get("/who-supports-us"),
        ask(client),
        ask(client, postcode="ZZ1 1AA"),
        client.post("/who-supports-us.json", json=line),
    ):
        assert response.status_code in {200, 422}
        assert "Set-Cookie" not in response.headers

    assert everything() == before
    assert not [word for word in ("ME4", "ZZ1", "2024", KENT, MEDWAY) if word in caplog.text]


def test_tries_are_counted_under_a_name_of_the_day_and_not_of_anybody(client, session):
    names = set()
    for on in (24, 25):
        clock.move_to(None)
        with time_machine.travel(f"2026-11-{on}T12:00:00Z"):
            ask(client)
            names |= set(session.scalars(select(Counter.bucket)))
            session.rollback()

    assert len(names) == 3  # everybody's, and one for each day
    assert not [name for name in names if "127.0.0.1" in name]


def test_somebody_who_asks_all_the_time_waits_and_is_told_how_long(app, settings, client, session):
    app.config["CATCHUP"] = replace(settings, asks_from_one_place=3)
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        statuses = [client.post("/who-supports-us").status_code for _ in range(3)]
        refused = ask(client)

        assert statuses == [422] * 3
        assert refused.status_code == 429
        assert "Please wait a little" in text(refused)
        assert refused.headers["Retry-After"] == "3612"
    with time_machine.travel("2026-11-22T13:00:12Z", tick=False):
        assert ask(client).status_code == 200


def test_all_together_have_a_limit_too(client, session):
    session.add(Counter(bucket="who-supports-us:everybody", window_at=clock.real_now(), tries=2_999))

    assert [ask(client).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("checked_on, shown", [(date(2026, 11, 1), True), (date(2025, 1, 1), False)])
def test_a_front_door_is_named_only_where_its_number_was_checked_lately(client, session, checked_on, shown):
    the_councils()
    council = session.get(Council, MEDWAY)
    council.front_door_day, council.front_door_checked_on = "+441632960111", checked_on
    page = text(ask(client))

    assert ("In Medway: 01632 960111 (last checked on 1 November 2026)." in page) is shown
    assert ("We have no number for that in Medway that was checked lately" in page) is not shown


def test_the_answer_carries_the_question_so_that_it_can_be_printed(client):
    page = text(ask(client))

    for said in ("29 February 2024", "Kent", "ME4\N{NO-BREAK SPACE}4AA (Medway)", "22 November 2026"):
        assert f">{said}</dd>" in page
    assert "data-print" in page


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({}, "If you move before 1 March 2027, nothing changes until then."),
        (
            {"made": ("10", "6", "2020")},
            "If you move, it is the council of your new home from the day you move.",
        ),
        ({"placing": "none"}, "If you move, it is the council of your new home from the day you move."),
        ({"placing": "unknown"}, "The letters you had before the order name the council"),
        ({"postcode": "CF10 1EP"}, "Outside England other rules hold."),
        ({"made": ("10", "6", "2020"), "postcode": "CF10 1EP"}, "Tell them that the councils have to agree"),
        ({"made": ("10", "6", "2020"), "postcode": "GU1 3BB"}, "From 1 April 2027 it is West Surrey."),
        ({"made": ("10", "6", "2020"), "postcode": "KT22 0PF"}, "From 1 April 2027 it is East Surrey."),
        (
            {"placing": "E10000030", "made": ("1", "9", "2026")},
            "From 1 April 2027 we can’t say which council.",
        ),
        ({}, "An allowance agreed before the order: Kent, always."),
    ],
)
def test_each_case_is_told_what_to_do(client, changes, sentence):
    assert sentence in text(ask(client, **changes))


@pytest.mark.parametrize("path", ["/", "/accessibility", "/privacy", "/contact", "/join/not-yet"])
def test_the_pages_of_words_open_without_a_cookie(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
