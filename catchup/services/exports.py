"""A file of families: asked for with a reason, which is kept. The caller commits.

Source: service policy P4, P6.
"""

from uuid import uuid4

from catchup import clock
from catchup.extensions import db
from catchup.models.export import FamilyExport
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen

FORMS = ("xlsx", "csv")


def ask(reason: str, form: str, by: Viewer, *, names: bool) -> FamilyExport:
    """Note who wants a file of their families and why. Raises PermissionError, ValueError."""
    if not by.manages:
        raise PermissionError("Only a manager takes families out in a file.")
    if form not in FORMS:
        raise ValueError(f"A file is one of {', '.join(FORMS)}.")
    export = FamilyExport(
        id=uuid4(), reason=reason, names=names, form=form, asked_at=clock.real_now(), asked_by=by.id
    )
    db.session.add(export)
    audit.record(by, Seen("families.export.ask", "family_export", export.id, result=_result(names=names)))
    return export


def _result(*, names: bool) -> str:
    return "with_names" if names else "by_reference"
