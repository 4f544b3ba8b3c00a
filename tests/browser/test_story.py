"""The whole story of one family, told by the people in it: three years in one test.

Two children joined in June 2024. Kent placed Ada, so Medway, where she lives, takes over on 11 June 2027;
nobody placed Ben, so he is Medway's from the start. They are to be rung in the evening, which it always is.
"""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visit, join
from tests.databases import ENGINES
from tests.servers import LiveServer

JOINED, FIRST_ANNIVERSARY, NEXT_DAY = date(2024, 6, 24), date(2025, 6, 10), date(2025, 6, 11)
PLANNED, CHANGED = date(2026, 12, 11), date(2027, 6, 11)
FAMILY = "The Invented family"
GROUP = "Adopters’ drop-in"

COUNCILS = Path(__file__).parents[2] / "catchup" / "data" / "councils.csv"
KENT, MEDWAY = "E10000016", "E06000035"
ORDERS = f"""\
reference,family_reference,child_first_name,child_born_on,parents,postcode,made_on,placing_council,offered_on
R1,F1,Ada,2020-03-01,Alex Invented and Sam Example,ME4 4AA,2024-06-10,{KENT},2024-06-12
R2,F1,Ben,2022-03-01,Alex Invented and Sam Example,ME4 4AA,2024-06-10,none,2024-06-12
R3,F2,Cara,2021-05-04,Jo Elsewhere,ME4 4AA,2024-06-17,{MEDWAY},
"""
SERVICES = f"""\
name,category,offers,run_by,online,councils,checked_on
{GROUP},peers,An evening a month with others.,Volunteer adopters,yes,{KENT} {MEDWAY},2024-06-01
"""


class Worker(Visit):
    """A member of staff at a desk."""

    def __init__(self, server: LiveServer, page: Page, name: str, role: str, *further: str) -> None:
        super().__init__(page)
        self.server = server
        email = f"{name.split()[0].lower()}@example.com"
        person = ("--name", name, "--email", email, "--role", role, *further)
        password = json.loads(server.flask("staff", "add", *person, "--json"))["one_time_password"]
        self.go(f"{server.url}/sign-in")
        self.fill("Email address", email)
        self.fill("Password", password)
        self.on("Sign in")
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")

    def menu(self, name: str) -> None:
        """Go to a page of the menu."""
        self.page.get_by_role("navigation", name="Menu").get_by_role("link", name=name).click()

    def follow(self, link: str) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=link).first.click()

    def sees(self, text: str) -> None:
        """The page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def unfold(self, summary: str) -> None:
        """Open what is folded away."""
        self.page.get_by_text(summary, exact=True).click()

    def move_clock(self, to: date) -> None:
        """Make it another day for everybody."""
        self.follow("Move the clock")
        self.date("Which day should it be?", str(to.day), str(to.month), str(to.year))
        self.on("Move the clock")
        self.sees(f"The service’s day is now {to:%-d %B %Y}.")

    def counts(self, year: str) -> dict[str, str]:
        """What the reports' pages say of all councils and each: "1|2|0" is 1 of 2, none unknown."""
        said: dict[str, str] = {}
        self.menu("Reports")
        for report in ("Joining", "Calls", "Help"):
            with self.page.expect_navigation():
                self.page.get_by_role("main").get_by_role("link", name=report, exact=True).click()
            self.page.get_by_label("Year", exact=True).select_option(value=year)
            with self.page.expect_navigation():
                self.on("Show")
            cells = self.page.locator("[data-cell]")
            said |= dict(
                cells.evaluate_all("all => all.map(cell => [cell.dataset.cell, cell.dataset.value])")
            )
        return said


def night(server: LiveServer, job: str, on: date) -> dict[str, int]:
    """Do a job of the night for that day: how many of what it made."""
    return json.loads(server.flask("jobs", "run", job, "--on", on.isoformat(), "--json"))["created"]


def talk(lead: Worker, need: str) -> None:
    """Answer what every conversation asks."""
    lead.choose("Yes", "Did you check who you are speaking to?")
    lead.choose("Free to talk", "Is now a good time? Can anyone hear?")
    lead.choose(need, "How much do they need now?")
    lead.choose("No", "Is there any concern about safety?")


