"""Every page that menus and lists lead to, on a phone and at a desk: nothing for axe, nothing sideways."""

import re
from collections import Counter, deque
from collections.abc import Callable
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from werkzeug.exceptions import HTTPException

from catchup.rules.terms import HandoverState
from tests.route_access import NOBODY, ROUTES
from tests.servers import LiveServer

TODAY = "2026-11-23"
LINK = re.compile(r'<a [^>]*?href="(/[^"]*)"')
# How many pages of a kind are read for what they link to; of the others one is enough.
READ = Counter(
    {
        "staff.registration": 8,
        "staff.family": 60,
        "staff.handover": 12,
        "staff.family_text": 40,
        "manager.complaint": 3,
        "admin.person": 2,
    }
)
PUBLIC = (
    *("/", "/join", "/join/not-yet", "/who-supports-us", "/accessibility", "/privacy", "/contact"),
    *("/privacy/2026-11", "/easy-read"),
    "/sign-in",
    "/for-councils/left",
)
ELSEWHERE = {
    **dict.fromkeys(
        (
            "health.live",
            "health.ready",
            "health.figures",
            "account.session_state",
            "manager.download_report",
            "manager.download_forecast",
        ),
        "no page for people",
    ),
    **dict.fromkeys(
        ("council.begin", "council.come_back", "council.connect", "council.leave"),
        "a demo has no council's sign-in: test_council_sign_in.py",
    ),
    "admin.download_refused_rows": "a file: test_imports.py",
    **dict.fromkeys(
        ("manager.download_workbook", "manager.export_file", "manager.annual_word"),
        "a file: test_report_files.py, test_exports.py, test_annual.py",
    ),
    "manager.export": "comes after asking: test_exports.py",
    **dict.fromkeys(
        ("manager.write_annual", "manager.annual_version"), "needs published tables: test_annual.py"
    ),
    "staff.download_handover_summary": "a file: test_handover_summaries.py",
    **dict.fromkeys(("account.start", "admin.home", "public.join"), "leads straight to another page"),
    "public.who_supports_us_json": "for programs",
    **dict.fromkeys(
        ("manager.decide_council", "manager.take_back_council"),
        "needs a child of no council, or a decision: test_child_councils.py",
    ),
    "manager.review_request": "needs a request in doubt of one's own families: test_child_councils.py",
    "staff.call_off_move": "needs a move that is to come: test_moves.py",
    **dict.fromkeys(
        ("outside.open_link", "outside.handover", "outside.download_summary"),
        "needs a link and its code: test_outside_council.py",
    ),
    **dict.fromkeys(
        (
            *("family.asked", "family.open_link", "family.answered", "family.left", "family.you"),
            *("family.add_number", "family.change_rules", "family.change_words", "family.remove_number"),
            *("family.new_email", "family.email_rules", "family.change_times", "family.change_never"),
            *("family.prefer_day", "family.change_language", "family.move"),
        ),
        "needs a link: test_parent_page.py, and test_parent_details.py for forms made as that one",
    ),
    **dict.fromkeys(
        (
            *("family.pause", "family.sooner", "family.times", "family.last_call", "family.complain"),
            *("family.copy", "family.leave", "family.gone"),
        ),
        "needs a link: test_family_page_acts.py",
    ),
    "family.calendar_entry": "a file: test_family_page_acts.py",
    "manager.undo_link": "needs a link: test_matching.py",
    "staff.told_families": "comes after telling: test_handover_telling.py",
    **dict.fromkeys(
        ("manager.look_over_offers", "manager.made_offers"), "come after picking families: test_offers.py"
    ),
    "manager.download_offers": "a file: test_offers.py",
    "manager.download_demand": "a file: test_demand.py",
    "manager.download_barriers": "a file: test_barriers.py",
    "manager.download_published": "a file: test_published.py",
    "staff.record_calls_afterwards": "needs a council outside the agency; made as staff.change_lead is",
    "manager.look_to_check": "there when somebody has opened many records: test_looks_to_check.py",
    "staff.say_why": "comes after opening very many records: test_looks_to_check.py",
    "staff.show_queue_changes": "pieces of the queue's page: test_queue.py",
    **dict.fromkeys(
        (
            "security.change_password",
            "security.two_factor_setup",
            "security.two_factor_token_validation",
            "security.mf_recovery",
            "security.mf_recovery_codes",
            "account.make_recovery_codes",
            "account.add_passkey",
            "account.make_passkey",
            "account.remove_passkey",
            "passkey.use_passkey",
        ),
        "not in a demo: test_sign_in.py",
    ),
    **dict.fromkeys(
        (
            "public.join_step",
            "public.join_children",
            "public.join_child",
            "public.ask_remove_join_child",
            "public.check_join",
            "public.join_sent",
        ),
        "needs the answers before it: test_join.py",
    ),
}


