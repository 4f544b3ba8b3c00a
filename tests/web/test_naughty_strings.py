"""The Big List of Naughty Strings goes through every field that strangers can write into.

Each string through each field of each public form: by the forms themselves, all fields of one at once. Over
HTTP, on both engines: each string through all text fields of one page of joining, and in one field of a
registration that staff read; every third of those is accepted, and the family's page read. A release sends
each string through every page, and accepts every registration.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from catchup.models.registration import JoinDraft
from catchup.models.staff import Staff
from catchup.web.date_field import PARTS
from catchup.web.fields import (
    CouncilField,
    DatePartsField,
    FullNameField,
    RadiosField,
    TextAreaField,
    TextField,
)
from catchup.web.forms_base import PublicForm
from catchup.web.public import steps
from catchup.web.public.children import MoreForm
from catchup.web.public.join_places import child_form
from catchup.web.public.who_supports_us import WhoForm
from tests.factories.families import the_councils
from tests.factories.joining import (
    PAGES,
    a_child_said,
    a_registration,
    answers,
    somebody_about_to_send,
    the_token,
)
from tests.trust import Measured

STRINGS: list[str] = json.loads((Path(__file__).parents[1] / "data" / "naughty" / "strings.json").read_text())
BY_LINK = ("catchup.web.family", "catchup.web.outside")
FREE = (TextField, TextAreaField, FullNameField)  # their heirs keep a number, an address, a code
# The text fields of each page of joining, and what is chosen beside them.
TEXTS: dict[str, tuple[str, ...]] = {
    "name": ("full_name",),
    "other-parent": ("full_name",),
    "address": ("lines",),
    "second-address": ("lines",),
    "children/1": ("first_name",),
    "phone": ("who_else", "code_phrase"),
    "other-phone": ("who_else", "code_phrase"),
    "email": ("who_else",),
    "language": ("other",),
    "people-you-know": ("who",),
    "anything-else": ("note",),
}
PHONE = PAGES["phone"]
CHOSEN: dict[str, dict[str, Any]] = {
    **{page: dict(PAGES.get(page, {})) for page in TEXTS},
    "other-parent": {"there_is": "yes"},
    "second-address": {"lines": "", "right": "yes", "who": "both"},
    "other-phone": dict(PHONE),
    "language": {"language": "other"},
    "people-you-know": {"there_is": "yes"},
}
# Two homes and two parents: every page applies.
EVERYTHING: dict[str, Any] = {
    "other_parent": {"there_is": True, "full_name": "Sam Example"},
    "second_home": {"there_is": True, "postcode": "S1 2HH"},
    "second_address": {
        **{"postcode": "S1 2HH", "lines": "2 Other Street", "right": True},
        **{"council": "E08000039", "outside": False, "who": "both"},
    },
}


def as_kept(typed: str, *, lines: bool) -> str | None:
    """What is to be kept of a text: NFC, nothing around it, a tab on one line as a blank."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
    text = text if lines else text.replace("\t", " ")
    return text if any(unicodedata.category(char)[0] not in "CZ" for char in text) else None


def public_forms() -> Iterator[PublicForm]:
    """Every form that somebody who is not signed in can send, as a class without its answers."""
    said = answers(**EVERYTHING)
    yield from (step.form_class(said) for step in steps.STEPS if step.form)
    yield from (child_form(said), MoreForm, WhoForm)
    # Those of a parent's own page and of other councils' teams.
    yield from (form for form in PublicForm.__subclasses__() if form.__module__.startswith(BY_LINK))


def given(form: PublicForm, typed: str) -> MultiDict[str, str]:
    """Every box of a form with the same in it."""
    boxes: MultiDict[str, str] = MultiDict()
    for field in form:
        if isinstance(field, DatePartsField):
            boxes.update({f"{field.name}-{part}": typed for part in PARTS})
        elif isinstance(field, CouncilField):
            boxes[f"{field.name}-typed"] = typed
        boxes[field.name] = typed
    return boxes


@pytest.mark.promise("4.4 round trip")
@pytest.mark.engine("sqlite")  # nothing is written
@pytest.mark.usefixtures("session")
def test_each_field_keeps_a_string_as_it_is_or_says_what_is_wrong(app: Flask):
    the_councils()
    accepted = 0
    with app.test_request_context():
        for form_class in public_forms():
            boxes = form_class(formdata=None)
            for typed in STRINGS:
                form = form_class(formdata=given(boxes, typed))
                form.validate()
                for field in form:
                    if type(field) in FREE and not field.errors:
                        assert field.data == as_kept(typed, lines=isinstance(field, TextAreaField)), typed
                        accepted += 1
                    elif isinstance(field, DatePartsField):
                        assert field.errors or field.data is None, typed
                    elif isinstance(field, RadiosField) and not field.errors and field.data:
                        assert typed in {option.value for option in field.options}, (field.name, typed)
                    else:
                        assert all(str(error).strip() for error in field.errors)
    # Refused are: what no page may hold, several lines in a box for one, too much, names without a letter.
    assert accepted > 0.85 * len(STRINGS) * sum(map(len, TEXTS.values()))


