"""Typed tables; no queries, no Flask. Importing the package makes every table known."""

from catchup.models import (
    audit,
    call,
    concern,
    council,
    directory,
    draft,
    family,
    handover,
    home,
    job,
    order,
    outbox,
    plan,
    registration,
    signpost,
    staff,
)
from catchup.models.base import Base

__all__ = [
    "Base",
    "audit",
    "call",
    "concern",
    "council",
    "directory",
    "draft",
    "family",
    "handover",
    "home",
    "job",
    "order",
    "outbox",
    "plan",
    "registration",
    "signpost",
    "staff",
]
