"""Writing an annual report: a text for each section, kept with its history, and versions that never change.

The caller commits. Source: service policy, measures and published tables.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.published import AnnualReport, AnnualReportText, AnnualReportVersion
from catchup.queries import annual
from catchup.queries.annual import Annual, Scope
from catchup.queries.scope import Viewer
from catchup.rules.annual import Section
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError

report_table, text_table = core(AnnualReport), core(AnnualReportText)


class NotAsSavedError(Exception):
    """A version's content does not match its mark: it is shown and printed by nobody."""


def write(scope: Scope, year: str, section: Section, words: str, seen: UUID | None, by: Viewer) -> None:
    """Keep the text of one section. ``seen`` is the text the page showed, None for none.

    The same text twice is kept once. Raises ChangedMeanwhileError where another stands there by now.
    """
    report = _begun(scope, year, by)
    there = annual.texts(report).get(section)
    if (there.words if there else "") == words:
        return
    if (there.id if there else None) != seen:
        raise ChangedMeanwhileError
    now = clock.now()
    if seen is not None:
        ended = db.session.execute(
            update(text_table)
            .where(text_table.c.id == seen, text_table.c.superseded_at.is_(None))
            .values(superseded_at=now)
            .returning(text_table.c.id)
        )
        if ended.first() is None:
            raise ChangedMeanwhileError
    values = {"id": uuid4(), "report_id": report.id, "section": section.value, "text": words}
    made = _insert(text_table).values(**values, written_at=now, written_by=by.id).on_conflict_do_nothing()
    if db.session.execute(made.returning(text_table.c.id)).first() is None:
        raise ChangedMeanwhileError
    audit.record(by, Seen("annual_report.write", "annual_report", report.id))


def save(found: Annual, content: Mapping[str, Any], by: Viewer) -> AnnualReportVersion:
    """Freeze the report as a version: what it says, with its mark. Whoever reads it later reads this."""
    report = _begun(found.scope, found.year, by)
    # Of two people who save at once the second waits here, and has the next number.
    db.session.execute(select(AnnualReport.id).where(AnnualReport.id == report.id).with_for_update())
    last = select(func.max(AnnualReportVersion.number)).where(AnnualReportVersion.report_id == report.id)
    kept = json.loads(json.dumps(content))
    version = AnnualReportVersion(
        id=uuid4(),
        report_id=report.id,
        number=(db.session.scalar(last) or 0) + 1,
        content=kept,
        sha256=mark(kept),
        saved_at=clock.now(),
        saved_by=by.id,
        published_id=found.now.id,
    )
    db.session.add(version)
    audit.record(by, Seen("annual_report.save", "annual_report_version", version.id))
    return version


def content_of(version: AnnualReportVersion) -> dict[str, Any]:
    """What a version says. Raises NotAsSavedError where it is not what was saved."""
    if mark(version.content) != version.sha256:
        raise NotAsSavedError
    return version.content


def mark(content: Mapping[str, Any]) -> str:
    """SHA-256 over the whole content, in hexadecimal digits."""
    said = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _begun(scope: Scope, year: str, by: Viewer) -> AnnualReport:
    """The report of a year, begun if nobody has: of two people at once, one begins it."""
    values = {"id": uuid4(), "scope": scope.key, "year": year, "version": 1}
    row = _insert(report_table).values(**values, begun_at=clock.now(), begun_by=by.id)
    db.session.execute(row.on_conflict_do_nothing())
    found = annual.report(scope, year)
    if found is None:
        raise LookupError("The report that was begun is not there.")
    return found


def _insert(table: Any) -> Any:
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    return make(table)