class Looker:
    """Somebody who looks at pages; ``seen`` are the endpoints they have had before their eyes."""

    def __init__(
        self, app: Flask, server: LiveServer, page: Page, axe: Callable[[Page], None], release: bool
    ) -> None:
        self.addresses = app.url_map.bind("")
        self.url = server.url
        self.page = page
        self.axe = axe
        self.release = release
        self.seen: set[str] = set()

    def endpoint(self, address: str) -> str | None:
        """Which page an address is of; None where it is no page of ours."""
        try:
            return str(self.addresses.match(urlsplit(address).path)[0])
        except HTTPException:
            return None

    def look(self) -> None:
        """See the page in both widths. Axe finds the same in both: for a release it looks all the same."""
        self.page.wait_for_load_state()
        self.page.set_viewport_size({"width": 1280, "height": 800})
        if self.release:
            self.axe(self.page)
        root = "document.documentElement"
        assert self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0, self.page.url
        self.page.set_viewport_size({"width": 360, "height": 800})
        self.axe(self.page)
        self.seen.add(self.endpoint(self.page.url) or "")

    def open(self, address: str) -> None:
        """Open a page that has to be there, and look."""
        answer = self.page.goto(self.url + address)
        assert answer is not None
        assert answer.status == 200, address
        self.look()

    def press(self, where: Locator) -> None:
        """Press a link or a button, and look at what comes."""
        with self.page.expect_navigation():
            where.click()
        self.look()

    def sign_in(self, name: str) -> None:
        """Become somebody else."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.url}/sign-in")
        self.page.get_by_role("button", name=f"as {name}").click()

    def open_all(self) -> None:
        """Follow the links from where this person begins, and look at one page of each new kind."""
        waiting, known, read = deque(["/start"]), {"/start"}, Counter[str]()
        while waiting:
            address = waiting.popleft()
            endpoint = self.endpoint(address)
            if endpoint is None or read[endpoint] > READ[endpoint]:
                continue
            read[endpoint] += 1
            if endpoint in self.seen or endpoint in ELSEWHERE:
                answer = self.page.request.get(self.url + address)
                assert answer.status == 200, address
                html = answer.text() if "html" in answer.headers["content-type"] else ""
            else:
                self.open(address)
                html = self.page.content()
            for link in map(unescape, LINK.findall(html)):
                link = link.partition("#")[0]
                if link not in known:
                    known.add(link)
                    waiting.append(link)


@pytest.mark.engine("sqlite")
def test_every_page_is_fit_for_everybody_at_both_widths(
    app: Flask,
    serve: Callable[..., LiveServer],
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    release: bool,
) -> None:
    server = serve(families=60, CATCHUP_TODAY=TODAY)
    looker = Looker(app, server, open_page(), axe, release)
    page = looker.page
    for address in PUBLIC:
        looker.open(address)

    looker.sign_in("Priya Nightjar")
    looker.open_all()
    looker.open("/queue?view=team")
    searched_for_a_family(looker)
    gone_from_the_scheme(looker)
    page.goto(f"{server.url}/queue")
    page.get_by_role("button", name="Start next call").click()
    expect(page.get_by_text("Yours until")).to_be_visible()
    looker.look()
    held = urlsplit(page.url).path

    looker.sign_in("Morgan Eastleaf")
    looker.open(held)
    expect(page.get_by_text("Priya Nightjar has this call until")).to_be_visible()
    looker.open_all()
    an_adoption_that_ended(looker)
    looker.open("/handovers/tell?all=yes")
    looker.open("/handovers/letters")
    for state in ("overdue", *HandoverState):
        page.goto(f"{server.url}/handovers?state={state}")
        card = page.get_by_role("main").get_by_role("heading", level=3).get_by_role("link")
        if card.count():
            looker.press(card.first)

    looker.sign_in("Alex Drystone")
    looker.open_all()

    listed = {endpoint for endpoint, methods, who in ROUTES if "GET" in methods.split() and who != NOBODY}
    assert listed - looker.seen - set(ELSEWHERE) == set()


def searched_for_a_family(looker: Looker) -> None:
    page = looker.page
    page.goto(f"{looker.url}/families")
    page.get_by_label("Find a family").fill("Ada")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Found")).to_be_visible()
    looker.look()


def gone_from_the_scheme(looker: Looker) -> None:
    page = looker.page
    page.goto(f"{looker.url}/families")
    page.get_by_role("main").get_by_role("heading", level=3).get_by_role("link").first.click()
    page.get_by_role("link", name="The family leaves").click()
    looker.press(page.get_by_role("button", name="End the calls and messages"))
    looker.press(page.get_by_role("link", name="The family comes back"))
    page.go_back()
    looker.press(page.get_by_role("link", name="Why they left"))


def an_adoption_that_ended(looker: Looker) -> None:
    page = looker.page
    page.goto(f"{looker.url}/reports/attention?why=broke_down")
    page.get_by_role("table").get_by_role("link").first.click()
    looker.press(page.get_by_role("link", name="Correct this"))
