"""Words that stand for people are put through every page they can be typed into, with faults on the way.

None of them is in a log, an address or the raw bytes of the database afterwards, and whatever is written to
the log is one line for one event.
"""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from catchup import create_app
from catchup.database import writing
from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.family import Family
from catchup.models.home import Address
from catchup.rules.terms import Role
from catchup.services.families import NewParent, NewPhone
from config import Settings
from tests.databases import _programs
from tests.factories.families import KENT, a_child, a_family
from tests.factories.staff import sign_in, staff_member
from tests.faults.typed_faults import FAULTS
from tests.mailbox import Mailbox
from tests.parent_visit import a_link
from tests.servers import LiveServer
from tests.trust import Measured
from tests.walker import Answer, Form, Walker

TODAY = "2026-11-23"
LEAVES = ("sign-out", "/clock", "/password", "demo")  # forms that would end the walk
EXPLODING = "gunicorn tests.faults.exploding:app --config python:catchup.serving --no-control-socket"


def _made(number: int) -> str:
    """A word that nobody uses, the same in each run."""
    letters = random.Random(number)
    return "Zq" + "".join(letters.choice("bcdfghjklmnpqrstvwxz") + letters.choice("aeiou") for _ in range(4))


@dataclass
class Sentinels:
    """Words to be typed: those of families are kept encrypted, those of the office need not be."""

    families: list[str] = field(default_factory=lambda: [_made(n) for n in range(34)])
    office: list[str] = field(default_factory=lambda: [_made(n) for n in range(100, 110)])
    emails: tuple[str, ...] = ("zqvuxo.one@example.com", "zqvuxo.two@example.com")
    office_email: str = "zqvuxo.staff@example.com"
    phones: tuple[str, ...] = ("07700900417", "07700900529")
    postcode: str = "ME4 4ZY"
    secrets: list[str] = field(default_factory=lambda: [_made(200) + "-password", "482915"])

    @property
    def all(self) -> list[str]:
        """Every one, in the forms in which it could be written somewhere."""
        plain = [
            *self.families,
            *self.office,
            *self.emails,
            self.office_email,
            *self.phones,
            self.postcode,
            *self.secrets,
        ]
        spaced = [form for one in self.phones for form in (f"{one[:5]} {one[5:]}", f"+44{one[1:]}")]
        return [*plain, *spaced, *(quote_plus(word) for word in plain if quote_plus(word) != word)]

    @property
    def encrypted(self) -> list[str]:
        """Those that no database may hold as they are."""
        return [*self.families, *self.emails, *self.phones, self.postcode]


class Typist:
    """Fills in forms: each field with what fits it, the words in turn."""

    def __init__(self, sentinels: Sentinels) -> None:
        self._sentinels, self._turn = sentinels, 0

    def fill(self, form: Form, *, office: bool) -> list[tuple[str, str]]:
        """An answer to every field of a form."""
        words = self._sentinels.office if office else self._sentinels.families
        answers = [(name, self._fitting(name, words, office=office)) for name in form.typed]
        for name, choices in form.choices.items():
            real = [choice for choice in choices if choice]
            if real:
                answers.append((name, real[self._turn % len(real)]))
        return answers

    def _fitting(self, name: str, words: list[str], *, office: bool) -> str:
        self._turn += 1
        last = name.rpartition("-")[2]
        if last in {"day", "month", "year"}:
            return {"day": "20", "month": "11", "year": "2026"}[last]
        if "email" in name:
            return self._sentinels.office_email if office else self._sentinels.emails[self._turn % 2]
        if "phone" in name or "number" in name:
            return self._sentinels.phones[self._turn % 2]
        return self._sentinels.postcode if "postcode" in name else words[self._turn % len(words)]


@dataclass
class World:
    """People, a family and a real server that can be told to fail."""

    app: Flask
    server: LiveServer
    family: str
    link: str
    walkers: dict[str, Walker]


@pytest.fixture
def sentinels() -> Sentinels:
    return Sentinels()


