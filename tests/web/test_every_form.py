"""Every form of every page is sent what no person types: nothing breaks, and what is taken can be shown.

The forms are those of the pages themselves, sent by somebody who may send them, with the ids and tokens that
stand on the page. CI takes a seeded sample of pages, a release all of them.
"""

import logging
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.page_check import BadPageError
from tests.route_access import NOBODY, ROUTES
from tests.trust import Measured
from tests.web.walking import Form, walk

ODD: dict[str, bytes] = {
    "nothing": b"",
    "a NUL": b"a\x00b",
    "half a pair": b"\xed\xa0\x80",
    "bytes that are no text": b"\xff\xfe\x80",
    "marks from right to left": "\u202e\u2066x\u200f".encode(),
    "four bytes a character": "👩‍👧‍👦𝔄𝕏".encode(),
    "control characters": b"\x1b[31m\x07\x85\r\nBcc: x@example.com",
    "a huge number": b"99999999999999999999",
    "less than nothing": b"-1",
    "no number": b"1e999",
    "no day": b"2026-02-31",
    "an id of nobody": b"00000000-0000-0000-0000-000000000000",
    "digits of elsewhere": "٣١".encode(),
    "a long word": b"x" * 20_000,
    "a quotation": b"'\"><b>{{7*7}}%s%00",
}
IN_CI = 10  # pages
TOKENS = {"csrf_token", "token"}


def plain(form: Form) -> list[tuple[str, bytes]]:
    """What a browser would send of the form as it stands."""
    return [(name, value.encode()) for name, value in form.sent]


def with_all(form: Form, odd: bytes) -> list[tuple[str, bytes]]:
    """The same thing in every field."""
    return [(name, value.encode() if name in TOKENS else odd) for name, value in form.sent]


def variants(
    form: Form, chance: random.Random, *, everything: bool
) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """What is sent of a form, with a word for it."""
    words = list(ODD) if everything else chance.sample(list(ODD), 3)
    for word in words:
        yield word, with_all(form, ODD[word])
    names = form.names if everything else chance.sample(form.names, min(2, len(form.names)))
    for name in names:
        for word in words if everything else words[:1]:
            yield (
                f"{word} in {name}",
                [(one, ODD[word] if one == name else said) for one, said in plain(form)],
            )
        yield f"no {name}", [(one, said) for one, said in plain(form) if one != name]
        yield f"{name} twice", [*plain(form), (name, b"another")]
        yield (
            f"{name} like a list",
            [(f"{one}[0]" if one == name else one, said) for one, said in plain(form)],
        )
    yield "as it is", plain(form)


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged with a traceback."""
    return [
        record.getMessage() for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR
    ]


@pytest.mark.promise("4.4 input")
@pytest.mark.engine_in_ci("sqlite")
def test_no_form_breaks_whatever_is_sent(
    app: Flask, session: Any, store: Any, release: bool, caplog: pytest.LogCaptureFixture, measured: Measured
) -> None:
    world = walk(app, store)
    chance = random.Random(7)
    pages = world.paths() if release else chance.sample(world.paths(), IN_CI)
    forms: dict[tuple[str, tuple[str, ...]], Form] = {}
    for who, path in pages:
        for form in world.forms(who, path, world.open(who, path)):
            forms.setdefault((form.endpoint, tuple(sorted(dict(form.sent)))), form)
    sent, wrong = Counter[int](), []
    reached = set()
    for form in forms.values():
        for word, given in variants(form, chance, everything=release):
            try:
                answer = world.send(form, given)
            except BadPageError as bad:
                wrong.append(f"{form.endpoint} {word}: {bad}")
                continue
            sent[answer.status_code] += 1
            if answer.status_code >= 500:
                wrong.append(f"{form.endpoint} {word}: {answer.status_code}")
        if answer.status_code in {200, 302, 303, 409, 422}:
            reached.add(form.endpoint)
        world.again()
    endpoints = {form.endpoint for form in forms.values()}
    assert not wrong, "\n".join(wrong)
    assert faults(caplog) == []
    assert len(endpoints - reached) <= max(1, 0.2 * len(endpoints)), endpoints - reached
    measured(
        f"{sent.total():,} odd forms to {len(endpoints)} of {len(posts())} views by {len(forms)} forms of "
        f"{len(pages)} pages: {len(wrong)} answers of 500 or more, {len(faults(caplog))} tracebacks"
    )


def posts() -> set[str]:
    """Every view that takes a form."""
    return {endpoint for endpoint, methods, who in ROUTES if "POST" in methods.split() and who != NOBODY}
