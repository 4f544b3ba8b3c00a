"""Jobs and their history."""

from flask import render_template
from flask.typing import ResponseReturnValue

from catchup.queries import job_history
from catchup.web.admin import admin


@admin.get("/jobs")
def jobs() -> ResponseReturnValue:
    """What the night has done, and what failed."""
    return render_template("admin/jobs.html", history=job_history.newest())
