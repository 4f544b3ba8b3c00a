"""How much time a week people have for catch-up calls. The caller commits."""

from datetime import date

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.models.workload import StaffHours
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen


def set_hours(staff: Staff, from_on: date, minutes_a_week: int, by: Viewer) -> None:
    """So many minutes a week from a day on; what held before stays for the days before.

    Said twice for one day, the second counts. Raises ValueError for more minutes than a week has.
    """
    if not 0 <= minutes_a_week <= 7 * 24 * 60:
        raise ValueError("A week has 10,080 minutes.")
    # Two who say it at one time for one day take turns.
    db.session.execute(select(Staff.id).where(Staff.id == staff.id).with_for_update()).all()
    row = db.session.scalar(
        select(StaffHours).where(StaffHours.staff_id == staff.id, StaffHours.from_on == from_on)
    )
    if row is None:
        row = StaffHours(staff_id=staff.id, from_on=from_on)
        db.session.add(row)
    row.minutes_a_week, row.set_at, row.set_by = minutes_a_week, clock.now(), by.id
    db.session.flush()
    audit.record(by, Seen("hours.set", "staff", staff.id))
