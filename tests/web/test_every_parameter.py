"""Nothing in an address reaches the database as SQL: a payload is answered as any unknown word is.

The parameters of a page are those that its view asks the address for, noted as it does so. CI takes a seeded
sample of pages and payloads, a release every page and a third of the payloads for each parameter.
"""

import random
import re
import time
from typing import Any, ClassVar

import pytest
from flask import Flask
from markupsafe import escape
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from tests.trust import Measured
from tests.web.walking import Walk, walk

SLEEP_S = 2
ENDS = ("", "'", '"', ")", "')", "1")
BODIES = (
    " OR 1=1 --",
    " AND 1=2 UNION SELECT NULL --",
    "; DROP TABLE family; --",
    f" || pg_sleep({SLEEP_S}) --",
    f"; SELECT pg_sleep({SLEEP_S}) --",
    " AND 1=randomblob(900000000) --",
    " OR (SELECT count(*) FROM staff) > 0 --",
    " ORDER BY 99 --",
    " LIKE '%",
    " /**/OR/**/1=1#",
)
PAYLOADS = [end + body for end in ENDS for body in BODIES]
INNOCENT = ("zzqx OR none", "zzqx none such --")
IN_CI = 8  # pages
EVERYWHERE = {"lang"}  # each page reads it: one page stands for all


class Noting(ImmutableMultiDict[str, str]):
    """What came in an address, and which names a view has asked for."""

    asked: ClassVar[set[str]] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return str(super().__getitem__(name))

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(name)
        return super().get(name, *args, **kwargs)

    def getlist(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(name)
        return super().getlist(name, *args, **kwargs)


def bare(page: TestResponse, typed: str) -> tuple[int, str]:
    """What came, without the word itself and what is new on every page."""
    if page.status_code != 200 or page.mimetype != "text/html":
        return page.status_code, page.headers.get("Location", "").partition("?")[0]
    html = page.get_data(as_text=True)
    html = re.sub(r'nonce-[\w-]+|nonce="[\w-]+"|value="[^"]*"|href="[^"]*"|action="[^"]*"', "", html)
    for form in (typed, typed.strip()):
        html = html.replace(str(escape(form)), "")
    return page.status_code, html


def parameters(world: Walk, pages: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(who, path, parameter) for each name that the view of a page asks an address for."""
    found, known = [], set[str]()
    for who, path in pages:
        Noting.asked.clear()
        world.read(who, path)
        for name in sorted(Noting.asked - known):
            found.append((who, path, name))
            known |= {name} & EVERYWHERE
    return found


@pytest.mark.promise("4.5 sql")
@pytest.mark.engine_in_ci("sqlite")
def test_sql_in_an_address_is_an_unknown_word(
    app: Flask,
    session: Any,
    store: Any,
    release: bool,
    monkeypatch: pytest.MonkeyPatch,
    measured: Measured,
) -> None:
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Noting)
    world, chance = walk(app, store), random.Random(13)
    first = {world.endpoint(path, "GET"): (who, path) for who, path in reversed(world.paths())}
    pages = list(first.values()) if release else chance.sample(list(first.values()), IN_CI)
    different, slow, asked = [], [], 0
    tried = parameters(world, pages)
    for who, path, name in tried:
        usual = [bare(world.read(who, path, **{name: word}), word) for word in INNOCENT]
        if usual[0] != usual[1]:
            different.append(f"{path}?{name}: two unknown words")
            continue
        for payload in chance.sample(PAYLOADS, 20 if release else 2):
            began = time.perf_counter()
            answer = world.read(who, path, **{name: payload})
            if time.perf_counter() - began >= SLEEP_S:
                slow.append(f"{path}?{name}={payload}")
            asked += 1
            if bare(answer, payload) != usual[0]:
                different.append(f"{path}?{name}={payload}: {answer.status_code}")
    assert not different, "\n".join(different)
    assert not slow, "\n".join(slow)
    assert len(tried) > (100 if release else 3)
    measured(
        f"{len(different)} of {asked:,} addresses ({len(PAYLOADS)} kinds of SQL in {len(tried)} parameters "
        f"of {len(pages)} pages) unlike an unknown word, {len(slow)} as late as SQL that sleeps"
    )
