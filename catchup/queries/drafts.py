"""What somebody has written on the page of a call and not saved yet. Nobody else's is ever read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.call import Call, Conversation
from catchup.models.draft import CallDraft
from catchup.queries.scope import Viewer

Fields = Mapping[str, Sequence[str]]
Tries = Mapping[str, Mapping[str, str]]
ATTEMPT_ID = "attempt_id"


@dataclass(frozen=True, slots=True)
class Unsaved:
    """One draft: the conversation's fields as they were sent, and what stands beside the tries, by group."""

    id: UUID
    revision: int
    saved_at: datetime
    fields: Fields
    tries: Tries


def of_call(call: Call, viewer: Viewer, *, but: UUID | None = None) -> list[Unsaved]:
    """The viewer's own drafts of a call in their scope, the newest first; all ``but`` the one named.

    What has been saved since is left out: a draft that was on its way meanwhile may have come after it.
    """
    mine = (
        select(CallDraft)
        .where(CallDraft.call_id == call.id, CallDraft.staff_id == viewer.id)
        .order_by(CallDraft.saved_at.desc(), CallDraft.id)
    )
    rows = db.session.scalars(mine.where(CallDraft.id != but) if but else mine).all()
    if not rows:
        return []
    recorded = {str(tried.id) for tried in call.attempts}
    held = db.session.get(Conversation, call.id)
    unsaved = [
        Unsaved(
            row.id,
            row.revision,
            row.saved_at,
            {} if held and held.form_token == row.id else row.answers["fields"],
            {
                group: tried
                for group, tried in row.answers["tries"].items()
                if tried.get(ATTEMPT_ID) not in recorded and is_typed(tried)
            },
        )
        for row in rows
    ]
    return [one for one in unsaved if one.fields or one.tries]


def one(draft_id: UUID, call: Call, viewer: Viewer) -> CallDraft | None:
    """One draft of the viewer's own."""
    return db.session.scalar(
        select(CallDraft).where(
            CallDraft.id == draft_id, CallDraft.call_id == call.id, CallDraft.staff_id == viewer.id
        )
    )


def is_typed(tried: Mapping[str, str]) -> bool:
    """Whether anything stands beside a try."""
    return any(value for name, value in tried.items() if name != ATTEMPT_ID)
