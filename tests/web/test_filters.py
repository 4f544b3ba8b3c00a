from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from catchup.web import filters

TODAY = date(2026, 11, 21)


@pytest.fixture
def app():
    app = Flask(__name__, template_folder="../../templates")
    app.config["SECRET_KEY"] = "a secret of the tests"
    Babel(app)
    filters.register(app)
    with app.test_request_context():
        yield app


def rendered(app, text, **facts):
    return app.jinja_env.from_string(text).render(**facts)


def test_a_day_is_written_in_full(app):
    assert rendered(app, "{{ on|day }}", on=date(2026, 6, 10)) == "10 June 2026"


def test_no_day_is_written_as_nothing(app):
    assert rendered(app, "{{ none|day }}{{ none|short_day }}{{ none|when }}{{ none|ago }}") == ""


def test_another_language_writes_its_own_months(app):
    with force_locale("pl"):
        assert filters.day(date(2026, 6, 10)) == "10 czerwca 2026"


def test_english_written_by_hand_is_what_babel_writes(app):
    for month in range(1, 13):
        on = date(2026, month, 9)
        assert filters.day(on) == filters.format_date(on, "d MMMM y")


@pytest.mark.parametrize(
    "at, shown",
    [
        (datetime(2026, 6, 10, 13, 30, tzinfo=UTC), "10 June 2026 at 14:30"),
        (datetime(2026, 12, 10, 13, 30, tzinfo=UTC), "10 December 2026 at 13:30"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026 at 00:30"),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "25 October 2026 at 01:59"),
        (datetime(2026, 10, 25, 1, 1, tzinfo=UTC), "25 October 2026 at 01:01"),
    ],
)
def test_an_instant_is_shown_on_londons_clock(app, at, shown):
    assert filters.when(at) == shown


def test_a_time_of_day_is_shown_as_it_is(app):
    assert filters.clock_time(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    "on, far, left",
    [
        (date(2026, 11, 9), "12 days ago", "12 days over"),
        (date(2026, 11, 20), "yesterday", "1 day over"),
        (date(2026, 11, 21), "today", "last day today"),
        (date(2026, 11, 22), "tomorrow", "1 day left"),
        (date(2026, 11, 24), "in 3 days", "3 days left"),
    ],
)
def test_a_day_is_so_far_away(app, on, far, left):
    assert filters.ago(on, TODAY) == far
    assert filters.days_left(on, TODAY) == left


@pytest.mark.parametrize(
    "born_on, on, age",
    [
        (date(2020, 11, 22), TODAY, 5),
        (date(2020, 11, 21), TODAY, 6),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_changes_on_the_birthday(born_on, on, age):
    assert filters.age_in_years(born_on, on) == age


@pytest.mark.parametrize(
    "since, shown",
    [(date(2024, 3, 21), "2 y 8 m"), (date(2024, 3, 22), "2 y 7 m"), (date(2026, 11, 21), "0 m")],
)
def test_how_long_since_is_counted_in_full_months(app, since, shown):
    assert filters.years_and_months(since, TODAY) == shown


def test_a_year_is_only_written_where_it_is_another(app):
    this_year = filters.clock.today().year

    assert filters.short_day(date(this_year, 11, 9)) == "9 Nov"
    assert filters.short_day(date(2001, 11, 9)) == "9 Nov 2001"


def test_numbers_are_grouped_and_none_is_a_dash():
    assert (filters.number(12345), filters.number(0), filters.number(None)) == ("12,345", "0", "–")


def test_a_council_is_named_by_any_of_its_codes(app):
    assert rendered(app, "{{ 'E08000016'|council_name }}") == "Barnsley"
    assert rendered(app, "{{ 'E10000016'|council_name }}") == "Kent"
    assert rendered(app, "{{ 'X12345678'|council_name }}") == "X12345678"


def test_a_number_is_written_as_people_write_it():
    assert filters.phone("+447700900123") == "07700 900123"
    assert filters.phone(None) == ""


def test_a_page_says_its_language_and_direction(app):
    assert (filters.html_lang(), filters.html_dir()) == ("en", "ltr")
    with force_locale("ar"):
        assert (filters.html_lang(), filters.html_dir()) == ("ar", "rtl")
