"""The summary of a handover through its pages: written, checked by another, printed, downloaded."""

import io
import re
from datetime import date

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import LargeBinary, cast, select, type_coerce, update

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.handover import Handover, HandoverSummary
from catchup.models.home import Home
from catchup.models.staff import Staff
from catchup.queries import handover_standing
from catchup.rules.terms import HandoverState, Role
from tests.factories.families import DONCASTER, KENT, a_child, a_family, a_viewer
from tests.factories.handovers import ORDER_ON, a_handover, a_worker, checked, sent, told, written
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]

TYPED = {
    "asks": "Confirm that the therapy goes on.",
    "asked_by_on-day": "1",
    "asked_by_on-month": "6",
    "asked_by_on-year": "2026",
    "agreed_to_share": "Everything here.",
}


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(date(2026, 3, 2))


@pytest.fixture
def lead(client: FlaskClient) -> Staff:
    staff = staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001")
    sign_in(client, staff)
    return staff


@pytest.fixture
def other(app: Flask) -> FlaskClient:
    """A manager of Kent in another browser."""
    client = app.test_client()
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,), name="Morgan Example"))
    return client


def address(handover: Handover, what: str = "summary") -> str:
    return f"/handovers/{handover.id}/{what}"


def post(client: FlaskClient, handover: Handover, what: str, **typed: str) -> tuple[int, str]:
    db.session.refresh(handover)
    answer = client.post(address(handover, what), data={"version": str(handover.version)} | typed)
    return answer.status_code, answer.text


def state(handover: Handover) -> HandoverState:
    db.session.rollback()
    db.session.expire_all()
    return handover_standing.of_model(handover, clock.today()).state


def actions() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(select(AuditEvent.action, AuditEvent.result).order_by(AuditEvent.id))
    return [(action, result) for action, result in rows]


# Writing


def test_a_postcode_in_what_is_written_is_refused_beside_its_field_and_nothing_is_lost(
    client: FlaskClient, lead: Staff
) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    asks = "Visit them at ME14 1XX please."
    status, page = post(client, handover, "summary/write", **TYPED | {"asks": asks})
    assert status == 422
    assert "Take the postcode out" in page
    assert asks in page
    assert handover.summaries == []
    typed = TYPED | {"asks": asks, "address_told": "y", "address_reason": "A worker visits at once."}
    assert post(client, handover, "summary/write", **typed)[0] == 302


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"address_told": "y"}, "Say why the next council must have the address"),
        ({"address_reason": "A visit"}, "Tick this to tell the address"),
    ],
)
def test_the_tick_and_the_reason_for_an_address_come_together(
    client: FlaskClient, lead: Staff, typed: dict[str, str], sentence: str
) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    status, page = post(client, handover, "summary/write", **TYPED | typed)
    assert (status, sentence in page) == (422, True)


def test_an_address_that_is_not_known_cannot_be_ticked(client: FlaskClient, lead: Staff) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    db.session.execute(update(Home).values(superseded_at=clock.now()))
    typed = TYPED | {"address_told": "y", "address_reason": "A visit"}
    status, page = post(client, handover, "summary/write", **typed)
    assert (status, "The record knows no address" in page) == (422, True)


def test_the_address_is_shown_to_be_checked_where_it_was_ticked_and_nowhere_else(
    client: FlaskClient, lead: Staff
) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    assert post(client, handover, "summary/write", **TYPED)[0] == 302
    assert "ME4 4AA" not in client.get(address(handover)).text
    typed = TYPED | {"address_told": "y", "address_reason": "A worker visits at once."}
    assert post(client, handover, "summary/write", **typed)[0] == 302
    page = client.get(address(handover)).text
    assert "ME4 4AA" in page
    assert "A worker visits at once." in page


