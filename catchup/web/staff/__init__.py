"""What lead social workers and managers work with."""

from flask import Blueprint

staff = Blueprint("staff", __name__)

from catchup.web.staff import (  # noqa: E402 -- the views need the blueprint
    calls,
    conversations,
    directory,
    families,
    family_changes,
    handovers,
    queue,
    registrations,
)

__all__ = [
    "calls",
    "conversations",
    "directory",
    "families",
    "family_changes",
    "handovers",
    "queue",
    "registrations",
    "staff",
]
