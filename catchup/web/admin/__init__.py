"""People, councils and agencies, settings, imports, languages, jobs and messages."""

from flask import Blueprint

admin = Blueprint("admin", __name__, url_prefix="/admin")

from catchup.web.admin import agencies, audit, councils, imports, jobs, languages, messages, people, settings  # noqa: E402 -- the views need the blueprint

__all__ = [
    "admin",
    "agencies",
    "audit",
    "councils",
    "imports",
    "jobs",
    "languages",
    "messages",
    "people",
    "settings",
]
