"""People, councils and jobs."""

from flask import Blueprint

admin = Blueprint("admin", __name__, url_prefix="/admin")

from catchup.web.admin import councils, jobs, people  # noqa: E402 -- the views need the blueprint

__all__ = ["admin", "councils", "jobs", "people"]
