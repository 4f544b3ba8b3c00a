import unicodedata
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from catchup import clock
from catchup.rules.terms import Placing
from catchup.web import filters, languages
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    CouncilField,
    DatePartsField,
    EmailField,
    FullNameField,
    Option,
    PhoneField,
    PostcodeField,
    RadiosField,
    SelectField,
    TextAreaField,
    TextField,
    YesNoField,
)
from catchup.web.forms_base import PublicForm, error_links
from tests.page_check import problems_of

KENT = "E10000016"
PAGE = """{% from "macros/form.html" import error_summary, field, radios %}<!DOCTYPE html>
<html lang="en"><head><title>{{ "Error: " if form.errors }}A form</title></head><body><main><h1>A form</h1>
{{ error_summary(form) }}<form method="post">
{% for it in form if it.kind and it.name not in ("way", "mobile") %}{{ field(it) }}{% endfor %}
{% set more %}{{ field(form.mobile) }}{% endset %}{{ radios(form.way, reveal={"text": more}) }}
</form></main></body></html>"""


class Everything(PublicForm):
    name = FullNameField("Name", missing="Enter your name", hint="As your council knows it")
    phone = PhoneField("Phone", missing="Enter a phone number")
    email = EmailField("Email")
    postcode = PostcodeField("Postcode")
    town = TextField("Town", longest=10)
    notes = TextAreaField("Notes", longest=20, count=True)
    born_on = DatePartsField(
        "Born",
        what="Date of birth",
        missing="Enter a date of birth",
        not_before=date(2000, 1, 1),
        not_after=clock.today,
    )
    ordered_on = DatePartsField("Order", what="The date of the order", not_after=date(2026, 6, 30))
    council = CouncilField(
        "Placing council", missing="Choose a council", not_sure="I am not sure", no_council="No council"
    )
    way = RadiosField("How?", [Option("call", "Call"), Option("text", "Text")], missing="Say how")
    mobile = PhoneField(
        "Mobile", missing="Enter a mobile number", needed=lambda form: form.way.data == "text"
    )
    times = CheckboxesField(
        "Times", [Option("am", "Mornings"), Option("pm", "Afternoons"), Option("any", "Any", or_else=True)]
    )
    sooner = YesNoField("Sooner?", missing="Say whether sooner")
    language = SelectField("Language", [Option("en", "English"), Option("pl", "Polish")])
    agreed = ConfirmField("I have read this", missing="Tick the box")


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__, template_folder="../../templates")
    app.config["SECRET_KEY"] = "a secret of the tests"
    Babel(app)
    filters.register(app)
    app.jinja_env.globals.update(
        static_url=lambda path: f"/static/{path}?v=1", characters_left=languages.characters_left
    )
    return app


@pytest.fixture
def filled(app):
    """A function that fills the form in and validates it."""
    with app.test_request_context():

        def fill(**answers):
            values = MultiDict()
            for name, answer in answers.items():
                key = name.replace("__", "-")
                values.setlist(key, answer if isinstance(answer, list) else [answer])
            form = Everything(formdata=values)
            form.validate()
            return form

        yield fill


def date_of(filled, day, month, year):
    return filled(born_on__day=day, born_on__month=month, born_on__year=year).born_on


@pytest.mark.parametrize(
    "typed, kept",
    [
        (("27", "3", "2019"), date(2019, 3, 27)),
        ((" 07 ", "03", "2019"), date(2019, 3, 7)),
        (("27", "mar", "2019"), date(2019, 3, 27)),
        (("27", "September", "2019"), date(2019, 9, 27)),
        (("27", "Sept.", "2019"), date(2019, 9, 27)),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("٢٧", "٣", "٢٠١٩"), date(2019, 3, 27)),
    ],
)
def test_a_date_is_read_as_people_write_it(filled, typed, kept):
    field = date_of(filled, *typed)

    assert (field.data, field.error) == (kept, None)


