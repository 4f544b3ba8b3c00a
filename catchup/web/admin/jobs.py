"""Jobs: how each stands, what it has done, doing one now, and whether the service is well."""

from datetime import date, timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.jobs import JOBS, TIMETABLE, Job, NightJob, runner
from catchup.queries import job_history
from catchup.queries import jobs as queries
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.job_runs import Counts
from catchup.web.admin import admin
from catchup.web.health import NIGHT_DONE_BY, NIGHTS
from catchup.web.security import viewer

# The minute's jobs leave nothing waiting for longer, unless nobody keeps the timetable.
MINUTES_LEFT_ALONE = timedelta(minutes=5)
DOES = {
    "create-calls": _("Opens every planned call whose day has come"),
    "replan-calls": _("Plans calls afresh where a rule’s figure has changed"),
    "plan-handovers": _("Plans handovers, and writes and reminds as they near"),
    "close-windows": _("Ends times for attempts, claims, drafts and sessions"),
    "check-everything": _("Works every plan out afresh and reports what differs"),
    "copy-audit-head": _("Copies the end of the audit chain to another place"),
    "climb-concerns": _("Tells more managers of a concern nobody has acknowledged"),
    "watch-reading": _("Notices whoever opens many records in an hour"),
    "answer-link-requests": _("Sends their link to parents who asked"),
    "remind-of-times": _("Reminds families of the time they chose for tomorrow"),
    "tell-of-failures": _("Tells administrators of a job that has failed"),
    "send-messages": _("Sends the messages that are waiting"),
    "seal-audit": _("Seals new rows of the audit into the chain"),
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@admin.context_processor
def late_night() -> dict[str, date | None]:
    """The first day whose night should be done by now and is not: said on every page of administrators."""
    here = clock.london(clock.now())
    is_due = here.time() >= NIGHT_DONE_BY
    return {"late_night": queries.first_not_done(NIGHTS, here.date(), today_too=is_due)}


@admin.app_template_filter()
def job_counts(counts: Counts | dict[str, dict[str, int]]) -> list[str]:
    """What a job did, a line for each kind of thing it did."""
    found = counts.as_json() if isinstance(counts, Counts) else counts
    words = {"created": gettext("Made"), "changed": gettext("Changed"), "found": gettext("Found amiss")}
    lines = []
    for kind, word in words.items():
        things = sorted(found.get(kind, {}).items())
        said = [f"{thing.replace('_', ' ')} {number:,}" for thing, number in things if number]
        if said:
            lines.append(f"{word}: {', '.join(said)}")
    return lines or [gettext("Nothing to do")]


@admin.get("/jobs")
def jobs() -> ResponseReturnValue:
    """How the service stands, and every job with how it stands."""
    now = clock.real_now()
    nightly = [job.name for job in TIMETABLE if isinstance(job, NightJob)]
    nights = job_history.nights(nightly, clock.today())
    health = job_history.health(now)
    waits = health.unsealed_since
    return render_template(
        "admin/jobs.html",
        timetable=TIMETABLE,
        nights=nights,
        behind=max((night.missing for night in nights.values()), key=len, default=()),
        finished_at=max((night.last.finished_at for night in nights.values() if night.last), default=None),
        health=health,
        database=DATABASES.get(health.database, health.database),
        nobody_works=waits is not None and now - waits > MINUTES_LEFT_ALONE,
        failures=job_history.newest().failures,
        does=DOES,
    )


@admin.get("/jobs/<name>")
def job(name: str) -> ResponseReturnValue:
    """What one job has done, and where it failed."""
    found = _job(name)
    return render_template(
        "admin/job.html",
        job=found,
        does=DOES[name],
        is_nightly=isinstance(found, NightJob),
        history=job_history.newest(name),
    )


@admin.post("/jobs/<name>/run")
def run_job_now(name: str) -> ResponseReturnValue:
    """Do a job now, while the reader waits, and never beside the scheduler."""
    ran = runner.run_now(_job(name), clock.today())
    result = "ok" if ran.counts else "failed" if ran.error else "busy"
    audit.record(viewer(), Seen("job.run", name, result=result))
    db.session.commit()
    if ran.counts:
        flash(
            gettext("%(job)s is done.", job=name) + " " + ". ".join(job_counts(ran.counts)) + ".", "success"
        )
    elif ran.error:
        words = gettext("%(job)s failed (%(kind)s). Nothing was saved.", job=name, kind=ran.error)
        flash(words, "error")
    else:
        flash(gettext("Another process is working. Nothing was done: try again in a minute."), "warning")
    return redirect(url_for(".job", name=name))


def _job(name: str) -> Job:
    return JOBS.get(name) or abort(404)
