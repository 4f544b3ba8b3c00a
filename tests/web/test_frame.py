import os
from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask, flash
from flask_babel import Babel
from flask_wtf import CSRFProtect
from markupsafe import escape

from catchup.rules.languages import LANGUAGES
from catchup.web import filters
from tests.page_check import problems_of

PAGE = """{% extends "base.html" %}
{% from "macros/page.html" import back_link, responsibility_bar, danger_call, saved, tag %}
{% set nav = "queue" %}{% block title %}Queue{% endblock %}
{% block before_main %}{{ back_link("/") }}{% endblock %}
{% block main %}<h1>{{ self.title() }}</h1>
{{ responsibility_bar("Kent until 28 February 2027.", "Kent", "Medway", order_on, changes_on, today) }}
{{ tag("Late", "red") }}{{ saved(none) }}{{ danger_call("/concern", "/stop") }}{% endblock %}"""
TEMPLATES = os.path.join(os.path.dirname(__file__), "../../templates")
ERRORS = sorted(os.listdir(os.path.join(TEMPLATES, "errors")))


@pytest.fixture
def app():
    app = Flask(__name__, template_folder=TEMPLATES)
    app.config["SECRET_KEY"] = "a secret of the tests"
    Babel(app)
    CSRFProtect(app)
    filters.register(app)
    app.jinja_env.globals.update(
        static_url=lambda path: f"/static/{path}?v=1",
        languages_offered=lambda: LANGUAGES,
        language_invited=lambda: LANGUAGES[-1],
    )
    with app.test_request_context():
        yield app


def person(**facts):
    return SimpleNamespace(**{"name": "Priya N.", "role": "lead", "council_names": ["Kent"]} | facts)


def page(app, text=PAGE, **facts):
    facts = {
        "viewer": None,
        "demo": False,
        "agency_name": "Adoption Partnership South East",
        "order_on": date(2024, 2, 28),
        "changes_on": date(2027, 3, 1),
        "today": date(2026, 11, 21),
    } | facts
    context = {}
    app.update_template_context(context)
    return app.jinja_env.from_string(text).render(context | facts)


@pytest.mark.parametrize("viewer", [None, person()], ids=["public", "staff"])
@pytest.mark.parametrize("demo", [False, True])
def test_the_frame_is_a_good_page(app, viewer, demo):
    html = page(app, viewer=viewer, demo=demo, service_today=date(2026, 11, 21))

    assert list(problems_of(html)) == []


def test_the_public_frame_names_nobody_and_makes_no_token(app):
    html = page(app)

    assert "Sign out" not in html
    assert "csrf_token" not in html
    assert "staff.css" not in html


def test_staff_see_where_they_are_who_they_are_and_the_way_out(app):
    html = page(app, viewer=person())

    assert '<a class="govuk-service-navigation__link" href="/queue" aria-current="true">' in html
    assert html.count('aria-current="true"') == 1
    assert "Priya N." in html
    assert '<form method="post" action="/sign-out"><input type="hidden" name="csrf_token"' in html


def test_only_administrators_see_administration(app):
    assert "/admin/" in page(app, viewer=person(role="administrator"))
    assert "/admin/" not in page(app, viewer=person(role="manager"))


def test_a_kept_part_of_the_frame_is_not_shown_to_somebody_else(app):
    page(app, viewer=person(name="Priya N.", role="administrator"))
    html = page(app, viewer=person(name="Sam O."))

    assert "Priya" not in html
    assert "/admin/" not in html


def test_a_demo_says_so_and_says_its_day(app):
    html = page(app, demo=True, service_today=date(2026, 11, 21))

    assert "Everybody here is invented." in html
    assert "The service’s day is 21 November 2026." in html
    assert "/clock" not in html
    assert "/clock" in page(app, demo=True, viewer=person(), service_today=date(2026, 11, 21))


def test_the_title_says_that_there_is_an_error(app):
    assert "<title>Error: Queue – Catch-up</title>" in page(app, has_errors=True)
    assert "<title>Queue – Catch-up</title>" in page(app)


def test_messages_are_shown_as_text(app):
    flash("Saved <b>")

    assert str(escape("Saved <b>")) in page(app)


def test_names_are_text(app):
    html = page(app, viewer=person(name="<script>x</script>"), agency_name="<i>A</i>")

    assert "<script>x" not in html
    assert "<i>" not in html


def test_the_bar_says_the_last_and_the_first_day(app):
    html = page(app)

    assert "Kent until 28 February 2027" in html
    assert "Medway from 1 March 2027" in html


@pytest.mark.parametrize("changes_on, placing", [(None, None), (None, "Kent"), (date(2020, 1, 1), "Kent")])
def test_the_bar_is_drawn_without_a_change_or_before_the_order(app, changes_on, placing):
    text = PAGE.replace('"Kent", "Medway"', 'placing, "Medway"')

    assert list(problems_of(page(app, text, placing=placing, changes_on=changes_on))) == []


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("viewer", [None, person()], ids=["public", "staff"])
def test_every_error_page_is_a_good_page(app, name, viewer):
    html = page(app, '{% extends "errors/' + name + '" %}', viewer=viewer)

    assert list(problems_of(html)) == []
