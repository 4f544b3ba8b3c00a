"""Saving tables for the world as a version, which is never changed. The caller commits."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from catchup import clock
from catchup.extensions import db
from catchup.models.published import PublishedVersion
from catchup.queries import published
from catchup.queries.published import Scope
from catchup.queries.scope import Viewer
from catchup.rules.calendar import financial_year_days
from catchup.rules.hiding import Published
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError


class NotOverError(Exception):
    """The year is not over: tables of part of it could be taken from those of the whole."""


class PublishedBesideError(Exception):
    """Some of these councils are in a version of the year for another set of councils."""


class NotAsSavedError(Exception):
    """What is kept of a version is not what was saved."""


def save(scope: Scope, year: str, seen: str, reason: str | None, by: Viewer) -> PublishedVersion:
    """Save the tables of a year as they are now as its next version.

    ``seen`` is the mark of the tables the person had before them. Raises ChangedMeanwhileError where they are
    no longer those, PermissionError for tables that are not theirs to publish, ValueError where a second
    version has no reason, NotOverError, PublishedBesideError, CannotHideError.
    Source: service policy, published tables.
    """
    if not by.manages or published.scope(scope.key, by, year) is None:
        raise PermissionError(
            "Tables are published by a manager with all councils of the agency, or the hub."
        )
    today = clock.today()
    if not is_over(year, today):
        raise NotOverError
    tables = published.fresh(scope, year, today)
    if beside(scope, year, tables):
        raise PublishedBesideError
    last = published.latest(scope, year)
    if last and not reason:
        raise ValueError("Another version of a year has a reason.")
    content = published.content_of(tables.rows)
    if mark(content) != seen:
        raise ChangedMeanwhileError
    version = PublishedVersion(
        id=uuid4(),
        scope=scope.key,
        year=year,
        number=last.number + 1 if last else 1,
        as_of=today,
        content=content,
        sha256=mark(content),
        cells=tables.cells,
        hidden=tables.hidden,
        reason=reason if last else None,
        saved_at=clock.now(),
        saved_by=by.id,
    )
    db.session.add(version)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise ChangedMeanwhileError from error
    audit.record(by, Seen("published.save", "published_version", version.id))
    return version


def is_over(year: str, today: date) -> bool:
    """Whether the year has ended."""
    return financial_year_days(year)[1] < today


def beside(scope: Scope, year: str, tables: Published) -> PublishedVersion | None:
    """What was published of some of these councils with others, or without some: both could be compared."""
    return published.beside(scope, year, {row.council for row in tables.rows if row.council})


def mark(content: Mapping[str, Any]) -> str:
    """SHA-256 over the whole content, in hexadecimal digits."""
    said = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def refuse_changed(version: PublishedVersion) -> None:
    """Raises NotAsSavedError where a version is not what was saved."""
    if mark(version.content) != version.sha256:
        raise NotAsSavedError
