"""Families read the rule's reasons in their language; in English they are the rule's own, word for word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from catchup.data.councils_file import councils
from catchup.rules import responsibility
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import HomeFacts, OrderFacts
from catchup.rules.terms import HomeKind
from catchup.web.public import council_words
from tests.rules.asking import (
    BARNSLEY,
    BARNSLEY_OLD,
    EAST_SURREY,
    KENT,
    MEDWAY,
    OUTSIDE,
    SHEFFIELD_OLD,
    SURREY,
    home,
    order,
)

CODES = (KENT, MEDWAY, SURREY, EAST_SURREY, BARNSLEY, BARNSLEY_OLD, SHEFFIELD_OLD)
DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
HOMES = st.one_of(
    st.builds(home, st.sampled_from((*CODES, OUTSIDE)), DAYS.map(str)),
    st.builds(HomeFacts, st.sampled_from(HomeKind), st.none(), st.just(False), DAYS),
)
ORDERS = st.builds(order, DAYS.map(str), st.sampled_from((None, "unknown", *CODES)))


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """An app that knows the languages and nothing else."""
    app = Flask("catchup")
    Babel(app)
    with app.test_request_context():
        yield app


def said(facts: OrderFacts, homes: list[HomeFacts], years: int) -> tuple[list[str], list[str]]:
    """What the rule says of each period, and what families read."""
    policy = replace(policy_on(facts.made_on), placing_years=years)
    rule = [period.reason for period in responsibility.timeline(facts, homes, councils(), policy)]
    return rule, list(council_words.reasons(facts, homes, councils(), policy))


@settings(max_examples=300)
@given(facts=ORDERS, homes=st.lists(HOMES, max_size=3), years=st.sampled_from((3, 2, 1, 7)))
def test_in_english_the_words_are_the_rules_own(
    app: Flask, facts: OrderFacts, homes: list[HomeFacts], years: int
):
    rule, words = said(facts, homes, years)
    assert words == rule


@pytest.mark.parametrize(
    "facts, homes, language, reason",
    [
        (
            order("2024-02-29", KENT),
            [home(MEDWAY)],
            "pl",
            "Samorząd Kent umieścił dziecko w rodzinie i odpowiada do 28 lutego 2027, czyli do końca okresu "
            "trzech lat po orzeczeniu adopcji.",
        ),
        (
            order("2024-06-10"),
            [home(OUTSIDE)],
            "ro",
            "Este nevoie de o decizie (de la 10 iunie 2024), deoarece copilul locuiește în afara Angliei.",
        ),
        (
            order("2024-06-10", "unknown"),
            [home(KENT)],
            "ur",
            "فیصلے کی ضرورت ہے (10 جون 2024 سے 10 جون 2027 تک)، کیونکہ معلوم نہیں کہ کس کونسل نے "
            "بچہ سپرد کیا۔",
        ),
    ],
)
def test_in_another_language_nothing_english_is_left(
    app: Flask, facts: OrderFacts, homes: list[HomeFacts], language: str, reason: str
):
    with force_locale(language):
        assert said(facts, homes, 3)[1][0] == reason