@pytest.mark.parametrize(
    "typed, sentence, wrong",
    [
        (("", "", ""), "Enter a date of birth", {"day", "month", "year"}),
        (("", "3", "2019"), "Date of birth must include a day", {"day"}),
        (("27", "", "2019"), "Date of birth must include a month", {"month"}),
        (("27", "3", ""), "Date of birth must include a year", {"year"}),
        (("", "", "2019"), "Date of birth must include a day and month", {"day", "month"}),
        (("", "3", ""), "Date of birth must include a day and year", {"day", "year"}),
        (("27", "", ""), "Date of birth must include a month and year", {"month", "year"}),
        (("31", "2", "2024"), "Date of birth must be a real date", {"day"}),
        (("29", "2", "2023"), "Date of birth must be a real date", {"day"}),
        (("32", "1", "2024"), "Date of birth must be a real date", {"day"}),
        (("1", "13", "2024"), "Date of birth must be a real date", {"month"}),
        (("1", "maz", "2024"), "Date of birth must be a real date", {"month"}),
        (("-1", "0", "x"), "Date of birth must be a real date", {"day", "month", "year"}),
        (("1", "1", "24"), "Year must include 4 numbers", {"year"}),
        (("1", "1", "20224"), "Year must include 4 numbers", {"year"}),
        (("1", "1", "two"), "Year must include 4 numbers", {"year"}),
        (("31", "12", "1999"), "Date of birth must be on or after 1 January 2000", {"day", "month", "year"}),
        (("1", "1", "2199"), "Date of birth must be today or in the past", {"day", "month", "year"}),
    ],
)
def test_a_date_that_is_none_says_why_and_marks_only_the_wrong_boxes(filled, typed, sentence, wrong):
    field = date_of(filled, *typed)

    assert (field.data, field.error) == (None, sentence)
    assert {part for part, _, _, bad in field.boxes() if bad} == wrong
    assert tuple(text for _, _, text, _ in field.boxes()) == typed
    assert field.error_id.removeprefix("born_on-") in wrong


def test_a_date_may_be_left_out_where_nothing_is_missing_without_it(filled):
    assert filled().ordered_on.error is None


def test_a_last_day_that_is_not_today_is_named(filled):
    field = filled(ordered_on__day="1", ordered_on__month="7", ordered_on__year="2026").ordered_on

    assert field.error == "The date of the order must be on or before 30 June 2026"


def test_a_kept_date_fills_the_boxes(app):
    with app.test_request_context():
        form = Everything(born_on=date(2019, 3, 7))

    assert form.born_on.typed == ("7", "3", "2019")


@given(st.text(), st.text(), st.text())
def test_whatever_is_typed_a_date_field_answers_with_a_date_or_a_sentence(app, day, month, year):
    with app.test_request_context():
        form = Everything(
            formdata=MultiDict({"born_on-day": day, "born_on-month": month, "born_on-year": year})
        )
        form.validate()

        assert (form.born_on.data is None) is (form.born_on.error is not None)


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("01632 960001", "+441632960001"),
        ("(01632) 960-001", "+441632960001"),
        ("07700 900123", "+447700900123"),
        ("+44 7700 900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("\u202a+44 7700 900123\u202c", "+447700900123"),
        ("020 7946 0991", "+442079460991"),
        ("+33 1 23 45 67 89", "+33123456789"),
    ],
)
def test_a_phone_number_is_kept_in_one_form(filled, typed, kept):
    field = filled(phone=typed).phone

    assert (field.data, field.shown) == (kept, typed)


@pytest.mark.parametrize("typed", ["call me", "999", "01632 96001", "0770 900", "07700 900123 7", "+999 1"])
def test_what_is_no_phone_number_is_refused_and_shown_again(filled, typed):
    field = filled(phone=typed).phone

    assert field.data is None
    assert field.error.startswith("Enter a phone number, like")
    assert field.shown == typed


def test_an_extension_is_not_silently_dropped(filled):
    assert "without an extension" in filled(phone="01632 960001 ext 5").phone.error


def test_a_kept_number_is_shown_as_people_write_it(app):
    with app.test_request_context():
        assert Everything(phone="+447700900123").phone.shown == "07700 900123"


@pytest.mark.parametrize(
    "typed, kept", [("Sam@Example.com ", "Sam@example.com"), ("o’neil@example.com", "o’neil@example.com")]
)
def test_an_email_address_is_kept(filled, typed, kept):
    assert filled(email=typed).email.data == kept


@pytest.mark.promise("4.5 mail headers")
@pytest.mark.parametrize(
    "typed", ["sam", "sam@", "sam@example", "a@example.com, b@example.com", "Sam <a@example.com>"]
)
def test_what_is_no_email_address_is_refused(filled, typed):
    assert filled(email=typed).email.error.startswith("Enter an email address in the correct format")


def test_a_postcode_is_kept_as_it_is_written(filled):
    assert filled(postcode=" me141xx ").postcode.data == "ME14 1XX"
    assert filled(postcode="ME14").postcode.error == "Enter a full UK postcode, like ME14 1XX"


def test_an_answer_left_out_is_none_or_says_what_is_missing(filled):
    form = filled(name="  ", email="", town="\u200b")

    assert (form.name.error, form.email.data, form.email.error) == ("Enter your name", None, None)
    assert form.town.data is None


@pytest.mark.parametrize("name", ["O’Brien-Łukasz", "إيمان", "ਸਿਮਰਨ ਕੌਰ", "Jo"])
def test_names_of_every_script_are_names(filled, name):
    assert filled(name=name).name.data == unicodedata.normalize("NFC", name)


