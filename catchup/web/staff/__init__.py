"""What lead social workers and managers work with."""

from flask import Blueprint

staff = Blueprint("staff", __name__)

from catchup.web.staff import (  # noqa: E402 -- the views need the blueprint
    call_texts,
    calls,
    concerns,
    contact_changes,
    conversations,
    directory,
    drafts,
    families,
    family_changes,
    guidance,
    handover_summaries,
    handovers,
    offered_times,
    queue,
    queue_changes,
    rang_back,
    registrations,
    signposts,
    skips,
    support,
    warnings,
)

__all__ = [
    "call_texts",
    "calls",
    "concerns",
    "contact_changes",
    "conversations",
    "directory",
    "drafts",
    "families",
    "family_changes",
    "guidance",
    "handover_summaries",
    "handovers",
    "offered_times",
    "queue",
    "queue_changes",
    "rang_back",
    "registrations",
    "signposts",
    "skips",
    "staff",
    "support",
    "warnings",
]
