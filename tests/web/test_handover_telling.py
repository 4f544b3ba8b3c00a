"""Telling many families at once through the pages: picked on the board, looked over, told, letters posted."""

import re
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverNotice, HandoverReminder
from catchup.models.outbox import Message
from catchup.models.staff import Staff
from catchup.queries import handover_standing
from catchup.rules.terms import HandoverState, Mark
from catchup.services import families
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import BEXLEY, DONCASTER, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.handovers import CHANGE_ON, ORDER_ON, a_handover, a_worker, told
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
SAM = NewParent("Sam Example", (NewPhone("+447700900101", may_text=True),))
JO = NewParent("Jo Example")


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 3, 2))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001")
    sign_in(client, staff)
    return staff


def state(handover: Handover) -> HandoverState:
    db.session.rollback()
    db.session.expire_all()
    return handover_standing.of_model(handover, clock.today()).state


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def tell(client: FlaskClient, *handovers: Handover, versions_ago: dict[UUID, int] | None = None) -> str:
    """Press the button of the page before the press, which may be an old one."""
    ago = versions_ago or {}
    typed: dict[str, object] = {"handover": [str(one.id) for one in handovers]}
    typed |= {f"version-{one.id}": str(one.version - ago.get(one.id, 0)) for one in handovers}
    return client.post("/handovers/tell", data=typed, follow_redirects=True).text


def test_the_page_before_the_press_says_who_gets_what_and_who_cannot_be_told(
    client: FlaskClient, lead: Staff
) -> None:
    plain = a_handover(lead=lead, parents=(SAM, JO), name="The Plain family")
    stopped = a_handover(lead=lead, name="The Stopped family")
    nobody = a_handover(lead=lead, parents=(NewParent("Al Example", confirmed=False),), name="The New family")
    already = told(a_handover(lead=lead, name="The Told family"), a_viewer(lead))
    undecided = a_handover(lead=lead, name="The Undecided family")
    undecided.to_council = None
    families.stop_everything(stopped.family, "They asked", a_viewer(lead))
    db.session.commit()
    picked = "&".join(f"handover={one.id}" for one in (plain, stopped, nobody, already, undecided))
    text = words_of(client.get(f"/handovers/tell?{picked}&handover=nonsense").text)
    assert "Sam Example (text) Jo Example" in text
    assert "Everything is stopped for this family" in text
    assert "No parent has confirmed their details yet" in text
    assert "The family has been told already" in text
    assert "A manager must decide first which council it is" in text
    assert "Tell the family of 1 child" in text
    assert db.session.scalars(select(Message)).all() == []


def test_all_that_the_board_shows_can_be_picked_at_once(client: FlaskClient, lead: Staff) -> None:
    a_handover(lead=lead, name="The Kentish family")
    told(a_handover(lead=lead, name="The Told family"), a_viewer(lead))
    elsewhere = [a_child(ORDER_ON, placing_council=KENT, home_council=BEXLEY)]
    a_family(elsewhere, lead=lead, home_council=BEXLEY, name="The Other family", accepted_on=date(2023, 7, 3))
    text = words_of(client.get(f"/handovers/tell?all=yes&council={MEDWAY}&side=takes").text)
    assert "The Kentish family" in text
    assert "The Told family" not in text
    assert "The Other family" not in text


def test_each_is_told_and_each_result_is_shown(client: FlaskClient, lead: Staff) -> None:
    first, stale = a_handover(lead=lead, parents=(SAM, JO)), a_handover(lead=lead, name="The Stale family")
    page = tell(client, first, stale, versions_ago={stale.id: 1})
    assert "Somebody changed this handover while you looked." in page
    assert "1 could not be done" in page
    assert "Sam Example: message on its way; Jo Example: letter to print and post." in words_of(page)
    assert state(first) is HandoverState.FAMILY_TOLD
    assert state(stale) is HandoverState.PLANNED
    assert "Nothing was sent" in tell(client, first)
    assert len(db.session.scalars(select(Message)).all()) == 1


