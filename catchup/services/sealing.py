"""The chain over the audit rows: a job seals them each minute, and whoever asks can check that none is amiss.

Each row carries a MAC of its own content; each link a keyed hash over the link before it, the row's number
and that MAC. A row not yet sealed can be deleted unseen, so one that waits longer than five minutes is itself
something amiss.
"""

import hmac
from collections.abc import Sequence
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

AT_A_TIME = 2_000
# A row may be committed after rows with higher numbers; further back than this only a check looks.
LATE = 10_000
SEALED_WITHIN = timedelta(minutes=5)
START = bytes(32)

event, link, head = core(AuditEvent), core(AuditLink), core(AuditHead)


@dataclass(frozen=True, slots=True)
class Amiss:
    """The first thing that is wrong: what, and the number of the audit row or of the link."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check saw. ``head`` is the newest link's hash, to be kept where this database is not."""

    sealed: int
    unsealed: int
    head: bytes
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


def verify() -> Verified:
    """Read the whole chain and every row; stops at the first thing amiss."""
    key = current_app.config["CATCHUP"].audit_key
    end = db.session.execute(select(head.c.seq, head.c.hash)).one_or_none()
    seq, previous, amiss = 0, START, None
    chain = (
        select(link.c.seq, link.c.hash, link.c.audit_id.label("sealed"), *event.c)
        .outerjoin(event, event.c.id == link.c.audit_id)
        .order_by(link.c.seq)
        .execution_options(yield_per=AT_A_TIME)
    )
    with db.session.execute(chain) as rows:
        for row in rows:
            seq += 1
            amiss = _amiss(key, previous, seq, row)
            if amiss is not None:
                break
            previous = row.hash
    if amiss is None and end is not None and (end.seq, end.hash) != (seq, previous):
        amiss = Amiss("the chain does not end where it ended when it was last sealed", seq)
    unsealed = select(*event.c).where(~exists().where(link.c.audit_id == event.c.id)).order_by(event.c.id)
    waiting = db.session.execute(unsealed).all()
    if amiss is None:
        amiss = _amiss_unsealed(key, waiting)
    return Verified(seq, len(waiting), previous, amiss)


def _amiss(key: bytes, previous: bytes, seq: int, row: Any) -> Amiss | None:
    if row.seq != seq:
        return Amiss("a link of the chain is missing", seq)
    if row.id is None:
        return Amiss("an audit row was deleted", row.sealed)
    if not _is_genuine(key, row):
        return Amiss("an audit row was changed", row.id)
    if not hmac.compare_digest(row.hash, _hash(key, previous, row.id, row.mac)):
        return Amiss("a link of the chain was changed", seq)
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
