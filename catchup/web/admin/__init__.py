"""People, councils, jobs and messages."""

from flask import Blueprint

admin = Blueprint("admin", __name__, url_prefix="/admin")

from catchup.web.admin import councils, jobs, messages, people  # noqa: E402 -- the views need the blueprint

__all__ = ["admin", "councils", "jobs", "messages", "people"]
