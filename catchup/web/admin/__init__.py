"""People, councils and agencies, languages, jobs and messages."""

from flask import Blueprint

admin = Blueprint("admin", __name__, url_prefix="/admin")

from catchup.web.admin import agencies, audit, councils, jobs, languages, messages, people  # noqa: E402 -- the views need the blueprint

__all__ = ["admin", "agencies", "audit", "councils", "jobs", "languages", "messages", "people"]
