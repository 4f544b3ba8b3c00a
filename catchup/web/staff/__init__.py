"""What lead social workers and managers work with."""

from flask import Blueprint

staff = Blueprint("staff", __name__)

from catchup.web.staff import (  # noqa: E402 -- the views need the blueprint
    calls,
    concerns,
    conversations,
    directory,
    drafts,
    families,
    family_changes,
    guidance,
    handovers,
    queue,
    registrations,
    signposts,
    support,
)

__all__ = [
    "calls",
    "concerns",
    "conversations",
    "directory",
    "drafts",
    "families",
    "family_changes",
    "guidance",
    "handovers",
    "queue",
    "registrations",
    "signposts",
    "staff",
    "support",
]
