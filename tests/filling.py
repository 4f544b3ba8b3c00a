"""As many families as a test asks for: few by the factory, many by the demo and the benchmarks."""

from datetime import date

from sqlalchemy import func, select

from bench import worlds
from catchup.database import writing
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.job import ServiceKind, ServiceMark
from catchup.models.staff import StaffCouncil
from catchup.services import demo
from tests.factories.families import a_family

OF_THE_DEMO = 60


def fill(families: int) -> int:
    """One; or those of a demo in every state, and the rest with their plans and calls. Returns how many."""
    if families == 1:
        a_family()
    else:
        with writing():
            demo.load(OF_THE_DEMO, 1, date(2026, 11, 22), lambda what: None)
            db.session.get_one(ServiceMark, 1).kind = ServiceKind.REAL  # the tests' service is one
            db.session.commit()
        leads = list(db.session.scalars(select(StaffCouncil.staff_id).distinct()))
        worlds.add_families(worlds.Scale(families - OF_THE_DEMO, 3, len(leads)), leads)
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(Family)) or 0
