"""Two families that look alike and were found to be different. The caller commits."""

from uuid import UUID

from catchup import clock
from catchup.extensions import db
from catchup.models.matching import NotTheSame
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError


def not_the_same(one_id: UUID, other_id: UUID, reason: str, by: Viewer) -> NotTheSame:
    """Keep that two families are different, and why. Raises ChangedMeanwhileError where somebody has."""
    one_id, other_id = sorted((one_id, other_id))
    if db.session.get(NotTheSame, (one_id, other_id)) is not None:
        raise ChangedMeanwhileError
    different = NotTheSame(
        one_id=one_id, other_id=other_id, reason=reason, decided_at=clock.now(), decided_by=by.id
    )
    db.session.add(different)
    db.session.flush()
    audit.record(by, *(Seen("family.not_the_same", "family", key, key) for key in (one_id, other_id)))
    return different


def take_back(different: NotTheSame, by: Viewer) -> None:
    """They may be one after all."""
    db.session.delete(different)
    ids = (different.one_id, different.other_id)
    audit.record(by, *(Seen("family.may_be_the_same", "family", key, key) for key in ids))
