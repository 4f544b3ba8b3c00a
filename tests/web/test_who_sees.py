"""Lists, searches and files keep to the council; changes act at once; where a check fails nothing is shown.

Two councils of two agencies, each with records of its own and a word in every text of them that occurs
nowhere else.
"""

import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, delete, select, text, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from catchup import clock
from catchup.crypto import Encrypted
from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.call import Call
from catchup.models.council import Agency, AgencyMembership
from catchup.models.family import Family
from catchup.models.staff import Staff, StaffCouncil, StaffRole
from catchup.models.workload import StaffAbsence
from catchup.rules.terms import Role, WarningKind
from catchup.services import absences, breaches, complaints, exports, families, warnings
from catchup.services.breaches import NewBreach
from tests.factories.concerns import a_concern
from tests.factories.events import a_call, a_signpost
from tests.factories.families import KENT, SHEFFIELD, a_child, a_family, a_viewer
from tests.factories.joining import a_registration
from tests.factories.offers import an_order_to_offer
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured
from tests.web.test_reading_period import a_conversation

TODAY = date(2026, 11, 23)
WORDS = {KENT: "kestrelword", SHEFFIELD: "sandpiperword"}
# Not one council's: the directory, people's names, how a council is reached; and what takes one form alone.
SHARED = ("service", "staff", "agency", "council", "target", "setting", "language", "guidance", "import_file")
NO_TEXT = {
    *("phone.number", "address.postcode", "recorded_order.postcode", "link_request.address", "offer.code"),
    *("handover_sending.mailbox", "order_contact.email", "order_contact.phone", "message.recipient"),
    *("parent.ethnic_group", "parent.disability", "parent.email", "audit_head_copy.line"),
}
LINK = re.compile(r'<a [^>]*?href="(/[^"]*)"')
LEAVES = {"security.logout", "account.stay_signed_in"}
A_KIND = 1  # page of one kind in CI


@pytest.fixture(autouse=True)
def _no_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def desk(app: Flask, staff: Staff) -> FlaskClient:
    """A browser in which this person is signed in."""
    client = app.test_client()
    sign_in(client, staff)
    return client


def keys() -> set[Any]:
    """The key of every row of every table."""
    return {
        (table.name, *row)
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(*table.primary_key))
    }


def plant(word: str, but: set[Any]) -> int:
    """Write the word into every text of every row that was not there before; how many columns that was."""
    planted = 0
    for table in Base.metadata.sorted_tables:
        for column in table.c if not table.name.startswith(SHARED) else ():
            if (isinstance(column.type, Encrypted) and str(column) not in NO_TEXT) or column.name in {
                *("written_in", "note", "reason", "why")
            }:
                planted += _plant(column, word, but)
    db.session.commit()
    return planted


def _plant(column: Column[Any], word: str, but: set[Any]) -> bool:
    table, done = column.table, 0
    for row in db.session.execute(select(*table.primary_key, column).where(column.is_not(None))).all():
        if (table.name, *row[:-1]) not in but and isinstance(row[-1], str):
            same = [key == value for key, value in zip(table.primary_key, row[:-1], strict=True)]
            said = f"{word} {table.name} {column.name}"
            db.session.execute(update(table).where(*same).values({column.name: said}))
            done += 1
    return done > 0


def records(council: str, manager: Staff, lead: Staff) -> None:
    """A family of this council with something of most kinds, and what is of none yet."""
    me, now = a_viewer(manager), clock.now()
    clock.move_to(date(2025, 7, 1))
    child = a_child(date(2025, 1, 10), placing_council=council, home_council=council)
    family = a_family(
        [child], accepted_on=date(2025, 7, 1), lead=lead, owning_council=council, home_council=council
    )
    clock.move_to(TODAY)
    held = a_conversation(family, lead, date(2026, 9, 2), "Said in September")
    a_call(family, TODAY, council=council)
    a_signpost(family, held, lead, date(2026, 9, 2), council_code=council, written_in="A group")
    warnings.add(family, WarningKind.OTHER, "Not alone", "Their manager", TODAY + timedelta(days=90), me)
    a_concern(family)
    complaints.make(family.parents[0], "Nobody rang")
    if council == KENT:  # whose the family says it is
        a_registration()
    an_order_to_offer(home_council=council, placing_council=council)
    breaches.record(NewBreach("A letter", council, now - timedelta(hours=3), 2), me)
    exports.ask("For the rota", "csv", me, names=True)
    absences.record(lead, TODAY, TODAY + timedelta(days=4), manager.id, me)
    db.session.commit()


