"""People, councils and agencies, settings, imports, languages, jobs and messages."""

from flask import Blueprint

admin = Blueprint("admin", __name__, url_prefix="/admin")

from catchup.web.admin import (  # noqa: E402 -- the views need the blueprint
    agencies,
    audit,
    councils,
    identities,
    imports,
    jobs,
    languages,
    messages,
    people,
    settings,
)

__all__ = [
    "admin",
    "agencies",
    "audit",
    "councils",
    "identities",
    "imports",
    "jobs",
    "languages",
    "messages",
    "people",
    "settings",
]
