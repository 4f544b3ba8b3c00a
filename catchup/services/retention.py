"""Reviews of old records, legal holds, and the decision to erase, which takes two people. The caller commits.

Source: service policy P7.
"""

from datetime import date

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.retention import LegalHold, RetentionReview
from catchup.queries import retention
from catchup.queries.scope import Viewer
from catchup.rules.retention import Holds, Kept
from catchup.services import audit, erasing
from catchup.services.audit import Seen


class HeldError(Exception):
    """Something stands against erasing the record: ``holds`` says what."""

    def __init__(self, holds: list[Holds]) -> None:
        super().__init__()
        self.holds = holds


class SamePersonError(Exception):
    """Who decided to erase cannot confirm it as well."""


class NothingToDoError(Exception):
    """Another manager was quicker."""


def keep(family: Family, until: date, reason: str, by: Viewer) -> None:
    """Look again on another day."""
    _end_open(family, by)
    _add(family, Kept.KEEP, reason, by, until)


def ask_to_erase(family: Family, reason: str, by: Viewer) -> None:
    """Decide that the record may go; nothing goes until another manager confirms. Raises HeldError."""
    _refuse_if_held(family)
    if retention.open_review(family.id) is None:
        _add(family, Kept.ERASE, reason, by)


def take_back(family: Family, by: Viewer) -> None:
    """The record stays after all. Raises NothingToDoError."""
    if not _end_open(family, by):
        raise NothingToDoError


def confirm(family: Family, by: Viewer) -> None:
    """Erase the record. Raises HeldError, SamePersonError, NothingToDoError."""
    review = retention.open_review(family.id)
    if review is None:
        raise NothingToDoError
    if review.decided_by == by.id:
        raise SamePersonError
    _refuse_if_held(family)
    review.confirmed_at, review.confirmed_by, review.erased_at = clock.now(), by.id, clock.now()
    audit.record(by, Seen("retention.erase", "family", review.id, family.id, review.council_code))
    db.session.flush()
    erasing.erase(family.id)


def set_hold(family: Family, reason: str, by: Viewer) -> None:
    """Keep the record whatever its age. One that is held already keeps its reason."""
    if retention.hold_of(family.id) is None:
        db.session.add(LegalHold(family_id=family.id, reason=reason, set_at=clock.now(), set_by=by.id))
        audit.record(by, Seen("retention.hold", "family", family.id, family.id))


def lift_hold(family: Family, by: Viewer) -> None:
    """The reason for keeping it is over. Raises NothingToDoError."""
    hold = retention.hold_of(family.id, for_update=True)
    if hold is None:
        raise NothingToDoError
    hold.lifted_at, hold.lifted_by = clock.now(), by.id
    audit.record(by, Seen("retention.lift_hold", "family", family.id, family.id))


def _refuse_if_held(family: Family) -> None:
    holds = retention.standing_against(family.id, clock.today())
    if holds:
        raise HeldError(holds)


def _end_open(family: Family, by: Viewer) -> bool:
    review = retention.open_review(family.id)
    if review is None:
        return False
    review.taken_back_at = clock.now()
    audit.record(by, Seen("retention.take_back", "family", review.id, family.id))
    return True


def _add(family: Family, decided: Kept, reason: str, by: Viewer, until: date | None = None) -> None:
    review = RetentionReview(
        family_id=family.id,
        council_code=family.owning_council,
        due_on=retention.due_on(family.id, clock.today()),
        decided=decided,
        decided_at=clock.now(),
        decided_by=by.id,
        reason=reason,
        keep_until=until,
    )
    db.session.add(review)
    db.session.flush()
    audit.record(by, Seen(f"retention.{decided}", "family", review.id, family.id))
