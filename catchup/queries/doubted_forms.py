"""Forms in doubt: seen by those who would see the registration, and never among the registrations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, or_, select, true

from catchup.extensions import db
from catchup.models.registration import DoubtedForm, DoubtedFormCouncil
from catchup.models.staff import StaffCouncil
from catchup.queries.scope import Viewer
from catchup.rules import registration as rule
from catchup.rules.terms import Role

LONGEST_LIST = 50


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Some forms in doubt, and how many there are."""

    shown: Sequence[DoubtedForm]
    count: int


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on ``DoubtedForm``: those of the viewer's councils; hub staff see all of them.

    One that belongs to no council with staff here is every manager's. Source: service policy P5.
    """
    if viewer.role is Role.ADMINISTRATOR:
        return false()
    if viewer.hub:
        return true()
    link = DoubtedFormCouncil.form_id == DoubtedForm.id
    own = exists().where(link, DoubtedFormCouncil.council_code.in_(viewer.councils))
    if not viewer.manages:
        return own
    somebodys = exists().where(link, DoubtedFormCouncil.council_code == StaffCouncil.council_code)
    return or_(own, ~somebodys)


def to_look_at(viewer: Viewer) -> InDoubt:
    """Those that wait, the first to be late first; at most 50."""
    found = db.session.scalars(
        select(DoubtedForm)
        .where(seen_by(viewer))
        .order_by(DoubtedForm.look_by_on, DoubtedForm.submitted_at, DoubtedForm.id)
        .limit(LONGEST_LIST)
    ).all()
    shown = _of_strangers(found, viewer)
    return InDoubt(shown, how_many(viewer) - len(found) + len(shown))


def how_many(viewer: Viewer) -> int:
    """How many wait."""
    return db.session.scalar(select(func.count()).select_from(DoubtedForm).where(seen_by(viewer))) or 0


def some(ids: Iterable[UUID], viewer: Viewer) -> Sequence[DoubtedForm]:
    """Those of the viewer's scope among these, locked until the commit."""
    found = db.session.scalars(
        select(DoubtedForm)
        .where(DoubtedForm.id.in_(tuple(ids)), seen_by(viewer))
        .order_by(DoubtedForm.id)
        .with_for_update()
    ).all()
    return _of_strangers(found, viewer)


def get(form_id: UUID, viewer: Viewer) -> DoubtedForm | None:
    """One form in doubt; None where there is none in the viewer's scope."""
    found = db.session.scalars(select(DoubtedForm).where(DoubtedForm.id == form_id, seen_by(viewer))).all()
    return next(iter(_of_strangers(found, viewer)), None)


def _of_strangers(found: Sequence[DoubtedForm], viewer: Viewer) -> Sequence[DoubtedForm]:
    """Without those whose sender says that it knows the viewer. Source: service policy R19, P5."""
    return [one for one in found if not rule.names(rule.read(one.answers).people_known, viewer.name)]