def reported(server: LiveServer, name: str, year: str) -> dict[str, str]:
    """What the command says, written as the page writes it."""
    rows = json.loads(server.flask("report", name, "--year", year, "--format", "json"))["measures"]
    found = {}
    for row in rows:
        parts = " ".join(f"{key}={value}" for key, value in (row["dimension"] or {}).items())
        numbers = (row["numerator"], row["denominator"], row["unknown"])
        key = f"{row['code']}|{row['council'] or ''}|{row['quarter'] or ''}|{parts}"
        found[key] = "|".join("" if number is None else str(number) for number in numbers)
    return found


@pytest.fixture
def server(serve: Callable[..., LiveServer], tmp_path: Path) -> LiveServer:
    """A demo that knows the councils, one service, and the orders of two families."""
    server = serve(CATCHUP_TODAY=f"{JOINED}T17:30")
    server.flask("councils", "import", str(COUNCILS))
    for what, text in (("directory", SERVICES), ("orders", ORDERS)):
        (tmp_path / f"{what}.csv").write_text(text, encoding="utf-8")
        server.flask(what, "import", str(tmp_path / f"{what}.csv"))
    return server


# A minute each: every other browser test is on SQLite, so this one is on the other engine, a release on both.
@pytest.mark.engine(*(ENGINES if os.environ.get("CATCHUP_TESTS") == "release" else ("postgresql",)))
def test_a_family_joins_is_rung_is_handed_over_and_is_counted(
    server: LiveServer, phone: Page, open_page: Callable[..., Page]
) -> None:
    reference = join(Visit(phone), server.url)
    councils = ("--council", KENT, "--council", MEDWAY)
    lead = Worker(server, open_page(), "Lena Lapwing", "lead", *councils)
    manager = Worker(server, open_page(), "Mani Redshank", "manager", *councils, "--hub")

    accept_on_a_recorded_order(lead, reference)
    hold_the_welcome_call(lead)

    lead.move_clock(FIRST_ANNIVERSARY)
    assert night(server, "create-calls", FIRST_ANNIVERSARY) == {"calls": 1}
    nobody_answers(lead)
    lead.move_clock(NEXT_DAY)
    talk_and_point_to_help(lead)
    what_came_of_it(lead)

    lead.move_clock(PLANNED)
    assert night(server, "plan-handovers", PLANNED) == {"handovers": 1}
    tell_and_write(lead)
    check(manager)
    send(lead)
    lead.move_clock(CHANGED)
    overdue_then_accepted(lead)

    is_counted(server, manager)


def accept_on_a_recorded_order(lead: Worker, reference: str) -> None:
    lead.menu("Registrations")
    lead.follow("Alex Invented")
    lead.sees(f"Registration {reference}")
    lead.choose("Recorded order R1", "Who says so?")
    lead.page.get_by_label("Who will ring?").select_option(label="Lena Lapwing")
    lead.on("Accept")
    lead.sees("A recorded order says so.")
    lead.follow("Go to the family")
    expect(lead.page.get_by_role("heading", level=1)).to_have_text(FAMILY)


def hold_the_welcome_call(lead: Worker) -> None:
    lead.menu("Queue")
    lead.on(f"Start: {FAMILY}")
    lead.sees("If they can’t talk they say bluebell")
    talk(lead, "None")
    lead.on("Save and finish")
    lead.sees("Next call due 10 June 2025")


def nobody_answers(lead: Worker) -> None:
    lead.menu("Queue")
    due = lead.page.locator("section", has=lead.page.get_by_role("heading", name="Due today"))
    expect(due.get_by_role("link", name=FAMILY)).to_be_visible()
    lead.on(f"Start: {FAMILY}")
    lead.unfold("I couldn’t get through")
    lead.on("No answer")
    lead.sees("Saved at")


