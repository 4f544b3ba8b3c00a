"""A lead social worker's morning of ten calls: every outcome of the table, one after the other."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, select

from catchup import clock, create_app
from catchup.database import writing
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Attempt, Call
from catchup.models.staff import Staff
from catchup.rules.terms import ClosedAs, Outcome
from catchup.services.families import NewPhone
from config import Settings
from tests.factories.families import KENT, a_family
from tests.servers import LiveServer

TODAY = "2026-11-23"
DAY_AHEAD = "2026-11-25"
COUNCILS = Path(__file__).parents[2] / "catchup" / "data" / "councils.csv"
EMAIL = "lena@example.com"
attempt, call = core(Attempt), core(Call)

Visit = Callable[[Page], None]


def press(summary: str, button: str) -> Visit:
    def do(page: Page) -> None:
        page.get_by_text(summary, exact=True).click()
        page.get_by_role("button", name=button).filter(visible=True).first.click()

    return do


def promise(button: str) -> Visit:
    def do(page: Page) -> None:
        page.get_by_text("They can’t talk now", exact=True).click()
        page.get_by_role("combobox", name="Day", exact=True).select_option(DAY_AHEAD)
        page.get_by_role("combobox", name="Time", exact=True).select_option("14:30")
        page.get_by_role("button", name=button).click()

    return do


def talk(button: str) -> Visit:
    def do(page: Page) -> None:
        for question, answer in (
            ("Did you check who you are speaking to?", "Yes"),
            ("How much do they need now?", "Some"),
            ("Is there any concern about safety?", "No"),
        ):
            answers = page.get_by_role("group", name=question).get_by_label(answer, exact=True)
            answers.filter(visible=True).first.check()
        page.get_by_label("Free to talk", exact=True).check()
        page.get_by_role("button", name=button).click()

    return do


THROUGH, NOT_WANTED = "I couldn’t get through", "They don’t want this call"
MORNING: list[tuple[Outcome, Visit]] = [
    (Outcome.COMPLETED, talk("Save and next")),
    (Outcome.NO_ANSWER, press(THROUGH, "No answer")),
    (Outcome.VOICEMAIL, press(THROUGH, "Voicemail left")),
    (Outcome.SOMEBODY_ELSE, press(THROUGH, "Somebody else answered")),
    (Outcome.WRONG_NUMBER, press(THROUGH, "Wrong or dead")),
    (Outcome.NOT_FREE, promise("Not free to talk")),
    (Outcome.REARRANGED, promise("Rearranged for this time")),
    (Outcome.DECLINED, press(NOT_WANTED, "Declined this year")),
    (Outcome.ASKED_TO_LEAVE, press(NOT_WANTED, "Asked to leave the scheme")),
    (Outcome.COMPLETED, talk("Save and finish")),
]


@pytest.fixture
def morning(serve: Callable[..., LiveServer]) -> Iterator[tuple[LiveServer, str]]:
    """A demo with its lead's password: eleven families may be rung now and left a voicemail."""
    server = serve(CATCHUP_TODAY=TODAY)
    server.flask("councils", "import", str(COUNCILS))
    person = ("--name", "Lena Lapwing", "--email", EMAIL, "--role", "lead", "--council", KENT)
    added = json.loads(server.flask("staff", "add", *person, "--json"))
    app = create_app(Settings.from_environment(server.environment))
    try:
        with app.app_context(), writing():
            lead = db.session.scalars(select(Staff).where(Staff.email == EMAIL)).one()
            for number in range(len(MORNING) + 1):
                phone = NewPhone(f"+4416329601{number:02}", may_leave_message=True)
                a_family(lead=lead, phones=(phone,), accepted_on=date.fromisoformat(TODAY))
            db.engine.dispose()
        yield server, added["one_time_password"]
    finally:
        clock.begin_at(None)
        clock.move_to(None)


@pytest.mark.engine("sqlite")
def test_a_morning_of_ten_calls_with_every_outcome(
    morning: tuple[LiveServer, str], fresh_database: str, page: Page
) -> None:
    server, password = morning
    page.goto(f"{server.url}/queue")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Start next call").click()
    for number, (_outcome, act) in enumerate(MORNING):
        expect(page.get_by_text("Yours until")).to_be_visible()
        act(page)
        if number:  # "Save and next" has given the second call itself
            expect(page).not_to_have_url(re.compile(r"/calls/[0-9a-f-]+$"))
            page.goto(f"{server.url}/queue")
            expect(page.get_by_text("done today")).to_contain_text(f"{number + 1} of")
            page.get_by_role("button", name="Start next call").click()
        else:
            expect(page.get_by_text("The call before this one is saved.")).to_be_visible()

    engine = create_engine(fresh_database)
    with engine.connect() as connection:
        tried = Counter(row[0] for row in connection.execute(select(attempt.c.outcome)))
        ended = select(call.c.closed_as).where(call.c.closed_at.is_not(None))
        closed = Counter(row[0] for row in connection.execute(ended))
    engine.dispose()
    assert tried == Counter(outcome for outcome, _act in MORNING)
    assert closed == {ClosedAs.DONE: 2, ClosedAs.CANCELLED: 2}
