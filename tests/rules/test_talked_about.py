"""What a parent is told of a call, and what may not stand in it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from catchup.rules.talked_about import (
    Asked,
    Called,
    Child,
    Found,
    Giveaway,
    Giveaways,
    Order,
    Pointed,
    Talked,
    TalkFacts,
    called_by,
    concern_in,
    to_take_out,
    told_to,
)
from catchup.rules.terms import Area, Category, Going, SupportKind

TODAY = date(2026, 11, 23)
SAM, JO, ADA, BEN = uuid4(), uuid4(), uuid4(), uuid4()
KNOWN = Giveaways(
    children=("Ada", "Zoë"),
    adults=("Jo Otherby",),
    addresses=("12 Invented Street", "Chatham", "ME4 4AA"),
    allowed=("Sam Example", "Priya"),
)


def child(key: UUID, age: int, days: int = 0, *, with_reader: bool = True) -> Child:
    return Child(key, TODAY.replace(year=TODAY.year - age) - timedelta(days=days), with_reader)


def facts(**changes: object) -> TalkFacts:
    made = TalkFacts(reader_id=SAM, on=TODAY, children=(child(ADA, 6), child(BEN, 4)), giveaways=KNOWN)
    return replace(made, **changes)


def test_children_are_told_by_their_age():
    called = called_by([child(ADA, 6), child(BEN, 4)], TODAY)
    assert called == {ADA: Called(6), BEN: Called(4)}


def test_two_of_one_age_are_the_older_and_the_younger():
    called = called_by([child(ADA, 6, days=200), child(BEN, 6)], TODAY)
    assert (called[ADA].order, called[BEN].order) == (Order.OLDER, Order.YOUNGER)


def test_twins_cannot_be_told_apart():
    called = called_by([child(ADA, 6), child(BEN, 6)], TODAY)
    assert {one.order for one in called.values()} == {Order.ONE_OF}


@pytest.mark.parametrize(
    "on, age", [(date(2026, 2, 28), 5), (date(2026, 3, 1), 6), (date(2024, 2, 28), 3), (date(2024, 2, 29), 4)]
)
def test_a_child_born_on_29_february_is_a_year_older_on_1_march(on: date, age: int):
    assert called_by([Child(ADA, date(2020, 2, 29))], on)[ADA].age == age


def test_areas_stand_under_how_they_are_going_and_what_was_not_talked_about_is_left_out():
    told = told_to(
        facts(
            talked=(
                Talked(Area.WELLBEING, Going.WELL, ADA),
                Talked(Area.SCHOOL, Going.HARD, ADA),
                Talked(Area.LIFE_STORY, Going.NOT_TALKED, ADA),
                Talked(Area.SCHOOL, Going.NOT_TALKED, BEN),
            )
        )
    )
    (about,) = told.children
    assert about.who == Called(6)
    assert (about.well, about.worries, about.hard) == ((Area.WELLBEING,), (), (Area.SCHOOL,))


def test_what_one_parent_said_for_themselves_is_not_told_to_the_other():
    talked = (
        Talked(Area.PARENT, Going.WELL, parent_id=SAM),
        Talked(Area.PARENT, Going.HARD, parent_id=JO),
        Talked(Area.HOME, Going.SOME_WORRIES, parent_id=JO),
    )
    assert (told_to(facts(talked=talked)).reader, told_to(facts(talked=talked)).home) == (Going.WELL, None)
    to_jo = told_to(facts(talked=talked, reader_id=JO))
    assert (to_jo.reader, to_jo.home) == (Going.HARD, Going.SOME_WORRIES)


def test_nothing_is_told_of_a_child_who_lives_only_with_the_other_parent():
    told = told_to(
        facts(
            children=(child(ADA, 6), child(BEN, 4, with_reader=False)),
            talked=(Talked(Area.SCHOOL, Going.WELL, BEN),),
            pointed=(Pointed("A group", Category.PEERS, True, BEN),),
            asked=(Asked(SupportKind.THERAPY_FUND, BEN), Asked(SupportKind.OTHER, ADA)),
        )
    )
    assert (told.children, told.ideas) == ((), ())
    assert [one.who for one in told.requests] == [Called(6)]


def test_only_what_the_family_agreed_to_is_among_the_ideas():
    pointed = (
        Pointed("Tuesday group", Category.PEERS, True),
        Pointed("Refused group", Category.PEERS, False),
        Pointed(None, Category.NOTHING, True),
    )
    assert [idea.name for idea in told_to(facts(pointed=pointed)).ideas] == ["Tuesday group"]


@pytest.mark.parametrize(
    "name, category",
    [
        ("Adoption UK parents’ line", Category.ADVICE_LINES),
        ("ADOPTERS’ CAFÉ", Category.PEERS),
        ("Life-story workshop", Category.IDENTITY),
        ("Birth family mediation", Category.LEGAL),
        ("Fostering and adopting together", Category.PEERS),
        ("A course anybody may know", Category.VIOLENCE),
        ("Domestic abuse helpline", Category.ADVICE_LINES),
        ("Zoe’s after-school club", Category.EDUCATION),
        ("Chatham families", Category.PEERS),
    ],
)
def test_a_service_whose_name_tells_goes_by_its_category(name: str, category: Category):
    (idea,) = told_to(facts(pointed=(Pointed(name, category, True),))).ideas
    assert (idea.name, idea.category) == (None, category)


@pytest.mark.parametrize(
    "text, found",
    [
        ("It is good to hear ada is well", [Found(Giveaway.CHILD, "Ada")]),
        ("ADA’s school", [Found(Giveaway.CHILD, "Ada")]),
        ("We spoke of Zoe.", [Found(Giveaway.CHILD, "Zoë")]),
        ("We spoke of Zoe\u0308.", [Found(Giveaway.CHILD, "Zoë")]),
        ("We spoke of Z\u200boe.", [Found(Giveaway.CHILD, "Zoë")]),
        ("Adam and Canada are other words", []),
        ("Give my best to Jo", [Found(Giveaway.ADULT, "Jo Otherby")]),
        ("The otherby household", [Found(Giveaway.ADULT, "Jo Otherby")]),
        ("See you at 12 invented street", [Found(Giveaway.ADDRESS, "12 Invented Street")]),
        ("See you in Invented\nStreet", [Found(Giveaway.ADDRESS, "12 Invented Street")]),
        ("I wrote to me44aa", [Found(Giveaway.ADDRESS, "ME4 4AA")]),
        ("Since the Adoption order", [Found(Giveaway.WORD, "adoption")]),
        ("Hello Sam, it was good to talk. Priya", []),
    ],
)
def test_what_gives_a_family_away_is_found_whatever_its_spelling(text: str, found: list[Found]):
    assert to_take_out(text, KNOWN) == found


def test_each_thing_is_named_once():
    assert len(to_take_out("Ada, Ada and ada", KNOWN)) == 1


def test_the_readers_own_name_may_be_the_childs_too():
    known = replace(KNOWN, children=("Sam",), adults=("Jo Example",))
    assert to_take_out("Hello Sam Example,", known) == []


@pytest.mark.parametrize(
    "name, text, is_found",
    [
        ("Will", "I will ring again", False),
        ("Will", "and Will is well", True),
        ("June", "I’ll ring again by 10 June 2027.", False),
        ("June", "I’ll see June", True),
        ("Grace", "Grace is doing well", True),
    ],
)
def test_a_name_that_is_an_everyday_word_counts_where_it_is_written_as_one(
    name: str, text: str, is_found: bool
):
    assert bool(to_take_out(text, Giveaways(children=(name,)))) is is_found


def test_what_was_copied_from_a_concern_is_found():
    concern = ("He said that he had not eaten since Friday. Yes.", "MASH-1234", "awaited")
    for text in (
        "He said that he had not\neaten since friday!",
        "Their reference is mash 1234",
    ):
        assert [one.what for one in concern_in(text, concern)] == [Giveaway.CONCERN]
    assert concern_in("Yes, your reply is awaited.", concern) == []