def test_a_name_without_letters_is_refused(filled):
    assert filled(name="12-34").name.error == "Enter a name with at least one letter"


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\x85b", "a\ud800b", "a\uffffb", "a\U0001fffeb"])
def test_characters_no_page_may_hold_are_refused_and_not_shown_again(filled, bad):
    field = filled(town=bad).town

    assert "cannot be shown" in field.error
    assert field.shown == "ab"


def test_a_text_is_not_cut_but_refused_when_it_is_too_long(filled):
    assert filled(town="x" * 10).town.data == "x" * 10
    assert filled(town="x" * 11).town.error == "Use 10 characters or fewer: there are 11"


def test_only_a_text_area_holds_lines(filled):
    form = filled(town="a\nb", notes="a\r\nb\tc")

    assert form.town.error == "Write this on one line"
    assert form.notes.data == "a\nb\tc"


def test_a_decomposed_letter_is_kept_composed(filled):
    assert filled(town="Ze\u0301").town.data == "Z\u00e9"


def test_the_three_answers_about_a_placing_council_differ(filled):
    assert (filled(council=KENT).council.council, filled(council=KENT).council.placing) == (
        KENT,
        Placing.COUNCIL,
    )
    assert filled(council="unknown").council.placing is Placing.UNKNOWN
    assert filled(council="none").council.placing is Placing.NONE
    assert filled(council="unknown").council.council is None
    assert filled().council.placing is None
    assert filled().council.error == "Choose a council"


def test_a_code_that_was_not_offered_is_refused(filled):
    assert filled(council="E99999999").council.error == "Choose a council"


def test_a_council_typed_in_full_counts_although_nothing_was_picked(filled):
    assert filled(council="", council__typed="kent").council.council == KENT


def test_a_council_typed_wrongly_is_not_lost(filled):
    field = filled(council="", council__typed="Kemt").council

    assert field.error == "Choose a council from the list: Kemt is not in it"
    assert field.typed == "Kemt"


def test_every_council_of_today_can_be_chosen(filled):
    names = [option.label for option in filled().council.options]

    assert len(names) >= 152
    assert {"Medway", "I am not sure", "No council"} <= set(names)


def test_an_answer_is_only_missing_when_another_makes_it_needed(filled):
    assert filled(way="call").mobile.error is None
    assert filled(way="text").mobile.error == "Enter a mobile number"


def test_choices_are_read_and_kept_on_the_page(filled):
    form = filled(way="text", times=["pm", "am"], sooner="no", language="pl")

    assert (form.way.data, form.times.data, form.sooner.data) == ("text", ("am", "pm"), False)
    assert form.times.chosen == {"am", "pm"}
    assert form.language.chosen == {"pl"}


def test_kept_choices_are_marked(app):
    with app.test_request_context():
        form = Everything(times=("pm",), sooner=False, council=Placing.UNKNOWN)

    assert (form.times.chosen, form.sooner.chosen, form.council.chosen) == ({"pm"}, {"no"}, {"unknown"})


def test_a_choice_that_was_not_offered_is_refused(filled):
    form = filled(way="pigeon", times=["am", "night"], sooner="perhaps")

    assert (form.way.error, form.sooner.error) == ("Say how", "Say whether sooner")
    assert form.times.error == "Choose from the answers given"


def test_an_answer_that_excludes_the_others_stands_alone(filled):
    assert filled(times=["any"]).times.data == ("any",)
    assert filled(times=["am", "any"]).times.error == "Choose other answers, or “Any”, not both"


def test_a_box_that_must_be_ticked_says_so(filled):
    assert filled().agreed.error == "Tick the box"
    assert filled(agreed="y").agreed.data is True


def test_the_form_is_a_good_page_empty_and_with_every_error(app, filled):
    for form in (
        Everything(formdata=None),
        filled(),
        filled(
            name="\x00<b>", phone='"><script>', born_on__day="31", born_on__month="<", council__typed='"\x01'
        ),
    ):
        assert list(problems_of(app.jinja_env.from_string(PAGE).render(form=form))) == []


def test_every_error_is_in_the_summary_once_and_in_page_order(filled):
    form = filled(born_on__day="31", born_on__month="2", born_on__year="2024", council=KENT)

    assert error_links(form) == [
        ("name", "Enter your name"),
        ("phone", "Enter a phone number"),
        ("born_on-day", "Date of birth must be a real date"),
        ("way", "Say how"),
        ("sooner", "Say whether sooner"),
        ("agreed", "Tick the box"),
    ]


@pytest.mark.promise("4.4 round trip")
@given(st.text())
def test_whatever_is_typed_the_page_stays_valid_and_an_accepted_text_is_what_was_typed(app, typed):
    with app.test_request_context():
        form = Everything(formdata=MultiDict({"notes": typed, "name": typed, "council-typed": typed}))
        form.validate()
        page = app.jinja_env.from_string(PAGE).render(form=form)

        assert list(problems_of(page)) == []
        if form.notes.data is not None:
            as_typed = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
            assert form.notes.data == as_typed
