"""The end of the audit chain, copied each night to where this database is not.

Whoever can write to the database can cut the chain short together with its end, or bring back an older copy
of everything: in itself that is sound. A line that was kept elsewhere tells. Each carries a MAC of its own,
so that it cannot be made up there; of which database it is says the MAC of that one's first audit row.
Source: service policy P4.
"""

import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent, AuditHead, AuditLink
from catchup.models.base import core
from catchup.rules.terms import Channel
from catchup.services import outbox

FILE = "audit-heads.txt"
MARK_BYTES = 8

event, link, head = core(AuditEvent), core(AuditLink), core(AuditHead)


class ForgedCopyError(Exception):
    """A line of the copies was not made with this service's key; ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of the chain at some instant. ``mark``: of which database, as hexadecimal digits."""

    at: datetime
    seq: int
    hash: bytes
    mark: str


def newest() -> Head | None:
    """The end of the chain as it stands; None while nothing was sealed."""
    end = db.session.execute(select(head.c.seq, head.c.hash).where(head.c.seq > 0)).one_or_none()
    mark = mark_of_this_database()
    return Head(clock.real_now(), end.seq, end.hash, mark) if end and mark else None


def mark_of_this_database() -> str | None:
    """The same for as long as its first sealed row is there; None while nothing was sealed."""
    first = select(event.c.mac).join(link, link.c.audit_id == event.c.id).where(link.c.seq == 1)
    found = db.session.scalar(first)
    return bytes(found[:MARK_BYTES]).hex() if found else None


def place() -> Path:
    """The file that the lines go to."""
    folder: Path = current_app.config["CATCHUP"].audit_copy
    return folder / FILE


def keep(one: Head) -> int:
    """Add the line to the file, and queue it as a message where that is wished; returns how many messages.

    The caller commits. Raises OSError where the place cannot be written: the job then fails, and is seen to.
    A line that is there twice does no harm.
    """
    line = as_line(one)
    _append(place(), line)
    recipient = current_app.config["CATCHUP"].audit_mail
    if recipient is None:
        return 0
    outbox.queue(None, None, Channel.EMAIL, "audit_head", {"line": line}, recipient, clock.now())
    return 1


def as_line(one: Head) -> str:
    """Its facts with blanks between them, a MAC over them last."""
    facts = f"{one.at.isoformat()} {one.seq} {one.hash.hex()} {one.mark}"
    return f"{facts} {_mac(facts)}"


def read(path: Path) -> list[Head]:
    """The lines of a file. Raises ForgedCopyError, and OSError where it cannot be read."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if line.strip():
            found.append(_read(line, number))
    return found


def _read(line: str, number: int) -> Head:
    facts, _, mac = line.strip().rpartition(" ")
    if not hmac.compare_digest(mac.encode(), _mac(facts).encode()):
        raise ForgedCopyError(number)
    at, seq, hash_, mark = facts.split(" ")
    return Head(datetime.fromisoformat(at), int(seq), bytes.fromhex(hash_), mark)


def _mac(facts: str) -> str:
    key = current_app.config["CATCHUP"].audit_key
    return hmac.digest(key, b"audit-head\0" + facts.encode(), "sha256").hex()


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)