def test_doubtful_words_are_shown_to_be_read_again_and_stop_nobody(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    asks = "Go on with letters to the birth family at 12 Invented Lane."
    assert post(client, handover, "summary/write", **TYPED | {"asks": asks})[0] == 302
    page = other.get(address(handover)).text
    assert "<q>birth family</q>, <q>12 invented lane</q>" in page
    assert post(other, handover, "summary/check", checked="y")[0] == 302


def test_what_the_record_says_of_a_telephone_is_read_again_as_well(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = told(a_handover(lead=lead), a_viewer(lead))
    handover.family.parents[0].phones[0].who_else = "Her birth mother, who lives at ME14 1XX"
    assert post(client, handover, "summary/write", **TYPED)[0] == 302
    assert "<q>birth mother</q>, <q>ME14 1XX</q>" in other.get(address(handover)).text


def test_an_address_is_not_hidden_in_the_line_that_says_whom_it_goes_to(
    client: FlaskClient, lead: Staff
) -> None:
    handover = checked(a_handover(lead=lead), a_viewer(lead), a_worker())
    status, page = post(client, handover, "send", sent_to="Duty, about the family at ME14 1XX")
    assert (status, "Take the postcode out" in page) == (422, True)
    assert "Duty, about the family at ME14 1XX" in page
    assert state(handover) is HandoverState.SUMMARY_CHECKED


def test_what_was_written_for_a_sister_is_copied_where_nothing_is_typed_yet(
    client: FlaskClient, lead: Staff
) -> None:
    children = [a_child(ORDER_ON, allowance=True, first_name=name) for name in ("Ada", "Ben")]
    family = a_family(children, lead=lead, accepted_on=date(2023, 7, 3))
    of_child = {
        one.child.first_name: one
        for one in db.session.scalars(select(Handover).where(Handover.family_id == family.id))
    }
    ada, ben = (told(of_child[name], a_viewer(lead)) for name in ("Ada", "Ben"))
    typed = TYPED | {"reapplies": "Medway, in May", "address_told": "y", "address_reason": "A visit"}
    assert post(client, ada, "summary/write", **typed)[0] == 302
    form = client.get(address(ben, "summary/write")).text
    assert "Copy from Ada’s" in form
    proposed = {"asked_by_on-day": "11", "asked_by_on-month": "6", "asked_by_on-year": "2026"}
    mine = {"agreed_to_share": "Ben’s own words", "copy": str(ada.id), **proposed}
    status, page = post(client, ben, "summary/write", **mine)
    assert status == 200
    assert "Confirm that the therapy goes on.</textarea>" in page
    assert 'value="Medway, in May"' in page
    assert "Ben’s own words</textarea>" in page
    assert re.search(r'id="asked_by_on-day"[^>]*value="1"', page)
    assert "A visit</textarea>" not in page
    assert ben.summaries == []
    assert post(client, ben, "summary/write", copy=str(ben.id))[0] == 404
    assert post(client, ben, "summary/write", **TYPED | {"asks": "See Ada’s summary."})[0] == 302
    assert "<q>Ada</q>" in client.get(address(ben)).text


# The second person


def test_the_maker_has_no_button_to_check_or_send_back_and_is_refused(
    client: FlaskClient, lead: Staff
) -> None:
    handover = written(a_handover(lead=lead), a_viewer(lead))
    page = client.get(address(handover)).text
    assert "Written by Priya Example" in page
    assert "You wrote it, so somebody else checks it." in page
    assert "Record the check" not in page
    assert "Send it back" not in page
    assert post(client, handover, "summary/check", checked="y")[0] == 403
    assert post(client, handover, "summary/return", because="Wrong")[0] == 403
    assert state(handover) is HandoverState.SUMMARY_WRITTEN


def test_the_checker_sends_back_what_is_not_right_and_the_writer_reads_why(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = written(a_handover(lead=lead), a_viewer(lead))
    assert "Written by Priya Example" in other.get(address(handover)).text
    status, page = post(other, handover, "summary/return")
    assert (status, "Say what is not right" in page) == (422, True)
    assert post(other, handover, "summary/return", because="The funding ends in June.")[0] == 302
    for what in ("", "summary", "summary/write"):
        page = client.get(f"/handovers/{handover.id}/{what}".rstrip("/")).text
        assert "Not right, Morgan Example said" in page
        assert "The funding ends in June." in page
    assert "Record the check" not in other.get(address(handover)).text
    assert post(other, handover, "summary/check", checked="y")[0] == 409
    board, page = (client.get(path).text for path in ("/handovers", f"/handovers/{handover.id}"))
    assert "Sent back to be written again" in board
    assert "Sent back to be written again" in page
    assert "Sent back by Morgan Example, 2 March 2026" in page
    assert post(client, handover, "summary/write", **TYPED)[0] == 302
    assert "Sent back to be written again" not in client.get("/handovers").text
    assert "Sent back by Morgan Example, 2 March 2026" in client.get(f"/handovers/{handover.id}").text
    assert "Not right" not in client.get(address(handover)).text
    assert post(other, handover, "summary/check", checked="y")[0] == 302


def test_checker_and_sender_are_told_that_the_record_has_changed(
    client: FlaskClient, other: FlaskClient, lead: Staff
) -> None:
    handover = written(a_handover(lead=lead), a_viewer(lead))
    assert "The record has changed" not in other.get(address(handover)).text
    handover.family.language = "Polish"
    page = other.get(address(handover)).text
    assert "The record has changed since this was drawn up:</strong> Language and access." in page
    assert post(other, handover, "summary/check", checked="y")[0] == 302
    assert "The record has changed" in client.get(f"/handovers/{handover.id}").text


# What is printed and downloaded


def test_what_nobody_has_checked_leaves_in_no_file(client: FlaskClient, lead: Staff) -> None:
    handover = written(a_handover(lead=lead), a_viewer(lead))
    assert "Draft, not checked" in client.get(address(handover)).text
    for kind in ("pdf", "word"):
        assert client.get(address(handover, f"summary/{handover.summaries[0].id}/{kind}")).status_code == 404


def test_a_checked_summary_says_on_every_page_that_it_was_not_sent(client: FlaskClient, lead: Staff) -> None:
    handover = checked(a_handover(lead=lead), a_viewer(lead), a_worker())
    answer = client.get(address(handover, f"summary/{handover.summaries[0].id}/pdf"))
    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert all("CHECKED, NOT SENT" in page.extract_text() for page in pages)


def test_page_pdf_and_word_file_say_the_same_with_reference_and_mark(
    client: FlaskClient, lead: Staff
) -> None:
    handover = sent(a_handover(lead=lead, language="Polish"), a_viewer(lead), a_worker())
    summary = handover.summaries[-1]
    reference, mark = f"{handover.family.reference}-2026-06-11-1", summary.sha256 or ""
    page = client.get(address(handover, "summary/print")).text
    files = {kind: client.get(address(handover, f"summary/{summary.id}/{kind}")) for kind in ("pdf", "word")}
    again = client.get(address(handover, f"summary/{summary.id}/pdf"))
    assert files["pdf"].data == again.data
    pdf = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(files["pdf"].data)).pages)
    made = docx.Document(io.BytesIO(files["word"].data))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    word = "\n".join(
        [*(one.text for one in made.paragraphs), *cells, made.sections[0].footer.paragraphs[0].text]
    )
    facts = ["Ada", "1 March 2020", "10 June 2023", "Kent", "Medway", "11 June 2026", "Sam Example", "Polish"]
    facts += ["07700 900101", "Leave no voicemail", "Texts may be sent", "Invented Therapies"]
    facts += ["30 September 2026", "Kent, without an end", "Everything here. Both parents said so."]
    facts += [
        "Confirm that the therapy goes on, and name a worker.",
        "1 June 2026",
        "Post-adoption team, Medway",
    ]
    for text in (page, pdf, word):
        assert [fact for fact in [*facts, reference, f"mark {mark[:16]}"] if fact not in text] == []
        assert "ME4 4AA" not in text
        assert "Invented Street" not in text
    assert "Page 1 of" in pdf
    for kind, ending in (("pdf", "pdf"), ("word", "docx")):
        headers = files[kind].headers
        assert headers["Content-Disposition"] == f'attachment; filename="handover-{reference}.{ending}"'
        assert headers["Cache-Control"] == "no-store"
    assert actions()[-4:] == [
        ("handover.summary.print", "ok"),
        ("handover.summary.download", "ok"),
        ("handover.summary.download", "ok"),
        ("handover.summary.download", "ok"),
    ]


def test_files_are_for_those_who_may_see_the_family(app: Flask, lead: Staff) -> None:
    handover = sent(a_handover(lead=lead), a_viewer(lead), a_worker())
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(DONCASTER,)))
    assert stranger.get(address(handover, f"summary/{handover.summaries[0].id}/pdf")).status_code == 404
    assert stranger.get(address(handover, "summary/print")).status_code == 404