def test_letters_are_printed_on_a_page_and_count_once_posted(client: FlaskClient, lead: Staff) -> None:
    children = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben")]
    family = a_family(children, lead=lead, parents=(JO,), accepted_on=date(2023, 7, 3))
    both = db.session.scalars(select(Handover).where(Handover.family_id == family.id)).all()
    tell(client, *both)
    assert "1 letter to print and post" in client.get("/handovers").text
    page = client.get("/handovers/letters").text
    sheets = re.findall(r"<article.*?</article>", page, re.DOTALL)
    assert len(sheets) == 1
    assert "for your children, because you live there" in sheets[0]
    assert "Ada" not in sheets[0]
    assert "adopt" not in sheets[0].casefold()
    assert client.post("/handovers/letters").status_code == 422
    letter = re.search(r'name="letter" type="checkbox" value="([^"]+)"', page)
    assert letter is not None
    answer = client.post("/handovers/letters", data={"letter": letter[1]}, follow_redirects=True)
    assert "recorded as posted" in answer.text
    assert "No letter waits to be posted." in answer.text
    assert [state(one) for one in both] == [HandoverState.FAMILY_TOLD] * 2
    assert all(one.posted_by == lead.id for one in db.session.scalars(select(HandoverNotice)))


def test_what_is_out_of_scope_is_neither_shown_nor_told_nor_posted(
    app: Flask, client: FlaskClient, lead: Staff
) -> None:
    handover = a_handover(lead=lead, parents=(JO,), name="The Hidden family")
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(DONCASTER,)))
    assert "No handover is picked" in stranger.get(f"/handovers/tell?handover={handover.id}").text
    tell(stranger, handover)
    assert state(handover) is HandoverState.PLANNED
    tell(client, handover)
    notice = db.session.scalars(select(HandoverNotice)).one()
    assert "The Hidden family" not in stranger.get("/handovers/letters").text
    stranger.post("/handovers/letters", data={"letter": str(notice.id)})
    db.session.rollback()
    db.session.expire_all()
    assert notice.posted_at is None


def test_every_page_of_telling_is_written_down(client: FlaskClient, lead: Staff) -> None:
    handover = a_handover(lead=lead, parents=(JO,))
    client.get(f"/handovers/tell?handover={handover.id}")
    tell(client, handover)
    client.get("/handovers/letters")
    db.session.rollback()
    rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    listed = {row.action for row in rows if row.families == handover.family_id.bytes}
    assert {"handover.tell.list", "handover.told.list", "handover.letters.print"} <= listed
    assert "handover.notice.by_letter" in {row.action for row in rows}


def test_the_board_shows_only_what_is_asked_for(client: FlaskClient, lead: Staff) -> None:
    late = a_handover(lead=lead, name="The Late family", full=False)
    other = a_handover(name="The Other family")
    db.session.add(HandoverReminder(handover_id=other.id, mark=Mark.ONE_MONTH, at=clock.now()))
    told(other, a_worker())
    db.session.add(HandoverReminder(handover_id=late.id, mark=Mark.ONE_MONTH, at=clock.now()))
    db.session.commit()
    clock.move_to(CHANGE_ON)

    def shown(**asked: str) -> set[str]:
        page = client.get("/handovers", query_string=asked).text
        return {name for name in ("Late", "Other") if f"The {name} family" in page}

    assert shown() == {"Late", "Other"}
    assert shown(mine="1") == {"Late"}
    assert shown(late="yes") == {"Late"}
    assert shown(reminded="yes") == {"Late"}
    assert shown(kind="told_only") == {"Late"}
    assert shown(kind="full", state="overdue") == {"Other"}
    assert shown(council=MEDWAY, side="takes") == {"Late", "Other"}
    assert shown(council=MEDWAY, side="gives") == set()
    assert shown(kind="nonsense", side="nonsense", state="nonsense") == {"Late", "Other"}
