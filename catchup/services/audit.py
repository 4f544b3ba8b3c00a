"""Who read or wrote what: a write's row goes with the write, a page's row before the page.

Rows hold ids and never values. Each carries a MAC of its own content; a job seals the rows into one chain.
Source: service policy P4.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import insert

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.queries.scope import Viewer

_INSERT = insert(core(AuditEvent))


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing done to a record: ``families`` are those a list showed."""

    action: str
    subject: str
    subject_id: UUID | None = None
    family_id: UUID | None = None
    council_code: str | None = None
    result: str = "ok"
    families: tuple[UUID, ...] = ()


def mac(key: bytes, at: datetime, staff_id: UUID | None, seen: Seen) -> bytes:
    """32 bytes over everything a row says but its number."""
    content = [
        at.isoformat(),
        str(staff_id),
        seen.action,
        seen.subject,
        str(seen.subject_id),
        str(seen.family_id),
        seen.council_code,
        seen.result,
        b"".join(family.bytes for family in seen.families).hex(),
    ]
    return hmac.digest(key, json.dumps(content).encode(), "sha256")


def record(viewer: Viewer | None, *seen: Seen) -> None:
    """Add rows to the transaction at hand, one for what is the same; ``viewer`` None is the service itself or
    the public.
    """
    if not seen:
        return
    at = clock.real_now()
    staff_id = viewer.id if viewer else None
    key = current_app.config["CATCHUP"].audit_key
    db.session.execute(_INSERT, [_row(key, at, staff_id, one) for one in dict.fromkeys(seen)])


def _row(key: bytes, at: datetime, staff_id: UUID | None, seen: Seen) -> dict[str, object]:
    return {
        "at": at,
        "staff_id": staff_id,
        "action": seen.action,
        "subject": seen.subject,
        "subject_id": seen.subject_id,
        "family_id": seen.family_id,
        "council_code": seen.council_code,
        "result": seen.result,
        "families": b"".join(family.bytes for family in seen.families) or None,
        "mac": mac(key, at, staff_id, seen),
    }


def listed(action: str, subject: str, families: Iterable[UUID]) -> Seen:
    """A list was shown: one row that names its families in order."""
    return Seen(action=action, subject=subject, families=tuple(families))