class Crawl:
    """One person who follows every link there is for them, and looks for a word."""

    def __init__(self, app: Flask, client: FlaskClient, words: tuple[str, ...], *, everything: bool) -> None:
        self.addresses = app.url_map.bind("")
        self.client, self.words, self.everything = client, words, everything
        self.pages = 0
        self.found: Counter[str] = Counter()
        self.where: dict[str, set[str]] = {word: set() for word in words}

    def look(self, path: str, answer: TestResponse) -> str:
        """Count the words on a page or in a file; what it says."""
        said = text_of(answer)
        answer.close()
        self.pages += 1
        for word in self.words:
            if word in said.lower():
                self.found[word] += 1
                self.where[word].add(self.endpoint(path) or path)
        return said

    def endpoint(self, path: str) -> str | None:
        try:
            return str(self.addresses.match(urlsplit(path).path)[0])
        except HTTPException:
            return None

    def all(self, start: list[str]) -> None:
        """Everything that can be come to by links from these."""
        waiting, known, kinds = deque(start), set(start), Counter[str]()
        while waiting:
            path = waiting.popleft()
            endpoint = self.endpoint(path)
            if endpoint is None or endpoint in LEAVES or endpoint.startswith(("public.", "security.")):
                continue
            kinds[endpoint] += 1
            if kinds[endpoint] > A_KIND and not self.everything:
                continue
            answer = self.client.get(path)
            if answer.status_code in {302, 303}:
                waiting.append(answer.location)
            for link in map(unescape, LINK.findall(self.look(path, answer))):
                link = link.partition("#")[0]
                if link not in known:
                    known.add(link)
                    waiting.append(link)

    def search(self, word: str) -> None:
        """Look for the other council's word wherever something can be looked for. Not what was typed."""
        for path, asked in (
            *(("/families", {"words": word}), ("/queue/rang-back", {"words": word})),
            ("/directory", {"words": word}),
        ):
            answer = self.client.post(path, data=asked)
            said = text_of(answer).lower().replace(f'value="{word}"', "")
            self.pages += 1
            if word in said.replace(f"“{word}”", ""):
                self.found[word] += 1
                self.where[word].add(f"search {path}")

    def files(self) -> None:
        """What can be taken out: reports and a file of families."""
        for path in (
            *("/reports.csv", "/reports.xlsx", "/reports/demand.csv"),
            *("/reports/barriers.csv", "/reports/forecast.csv"),
        ):
            self.look(path, self.client.get(path))
        for form in ("csv", "xlsx"):
            asked = self.client.post(
                "/families/export", data={"reason": "Rota", "names": "yes", "form": form}
            )
            if asked.status_code == 302:
                self.look("/families/export", self.client.get(f"{asked.location}/file"))


def text_of(answer: TestResponse) -> str:
    """Everything an answer says, in a page, a table, a spreadsheet or a document."""
    body = answer.get_data()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return body.decode("utf-8", "replace")


@pytest.mark.promise("4.2 lists")
@pytest.mark.engine_in_ci("sqlite")
def test_nothing_of_another_council_is_on_any_page_in_any_search_or_file(
    app: Flask, session: Session, release: bool, measured: Measured
) -> None:
    clock.move_to(TODAY)
    people: dict[tuple[str, Role], Staff] = {}
    planted = []
    for council in WORDS:
        for role in (Role.LEAD, Role.MANAGER):
            people[council, role] = staff_member(role, councils=(council,))
        agency = Agency(name=f"Agency {council}")
        session.add(agency)
        session.flush()
        session.add(AgencyMembership(agency_id=agency.id, council_code=council, from_on=date(2020, 1, 1)))
    for council, word in WORDS.items():
        before = keys()
        records(council, people[council, Role.MANAGER], people[council, Role.LEAD])
        planted.append(plant(word, before))
    start = ["/start", "/queue?view=team", *sorted(bare_pages(app))]
    crawls = []
    foreign: Counter[str] = Counter()
    some = (KENT, Role.LEAD), (SHEFFIELD, Role.MANAGER)
    for (council, role), staff in people.items():
        if not release and (council, role) not in some:
            continue
        other = WORDS[SHEFFIELD if council == KENT else KENT]
        crawl = Crawl(app, desk(app, staff), (WORDS[council], other), everything=release)
        crawl.all(start)
        crawl.search(other)
        if role is Role.MANAGER:
            crawl.files()
        foreign += Counter({f"{role} of {council}: {where}": 1 for where in crawl.where[other]})
        assert crawl.found[WORDS[council]] > 10, "their own word is not found: nothing was looked at"
        crawls.append(crawl)
    measured(
        f"{sum(foreign.values())} foreign markers on {sum(one.pages for one in crawls)} pages and files, "
        f"{sum(one.found[word] for one in crawls for word in one.words)} of their own; "
        f"markers in {min(planted)} columns of each council",
        holds=not foreign,
    )
    assert foreign == Counter()