@pytest.fixture
def world(
    serve: Callable[..., LiveServer],
    sentinels: Sentinels,
    smtp_server: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    monkeypatch.setattr("tests.servers.GUNICORN", EXPLODING)
    server = serve(
        scheduler=True,
        CATCHUP_DEMO="",
        CATCHUP_BASE_URL="https://catch-up.example.com",
        CATCHUP_JOINS_FROM_ONE_PLACE="1000",
        SMTP_URL=smtp_server.url,
    )
    app = create_app(Settings.from_environment(server.environment))
    with app.app_context():
        with writing():
            family, link, walkers = _people(sentinels, server.url, app)
        db.session.remove()
        yield World(app, server, family, link, walkers)
        db.session.remove()
        db.engine.dispose()


def _people(sentinels: Sentinels, url: str, app: Flask) -> tuple[str, str, dict[str, Walker]]:
    words = iter(sentinels.families)
    lead = staff_member(councils=(KENT,), name=f"Lead {sentinels.office[0]}")
    phone = NewPhone(sentinels.phones[0], who_else=next(words), code_phrase=next(words))
    family = a_family(
        [a_child(first_name=next(words)), a_child(first_name=next(words))],
        parents=(NewParent(next(words), (phone,), sentinels.emails[0], may_email=True),),
        name=next(words),
        lead=lead,
        before_we_ring=next(words),
    )
    for address in db.session.scalars(sa.select(Address)):
        address.lines, address.postcode = f"1 {next(words)} Street", sentinels.postcode
    db.session.commit()
    walkers = {"nobody": Walker(url)}
    people = {
        "lead": lead,
        "manager": staff_member(Role.MANAGER, councils=(KENT,)),
        "administrator": staff_member(Role.ADMINISTRATOR, councils=()),
    }
    for name, person in people.items():
        browser = app.test_client()
        sign_in(browser, person)
        db.session.commit()
        cookie = browser.get_cookie("__Host-session")
        assert cookie is not None
        walkers[name] = Walker(url)
        walkers[name].cookies["__Host-session"] = cookie.value
    walkers["parent"] = Walker(url)
    return str(family.id), a_link(family.parents[0]), walkers


STARTS = {
    "nobody": ["/", "/join", "/manage", "/who-supports-us", "/sign-in", "/contact"],
    "parent": ["{link}", "/manage"],
    "lead": ["/queue", "/families", "/registrations", "/handovers", "/directory", "/families/{family}"],
    "manager": ["/concerns", "/reports", "/offers", "/attention", "/complaints", "/families/{family}"],
    "administrator": ["/admin/people", "/admin/people/add", "/admin/councils", "/admin/audit"],
}
# What is asked for in an address says nothing of anybody: a council, a service, a record's reference.
IN_ADDRESSES = {
    ("/admin/councils", "words"): "Kent",
    ("/admin/audit", "family"): "CU-7K3M-4T9X",
    ("/directory", "words"): "clinic",
}


def walk(world: World, typist: Typist, who: str, pages: int, faults: Iterator[str]) -> Iterator[Answer]:
    """Open pages from the starts on, send every form there is, and let a fault meet some of them."""
    walker = world.walkers[who]
    waiting = [start.format(family=world.family, link=world.link) for start in STARTS[who]]
    seen: set[str] = set()
    while waiting and pages:
        path = waiting.pop(0)
        if urlsplit(path).path in seen or path.startswith("/static"):
            continue
        seen.add(urlsplit(path).path)
        pages -= 1
        page = walker.get(path)
        yield page
        waiting += page.links
        for form in page.forms:
            if any(part in form.action for part in LEAVES):
                continue
            form.action = form.action or page.path
            office = who == "administrator" or form.action.startswith(("/directory", "/sign-in"))
            answers = [
                (name, IN_ADDRESSES.get((form.action, name), value) if form.method == "get" else value)
                for name, value in typist.fill(form, office=office)
            ]
            if form.method == "post":
                # The same once more as it meets a fault.
                walker.headers["X-Fault"] = next(faults)
                yield walker.send(form, answers)
                walker.headers.clear()
            answer = walker.send(form, answers)
            yield answer
            waiting += answer.links


@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.promise("4.7 logs")
@pytest.mark.promise("4.7 addresses")
@pytest.mark.promise("4.7 forged logs")
@pytest.mark.promise("4.7 stolen")
def test_nothing_of_anybody_is_left_behind(
    world: World,
    sentinels: Sentinels,
    smtp_server: Mailbox,
    release: bool,
    measured: Measured,
    tmp_path: Path,
) -> None:
    typist, smtp_server.mood = Typist(sentinels), "refuses"
    guess(world.walkers["nobody"], sentinels)
    names = (name for _ in iter(int, 1) for name in FAULTS)
    answers = [answer for who in STARTS for answer in walk(world, typist, who, 40 if release else 5, names)]
    forced = 0
    while forced < (200 if release else len(FAULTS)):
        lead = world.walkers["lead"]
        lead.headers.update({"X-Fault": next(names), "X-Words": " ".join(sentinels.all[forced % 30 :][:12])})
        forced += lead.get(f"/families/{world.family}").status == 500 or "library" in lead.headers["X-Fault"]
        forced += lead.headers["X-Fault"] in {"thread"}
        lead.headers.clear()

    log = world.server.log.read_text()
    hidden = [*sentinels.all, world.link.rpartition("/")[2]]
    assert [word for word in hidden if word.casefold() in log.casefold()] == []
    told = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    others = [line for line in log.splitlines() if not line.startswith("{")]
    assert all(line.startswith(("Messages ", "Texts ")) for line in others), others
    faulty = [one for one in told if "error" in one]
    failed = [answer for answer in answers if answer.status == 500]
    assert {one["request"] for one in faulty if "request" in one}
    visited = {address for walker in world.walkers.values() for address in walker.visited}
    assert [address for address in visited if any(word in address for word in sentinels.all)] == []
    raw = raw_bytes(world, tmp_path)
    assert [(word, plain_in(word)) for word in sentinels.encrypted if is_in(word, raw)] == []
    assert stored(sentinels) > 0
    asked = sum(one["event"] == "request" for one in told)
    measured(
        f"0 of {len(sentinels.all)} sentinels in {len(told):,} lines after {len(faulty)} faults, "
        f"{asked} requests and {len(failed)} failed forms",
        promise="4.7 logs",
    )
    measured(f"0 in {len(visited)} addresses", promise="4.7 addresses")
    measured(f"{len(told):,} lines, each one event", promise="4.7 forged logs")
    measured(f"0 of {len(sentinels.encrypted)} in {len(raw):,} bytes", promise="4.7 stolen")


def guess(walker: Walker, sentinels: Sentinels) -> None:
    """A password that is wrong, for somebody whose address is a sentinel."""
    answer = walker.sign_in(sentinels.emails[1], sentinels.secrets[0])
    assert answer.status == 422


def stored(sentinels: Sentinels) -> int:
    """Families whose name is a sentinel: what was looked for is there, and can be read with the keys."""
    return sum(name in sentinels.families for name in db.session.scalars(sa.select(Family.name)))


def is_in(word: str, raw: bytes) -> bool:
    """Whether a word stands in raw bytes, as it is or as a dump writes bytes."""
    return word.encode() in raw or word.encode().hex().encode() in raw


def plain_in(word: str) -> list[str]:
    """Columns in which a word stands as it is: where to look when one is found."""
    found = []
    for table in Base.metadata.sorted_tables:
        for name in (column.name for column in table.c):
            plain = sa.cast(sa.column(name), sa.Text)
            there = sa.select(sa.func.count()).select_from(sa.table(table.name)).where(plain.contains(word))
            if db.session.scalar(there):
                found.append(f"{table.name}.{name}")
    return found


def raw_bytes(world: World, folder: Path) -> bytes:
    """What a thief of the database would have: its files, or a dump."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    dump = _programs(folder, reachable_by_all=False) / "pg_dump"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([dump, plain], capture_output=True, check=True).stdout
