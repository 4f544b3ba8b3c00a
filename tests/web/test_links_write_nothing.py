"""Following links writes nothing: every page of a demo that links lead to, as each of three people."""

import re
from collections import Counter, deque
from datetime import date
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from tests.databases import PostgresStore, SqliteStore
from tests.factories.staff import sign_in
from tests.servers import Demos
from tests.trust import Measured
from tests.web.test_who_gets_in import Quick, contents

TODAY, FAMILIES = "2026-11-23", 60
PEOPLE = ("Priya Nightjar", "Morgan Eastleaf", "Alex Drystone")
OF_A_KIND = 4  # how many pages of a kind are opened
LINK = re.compile(r'<a [^>]*?href="(/[^"]*)"')


@pytest.mark.in_release
@pytest.mark.promise("4.1 forged forms")
def test_no_link_of_any_page_writes_anything(
    store: SqliteStore | PostgresStore, app: Flask, demos: Demos, measured: Measured
):
    demos.copy(store, "shared", TODAY, FAMILIES)
    app.test_client_class = Quick
    with app.app_context():
        clock.move_to(date.fromisoformat(TODAY))
        opened = {name: follow_all(app, name) for name in PEOPLE}

    kinds = {endpoint for seen, _ in opened.values() for endpoint in seen}
    written = [name for name, (_, same) in opened.items() if not same]
    number = sum(seen.total() for seen, _ in opened.values())
    measured(f"{number} pages of {len(kinds)} kinds in a demo: {len(written)} of {len(PEOPLE)} people wrote")
    assert written == []
    assert len(kinds) > 60


def follow_all(app: Flask, name: str) -> tuple[Counter[str], bool]:
    """Open what links lead somebody to: how many pages of each kind, and whether all is as it was."""
    client, addresses = app.test_client(), app.url_map.bind("")
    sign_in(client, db.session.scalars(select(Staff).where(Staff.name == name)).one())
    waiting, known, seen = deque(["/start"]), {"/start"}, Counter[str]()
    client.get("/start")
    before = contents()
    while waiting:
        address = waiting.popleft()
        try:
            endpoint = str(addresses.match(urlsplit(address).path)[0])
        except HTTPException:
            continue
        if seen[endpoint] == OF_A_KIND:
            continue
        seen[endpoint] += 1
        answer = client.get(address)
        assert answer.status_code in (200, 302), address
        found = LINK.findall(answer.text) if answer.mimetype == "text/html" else []
        links = [answer.headers["Location"]] if answer.status_code == 302 else map(unescape, found)
        for link in (link.partition("#")[0] for link in links):
            if link not in known:
                known.add(link)
                waiting.append(link)
    return seen, contents() == before
