"""What staff must know before they ring a family: kept, looked at again, ended. The caller commits."""

from datetime import date

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family, FamilyWarning
from catchup.queries.scope import Viewer
from catchup.rules.terms import WarningEnd, WarningKind
from catchup.services import audit
from catchup.services.audit import Seen


def add(
    family: Family, kind: WarningKind, text: str, agreed_by: str, review_on: date, by: Viewer
) -> FamilyWarning:
    """Keep a warning that ``agreed_by`` has agreed to, until it is looked at again on ``review_on``.

    The same form sent twice is one warning.
    """
    for known in family.warnings:
        if known.ended_at is None and (known.kind, known.text) == (kind, text):
            return known
    warning = FamilyWarning(
        kind=kind,
        text=text,
        agreed_by=agreed_by,
        review_on=review_on,
        recorded_at=clock.now(),
        recorded_by=by.id,
    )
    family.warnings.append(warning)
    db.session.flush()
    _audit(warning, family, "warning.add", by)
    return warning


def keep(warning: FamilyWarning, agreed_by: str, review_on: date, by: Viewer) -> None:
    """It was looked at and still holds; somebody has agreed to it anew."""
    warning.agreed_by, warning.review_on = agreed_by, review_on
    _audit(warning, warning.family, "warning.keep", by)


def end(warning: FamilyWarning, reason: WarningEnd, by: Viewer) -> None:
    """It holds no longer. Why stands in the audit; the warning itself is not deleted."""
    if warning.ended_at is not None:
        return
    warning.ended_at, warning.ended_by = clock.now(), by.id
    _audit(warning, warning.family, "warning.end", by, reason.value)


def _audit(warning: FamilyWarning, family: Family, action: str, by: Viewer, result: str = "ok") -> None:
    audit.record(by, Seen(action, "warning", warning.id, family.id, result=result))