def talk_and_point_to_help(lead: Worker) -> None:
    lead.menu("Queue")
    lead.sees("last: no answer, 10 Jun, you")
    lead.follow(FAMILY)  # until the evening its row says when, and has no button
    lead.on("Start this call")
    talk(lead, "Some")
    signpost = lead.page.get_by_role("group", name="Signpost 1")
    signpost.get_by_label("Service").select_option(
        label=f"{GROUP}, online, bought in, not checked since June 2024"
    )
    signpost.get_by_label("Yes").check()
    request = lead.page.get_by_role("group", name="Request 1")
    request.get_by_label("Support").select_option(label="Therapy fund application")
    request.get_by_label("For which child?").select_option(label="Ada")
    lead.on("Save and finish")
    lead.sees("Next call due 10 June 2026")
    lead.sees(f"We will ask about {GROUP} on 10 June 2026")
    lead.sees("Therapy fund application: Kent is to be asked.")


def what_came_of_it(lead: Worker) -> None:
    lead.menu("Families")
    lead.follow(FAMILY)
    lead.follow(f"What came of it? {GROUP}")
    lead.choose("Received")
    lead.on("Add it")
    lead.sees(f"{GROUP}: received, 11 Jun")


def tell_and_write(lead: Worker) -> None:
    lead.menu("Handovers")
    expect(lead.page.get_by_role("heading", name="Planned 1")).to_be_visible()
    lead.follow("Ada")
    lead.sees("Full")
    lead.choose("By letter, which I have printed and posted")
    lead.on("Record that the family is told")
    lead.page.get_by_role("button", name="Write the summary").click()
    lead.sees(GROUP)
    lead.fill("What do you ask of the next council?", "Confirm that the therapy goes on.")
    lead.fill("What did the family agree to share?", "All of this, said Alex.")
    lead.on("Save the summary")
    lead.sees("You wrote it, so somebody else checks it.")


def check(manager: Worker) -> None:
    manager.menu("Handovers")
    manager.follow("Ada")
    manager.page.get_by_role("button", name="Read and check the summary").click()
    manager.sees("Confirm that the therapy goes on.")
    manager.page.get_by_label("I have read all of it").check()
    manager.on("Record the check")
    manager.sees("Ready to send")


def send(lead: Worker) -> None:
    lead.menu("Handovers")
    lead.follow("Ada")
    lead.unfold("Print it, and hand it over otherwise")
    lead.on("Freeze and print")
    lead.sees("Confirm that the therapy goes on.")
    expect(lead.page.get_by_role("button", name="Print")).to_be_visible()


def overdue_then_accepted(lead: Worker) -> None:
    lead.menu("Handovers")
    expect(lead.page.get_by_role("heading", name="Overdue 1")).to_be_visible()
    lead.follow("Ada")
    lead.fill("Whom do they name as the contact?", "R. Duty")
    lead.on("Record the acceptance")
    lead.sees("Contact: R. Duty")
    lead.sees("this handover has ended")
    lead.follow(FAMILY)
    lead.sees("Handover for Ada: accepted")


def is_counted(server: LiveServer, manager: Worker) -> None:
    joined, rung = manager.counts("2024-25"), manager.counts("2025-26")
    everywhere = "|||councils=all"
    assert joined[f"M1{everywhere}"] == "1|2|0", "of two families with an order one joined"
    assert joined[f"M2{everywhere}"] == "1|2|0"
    assert joined[f"M3{everywhere}"] == "1||0", "the welcome call"
    assert joined[f"M6{everywhere}"] == "0|1|0"
    assert {code: rung[f"{code}{everywhere}"] for code in ("M3", "M4", "M4b", "M4c", "M6", "M7")} == {
        "M3": "1||0",
        "M4": "1|1|0",
        "M4b": "1|1|0",
        "M4c": "1|1|0",
        "M6": "1|1|0",
        "M7": "1|1|0",
    }
    for name, year, page in (
        ("take-up", "2024-25", joined),
        ("calls", "2025-26", rung),
        ("signposts", "2025-26", rung),
    ):
        told = reported(server, name, year)
        codes = {key.partition("|")[0] for key in told}
        shown = {key: numbers for key, numbers in page.items() if key.partition("|")[0] in codes}
        assert shown.items() <= told.items()
        # Who joined and was rung, by language and the like, has a page of its own.
        assert {key.partition("|")[0] for key in shown} == codes - {"M14", "M14b"}
