"""What a form takes and keeps is the form's to say, whichever database stands behind it, and however odd.

Chance types into every public form at once, without a database; and over HTTP, on each database, into
columns that are encrypted and one that is not: what is kept is what the form alone makes of it.
"""

import random
import unicodedata
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from catchup.models.council import Agency
from catchup.models.registration import JoinDraft
from catchup.rules.terms import Role
from catchup.web.admin.agencies import AgencyForm
from catchup.web.fields import TextAreaField
from catchup.web.public import steps
from catchup.web.public.join_forms import AnythingElseForm, NameForm
from tests.codes import token_of
from tests.factories.families import the_councils
from tests.factories.joining import somebody_about_to_send, the_token
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured
from tests.web.test_naughty_strings import FREE, as_kept, given, public_forms

# What chance draws from: letters of many kinds, marks, signs, controls, halves of pairs, the ends of planes.
PIECES = (
    *("a", "Z", "9", " ", "  ", "'", '"', "<b>", "&amp;", "%00", "\\", "/", ";--", "=", "+", "@", "{{", "}}"),
    *("\n", "\r\n", "\t", "\x00", "\x0b", "\x1b", "\x7f", "\x85", "\u00a0", "\u00ad", "\u2028", "\u2029"),
    *("é", "e\u0301", "ß", "ﬁ", "Å", "İ", "ı", "ﷺ", "ਕੌ", "ع", "א", "日本", "👪", "👩‍👧", "𝔄", "\U0010fffd"),
    *("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\ufffd", "\uffff", "\U0001fffe", "\ue000"),
    *("\ud800", "\udfff", "1", "0", "31", "2", "2026", "-1", "1e9", "yes", "no", "x" * 120),
)


def typed_by(chance: random.Random) -> str:
    """Up to twelve pieces, one after the other."""
    return "".join(chance.choices(PIECES, k=chance.randrange(12)))


@pytest.mark.promise("4.4 input")
@pytest.mark.promise("4.4 round trip")
@pytest.mark.engine("sqlite")  # nothing is written
def test_no_form_breaks_and_each_field_keeps_or_refuses(
    app: Flask, session: Any, release: bool, measured: Measured
) -> None:
    the_councils()
    chance, kept, refused, forms = random.Random(3), 0, 0, 0
    with app.test_request_context():
        classes = list(public_forms())
        for form_class in classes:
            empty = form_class(formdata=None)
            for _ in range(1_000 if release else 10):
                boxes: MultiDict[str, str] = given(empty, "")
                for name in list(boxes):
                    boxes.setlist(name, [typed_by(chance) for _again in range(chance.choice((1, 1, 1, 2)))])
                form = form_class(formdata=boxes)
                form.validate()
                forms += 1
                for field in form:
                    refused += bool(field.errors)
                    if type(field) in FREE and not field.errors:
                        kept += 1
                        lines = isinstance(field, TextAreaField)
                        assert field.data == as_kept(boxes[field.name], lines=lines), boxes[field.name]
                    assert all(str(error).strip() for error in field.errors)
    assert min(kept, refused) > forms // 10
    measured(f"0 of {forms:,} odd fillings of {len(classes)} public forms broke one", promise="4.4 input")
    words = f"{kept:,} texts kept as typed in {forms:,} fillings of {len(classes)} forms, {refused:,} refused"
    measured(words, promise="4.4 round trip")


def post(client: Any, path: str, fields: dict[str, str]) -> Any:
    """Send a form, halves of pairs and all."""
    body = urlencode(fields, errors="surrogatepass").encode()
    return client.post(path, data=body, content_type="application/x-www-form-urlencoded")


def as_sent(typed: str) -> str:
    """What arrives of it: bytes that are no text arrive as they stand in the body, with their % signs."""
    return typed.encode(errors="surrogatepass").decode(errors="werkzeug.url_quote")


@pytest.mark.promise("4.4 engines")
def test_each_database_keeps_what_the_form_makes_of_it(
    app: Flask, session: Any, release: bool, measured: Measured
) -> None:
    visitor, staff = somebody_about_to_send(app), app.test_client()
    sign_in(staff, staff_member(Role.ADMINISTRATOR, councils=()))
    token = token_of(staff.get("/admin/agencies/add"))
    chance, told = random.Random(4), Counter[int]()
    hidden = {page: the_token(visitor.get(f"/join/{page}")) for page in ("name", "anything-else")}
    for number in range(400 if release else 6):
        for page, field, form_class in (
            ("name", "full_name", NameForm),
            ("anything-else", "note", AnythingElseForm),
            ("", "name", AgencyForm),
        ):
            typed = f"{typed_by(chance)} {number}" if not page else typed_by(chance)
            with app.test_request_context():
                alone = form_class(formdata=MultiDict({field: as_sent(typed)}), meta={"csrf": False})
                taken, wanted = alone.validate(), alone[field].data
            if page:
                answer = post(visitor, f"/join/{page}", {**hidden[page], field: typed})
            else:
                answer = post(staff, "/admin/agencies/add", {"csrf_token": token, field: typed})
            told[answer.status_code] += 1
            assert answer.status_code == (302 if taken else 422), (page, typed)
            session.expire_all()
            if not page:
                names = session.scalars(select(Agency.name).where(Agency.name == wanted)).all()
                assert len(names) == taken, typed
            elif taken:
                said = session.scalars(select(JoinDraft)).one().answers[page]
                assert said[field] == wanted, typed
                hidden[page]["seen"] = steps.mark(said)
    measured(
        f"{told.total():,} inputs over HTTP, {told[302]:,} taken and {told[422]:,} refused, as the form says"
    )


def test_chance_types_what_forms_take_and_what_they_refuse() -> None:
    chance = random.Random(5)
    texts = [typed_by(chance) for _ in range(300)]
    odd = [text for text in texts if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)]
    assert 50 < len(odd) < 290
