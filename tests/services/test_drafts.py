"""A draft follows the page it was written on; another page's words are never written over."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Call
from catchup.models.draft import CallDraft
from catchup.models.staff import Staff
from catchup.queries import drafts as queries
from catchup.services import drafts
from catchup.services.drafts import Written
from tests.factories.conversations import welcome_call
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _july(app: Flask) -> None:
    clock.move_to(date(2024, 7, 3))


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


@pytest.fixture
def call(lead: Staff) -> Call:
    return welcome_call(a_family(lead=lead))


def keep(call: Call, lead: Staff, token: UUID, words: str, *, seen: int = 0, **page: object) -> CallDraft:
    written = Written(fields={"note": [words]}, **page)  # type: ignore[arg-type]  # tab and number
    draft = drafts.keep(call, token, seen, written, a_viewer(lead))
    db.session.commit()
    return draft


def kept(call: Call, lead: Staff) -> list[str]:
    """The words of this person's drafts, in no order."""
    return sorted(one.fields["note"][0] for one in queries.of_call(call, a_viewer(lead)))


def test_one_page_goes_on_in_one_draft(call: Call, lead: Staff) -> None:
    token = uuid4()
    first = keep(call, lead, token, "One", tab="a", number=1)
    second = keep(call, lead, token, "One two", seen=first.revision, tab="a", number=2)
    assert (second.id, second.revision) == (token, 2)
    assert kept(call, lead) == ["One two"]


def test_a_page_whose_answer_was_lost_goes_on_all_the_same(call: Call, lead: Staff) -> None:
    token = uuid4()
    keep(call, lead, token, "One", tab="a", number=1)
    keep(call, lead, token, "One two", seen=0, tab="a", number=2)
    assert kept(call, lead) == ["One two"]


def test_what_arrives_late_does_not_undo_what_was_written_after_it(call: Call, lead: Staff) -> None:
    token = uuid4()
    keep(call, lead, token, "One two", tab="a", number=2)
    keep(call, lead, token, "One", tab="a", number=1)
    assert kept(call, lead) == ["One two"]


def test_a_page_that_has_seen_all_of_it_goes_on_with_another_pages_draft(call: Call, lead: Staff) -> None:
    token = uuid4()
    seen = keep(call, lead, token, "One", tab="a", number=5).revision
    assert keep(call, lead, token, "One two", seen=seen, tab="b", number=1).id == token
    assert kept(call, lead) == ["One two"]


def test_a_page_that_has_not_seen_it_writes_a_draft_of_its_own_and_stays_with_it(
    call: Call, lead: Staff
) -> None:
    token = uuid4()
    seen = keep(call, lead, token, "One", tab="a", number=1).revision
    keep(call, lead, token, "One and more", seen=seen, tab="b", number=2)
    own = keep(call, lead, token, "One or less", seen=seen, tab="a", number=3)
    assert own.id != token
    assert kept(call, lead) == ["One and more", "One or less"]
    assert keep(call, lead, token, "One or least", seen=seen, tab="a", number=4).id == own.id
    assert kept(call, lead) == ["One and more", "One or least"]


def test_the_same_words_sent_again_by_a_page_without_scripts_are_one_draft(call: Call, lead: Staff) -> None:
    token = uuid4()
    for _ in range(2):
        keep(call, lead, token, "One")
    assert kept(call, lead) == ["One"]


def test_somebody_elses_draft_is_neither_read_nor_written_over(call: Call, lead: Staff) -> None:
    token, colleague = uuid4(), staff_member(councils=(KENT,))
    keep(call, lead, token, "Of the lead", tab="a", number=1)
    theirs = keep(call, colleague, token, "Of the colleague", seen=1, tab="a", number=2)
    assert theirs.id != token
    assert kept(call, lead) == ["Of the lead"]
    assert kept(call, colleague) == ["Of the colleague"]
    assert queries.one(token, call, a_viewer(colleague)) is None


def test_the_draft_of_another_call_is_left_alone(call: Call, lead: Staff) -> None:
    token, other = uuid4(), welcome_call(a_family(lead=lead))
    keep(call, lead, token, "Of this call", tab="a", number=1)
    keep(other, lead, token, "Of the other", seen=1, tab="a", number=2)
    assert (kept(call, lead), kept(other, lead)) == (["Of this call"], ["Of the other"])


def test_each_save_and_each_throwing_away_leaves_its_row_and_the_words_are_encrypted(
    call: Call, lead: Staff
) -> None:
    draft = keep(call, lead, uuid4(), "Words that tell something", tab="a", number=1)
    stored = db.session.connection().exec_driver_sql("SELECT answers FROM call_draft").scalar_one()
    assert b"tell something" not in bytes(stored)
    drafts.throw_away(draft, call, a_viewer(lead))
    db.session.commit()
    rows = db.session.execute(
        select(AuditEvent.action, AuditEvent.family_id).where(AuditEvent.action.startswith("draft."))
    ).all()
    assert {tuple(row) for row in rows} == {
        ("draft.keep", call.family_id),
        ("draft.throw_away", call.family_id),
    }
    assert kept(call, lead) == []
