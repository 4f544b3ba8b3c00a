"""The chain over the audit rows: a job seals them each minute, and whoever asks can check that none is amiss.

Each row carries a MAC of its own content; each link a keyed hash over the link before it, the row's number
and that MAC. A row not yet sealed can be deleted unseen, so one that waits longer than five minutes is itself
something amiss.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent, AuditHead, AuditLink
from catchup.models.base import core
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.audit_heads import Head

AT_A_TIME = 2_000
# A row may be committed after rows with higher numbers; further back than this only a check looks.
LATE = 10_000
SEALED_WITHIN = timedelta(minutes=5)
START = bytes(32)

event, link, head = core(AuditEvent), core(AuditLink), core(AuditHead)

_END = select(head.c.seq, head.c.hash)
_CHAIN = (
    select(link.c.seq, link.c.hash, link.c.audit_id.label("sealed"), *event.c)
    .outerjoin(event, event.c.id == link.c.audit_id)
    .order_by(link.c.seq)
    .execution_options(yield_per=AT_A_TIME)
)
_UNSEALED = select(*event.c).where(~exists().where(link.c.audit_id == event.c.id)).order_by(event.c.id)


@dataclass(frozen=True, slots=True)
class Amiss:
    """The first thing that is wrong: what, and the ``number`` of the audit row, or of what ``of`` says."""

    what: str
    number: int
    of: str = "row"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check saw. ``head`` is the newest link's hash, ``copies`` how many agree with the chain."""

    sealed: int
    unsealed: int
    head: bytes
    copies: int
    amiss: Amiss | None


def seal() -> int:
    """Add up to some thousand rows to the chain; returns how many. The caller commits.

    The head's row is locked until then, so that there is one chain however many processes seal.
    """
    dialect = db.session.connection().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    db.session.execute(make(AuditHead).values(id=1, seq=0, hash=START).on_conflict_do_nothing())
    seq, previous = db.session.execute(
        update(head).where(head.c.id == 1).values(seq=head.c.seq).returning(head.c.seq, head.c.hash)
    ).one()
    newest = db.session.scalar(select(func.max(link.c.audit_id))) or 0
    rows = db.session.execute(
        select(event.c.id, event.c.mac)
        .where(event.c.id > newest - LATE, ~exists().where(link.c.audit_id == event.c.id))
        .order_by(event.c.id)
        .limit(AT_A_TIME)
    ).all()
    if not rows:
        return 0
    key = current_app.config["CATCHUP"].audit_key
    links = []
    for number, mac in rows:
        seq += 1
        previous = _hash(key, previous, number, mac)
        links.append({"seq": seq, "audit_id": number, "hash": previous})
    db.session.execute(insert(link), links)
    db.session.execute(update(head).where(head.c.id == 1).values(seq=seq, hash=previous))
    return len(links)


def verify(copies: Sequence[Head] = ()) -> Verified:
    """Read the whole chain and every row, and hold them against copies of the chain's end.

    Stops at the first thing amiss. Rows may be added and sealed meanwhile.
    """
    key = current_app.config["CATCHUP"].audit_key
    ends = {copy.seq: copy.hash for copy in copies}
    before = db.session.execute(_END).one_or_none()
    seq, previous, agreed, in_doubt, amiss = 0, START, 0, 0, None
    with db.session.execute(_CHAIN) as rows:
        for row in rows:
            seq += 1
            in_doubt = in_doubt or row.sealed  # the first row that no copy has vouched for
            amiss = _amiss(key, previous, seq, row)
            if amiss is None and seq in ends:
                if ends[seq] != row.hash:
                    amiss = Amiss("the chain was made anew: it is not that of its copies", in_doubt)
                agreed, in_doubt = agreed + 1, 0
            if amiss is not None:
                break
            previous = row.hash
            if before is not None and seq == before.seq and before.hash != previous:
                amiss = Amiss("the chain does not end as it did when it was last sealed", row.sealed)
                break
    if amiss is None:
        amiss = _amiss_at_end(seq, before, ends)
    waiting = db.session.execute(_UNSEALED).all()
    if amiss is None:
        amiss = _amiss_unsealed(key, waiting) or _amiss_twice()
    return Verified(seq, len(waiting), previous, agreed, amiss)


def _amiss_at_end(seq: int, before: Any, ends: Mapping[int, bytes]) -> Amiss | None:
    after = db.session.execute(_END).one_or_none()
    if before is not None and before.seq > seq:
        return Amiss("the chain ends before it ended when it was last sealed", seq + 1, "link")
    if seq > (after.seq if after is not None else 0):
        return Amiss("the chain goes on after its end", seq, "link")
    if max(ends, default=0) > seq:
        return Amiss("the chain is shorter than its copies: it was cut, or put back", seq + 1, "link")
    return None


def _amiss_twice() -> Amiss | None:
    """A genuine row that was put in again: no two have the same MAC, for ``record`` makes none alike."""
    twice = select(func.max(event.c.id)).group_by(event.c.mac).having(func.count() > 1)
    first = db.session.scalar(select(func.min(twice.subquery().c[0])))
    return Amiss("an audit row was put in a second time", first) if first else None


def _amiss(key: bytes, previous: bytes, seq: int, row: Any) -> Amiss | None:
    if row.seq != seq:
        return Amiss("a link of the chain is missing, and its audit row with it", seq, "link")
    if row.id is None:
        return Amiss("an audit row was deleted", row.sealed)
    if not _is_genuine(key, row):
        return Amiss("an audit row was changed", row.id)
    if not hmac.compare_digest(row.hash, _hash(key, previous, row.id, row.mac)):
        return Amiss("a link of the chain was changed", row.id)
    return None


def _amiss_unsealed(key: bytes, rows: Sequence[Any]) -> Amiss | None:
    too_old = clock.real_now() - SEALED_WITHIN
    for row in rows:
        if not _is_genuine(key, row):
            return Amiss("an audit row was changed", row.id)
        if row.at < too_old:
            return Amiss("an audit row was not sealed in time", row.id)
    return None


def _is_genuine(key: bytes, row: Any) -> bool:
    listed = row.families or b""
    seen = Seen(
        row.action,
        row.subject,
        row.subject_id,
        row.family_id,
        row.council_code,
        row.result,
        tuple(UUID(bytes=listed[start : start + 16]) for start in range(0, len(listed), 16)),
    )
    return hmac.compare_digest(row.mac, audit.mac(key, row.at, row.staff_id, seen))


def _hash(key: bytes, previous: bytes, number: int, mac: bytes) -> bytes:
    return hmac.digest(key, previous + number.to_bytes(8, "big") + mac, "sha256")
