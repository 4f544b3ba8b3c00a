"""Which council supports us: open to anybody, and nothing is kept."""

from datetime import date

import pytest
from sqlalchemy import func, select

from catchup import clock
from catchup.models.registration import JoinDraft
from catchup.models.staff import StaffSession
from tests.factories.families import KENT, the_councils


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


def test_nothing_is_kept_and_no_cookie_is_set(client, session):
    for response in (client.get("/who-supports-us"), ask(client)):
        assert "Set-Cookie" not in response.headers
    for model in (JoinDraft, StaffSession):
        assert session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.parametrize("path", ["/", "/accessibility", "/privacy", "/contact", "/join/not-yet"])
def test_the_pages_of_words_open_without_a_cookie(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
