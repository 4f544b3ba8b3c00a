"""Figures of the web processes: how many requests by route and status, how long, how many were turned away.

A route is named by its view, never by an address; nothing here says who asked or about whom. Every process
writes its own file of numbers, and whichever is asked adds them up (catchup/serving.py makes the place).
"""

import os
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from catchup.queries.health import Standing

CONTENT_TYPE = CONTENT_TYPE_LATEST
PLACE = "PROMETHEUS_MULTIPROC_DIR"  # the library's name for it

_here = CollectorRegistry()
REQUESTS = Counter("catchup_requests", "Answers by view and status", ("view", "status"), registry=_here)
SECONDS = Histogram(
    "catchup_request_seconds",
    "How long answers took, by audience",
    ("audience",),
    registry=_here,
    buckets=(0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10),
)
SHED = Counter("catchup_shed", "Requests turned away because too many came at once", registry=_here)


def register(app: Flask) -> None:
    """Count every answer."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request_funcs.setdefault(None, []).insert(0, _count)  # the last to be called


def _begin() -> None:
    g.began_at = perf_counter()


def _count(response: Response) -> Response:
    REQUESTS.labels(request.endpoint or "none", str(response.status_code)).inc()
    SECONDS.labels(request.blueprint or "none").observe(perf_counter() - g.pop("began_at", perf_counter()))
    return response


def text(found: Standing | None, free: int) -> bytes:
    """All figures; those of the database are left out where it does not answer (``found`` None)."""
    registry = CollectorRegistry()
    if os.environ.get(PLACE):
        MultiProcessCollector(registry)
        counted = generate_latest(registry)
    else:
        counted = generate_latest(_here)
    return counted + generate_latest(_standing(found, free))


def _standing(found: Standing | None, free: int) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, says: str, value: float) -> None:
        Gauge(f"catchup_{name}", says, registry=registry).set(value)

    gauge("database_up", "Whether the database answers", found is not None)
    gauge("disk_free_bytes", "Bytes free where the data is", free)
    if found is not None:
        gauge("nights_behind", "Days for which a job of the night is to be done", found.nights_behind)
        gauge("messages_late", "Messages that should have gone out", found.late_messages)
        gauge("message_late_seconds", "How long the oldest of them waits", found.waiting_for.total_seconds())
        gauge("audit_unsealed_seconds", "Age of the oldest unsealed row", found.unsealed_for.total_seconds())
    return registry


def forget_process(pid: int) -> None:
    """What a process that has ended had open counts no more; what it has counted stays."""
    mark_process_dead(pid)
