"""Whether the service is alive and ready, and its figures. Says nothing about anybody.

Ready and figures are for those who watch the service: from this machine, or from CATCHUP_MONITORS. To all
others these pages are not there.
"""

import shutil
from datetime import datetime, time, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from catchup import clock
from catchup.extensions import db
from catchup.jobs import TIMETABLE, NightJob
from catchup.queries import health as queries
from catchup.queries.health import Standing
from catchup.web import metrics
from config import Settings

health = Blueprint("health", __name__)

NIGHTS = tuple(job.name for job in TIMETABLE if isinstance(job, NightJob))
NIGHT_DONE_BY = time(8)  # in London. Source: service policy (a failed night is seen by 08:00)
MESSAGES_WAIT = timedelta(minutes=30)
UNSEALED_WAIT = timedelta(minutes=5)
DISK_LOW, DISK_FULL = 1_000_000_000, 50_000_000  # bytes free


@health.get("/health/live")
def live() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/health/ready")
def ready() -> ResponseReturnValue:
    """Whether this host can serve: 503 where it cannot; with ``?strict=1`` also where one should look."""
    _for_monitors()
    broken, look_at, figures = [], [], {}
    free = _free()
    figures["disk_free_bytes"] = free
    if free < DISK_FULL:
        broken.append("disk")
    elif free < DISK_LOW:
        look_at.append("disk")
    try:
        found = queries.standing(NIGHTS, clock.today(), clock.real_now())
    except SQLAlchemyError:
        broken.append("database")
    else:
        if found.revision != _newest_revision(current_app.extensions["migrate"].directory):
            broken.append("migrations")
        look_at += _to_look_at(found, clock.london(clock.now()))
        figures["nights_behind"] = found.nights_behind
        figures["late_messages"] = found.late_messages
        figures["oldest_late_message_seconds"] = int(found.waiting_for.total_seconds())
        figures["oldest_unsealed_audit_row_seconds"] = int(found.unsealed_for.total_seconds())
    status = "not ready" if broken else "look" if look_at else "ok"
    refuse = broken or (look_at and request.args.get("strict") == "1")
    return jsonify(status=status, broken=broken, look_at=look_at, **figures), 503 if refuse else 200


@health.get("/metrics")
def figures() -> ResponseReturnValue:
    """Figures in Prometheus' text form: by route and status, never by person or address."""
    _for_monitors()
    try:
        found = queries.standing(NIGHTS, clock.today(), clock.real_now())
    except SQLAlchemyError:
        found = None
    return Response(metrics.text(found, _free()), content_type=metrics.CONTENT_TYPE)


def _for_monitors() -> None:
    """Not there for anybody else; behind a proxy that is not counted as one, nobody is on this machine."""
    settings: Settings = current_app.config["CATCHUP"]
    forwarded = "X-Forwarded-For" in request.headers and not settings.trusted_proxies
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        abort(404)
    if forwarded or not any(address in network for network in settings.monitors):
        abort(404)


def _to_look_at(found: Standing, now: datetime) -> list[str]:
    """What works and should not be left as it is."""
    allowed = 0 if now.time() >= NIGHT_DONE_BY else 1
    late = {
        "night": found.nights_behind > allowed,
        "outbox": found.waiting_for > MESSAGES_WAIT,
        "audit": found.unsealed_for > UNSEALED_WAIT,
    }
    return [what for what, is_late in late.items() if is_late]


def _free() -> int:
    """Bytes free where the database and the service's own files are."""
    settings: Settings = current_app.config["CATCHUP"]
    places = [settings.instance]
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        places.append(Path(db.engine.url.database).parent)
    return min(shutil.disk_usage(place).free for place in places)


@cache
def _newest_revision(directory: str) -> str | None:
    return ScriptDirectory(directory).get_current_head()
