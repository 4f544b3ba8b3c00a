"""A visit by the link: what a council reads, answers and takes home, and a row for each look."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover, HandoverStep, HandoverSummary
from catchup.models.handover_sending import OutsideVisit
from catchup.models.outbox import Message
from catchup.models.staff import StaffSession
from catchup.rules.terms import HandoverStepKind
from catchup.services import families, handover_sendings, handovers
from catchup.services.families import NewParent, NewPhone
from tests.factories.families import BEXLEY, a_child, a_family
from tests.factories.handovers import ORDER_ON, a_worker, checked
from tests.factories.sendings import path_of, sent_by_link
from tests.factories.staff import sign_in, staff_member
from tests.outsider import (
    PAGE,
    SENTINELS,
    another_code,
    answer,
    enter,
    form_token,
    handover_of,
    read_of,
    rows,
)
from tests.web.test_security_headers import assert_hardened

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]


@pytest.fixture(autouse=True)
def _in_spring(app: Flask) -> None:
    clock.move_to(date(2026, 3, 2))


def steps(handover: Handover, kind: HandoverStepKind) -> list[HandoverStep]:
    db.session.rollback()
    same = HandoverStep.handover_id == handover.id, HandoverStep.step == kind
    return list(db.session.scalars(select(HandoverStep).where(*same)))


def two_children() -> tuple[Handover, Handover]:
    children = [
        a_child(ORDER_ON, allowance=True, first_name=name, born_on=date(year, 3, 1))
        for name, year in (("Ben", 2021), ("Ada", 2020))
    ]
    lead = staff_member(councils=("E10000016",), phone="01632 960 001")
    family = a_family(
        children,
        lead=lead,
        accepted_on=date(2023, 7, 3),
        parents=(NewParent("Sam Example", (NewPhone("+447700900101"),)),),
    )
    found = db.session.scalars(select(Handover).where(Handover.family_id == family.id)).all()
    ada, ben = sorted(found, key=lambda one: one.child.first_name)
    return checked(ada, a_worker(), a_worker()), checked(ben, a_worker(), a_worker())


def test_a_council_accepts_once_and_can_still_take_the_file_home(client: FlaskClient) -> None:
    sent = sent_by_link()
    handover = handover_of(sent)
    enter(client, sent)
    token = form_token(client.get(PAGE))
    typed = {"token": token, "accept_children": handover.id, "contact": "R. Duty", "phone": "01632 960 501"}
    twice = [client.post(f"{PAGE}/accept", data=typed).status_code for _ in range(2)]
    assert twice == [303, 303]
    (step,) = steps(handover, HandoverStepKind.ACCEPTED)
    assert (step.contact, step.by_id) == ("R. Duty, 01632 960501", None)
    assert "Your council has accepted this" in client.get(PAGE).text
    assert client.get(path_of(sent)).status_code == 404
    pdf = client.get(f"{PAGE}/{handover.id}/summary.pdf")
    word = client.get(f"{PAGE}/{handover.id}/summary.docx")
    assert pdf.data.startswith(b"%PDF")
    assert word.data.startswith(b"PK")
    for file in (pdf, word):
        assert "Ada" not in file.headers["Content-Disposition"]
        assert file.headers["Content-Disposition"].startswith("attachment")
    told = rows()
    assert told.count(("outside.accept", "ok")) == 1
    assert told.count(("outside.download", "ok")) == 2
    assert db.session.scalars(select(Message.staff_id).where(Message.template == "handover_answered")).one()


def test_a_question_leaves_the_link_open_until_it_is_sent_again(client: FlaskClient) -> None:
    sent = sent_by_link()
    handover = handover_of(sent)
    enter(client, sent)
    assert answer(client, "query", question_children=handover.id, question="Who pays?").status_code == 303
    page = client.get(PAGE)
    assert "has your question" in page.text
    assert "Your answer" not in page.text
    assert enter(client, sent).status_code == 303
    again = sent_by_link(handover_of(sent))
    assert client.get(PAGE).status_code == 404
    assert client.get(path_of(sent)).status_code == 404
    assert enter(client, again).status_code == 303
    assert [step.note for step in steps(handover, HandoverStepKind.QUERIED)] == ["Who pays?"]


def test_some_of_the_children_can_be_accepted_and_others_asked_about(client: FlaskClient) -> None:
    ada, ben = two_children()
    enter(client, sent_by_link(ada, ben))
    page = client.get(PAGE).text
    assert page.index("Ada") < page.index("Ben")
    assert answer(client, "accept", accept_children=[], contact="R. Duty").status_code == 422
    assert answer(client, "accept", accept_children=[ada.id], contact="R. Duty").status_code == 303
    assert answer(client, "query", question_children=[ben.id], question="Which school?").status_code == 303
    assert len(steps(ada, HandoverStepKind.ACCEPTED)) == 1
    assert len(steps(ben, HandoverStepKind.QUERIED)) == 1
    assert not steps(ben, HandoverStepKind.ACCEPTED)


@pytest.mark.engine("sqlite")
def test_a_wrong_answer_says_what_is_wrong_and_keeps_what_was_typed(client: FlaskClient) -> None:
    sent = sent_by_link()
    enter(client, sent)
    refused = answer(client, "accept", accept_children=handover_of(sent).id, contact="", email="duty at work")
    assert refused.status_code == 422
    assert "Enter the name of somebody to ask for" in refused.text
    assert 'value="duty at work"' in refused.text
    refused = answer(client, "query", question_children=handover_of(sent).id, question="")
    assert "Write what you want to ask" in refused.text
    # Each look is written down, those at a page that came back among them.
    assert rows().count(("outside.view", "ok")) == 4


def test_what_was_answered_by_telephone_meanwhile_is_told_and_nothing_typed_is_lost(
    client: FlaskClient,
) -> None:
    sent = sent_by_link()
    handover = handover_of(sent)
    enter(client, sent)
    token = form_token(client.get(PAGE))
    handovers.query(handover, "Who pays?", a_worker(), handover.version)
    db.session.commit()
    typed = {"token": token, "accept_children": handover.id, "contact": "R. Duty"}
    late = client.post(f"{PAGE}/accept", data=typed)
    assert late.status_code == 409
    assert "Something has changed meanwhile" in late.text
    assert "R. Duty" in late.text
    assert not steps(handover, HandoverStepKind.ACCEPTED)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("what", ["over", "taken back", "moved", "withdrawn", "stopped"])
def test_a_visit_ends_with_what_it_was_for(client: FlaskClient, what: str) -> None:
    sent = sent_by_link()
    handover = handover_of(sent)
    enter(client, sent)
    assert client.get(PAGE).status_code == 200
    token = form_token(client.get(PAGE))
    match what:
        case "over":
            db.session.execute(update(OutsideVisit).values(expires_at=clock.real_now()))
        case "taken back":
            handover_sendings.take_back(sent.sending, "Over", a_worker())
        case "moved":
            handover.to_council = BEXLEY
        case "withdrawn":
            handover.withdrawn_at = clock.now()
        case "stopped":
            families.stop_everything(handover.family, "A death", a_worker())
    late = client.post(f"{PAGE}/query", data={"token": token, "question": "Who pays?"})
    pages = [client.get(PAGE), client.get(f"{PAGE}/{handover.id}/summary.pdf"), late]
    for page in pages:
        assert page.status_code == 404
        assert not any(sentinel in read_of(page) for sentinel in SENTINELS)
    assert "Who pays?" in late.text
    assert not steps(handover, HandoverStepKind.QUERIED)


def test_leaving_ends_the_visit_and_clears_the_browser(client: FlaskClient) -> None:
    sent = sent_by_link()
    enter(client, sent)
    cookie = client.get_cookie("__Host-for-councils")
    assert cookie
    gone = client.post("/for-councils/leave", data={"token": form_token(client.get(PAGE))})
    assert gone.headers["Location"] == "/for-councils/left"
    assert "storage" in gone.headers["Clear-Site-Data"]
    client.set_cookie("__Host-for-councils", cookie.value, secure=True)
    assert client.get(PAGE).status_code == 404
    assert client.get("/for-councils/left").status_code == 200


@pytest.mark.promise("4.3 leaks")
@pytest.mark.engine("sqlite")
def test_every_page_is_kept_by_nobody_and_tells_no_other_site(client: FlaskClient) -> None:
    sent = sent_by_link()
    handover = handover_of(sent)
    asked = [client.get(path_of(sent)), client.get("/for-councils/nothing"), client.get(PAGE)]
    asked += [enter(client, sent, another_code(sent)), enter(client, sent), client.get(PAGE)]
    asked += [client.get(f"{PAGE}/{handover.id}/summary.{kind}") for kind in ("pdf", "docx")]
    asked += [
        answer(client, "accept"),
        answer(client, "query", question_children=handover.id, question="Who?"),
    ]
    asked += [client.post("/for-councils/leave", data={"token": form_token(client.get(PAGE))})]
    asked += [client.get("/for-councils/left")]
    for page in asked:
        assert_hardened(page)


@pytest.mark.engine("sqlite")
def test_nobody_of_ours_is_here_even_in_a_browser_where_staff_are_signed_in(client: FlaskClient) -> None:
    sent = sent_by_link()
    sign_in(client, staff_member(name="Priya Example"))
    page = client.get(path_of(sent))
    assert "Priya Example" not in page.text
    enter(client, sent)
    assert "Priya Example" not in client.get(PAGE).text
    assert len(db.session.scalars(select(StaffSession)).all()) == 1
    assert rows()  # every one of them without a member of staff


@pytest.mark.engine("sqlite")
def test_a_summary_that_is_not_as_it_was_sent_is_not_shown(client: FlaskClient) -> None:
    sent = sent_by_link()
    handover = handover_of(sent)
    enter(client, sent)
    db.session.execute(update(HandoverSummary).values(sha256="0" * 64))
    page = client.get(PAGE)
    assert "This text is not the one that was sent" in page.text
    assert "Invented Therapies" not in page.text
    assert client.get(f"{PAGE}/{handover.id}/summary.pdf").status_code == 404
    assert ("outside.download", "refused") in rows()


@pytest.mark.engine("sqlite")
def test_no_row_no_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = sent_by_link()
    enter(client, sent)

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("catchup.web.security.audit.record", full)
    page = client.get(PAGE)
    assert page.status_code == 500
    assert not any(sentinel in read_of(page) for sentinel in SENTINELS)
