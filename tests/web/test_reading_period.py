"""What each member of staff reads of a family that passed from Kent to Medway, and then moved to Bexley.

Ada's order is of 10 June 2023: Kent's last day is 10 June 2026. In September the family moved to Bexley.
"""

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Conversation
from catchup.models.family import Family
from catchup.models.handover import Handover, HandoverStep, HandoverSummary
from catchup.models.staff import Staff
from catchup.queries import facts
from catchup.rules.terms import HandoverStepKind, HomeKind, Need, Role, SupportKind
from catchup.services import (
    contacts,
    families,
    handover_planning,
    handover_summaries,
    moves,
    owners,
    support,
)
from catchup.services.families import NewAddress, NewParent, NewPhone
from catchup.services.support import NewRequest
from tests.factories.events import a_call, a_signpost, at_noon, held
from tests.factories.families import BEXLEY, KENT, MEDWAY, SHEFFIELD, a_child, a_family, a_viewer
from tests.factories.handovers import WRITTEN
from tests.factories.staff import sign_in, staff_member

# One engine: what the statements of the scope say on each is held against the rule in tests/queries.
pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine("sqlite")]
TODAY = date(2026, 11, 23)
MAY, OCTOBER = date(2026, 5, 4), date(2026, 10, 5)
THEN, LATER = ("Said in May", "12 Storybook Way", "01632 960101"), (
    "Said in October", "9 Hidden Lane", "07700 900999", "Bexley",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_tokens(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def family(lead: Staff) -> Family:
    """The family at the end of its story, led by Priya of Kent all the time."""
    clock.move_to(date(2023, 7, 3))
    parent = NewParent("Sam Example", (NewPhone("+441632960101"),))
    family = a_family(
        [a_child(date(2023, 6, 10), first_name="Ada")],
        accepted_on=date(2023, 7, 3), lead=lead, parents=(parent,), name="The Example family",
    )  # fmt: skip
    family_home(family, "12 Storybook Way", MEDWAY, date(2024, 1, 8))
    for on, words in ((MAY, "Said in May"), (OCTOBER, "Said in October")):
        clock.move_to(on)
        a_conversation(family, lead, on, words)
        child = facts.children([family.id])[family.id][0]
        new = NewRequest(kind=SupportKind.LIFE_STORY, child_id=child.id, note=f"{words} too")
        support.request(child, family.id, new, on, a_viewer(lead))
        db.session.commit()
        if on == MAY:
            follow(date(2026, 6, 11))
            clock.move_to(date(2026, 9, 1))
            family_home(family, "9 Hidden Lane", BEXLEY, date(2026, 9, 1))
            follow(date(2026, 9, 1))
    contacts.add_phone(family.parents[0], NewPhone("+447700900999"), a_viewer(lead))
    db.session.commit()
    clock.move_to(TODAY)
    return family


def family_home(family: Family, lines: str, council: str, from_on: date) -> None:
    address = families.add_address(family, NewAddress(lines, None, council), family.parents)
    lead = db.session.get_one(Staff, family.lead_id)
    moves.move(family.children, HomeKind.ADDRESS, from_on, a_viewer(lead), address=address)
    db.session.commit()


def a_conversation(family: Family, by: Staff, on: date, words: str) -> UUID:
    call_id = a_call(family, on, **held(on))
    db.session.add(
        Conversation(
            call_id=call_id, held_at=at_noon(on), by_id=by.id, free_to_talk=True, identity_checked=True,
            need=Need.NONE, concern=False, note=words,
        )
    )  # fmt: skip
    db.session.commit()
    return call_id


def follow(on: date) -> None:
    """The next council has accepted, and the night of the day has come."""
    clock.move_to(on)
    handover_planning.plan_due(on)
    accepted()
    owners.follow(on)
    db.session.commit()


def accepted() -> None:
    for one in db.session.scalars(select(Handover).where(Handover.change_on == clock.today())):
        one.steps.append(
            HandoverStep(
                step=HandoverStepKind.ACCEPTED, at=clock.now(), on=clock.today(),
                contact="Duty worker Example", council_code=one.to_council,
            )
        )  # fmt: skip


@pytest.fixture
def visit(app: Flask) -> Callable[..., FlaskClient]:
    """Sign somebody in."""

    def as_(council: str, role: Role = Role.LEAD, **facts: object) -> FlaskClient:
        client = app.test_client()
        sign_in(client, staff_member(role, councils=(council,), **facts))
        return client

    return as_


Visit = Callable[..., FlaskClient]


def read(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return re.sub(r"\s+", " ", response.get_data(as_text=True))


def call_of(family: Family, on: date) -> UUID:
    return db.session.scalars(select(Conversation.call_id).where(Conversation.held_at == at_noon(on))).one()


def test_the_lead_goes_on_reading_everything(family: Family, priya: FlaskClient) -> None:
    shown = read(priya, f"/families/{family.id}")
    assert all(text in shown for text in ("9 Hidden Lane", "07700 900999", "Bexley", "Record a move"))
    for on in (MAY, OCTOBER):
        read(priya, f"/calls/{call_of(family, on)}/saved")


@pytest.mark.parametrize("role", [Role.LEAD, Role.MANAGER])
def test_whoever_handed_over_reads_the_record_as_it_was_and_changes_nothing(
    family: Family, visit: Visit, role: Role
) -> None:
    client = visit(KENT, role)
    shown = read(client, f"/families/{family.id}")
    assert "yours until 10 June 2026" in shown
    assert "12 Storybook Way" in shown
    assert "01632 960101" in shown
    assert "Medway becomes responsible for Ada" in shown
    assert [text for text in LATER if text in shown] == []
    assert "<form" not in shown[shown.index("<main") :]
    assert "Said in May too" in shown
    assert "Said in May" in read(client, f"/calls/{call_of(family, MAY)}/saved")
    assert client.get(f"/calls/{call_of(family, OCTOBER)}/saved").status_code == 404


def test_no_form_of_the_family_is_there_for_whoever_handed_over(
    app: Flask, family: Family, visit: Visit
) -> None:
    former = visit(KENT, Role.MANAGER)
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/families/<uuid:family_id>/") and rule.arguments == {"family_id"}
    ]
    assert len(rules) > 12
    for rule in rules:
        path = rule.rule.replace("<uuid:family_id>", str(family.id))
        for method in rule.methods & {"GET", "POST"}:
            assert former.open(path, method=method).status_code == 404, (method, path)


def test_the_pages_of_a_call_are_not_there_for_whoever_handed_over(family: Family, visit: Visit) -> None:
    former, call_id = visit(KENT), call_of(family, MAY)
    parent_id = family.parents[0].id
    gets = ("", "/note", f"/talked-about/{parent_id}", f"/talked-about/{parent_id}/letter", "/concern")
    assert [former.get(f"/calls/{call_id}{path}").status_code for path in gets] == [404] * len(gets)
    posts = ("/start", "/note", "/conversation", "/draft", "/attempts", f"/talked-about/{parent_id}")
    assert [former.post(f"/calls/{call_id}{path}").status_code for path in posts] == [404] * len(posts)


def test_their_own_handover_stays_theirs_to_read_and_not_to_act_on(family: Family, visit: Visit) -> None:
    one, another = db.session.scalars(select(Handover).order_by(Handover.change_on)).all()
    former = visit(KENT, Role.MANAGER)
    shown = read(former, f"/handovers/{one.id}")
    assert "Bexley" not in shown
    assert "<form" not in shown[shown.index("<main") :]
    assert former.post(f"/handovers/{one.id}/tell", data={"how": "letter"}).status_code == 404
    assert former.get(f"/handovers/{another.id}").status_code == 404


def test_their_own_handover_tells_nothing_of_what_came_later(
    family: Family, visit: Visit, lead: Staff
) -> None:
    one = db.session.scalars(select(Handover).order_by(Handover.change_on)).first()
    assert one
    families.leave(family, TODAY, None, a_viewer(lead))
    families.stop_everything(family, "A death", a_viewer(lead))
    db.session.commit()
    former = visit(KENT)
    shown = read(former, f"/handovers/{one.id}")
    assert "Everything is stopped" not in shown
    assert "left the scheme" not in shown
    board = read(former, "/handovers?state=accepted")
    card = board[board.index(str(one.id)) :]
    assert [text for text in ("Everything stopped", "Left the scheme", "Priya") if text in card] == []


def test_a_search_lists_the_family_with_their_last_day_and_tells_nothing_later(
    family: Family, visit: Visit
) -> None:
    def search(client: FlaskClient, words: str) -> str:
        sent = client.post("/families", data={"words": words}).get_data(as_text=True)
        return re.sub(r"\s+", " ", sent)

    former = visit(KENT)
    for words in ("Example", family.reference):
        shown = search(former, words)
        assert "yours until 10 June 2026" in shown
        assert "Priya" not in shown[shown.index("<main") :]
        assert "Bexley" not in shown
    shown = search(former, "07700 900999")
    assert family.reference not in shown
    assert "Ask the hub" in shown
    rang = former.post("/queue/rang-back", data={"words": "Example"}).get_data(as_text=True)
    assert family.reference not in rang


def test_lists_of_what_is_to_be_done_leave_out_what_is_no_longer_theirs(family: Family, visit: Visit) -> None:
    a_call(family, date(2026, 11, 20))
    former, now = visit(KENT), visit(BEXLEY)
    for path in ("/queue?view=team", "/support?view=team"):
        assert "The Example family" not in read(former, path)
        assert "The Example family" in read(now, path)


def test_whoever_took_over_reads_from_their_first_day_and_works_with_the_family(
    family: Family, visit: Visit
) -> None:
    client = visit(BEXLEY)
    shown = read(client, f"/families/{family.id}")
    assert all(text in shown for text in ("9 Hidden Lane", "07700 900999", "Record a move"))
    assert "You read what happened from 1 September 2026 on" in shown
    assert f"/calls/{call_of(family, OCTOBER)}/saved" in shown
    assert f"/calls/{call_of(family, MAY)}/saved" not in shown
    assert client.get(f"/calls/{call_of(family, MAY)}/saved").status_code == 404
    assert "Said in May" not in read(client, f"/calls/{a_call(family, date(2026, 11, 20))}")
    assert client.get(f"/families/{family.id}/move").status_code == 200


def test_a_call_asks_what_came_of_signposts_of_the_callers_own_time_alone(
    family: Family, visit: Visit, lead: Staff
) -> None:
    for on in (MAY, OCTOBER):
        a_signpost(family, call_of(family, on), lead, on, written_in=f"A group of {on:%B}")
    call_id = a_call(family, date(2026, 11, 20))
    shown = read(visit(BEXLEY), f"/calls/{call_id}")
    assert "A group of October" in shown
    assert "A group of May" not in shown
    assert "A group of May" in read(visit(BEXLEY, Role.MANAGER), f"/calls/{call_id}")


def test_what_was_passed_on_between_others_before_is_not_read_by_who_took_over_later(
    family: Family, visit: Visit, lead: Staff
) -> None:
    one, own = db.session.scalars(select(Handover).order_by(Handover.change_on)).all()
    passed_on = [summary_of(each, lead) for each in (one, own)]
    for client, readable in (
        (visit(BEXLEY), [own]),
        (visit(BEXLEY, Role.MANAGER), [one, own]),
        (visit(KENT), [one]),
        (visit(MEDWAY), [own]),
    ):
        for each, summary_id in zip((one, own), passed_on, strict=True):
            paths = ("summary", "summary/print", f"summary/{summary_id}/print", f"summary/{summary_id}/pdf")
            there = {client.get(f"/handovers/{each.id}/{path}").status_code for path in paths}
            assert there == ({200} if each in readable else {404})
    shown = read(visit(BEXLEY), f"/handovers/{one.id}")
    assert "/summary" not in shown


def summary_of(one: Handover, by: Staff) -> UUID:
    """What was sent, written and checked in its time."""
    content = handover_summaries.draft(one, WRITTEN)
    frozen = handover_summaries.freeze(content, "H-1", by.name, clock.now(), "The team")
    summary = HandoverSummary(
        content=frozen, sha256=handover_summaries.digest(frozen), made_at=clock.now(), made_by=by.id,
        checked_at=clock.now(), checked_by=by.id, sent_at=clock.now(),
    )  # fmt: skip
    one.summaries.append(summary)
    db.session.commit()
    return summary.id


def test_a_manager_of_the_council_whose_record_it_became_reads_all_of_it(
    family: Family, visit: Visit
) -> None:
    assert db.session.get_one(Family, family.id).owning_council == BEXLEY
    manager = visit(BEXLEY, Role.MANAGER)
    read(manager, f"/calls/{call_of(family, MAY)}/saved")


def test_nobody_makes_themselves_the_lead_to_read_what_was_before(
    app: Flask, family: Family, visit: Visit, lead: Staff
) -> None:
    curious = staff_member(councils=(BEXLEY,))
    client = app.test_client()
    sign_in(client, curious)
    path = f"/families/{family.id}/lead"
    assert path not in read(client, f"/families/{family.id}")
    assert client.post(path, data={"lead": str(curious.id)}).status_code == 403
    db.session.refresh(family)
    assert family.lead_id == lead.id
    assert path in read(visit(BEXLEY, Role.MANAGER), f"/families/{family.id}")


def test_a_lead_whom_that_manager_names_reads_everything(
    app: Flask, family: Family, visit: Visit, lead: Staff
) -> None:
    named = staff_member(councils=(BEXLEY,))
    families.change_lead(family, named.id, a_viewer(lead), "Nearer to them")
    db.session.commit()
    client = app.test_client()
    sign_in(client, named)
    read(client, f"/calls/{call_of(family, MAY)}/saved")


def test_whoever_is_not_done_handing_over_reads_and_works_on(family: Family, visit: Visit) -> None:
    db.session.execute(delete(HandoverStep).where(HandoverStep.step == HandoverStepKind.ACCEPTED))
    db.session.commit()
    client = visit(KENT)
    assert "Record a move" in read(client, f"/families/{family.id}")
    assert client.get(f"/families/{family.id}/move").status_code == 200


def test_the_council_in_between_reads_its_own_time_alone(family: Family, visit: Visit) -> None:
    client = visit(MEDWAY)
    shown = read(client, f"/families/{family.id}")
    assert "yours until 31 August 2026" in shown
    assert "9 Hidden Lane" not in shown
    assert client.get(f"/calls/{call_of(family, OCTOBER)}/saved").status_code == 404


def test_strangers_and_those_who_were_shut_out_find_nothing(
    app: Flask, family: Family, visit: Visit, lead: Staff
) -> None:
    assert visit(SHEFFIELD).get(f"/families/{family.id}").status_code == 404
    neighbour = staff_member(councils=(KENT,))
    families.shut_out(family, neighbour.id, a_viewer(lead))
    db.session.commit()
    client = app.test_client()
    sign_in(client, neighbour)
    assert client.get(f"/families/{family.id}").status_code == 404


def test_the_hub_reads_everything(family: Family, visit: Visit) -> None:
    assert "9 Hidden Lane" in read(visit(SHEFFIELD, hub=True), f"/families/{family.id}")


def test_reading_the_record_as_it_was_is_written_down(family: Family, visit: Visit) -> None:
    read(visit(KENT), f"/families/{family.id}")
    seen = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "family.view_then")).one()
    assert seen.family_id == family.id
