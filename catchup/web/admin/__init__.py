"""People, councils, languages, jobs and messages."""

from flask import Blueprint

admin = Blueprint("admin", __name__, url_prefix="/admin")

from catchup.web.admin import councils, jobs, languages, messages, people  # noqa: E402 -- the views need the blueprint

__all__ = ["admin", "councils", "jobs", "languages", "messages", "people"]
