"""What a handover summary holds and what never, how it is checked, and that it stays as it was sent."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models import Base
from catchup.models.audit import AuditEvent
from catchup.models.call import Conversation
from catchup.models.handover import Handover, HandoverSummary
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import handover_standing
from catchup.queries import handovers as queries
from catchup.rules.disclosure import SUMMARY_FIELDS, SummarySection
from catchup.rules.terms import HandoverState, HandoverStepKind, HomeKind, Need, SupportKind, SupportStep
from catchup.services import families, handover_summaries, handovers
from catchup.services.families import NewParent, NewPhone
from catchup.services.handover_summaries import NoAddressError
from catchup.services.handovers import NotAllowedError
from tests.factories.events import a_call, a_signpost, at_noon, held
from tests.factories.families import MEDWAY, a_child, a_family
from tests.factories.handovers import (
    ORDER_ON,
    WRITTEN,
    a_handover,
    a_worker,
    checked,
    sent,
    told,
    written,
)
from tests.processes import ROOT

pytestmark = pytest.mark.usefixtures("session")

WITH_ADDRESS = replace(WRITTEN, address_reason="A worker visits in the first week.")


@pytest.fixture(autouse=True)
def _in_spring(session: object) -> None:
    clock.move_to(date(2026, 3, 2))


def state(handover: Handover) -> HandoverState:
    db.session.expire_all()
    return handover_standing.of_model(handover, clock.today()).state


def ask_for_therapy(handover: Handover, child_id: Any, kind: SupportKind) -> None:
    """A request that has been decided."""
    staff_id = handover.family.lead_id
    request = SupportRequest(
        family_id=handover.family_id,
        child_id=child_id,
        kind=kind,
        received_on=date(2026, 1, 5),
        council_code=handover.from_council,
        council_reason="The placing council was responsible.",
        note="Told on the call in confidence",
        recorded_by=staff_id,
    )
    request.steps = [
        SupportRequestStep(
            step=SupportStep.DECIDED,
            on=date(2026, 1, 9),
            recorded_at=at_noon(date(2026, 1, 9)),
            recorded_by=staff_id,
        )
    ]
    db.session.add(request)
    db.session.commit()


# What it holds


def test_the_summary_says_what_it_must_in_order_and_nothing_else() -> None:
    parents = (
        NewParent(
            "Sam Example",
            (NewPhone("+447700900101", who_else="Grandmother", code_phrase="the blue cup"),),
            "sam@example.com",
        ),
        NewParent("Jo Example", (NewPhone("+447700900102"),), confirmed=False),
    )
    handover = written(a_handover(parents=parents, language="Polish"), a_worker())
    content = handover.summaries[-1].content
    assert list(content) == [section.value for section in SummarySection][:-1]
    assert content["what_we_ask_of_you_by_when"] == {"asks": WRITTEN.asks, "asked_by_on": "2026-06-01"}
    assert content["child"] == {"first_name": "Ada", "born_on": "2020-03-01", "order_on": "2023-06-10"}
    assert content["change"]["council_before"] == "Kent"
    assert content["parents"]["parent_names"] == ["Sam Example"]
    assert content["parents"]["safe_contact"] == [
        {
            "parent": "Sam Example",
            "phone": "+447700900101",
            "may_leave_message": False,
            "may_text": False,
            "who_else": "Grandmother",
            "code_phrase": "the blue cup",
        }
    ]
    assert content["language_and_access"]["language"] == "Polish"
    assert content["allowance"] == {"allowance": True, "allowance_council": "Kent"}
    everything = json.dumps(content)
    for secret in ("Invented Street", "ME4 4AA", "Jo Example", "sam@example.com"):
        assert secret not in everything


def test_what_was_sent_is_frozen_and_carries_its_mark() -> None:
    lead, other = a_worker(), a_worker()
    handover = sent(a_handover(), lead, other)
    first = queries.sent_summary(handover)
    assert first.content["sending"]["sent_by"] == lead.name
    assert first.content["sending"]["reference"] == handover_summaries.reference(handover)
    assert first.content["sending"]["sent_to"] == "Post-adoption team, Medway"
    assert first.sha256 == handover_summaries.digest(first.content)
    mark = first.sha256
    handover.child.first_name = "Changed"
    handovers.query(handover, "Say again?", lead, handover.version)
    handovers.send(handover, "R. Duty, Medway", lead, handover.version)
    db.session.commit()
    again = queries.sent_summary(handover)
    assert again.id != first.id
    assert (first.sha256, first.content["child"]["first_name"]) == (mark, "Ada")
    assert again.content["sending"]["sent_to"] == "R. Duty, Medway"
    assert handover_summaries.digest({**first.content, "allowance": {"allowance_council": None}}) != mark


def test_a_fact_that_has_no_place_in_a_summary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    handover = told(a_handover(), a_worker())
    monkeypatch.setattr(handover_summaries, "_access", lambda _family: {"address": "1 Invented Street"})
    with pytest.raises(ValueError, match="address"):
        handover_summaries.draft(handover, WRITTEN)


def test_a_number_that_is_dead_is_not_passed_on() -> None:
    handover = told(a_handover(), a_worker())
    handover.family.parents[0].phones[0].dead_since = date(2026, 1, 1)
    db.session.commit()
    content = handover_summaries.draft(handover, WRITTEN)
    assert content[SummarySection.PARENTS]["safe_contact"] == []


def test_brothers_and_sisters_share_what_is_the_parents_and_nothing_that_is_each_childs_own() -> None:
    children = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben", allowance=True)]
    family = a_family(children, language="Polish", accepted_on=date(2023, 7, 3))
    of_child = {
        one.child.first_name: one
        for one in db.session.scalars(select(Handover).where(Handover.family_id == family.id))
    }
    ada, ben = of_child["Ada"], of_child["Ben"]
    ask_for_therapy(ada, ada.child_id, SupportKind.THERAPY_FUND)
    call_id = a_call(family, date(2026, 2, 2), **held(date(2026, 2, 2)))
    lead = a_worker()
    a_signpost(family, call_id, lead, date(2026, 2, 2), child_id=ada.child_id, written_in="Ada's group")
    db.session.execute(
        insert(Conversation).values(
            call_id=call_id,
            held_at=at_noon(date(2026, 2, 2)),
            by_id=lead.id,
            free_to_talk=True,
            identity_checked=True,
            need=Need.HIGH,
            concern=True,
            note="A concern that stays here",
        )
    )
    db.session.commit()
    first, second = handover_summaries.draft(ada, WRITTEN), handover_summaries.draft(ben, WRITTEN)
    for shared in (SummarySection.PARENTS, SummarySection.ACCESS, SummarySection.NEED):
        assert first[shared] == second[shared]
    assert first["need_at_last_calls"] == {"need_at_last_calls": [{"on": "2026-02-02", "need": "high"}]}
    assert [one["kind"] for one in first["open_support"]["open_requests"]] == ["therapy_fund"]
    assert [one["step"] for one in first["open_support"]["open_requests"]] == ["decided"]
    assert [one["name"] for one in first["signposts"]["signposts"]] == ["Ada's group"]
    assert first["allowance"] == {"allowance": False, "allowance_council": None}
    assert second["open_support"]["open_requests"] == []
    assert second["signposts"]["signposts"] == []
    assert second["allowance"] == {"allowance": True, "allowance_council": "Kent"}
    assert "Ada" not in json.dumps(second)
    for never in ("in confidence", "A concern", "concern"):
        assert never not in json.dumps(first) + json.dumps(second)


# What no summary can hold

FORBIDDEN = re.compile(
    r"birth_?(name|family|mother|father|parent|sibling|relative|surname)|(former|previous|original|old)_?name"
    r"|court|case_?number|nhs_?number|placement_?order|upn|maiden"
)


def names_of_columns() -> Iterator[str]:
    for table in Base.metadata.tables.values():
        yield from (f"{table.name}.{column.name}" for column in table.columns)


def names_in_templates() -> Iterator[str]:
    """What templates say between their signs, without the texts in it."""
    for path in (ROOT / "templates").rglob("*.*"):
        for code in re.findall(r"\{[{%](.*?)[%}]\}", path.read_text(), re.DOTALL):
            yield from re.findall(r"[A-Za-z_]\w+", re.sub(r"\"[^\"]*\"|'[^']*'", "", code))
    for path in (ROOT / "templates" / "documents").glob("*.typ"):
        yield from re.findall(r"[A-Za-z_][\w.-]+", path.read_text())


def names_in_code() -> Iterator[str]:
    """The names that modules of ours give to things: fields, arguments, attributes."""
    for path in (ROOT / "catchup" / "models").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id


def test_there_is_no_field_for_what_no_summary_may_tell() -> None:
    names = {*names_of_columns(), *names_in_templates(), *names_in_code()}
    names |= {field for fields in SUMMARY_FIELDS.values() for field in fields}
    assert {"child.first_name", "form", "paper.parts", "why", "safe_contact"} <= names
    assert {name for name in names if FORBIDDEN.search(name.casefold())} == set()


# The address


def test_the_address_is_told_only_for_a_reason_which_stands_beside_it() -> None:
    handover = told(a_handover(), a_worker())
    without = handover_summaries.draft(handover, WRITTEN)
    assert "address" not in without["parents"]
    assert "ME4 4AA" not in json.dumps(without)
    facts = handover_summaries.draft(handover, WITH_ADDRESS)["parents"]
    assert facts["address"].endswith("Invented Street\nME4 4AA")
    assert facts["address_reason"] == "A worker visits in the first week."
    assert handover_summaries.written_in({**without, "parents": facts}) == WITH_ADDRESS


def test_of_two_homes_only_the_childs_own_is_told() -> None:
    handover = told(a_handover(), a_worker())
    other = families.NewAddress("9 Other Lane", "ME4 4AB", MEDWAY)
    families.add_address(handover.family, other, handover.family.parents)
    told_now = handover_summaries.draft(handover, WITH_ADDRESS)["parents"]["address"]
    assert "Invented Street" in told_now
    assert "Other Lane" not in told_now


def test_where_the_child_lives_at_no_address_none_can_be_told() -> None:
    lead = a_worker()
    handover = told(a_handover(), lead)
    families.move(handover.family.children, HomeKind.NOT_SAID, date(2026, 3, 2), lead)
    with pytest.raises(NoAddressError):
        handover_summaries.draft(handover, WITH_ADDRESS)


def test_telling_an_address_is_written_down_by_itself() -> None:
    lead = a_worker()
    handover = told(a_handover(), lead)
    handovers.write_summary(handover, WITH_ADDRESS, lead, handover.version)
    actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == handover.id))
    assert "handover.summary_address" in set(actions)


# The second person


def test_what_is_found_not_right_is_written_again_before_it_can_be_checked() -> None:
    lead, other = a_worker(), a_worker()
    handover = written(a_handover(), lead)
    with pytest.raises(PermissionError):
        handovers.return_summary(handover, "Wrong day", lead, handover.version)
    db.session.rollback()
    handovers.return_summary(handover, "The funding ends in June.", other, handover.version)
    db.session.commit()
    page = queries.detail(handover, clock.today())
    assert page.summary is not None
    assert page.summary.returned is not None
    assert (page.summary.returned.because, page.names[other.id]) == ("The funding ends in June.", other.name)
    assert page.allowed[0] is HandoverStepKind.SUMMARY_WRITTEN
    with pytest.raises(NotAllowedError):
        handovers.check_summary(handover, other, handover.version)
    db.session.rollback()
    handovers.write_summary(handover, WRITTEN, lead, handover.version)
    handovers.check_summary(handover, other, handover.version)
    assert state(handover) is HandoverState.SUMMARY_CHECKED


def test_what_changed_in_the_record_since_is_told_section_by_section() -> None:
    handover = written(a_handover(), a_worker())
    summary = handover.summaries[-1]
    assert handover_summaries.changed_since(handover, summary) == []
    handover.family.language = "Polish"
    ask_for_therapy(handover, handover.child_id, SupportKind.THERAPY_FUND)
    assert handover_summaries.changed_since(handover, summary) == [
        SummarySection.ACCESS,
        SummarySection.SUPPORT,
    ]


def test_an_address_that_is_told_and_has_changed_shows() -> None:
    lead = a_worker()
    handover = told(a_handover(), lead)
    summary = handovers.write_summary(handover, WITH_ADDRESS, lead, handover.version)
    families.move(handover.family.children, HomeKind.NOT_SAID, date(2026, 3, 2), lead)
    assert handover_summaries.changed_since(handover, summary) == [SummarySection.PARENTS]


# As it was sent


def test_brothers_and_sisters_have_references_of_their_own() -> None:
    children = [a_child(ORDER_ON, first_name="Ada"), a_child(ORDER_ON, first_name="Ben")]
    family = a_family(children, accepted_on=date(2023, 7, 3))
    found = {
        handover_summaries.reference(one)
        for one in db.session.scalars(select(Handover).where(Handover.family_id == family.id))
    }
    assert found == {f"{family.reference}-2026-06-11-1", f"{family.reference}-2026-06-11-2"}


@pytest.mark.parametrize("what", ["content", "sha256"])
def test_a_summary_that_was_changed_in_the_database_is_neither_checked_nor_sent(what: str) -> None:
    lead, other = a_worker(), a_worker()
    handover = checked(a_handover(), lead, other)
    summary = handover.summaries[-1]
    asked = {**summary.content["what_we_ask_of_you_by_when"], "asks": "Do nothing."}
    content = {**summary.content, "what_we_ask_of_you_by_when": asked}
    changed = {"content": content} if what == "content" else {"sha256": "0" * 64}
    assert handover_summaries.is_intact(summary)
    db.session.execute(update(HandoverSummary).values(changed))
    db.session.commit()
    db.session.expire_all()
    assert not handover_summaries.is_intact(handover.summaries[-1])
    with pytest.raises(NotAllowedError):
        handovers.send(handover, "Medway", lead, handover.version)