@pytest.mark.promise("4.4 round trip")
def test_every_page_keeps_what_was_typed_or_shows_why_not(
    app: Flask, session: Any, release: bool, measured: Measured
):
    the_councils()
    visitor = somebody_about_to_send(app, **EVERYTHING)
    pages = list(TEXTS)
    hidden = {page: the_token(visitor.get(f"/join/{page}")) for page in pages}
    kept = 0
    for number, typed in enumerate(STRINGS):
        for page in pages if release else [pages[number % len(pages)]]:
            data = {**CHOSEN[page], **dict.fromkeys(TEXTS[page], typed), **hidden[page]}
            response = visitor.post(f"/join/{page}", data=data)
            shown = response.get_data(as_text=True)
            if response.status_code == 302:
                kept += 1
                session.expire_all()
                said = session.scalars(select(JoinDraft)).one().answers
                said = said["children"][0] if page == "children/1" else said[page]
                hidden[page]["seen"] = steps.mark(said)
                wanted = as_kept(typed, lines=page in {"address", "second-address", "anything-else"})
                assert [said[name] for name in TEXTS[page]] == [wanted] * len(TEXTS[page])
            else:
                assert response.status_code == 422, typed
                assert any(f'id="{name}-error"' in shown for name in TEXTS[page]), typed
    assert kept > 0.8 * len(STRINGS)
    sent = len(STRINGS) * (len(pages) if release else 1)
    measured(f"{kept:,} of {sent:,} strings kept as typed, {sent - kept:,} refused beside their field")
    assert visitor.get("/join/check").status_code == 200


def pieces(page: str) -> set[str]:
    """What stands in the answers of a page, a line each, without the words in front of them."""
    found = re.findall(r'<dd class="govuk-summary-list__value">(.*?)</dd>', page, re.DOTALL)
    lines = [html.unescape(line) for one in found for line in re.split("<br>|\n", one)]
    return {*lines, *(line.split(": ", 1)[1] for line in lines if ": " in line)}


@pytest.mark.promise("4.4 round trip")
@pytest.mark.engine_in_ci("postgresql")  # the one that refuses more
def test_staff_read_and_accept_what_was_typed(session: Any, priya: Any, lead: Staff, release: bool):
    left = list(dict.fromkeys(text for typed in STRINGS if (text := as_kept(typed, lines=False))))
    left = [text for text in left if not is_refused(text)]
    for number in count():
        if not left:
            break
        said, used = told(left)
        registration = a_registration(**said)
        page = priya.get(f"/registrations/{registration.id}").get_data(as_text=True)
        assert {line for text in used for line in text.splitlines()} - pieces(page) == set()
        if number % 3 and not release:
            continue
        hidden = dict(re.findall(r'name="(csrf_token|version)" value="([^"]*)"', page))
        sent = {**hidden, **CONFIRMED, "lead": str(lead.id)}
        accepted = priya.post(f"/registrations/{registration.id}/accept", data=sent)
        assert accepted.status_code == 302, used
        session.refresh(registration)
        family = html.unescape(priya.get(f"/families/{registration.family_id}").get_data(as_text=True))
        assert [text for text in used if text not in family] == []


CONFIRMED = {
    **{"evidence": "confirmed", "confirmed_by": "Robin Example, Kent"},
    **{"confirmed_on-day": "1", "confirmed_on-month": "7", "confirmed_on-year": "2024"},
}


def told(left: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Answers with one of the strings in each text field, and those that went in; they are taken away."""
    used: list[str] = []

    def next_one(longest: int = 200, *, name: bool = False) -> str | None:
        fits = (text for text in left if len(text) <= longest and (not name or any(map(str.isalpha, text))))
        found = next(fits, None)
        if found is not None:
            left.remove(found)
            used.append(found)
        return found

    said = {**EVERYTHING, "name": {"full_name": next_one(name=True) or "Alex Example"}}
    said["other_parent"] = {"there_is": True, "full_name": next_one(name=True) or "Sam Example"}
    said["address"] = {"lines": next_one(300) or "1 Invented Street"}
    said["second_address"] = {**EVERYTHING["second_address"], "lines": next_one(300) or "2 Other Street"}
    names = [name for _ in range(8) if (name := next_one(60))] or ["Ada"]
    lives = [*["home-1"] * (len(names) - 1), "home-2"]
    said["children"] = [
        a_child_said(first_name=name, lives=home) for name, home in zip(names, lives, strict=True)
    ]
    said["phone"] = {"who_else": next_one(), "code_phrase": next_one(60)}
    number = {"number": "+441632960002", "may_leave_message": False, "may_text": False}
    said["other_phone"] = {"there_is": True, **number, "who_else": next_one(), "code_phrase": next_one(60)}
    said["email"] = {"who_else": next_one()}
    said["language"] = {"language": "other", "other": next_one(40) or "Welsh"}
    said["people_you_know"] = {"there_is": True, "who": next_one() or "Nobody"}
    said["anything_else"] = {"note": next_one(2000)}
    return said, used


def is_refused(text: str) -> bool:
    """Control characters, characters that are none, more than one line."""
    return len(text.splitlines()) > 1 or any(
        unicodedata.category(char) in {"Cc", "Cs"} or ord(char) & 0xFFFE == 0xFFFE for char in text
    )
