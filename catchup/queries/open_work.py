"""What would be left without somebody: asked before they are disabled or lose a council or their role."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.concern import Concern
from catchup.models.council import CouncilSuccessor
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.manage import Complaint
from catchup.models.staff import Deputy, Staff
from catchup.models.workload import StaffAbsence
from catchup.queries import complaints, handover_board, managers, viewers
from catchup.queries.scope import Viewer, in_scope

# In nobody's family does this lead: a scope by councils alone.
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is somebody's and would be nobody's. ``covered`` and ``deputised`` are colleagues' names.

    ``held`` are calls claimed this moment; ``complaints`` and ``concerns`` those that no other manager may
    answer or acknowledge.
    """

    families: int = 0
    calls: int = 0
    held: int = 0
    handovers: int = 0
    covered: Sequence[tuple[UUID, str]] = ()
    deputised: Sequence[tuple[UUID, str]] = ()
    complaints: int = 0
    concerns: int = 0

    @property
    def any(self) -> bool:
        """Whether there is something to pass on."""
        return any(getattr(self, field.name) for field in fields(self))


def of(staff: Staff) -> OpenWork:
    """Everything that is somebody's."""
    today, now = clock.today(), clock.now()
    led = Family.lead_id == staff.id
    unanswered, unacknowledged = of_this_manager_alone(staff)
    return OpenWork(
        families=_count(select(func.count()).where(led)),
        calls=_count(select(func.count()).where(Call.closed_at.is_(None), Call.lead_id == staff.id)),
        held=_count(
            select(func.count()).where(
                Call.closed_at.is_(None), Call.claimed_by == staff.id, Call.claimed_until > now
            )
        ),
        handovers=_count(
            select(func.count())
            .join_from(Handover, Family, Family.id == Handover.family_id)
            .where(led, Handover.withdrawn_at.is_(None), ~handover_board.ended(today))
        ),
        covered=_named(
            select(Staff.id, Staff.name)
            .join(StaffAbsence, StaffAbsence.staff_id == Staff.id)
            .where(
                StaffAbsence.cover_id == staff.id,
                StaffAbsence.until_on >= today,
                StaffAbsence.ended_at.is_(None),
            )
        ),
        deputised=deputised_by(staff.id),
        complaints=unanswered,
        concerns=unacknowledged,
    )


def deputised_by(staff_id: UUID) -> Sequence[tuple[UUID, str]]:
    """The managers for whom somebody is told next."""
    return _named(
        select(Staff.id, Staff.name)
        .join(Deputy, Deputy.manager_id == Staff.id)
        .where(Deputy.deputy_id == staff_id, Staff.active.is_(True))
    )


def of_this_manager_alone(staff: Staff, keeps: Iterable[str] = ()) -> tuple[int, int]:
    """Complaints and concerns that wait for a manager and for no other, by number.

    ``keeps``: the councils that stay this manager's; what is still in their scope is not counted.
    """
    sees = viewers.by_uniquifier(staff.fs_uniquifier)
    if sees is None or not sees.manages:
        return 0, 0
    stays = replace(sees, councils=_by_any_code(keeps), hub=False)
    others = [stays] if stays.councils else []
    known = (viewers.by_uniquifier(one.fs_uniquifier) for one in managers.active() if one.id != staff.id)
    others += [one for one in known if one is not None and one.manages]
    today = clock.today()

    def complaints_of(viewer: Viewer) -> set[UUID]:
        return set(
            db.session.scalars(
                select(Complaint.id)
                .join(Family, Family.id == Complaint.family_id)
                .where(
                    Complaint.answered_at.is_(None), in_scope(viewer, today), complaints.may_read(viewer.id)
                )
            )
        )

    def concerns_of(viewer: Viewer) -> set[UUID]:
        return set(
            db.session.scalars(
                select(Concern.id)
                .join(Family, Family.id == Concern.family_id)
                .where(Concern.acknowledged_at.is_(None), in_scope(viewer, today))
            )
        )

    return _alone(complaints_of, sees, others), _alone(concerns_of, sees, others)


def led_by_council(staff: Staff, without: Iterable[str], today: date) -> int:
    """How many families somebody leads that are theirs by a council now and would not be ``without`` some.

    Those they lead for a colleague's council stay as they are. Source: service policy P5.
    """
    sees = viewers.by_uniquifier(staff.fs_uniquifier)
    if sees is None or sees.hub:
        return 0
    kept = {one.council_code for one in staff.councils} - set(without)
    by_council = replace(sees, id=NOBODY, covers=frozenset())
    later = replace(by_council, councils=_by_any_code(kept))
    led = select(func.count()).where(Family.lead_id == staff.id)
    return _count(led.where(in_scope(by_council, today))) - _count(
        led.where(in_scope(by_council, today), in_scope(later, today))
    )


def _alone(waiting: Callable[[Viewer], set[UUID]], sees: Viewer, others: Iterable[Viewer]) -> int:
    left = waiting(sees)
    for other in others:
        if not left:
            break
        left -= waiting(other)
    return len(left)


def _by_any_code(codes: Iterable[str]) -> frozenset[str]:
    given = set(codes)
    rows = db.session.execute(
        select(CouncilSuccessor.council_code, CouncilSuccessor.successor).where(
            or_(CouncilSuccessor.council_code.in_(given), CouncilSuccessor.successor.in_(given))
        )
    )
    return frozenset(given | {code for row in rows for code in row})


def _named(statement: Select[UUID, str]) -> Sequence[tuple[UUID, str]]:
    rows = db.session.execute(statement.order_by(Staff.name, Staff.id).distinct())
    return [(row.id, row.name) for row in rows]


def _count(statement: Select[int]) -> int:
    return db.session.scalar(statement) or 0
