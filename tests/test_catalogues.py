"""The words of the family's side are complete in every language, and fit the English they stand for."""

import re

import pytest

from catchup import catalogues as files
from catchup.cli import catalogues
from catchup.rules.contact import forbidden_words
from catchup.rules.languages import ENGLISH, LANGUAGES

CODES = [language.code for language in LANGUAGES if language is not ENGLISH]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
TAG = re.compile(r"</?\w+|&\w+;")
# What the fields of a registration call a date or a child stands in pages, which say more than messages may.
MESSAGES = "templates/messages/"


@pytest.fixture(params=CODES)
def code(request):
    return request.param


def keys(catalog):
    return {(message.id, message.context) for message in catalog if message.id}


def english(message):
    return message.id if message.pluralizable else (message.id,)


def test_every_text_that_families_read_is_in_the_catalogue_and_no_other(code):
    assert keys(catalogues.in_use()) == keys(catalogues.translated(code))


def test_no_text_is_missing_or_fuzzy(code):
    assert catalogues.missing(catalogues.translated(code)) == []


def test_each_plural_has_as_many_forms_as_the_language_has(code):
    catalog = catalogues.translated(code)
    for message in catalog:
        if message.pluralizable:
            assert len(catalogues.said(message)) == catalog.num_plurals, message.id


def test_placeholders_and_tags_are_those_of_the_english(code):
    for message in catalogues.translated(code):
        for form in catalogues.said(message) if message.id else ():
            for pattern in (PLACEHOLDER, TAG):
                wanted = set(pattern.findall(english(message)[-1]))
                assert set(pattern.findall(form)) == wanted, (message.id, form)


def test_blanks_around_a_text_are_those_of_the_english(code):
    for message in catalogues.translated(code):
        for form in catalogues.said(message) if message.id else ():
            first = english(message)[0]
            assert (form[0].isspace(), form[-1].isspace()) == (first[0].isspace(), first[-1].isspace()), form


def test_the_words_are_filled_in_without_fault(code):
    for message in catalogues.translated(code):
        for form in catalogues.said(message) if message.python_format else ():
            facts = dict.fromkeys(re.findall(r"%\((\w+)\)s", english(message)[-1]), "x")
            assert "%" not in form % facts, message.id


def test_messages_give_nothing_away(code):
    seen = 0
    for message in catalogues.translated(code):
        if any(name.startswith(MESSAGES) for name, _line in message.locations):
            seen += 1
            for form in catalogues.said(message):
                assert forbidden_words(form) == [], form
    assert seen > 15


def test_what_the_service_reads_is_made_of_what_people_edit(code):
    assert files.made_file(code).read_bytes() == catalogues.as_made(catalogues.translated(code)), (
        "run: flask --app wsgi catalogues"
    )


def test_the_file_is_as_the_command_writes_it(code):
    """So that the next who runs it changes only what they meant to."""
    assert files.words_file(code).read_bytes() == catalogues.as_file(catalogues.renewed(code))


def test_staff_pieces_and_messages_to_staff_are_not_collected():
    ids = {message.id for message in catalogues.in_use()}
    assert "Join" in ids
    assert "Registrations" not in ids
    assert "A concern waits for you" not in ids
