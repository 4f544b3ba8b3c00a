"""Two hosts on one database count together who joins, and a host that is started again forgets nothing."""

import re
import time
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import sqlalchemy

from catchup.services import joining
from tests.factories.joining import PAGES
from tests.servers import LiveServer

COUNCILS = Path(__file__).parents[2] / "catchup" / "data" / "councils.csv"
HIDDEN = re.compile(r'<input type="hidden" name="(token|seen)" value="([^"]*)"')


class Person:
    """Somebody with a browser, whose proxy says every time that it comes from elsewhere."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def answer(self, host: LiveServer, page: str) -> str:
        """Open a page of a host, answer it as usual; the address that it leads to."""
        url = f"{host.url}/join/{page}"
        self.opener.addheaders = [("X-Forwarded-For", f"198.51.100.{self.number}")]
        shown = self.opener.open(url).read().decode()
        fields = urlencode({**dict(HIDDEN.findall(shown)), **PAGES.get(page, {})}).encode()
        return str(self.opener.open(url, fields).url)


@pytest.mark.engine("postgresql")
def test_two_hosts_let_through_no_more_than_one_and_a_restart_changes_nothing(
    serve: Callable[..., LiveServer], fresh_database: str
) -> None:
    hosts = [serve(CATCHUP_TODAY="2026-11-23") for _ in range(2)]
    hosts[0].flask("councils", "import", str(COUNCILS))
    people = [Person(number) for number in range(7)]
    for person in people:
        for page in PAGES:
            # Cookies are of one name and machine: one browser may come to either host.
            person.answer(hosts[person.number % 2], page)
    time.sleep(joining.QUICKEST.total_seconds())
    sent = [person.answer(hosts[person.number % 2], "check") for person in people[:4]]
    hosts[0].stop()
    again = serve(CATCHUP_TODAY="2026-11-23")
    sent += [person.answer(again, "check") for person in people[4:]]
    assert {url.rsplit("/", 1)[1] for url in sent} == {"sent"}

    engine = sqlalchemy.create_engine(fresh_database.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        tables = ("registration", "doubted_form")
        kept = [connection.scalar(sqlalchemy.text(f"SELECT count(*) FROM {table}")) for table in tables]
    engine.dispose()
    assert kept == [5, 2]
