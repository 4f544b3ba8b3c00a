"""Keeping the texts made from a conversation, and sending what we talked about to a parent, once.

A text goes by e-mail where the parent agreed to one, else by a letter; never as a text message. The caller
commits. Source: service policy P3, P6, section 5.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call, CallText
from catchup.queries import call_texts as queries
from catchup.queries.call_texts import Kept, Reader
from catchup.queries.scope import Viewer
from catchup.rules import talked_about
from catchup.rules.contact import Refusal
from catchup.rules.terms import Channel, TextKind
from catchup.services import audit, outbox
from catchup.services.audit import Seen

table = core(CallText)
IN_PLACE = {"synchronize_session": False}


class ConflictError(Exception):
    """The text is no longer as the page showed it: somebody else has changed it, or sent it."""


class NotOfferedError(Exception):
    """The family may not be sent anything as things stand now, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def keep_case_note(call: Call, text: str, by: Viewer, seen: int, now: datetime) -> None:
    """Keep the note for the case system as somebody has changed it.

    ``seen`` is the revision the page showed, 0 for none. Raises ConflictError where there is another by now.
    """
    _keep(call, None, text, by, seen, now)


def keep(call: Call, reader: Reader, text: str, by: Viewer, seen: int, now: datetime) -> None:
    """Keep the text to one parent as somebody has changed it; nothing is sent.

    Raises ConflictError where there is another by now, or it has gone out; ValueError for a text that gives
    something away.
    """
    _check(call, reader, text)
    _keep(call, reader.parent.id, text, by, seen, now, reader.kept)


def send(call: Call, reader: Reader, text: str, by: Viewer, seen: int, now: datetime) -> None:
    """Keep the text and send it by e-mail. The same text pressed twice, or twice at once, goes once.

    Raises ConflictError and ValueError as ``keep`` does, and where the parent takes no e-mail any more;
    NotOfferedError where the family was stopped, has left or has paused.
    """
    _begin(call)
    if reader.address is None:
        raise ConflictError
    _check(call, reader, text)
    _keep(call, reader.parent.id, text, by, seen, now, reader.kept)
    key = _mark_sent(call, reader, Channel.EMAIL, by, now)
    if key is None:
        return  # pressed twice: the first has sent it
    facts = {"words": text}
    message = outbox.queue(
        call.family_id, reader.parent.id, Channel.EMAIL, "talked_about", facts, reader.address.value, now
    )
    db.session.flush()
    db.session.execute(
        update(CallText).where(CallText.id == key).values(message_id=message.id), execution_options=IN_PLACE
    )
    audit.record(by, Seen("call_text.email", "call", call.id, call.family_id))


def post(call: Call, reader: Reader, by: Viewer, now: datetime) -> None:
    """The letter with the text as it was kept was printed and posted. Pressed twice, it was posted once.

    Raises ConflictError where no text was kept, NotOfferedError as ``send`` does.
    """
    _begin(call)
    if reader.kept is None:
        raise ConflictError
    if _mark_sent(call, reader, Channel.LETTER, by, now) is not None:
        audit.record(by, Seen("call_text.letter", "call", call.id, call.family_id))


def _begin(call: Call) -> None:
    why = queries.why_not(call.family, clock.today())
    if why is not None:
        raise NotOfferedError(why)


def _check(call: Call, reader: Reader, text: str) -> None:
    caller = queries.caller(call)
    giveaways = queries.giveaways(call, reader.parent, caller.name if caller else "")
    if talked_about.to_take_out(text, giveaways):
        raise ValueError("The text gives away what no message may hold.")


def _keep(
    call: Call,
    parent_id: UUID | None,
    text: str,
    by: Viewer,
    seen: int,
    now: datetime,
    kept: Kept | None = None,
) -> None:
    there = _there(call, parent_id)
    if there is not None and there.text == text:
        return  # the same form twice, or a text sent as it was kept
    if (there.revision if there else 0) != seen or (there and there.sent_at and not _held_back(kept)):
        raise ConflictError
    values = {"text": text, "revision": seen + 1, "edited_at": now, "edited_by": by.id}
    written = _insert(call, parent_id, values) if there is None else _update(call, parent_id, seen, values)
    if written:
        audit.record(by, Seen("call_text.keep", "call", call.id, call.family_id))
        return
    # Somebody was quicker by a moment: a colleague, or this form's own double.
    there = _there(call, parent_id)
    if there is None or there.text != text:
        raise ConflictError


def _there(call: Call, parent_id: UUID | None) -> Row[int, str, datetime | None] | None:
    columns = select(CallText.revision, CallText.text, CallText.sent_at)
    return db.session.execute(columns.where(*_of(call, parent_id))).one_or_none()


def _insert(call: Call, parent_id: UUID | None, values: dict[str, Any]) -> bool:
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    kind = TextKind.TALKED_ABOUT if parent_id else TextKind.CASE_NOTE
    row = make(table).values(id=uuid4(), call_id=call.id, parent_id=parent_id, kind=kind, **values)
    made = db.session.execute(row.on_conflict_do_nothing().returning(table.c.id)).scalar_one_or_none()
    return made is not None


def _update(call: Call, parent_id: UUID | None, seen: int, values: dict[str, Any]) -> bool:
    changed = (
        update(CallText)
        .where(*_of(call, parent_id), CallText.revision == seen)
        .values(values)
        .returning(CallText.id)
    )
    return db.session.scalar(changed, execution_options=IN_PLACE) is not None


def _mark_sent(call: Call, reader: Reader, channel: Channel, by: Viewer, now: datetime) -> UUID | None:
    """Note the sending, if nobody has; the row's id, or None where it was sent already.

    The condition stands in the statement, so that of two at once one finds it true. A message that was held
    back or given up does not count as sent.
    """
    kept = reader.kept
    unsent: ColumnElement[bool] = CallText.sent_at.is_(None)
    if _held_back(kept) and kept is not None:
        unsent = or_(unsent, CallText.message_id == kept.text.message_id)
    marked = (
        update(CallText)
        .where(*_of(call, reader.parent.id), unsent)
        .values(sent_at=now, sent_by=by.id, channel=channel, message_id=None)
        .returning(CallText.id)
    )
    return db.session.scalar(marked, execution_options=IN_PLACE)


def _of(call: Call, parent_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    whose = CallText.parent_id == parent_id if parent_id else CallText.parent_id.is_(None)
    return CallText.call_id == call.id, whose


def _held_back(kept: Kept | None) -> bool:
    return kept is not None and kept.held_back
