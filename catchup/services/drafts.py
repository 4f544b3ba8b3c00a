"""Keeping what is written on the page of a call while it is being written. The caller commits.

A draft belongs to the person who wrote it. Two tabs of one person never write over each other: where the
draft is no longer as a tab has seen it, that tab's words become another draft.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.draft import CallDraft
from catchup.queries.drafts import Fields, Tries
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """All that stands on the page: the conversation's fields, and what stands beside the tries, by group.

    ``tab`` names the page that sends it, ``number`` orders what one page sends: what arrives late is old.
    """

    fields: Fields = field(default_factory=dict)
    tries: Tries = field(default_factory=dict)
    tab: str = ""
    number: int = 0

    @property
    def answers(self) -> dict[str, Any]:
        """As it is stored."""
        return {"fields": self.fields, "tries": self.tries, "tab": self.tab, "number": self.number}


def keep(call: Call, token: UUID, seen_revision: int, written: Written, by: Viewer) -> CallDraft:
    """Keep what is written, in the draft ``token`` or, where that holds other words, in one of its own.

    Source: service policy, section 5 (saved as one goes).
    """
    # The call before the draft, as saving the conversation does: taken the other way round each could wait
    # for the other.
    db.session.execute(select(Call.id).where(Call.id == call.id).with_for_update(key_share=True))
    draft = _kept(call, token, seen_revision, written, by)
    audit.record(by, Seen("draft.keep", "call", call.id, call.family_id))
    return draft


def throw_away(draft: CallDraft, call: Call, by: Viewer) -> None:
    """Forget what was written, because the writer says so."""
    db.session.delete(draft)
    audit.record(by, Seen("draft.throw_away", "call", call.id, call.family_id))


def forget(call: Call, token: UUID, by: Viewer) -> None:
    """The form of this token has been saved: what was kept of it is no longer needed."""
    db.session.execute(
        delete(CallDraft).where(
            CallDraft.id == token, CallDraft.call_id == call.id, CallDraft.staff_id == by.id
        ),
        execution_options={"synchronize_session": False},
    )


def _kept(call: Call, token: UUID, seen_revision: int, written: Written, by: Viewer) -> CallDraft:
    there = db.session.get(CallDraft, token, with_for_update=True, populate_existing=True)
    if there is None:
        return _begin(call, token, written, by)
    if there.call_id == call.id and there.staff_id == by.id and _goes_on(there, seen_revision, written):
        return _go_on(there, written)
    own = _of_this_page(written, call, by)
    return _go_on(own, written) if own else _begin(call, uuid4(), written, by)


def _begin(call: Call, token: UUID, written: Written, by: Viewer) -> CallDraft:
    draft = CallDraft(
        id=token,
        call_id=call.id,
        staff_id=by.id,
        answers=written.answers,
        revision=1,
        saved_at=clock.real_now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:
        # The same page sent twice at once, and the other was first.
        return _kept(call, token, 0, written, by)
    return draft


def _go_on(draft: CallDraft, written: Written) -> CallDraft:
    if draft.answers["tab"] == written.tab and draft.answers["number"] > written.number:
        return draft
    draft.answers = written.answers
    draft.revision += 1
    draft.saved_at = clock.real_now()
    return draft


def _goes_on(draft: CallDraft, seen_revision: int, written: Written) -> bool:
    """Whether the page that wrote this last goes on writing, or another that has seen all of it."""
    kept = draft.answers
    if written.tab and kept["tab"] == written.tab:
        return True
    return draft.revision == seen_revision or (kept["fields"], kept["tries"]) == (
        written.fields,
        written.tries,
    )


def _of_this_page(written: Written, call: Call, by: Viewer) -> CallDraft | None:
    """The draft that this page's words went to before: the page may not have heard of it."""
    mine = db.session.scalars(
        select(CallDraft)
        .where(CallDraft.call_id == call.id, CallDraft.staff_id == by.id)
        .order_by(CallDraft.saved_at.desc(), CallDraft.id)
        .with_for_update()
    )
    return next((draft for draft in mine if written.tab and draft.answers["tab"] == written.tab), None)