@pytest.mark.parametrize("what", ["mark", "one byte"])
def test_a_summary_changed_in_the_database_is_shown_to_nobody(
    client: FlaskClient, lead: Staff, what: str
) -> None:
    handover = sent(a_handover(lead=lead), a_viewer(lead), a_worker())
    summary_id = handover.summaries[-1].id
    table = HandoverSummary.__table__
    if what == "mark":
        db.session.execute(update(table).values(sha256="0" * 64))
    else:
        stored = db.session.execute(select(type_coerce(table.c.content, LargeBinary))).scalar_one()
        broken = stored[:-1] + bytes([stored[-1] ^ 1])
        db.session.execute(update(table).values(content=cast(broken, LargeBinary)))
    db.session.commit()
    db.session.expire_all()
    for page in ("summary", "summary/print", f"summary/{summary_id}/pdf", f"summary/{summary_id}/word"):
        answer = client.get(address(handover, page))
        assert answer.status_code == 409
        assert "does not match the mark" in answer.text
        assert "Confirm that the therapy goes on" not in answer.text
    assert actions()[-4:] == [("handover.summary.changed", "refused")] * 4
    if what == "one byte":
        assert client.get(f"/handovers/{handover.id}").status_code == 409
        status, page = post(client, handover, "accept", contact="R. Duty", version=str(handover.version))
        assert (status, "does not match the mark" in page) == (409, True)
        assert state(handover) is HandoverState.SENT
