"""Whatever stands in the records stands on the pages as text: not one element and no attribute more.

Each text column of each record is given the same words, once plain and once as payloads; then every page is
read both times. A text holds ten payloads, and each of a hundred leads one text. CI takes one text and a
seeded sample of pages.
"""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from flask import Flask
from sqlalchemy import Column, select, update

from catchup.crypto import Encrypted, EncryptedJson
from catchup.extensions import db
from catchup.models.base import Base
from tests.trust import Measured
from tests.web.walking import Walk, walk

BODIES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "{{7*7}}{%print(1)%}",
    "&lt;b&gt;<b>&#60;i>",
)
BREAKS = ("", '">', "'>", "</title>", "</textarea>", "</script>", "-->", "</select>", "</dd></dl>", "]]>")
PAYLOADS = [before + body for body in BODIES for before in BREAKS]
# What is no free text: numbers, addresses and codes, which fields take in one form alone.
NO_TEXT = {
    *("parent.email", "phone.number", "address.postcode", "recorded_order.postcode", "link_request.address"),
    *("handover_sending.mailbox", "order_contact.email", "order_contact.phone", "offer.code"),
    *("message.recipient", "parent.ethnic_group", "parent.disability"),
}
PLAIN_COLUMNS = {
    *("staff.name", "agency.name", "service.name", "service.offers", "service.run_by", "service.contact"),
    *("service.languages", "signpost.written_in", "handover.why", "support_request.council_reason"),
    "home.note",
}
# Where answers and the like are kept as one piece, these keys hold what somebody has typed.
TYPED = {
    "full_name",
    "first_name",
    "lines",
    "note",
    "who",
    "who_else",
    "code_phrase",
    "words",
    "other",
    "text",
}
IN_CI = 8


def texts() -> Iterator[str]:
    """A hundred payloads, ten to a text; each leads one of the ways round."""
    for first in range(len(PAYLOADS)):
        yield " ".join(PAYLOADS[(first + 10 * step) % len(PAYLOADS)] for step in range(10))


def columns() -> list[Column[Any]]:
    """Every column that holds free text."""
    return [
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if (isinstance(column.type, Encrypted) and str(column) not in NO_TEXT) or str(column) in PLAIN_COLUMNS
    ]


def plant(text: str) -> int:
    """Give every record this text; how many columns had something in them."""
    planted = 0
    for column in columns():
        # A name that stands once stays once.
        done = db.session.execute(
            update(column.table).where(column.is_not(None)).values({column.name: _own(column, text)})
        )
        planted += bool(done.rowcount)
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, EncryptedJson):
                key = next(iter(table.primary_key))
                for row in db.session.execute(select(key, column).where(column.is_not(None))).all():
                    changed = _typed(row[1], text)
                    if changed != row[1]:
                        planted += 1
                        db.session.execute(update(table).where(key == row[0]).values({column.name: changed}))
    db.session.commit()
    return planted


def _own(column: Column[Any], text: str) -> Any:
    return text if not column.unique else column.table.c.id.cast(db.String) + text


def _typed(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _typed(one, text, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_typed(one, text, key) for one in value]
    return text if key in TYPED and isinstance(value, str) else value


def skeleton(html: str) -> Counter[tuple[str, ...]]:
    """How many elements of which attributes a page has."""
    root = html5lib.parse(html, namespaceHTMLElements=False)
    return Counter((str(one.tag), *sorted(one.attrib)) for one in root.iter())


def read(world: Walk, pages: list[tuple[str, str]]) -> dict[str, tuple[Counter[tuple[str, ...]], str]]:
    found = {}
    for who, path in pages:
        page = world.read(who, path)
        if page.mimetype == "text/html" and page.status_code == 200:
            html = page.get_data(as_text=True)
            found[path] = (skeleton(html), html)
    return found


@pytest.mark.promise("4.5 script")
@pytest.mark.engine("sqlite")  # templates know of no database
def test_no_page_holds_an_element_or_attribute_of_what_was_typed(
    app: Flask, session: Any, store: Any, release: bool, measured: Measured
) -> None:
    world, chance = walk(app, store), random.Random(11)
    # The page of jobs says how long ago each ran: it changes by itself while the others are read.
    there_are = [one for one in world.paths() if one[1] != "/admin/jobs"]
    pages = there_are if release else chance.sample(there_are, IN_CI)
    tried = list(texts()) if release else [next(texts())]
    tried = (
        [text for number, text in enumerate(tried) if number % 10 == number // 10 % 10] if release else tried
    )
    plant(" ".join("x" * len(word) for word in tried[0].split()))
    plain = read(world, pages)
    more, shown, planted = [], 0, 0
    for text in tried:
        world.again()  # some pages tell what has been looked at
        planted = plant(text)
        found = read(world, pages)
        assert plain.keys() == found.keys()
        for path, (there, html) in found.items():
            if there != plain[path][0]:
                more.append(f"{path}: {there - plain[path][0]} or less {plain[path][0] - there}")
            shown += "alert(1)" in html
    world.again()
    assert not more, "\n".join(more)
    assert shown > len(tried) * (60 if release else 1)
    measured(
        f"{len(more)} pages of {len(pages)} differ in any element or attribute from plain text; "
        f"{len(tried) * 10} payloads in {planted} columns, seen on {shown} pages"
    )
