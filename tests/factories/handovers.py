"""Handovers with safe defaults: Kent to Medway on 11 June 2026."""

from datetime import date
from typing import Any

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import handovers
from catchup.services.families import NewParent, NewPhone
from catchup.services.handover_summaries import Written
from catchup.services.handovers import Telling
from tests.factories.families import KENT, a_child, a_family, a_viewer
from tests.factories.staff import staff_member

ORDER_ON, CHANGE_ON = date(2023, 6, 10), date(2026, 6, 11)
WRITTEN = Written(
    asks="Confirm that the therapy goes on, and name a worker.",
    asked_by_on=date(2026, 6, 1),
    agreed_to_share="Everything here. Both parents said so.",
    therapy_provider="Invented Therapies",
    funded_until_on=date(2026, 9, 30),
    reapplies="Medway",
)


def a_worker(role: Role = Role.LEAD) -> Viewer:
    """A member of staff of Kent as services see them."""
    return a_viewer(staff_member(role, councils=(KENT,), phone="01632 960 001"))


def one_handover(family: Family) -> Handover:
    """The only handover there is of a family."""
    return db.session.scalars(select(Handover).where(Handover.family_id == family.id)).one()


def a_handover(*, full: bool = True, **facts: Any) -> Handover:
    """Planned, for a parent who may be texted; full because of an allowance unless told otherwise.

    The clock must stand where it is planned: from 11 December 2025 on.
    """
    family = {
        "lead": staff_member(councils=(KENT,), name="Priya Example", phone="01632 960 001"),
        "parents": (NewParent("Sam Example", (NewPhone("+447700900101", may_text=True),)),),
        "accepted_on": date(2023, 7, 3),
    } | facts
    children = family.pop("children", [a_child(ORDER_ON, allowance=full, first_name="Ada")])
    return one_handover(a_family(children, **family))


def told(handover: Handover, by: Viewer) -> Handover:
    """The family was told by letter."""
    handovers.tell_family(handover, Telling.LETTER, by, handover.version)
    db.session.commit()
    return handover


def written(handover: Handover, by: Viewer) -> Handover:
    """Told, and the summary written."""
    handovers.write_summary(told(handover, by), WRITTEN, by, handover.version)
    db.session.commit()
    return handover


def checked(handover: Handover, by: Viewer, checker: Viewer) -> Handover:
    """Told, written, and checked by a second person."""
    handovers.check_summary(written(handover, by), checker, handover.version)
    db.session.commit()
    return handover


def sent(handover: Handover, by: Viewer, checker: Viewer) -> Handover:
    """On its way to the next council."""
    handovers.send(checked(handover, by, checker), "Post-adoption team, Medway", by, handover.version)
    db.session.commit()
    return handover