def bare_pages(app: Flask) -> set[str]:
    """Every page whose address names nothing."""
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint not in LEAVES
        and rule.endpoint.startswith(("staff.", "manager.", "account."))
    }  # fmt: skip


@pytest.fixture
def family(session: Session) -> Family:
    """A family of Kent, which somebody else leads."""
    clock.move_to(TODAY)
    child = a_child(date(2025, 1, 10), placing_council=KENT, home_council=KENT, first_name="Kestrelchild")
    return a_family([child], accepted_on=date(2025, 7, 1), home_council=KENT, name="The Kestrelword family")


def _other_council(staff: Staff, _family: Family) -> None:
    db.session.execute(
        update(StaffCouncil).where(StaffCouncil.staff_id == staff.id).values(council_code=SHEFFIELD)
    )


def _no_council(staff: Staff, _family: Family) -> None:
    db.session.execute(delete(StaffCouncil).where(StaffCouncil.staff_id == staff.id))


def _administrator(staff: Staff, _family: Family) -> None:
    staff.roles = [StaffRole(name=Role.ADMINISTRATOR)]


def _shut_out(staff: Staff, family: Family) -> None:
    families.shut_out(family, staff.id, a_viewer(db.session.get_one(Staff, family.lead_id)))


def _disabled(staff: Staff, _family: Family) -> None:
    staff.active = False


CHANGES: dict[str, Callable[[Staff, Family], None]] = {
    "another council": _other_council,
    "no council": _no_council,
    "an administrator": _administrator,
    "shut out": _shut_out,
    "disabled": _disabled,
}


@pytest.mark.promise("4.2 at once")
@pytest.mark.engine_in_ci("sqlite")
def test_a_change_of_role_council_lead_or_cover_acts_on_the_very_next_request(
    app: Flask, family: Family, measured: Measured
) -> None:
    path, late = f"/families/{family.id}", []
    for what, change in CHANGES.items():
        staff = staff_member(councils=(KENT,))
        client = desk(app, staff)
        assert family.name in client.get(path).text
        change(staff, family)
        db.session.commit()
        if family.name in client.get(path).text:
            late.append(what)
    # And the other way round: who is given it sees it at once, and no longer than it lasts.
    stranger, old = staff_member(councils=(SHEFFIELD,)), db.session.get_one(Staff, family.lead_id)
    client, me = desk(app, stranger), a_viewer(old)
    assert client.get(path).status_code == 404
    absence = StaffAbsence(
        staff_id=old.id, from_on=TODAY, until_on=TODAY, cover_id=stranger.id,
        recorded_at=clock.real_now(), recorded_by=old.id,
    )  # fmt: skip
    db.session.add(absence)
    if client.get(path).status_code != 200:
        late.append("cover begins")
    absence.ended_at = clock.real_now()
    if client.get(path).status_code != 404:
        late.append("cover ends")
    families.change_lead(family, stranger.id, me, "Nearer")
    if client.get(path).status_code != 200:
        late.append("lead")
    measured(f"{len(late)} of {len(CHANGES) + 3} changes later than the next request", holds=not late)
    assert late == []


@pytest.mark.promise("4.2 fails shut")
@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.parametrize(
    "gone", ["staff_council", "staff_role_link", "shut_out", "audit_event", "connection"]
)
def test_where_the_check_itself_fails_nothing_of_a_record_leaves(
    app: Flask, family: Family, gone: str, measured: Measured
) -> None:
    """A table that the check asks is not there, or the connection goes once the guard has let somebody in."""
    lead = db.session.get_one(Staff, family.lead_id)
    call = db.session.scalars(select(Call.id).where(Call.family_id == family.id)).first()
    client, secrets = desk(app, lead), (family.name, "Kestrelchild", family.reference)
    paths = [f"/families/{family.id}", f"/calls/{call}", "/queue", "/families"]
    assert all(family.name in client.get(path).text for path in paths)

    def cut() -> None:
        db.session.connection().connection.driver_connection.close()

    guards = app.before_request_funcs[None]
    if gone == "connection":
        guards.append(cut)
    else:
        db.session.execute(text(f"ALTER TABLE {gone} RENAME TO elsewhere"))
        db.session.commit()
    try:
        answers = [client.get(path) for path in paths]
    finally:
        if gone == "connection":
            guards.remove(cut)
    shown = sum(secret in answer.text for secret in secrets for answer in answers)
    assert "Traceback" not in "".join(answer.text for answer in answers)
    assert all(answer.status_code >= 500 for answer in answers), [answer.status_code for answer in answers]
    measured(f"{gone}: {shown} pieces of a record on {len(answers)} pages", holds=shown == 0)
    assert shown == 0
