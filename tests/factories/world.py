"""A family of Bexley with a record of each kind, for tests that walk over every page.

Ada's order is of 10 June 2023: Kent's last day is 10 June 2026. In September the family moved to Bexley, and
in January it will move to Doncaster.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.models.call import Call
from catchup.models.family import Family, OfferedTime
from catchup.models.handover import Handover
from catchup.models.staff import Staff
from catchup.models.workload import Reassignment, ReassignmentRow
from catchup.queries import beliefs, facts
from catchup.rules.terms import EscalationKind, HomeKind, Role, SupportKind, Undecided, WarningKind
from catchup.rules.workload import Passed
from catchup.services import (
    complaints,
    escalations,
    families,
    moves,
    offered_times,
    proposals,
    support,
    warnings,
)
from catchup.services.families import NewAddress, NewParent, NewPhone
from catchup.services.support import NewRequest
from tests.factories.concerns import a_concern
from tests.factories.decisions import a_council_decision
from tests.factories.events import a_call, a_signpost
from tests.factories.families import BEXLEY, DONCASTER, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.handovers import a_worker, checked
from tests.factories.sendings import a_contact, sent_by_link
from tests.factories.staff import staff_member
from tests.web.test_reading_period import a_conversation, family_home, follow

TODAY, SINCE, AHEAD = date(2026, 11, 23), date(2026, 9, 1), date(2027, 1, 11)
Ids = dict[str, UUID]


def family_that_moves(lead: Staff) -> Family:
    """The family today, committed; the clock stands at that day."""
    clock.move_to(date(2023, 7, 3))
    parent = NewParent("Sam Example", (NewPhone("+441632960101"),), "sam@example.com", may_email=True)
    family = a_family(
        [a_child(date(2023, 6, 10), first_name="Ada", allowance=True)],
        accepted_on=date(2023, 7, 3), lead=lead, parents=(parent,), name="The Marker family",
    )  # fmt: skip
    family_home(family, "12 Storybook Way", MEDWAY, date(2024, 1, 8))
    follow(date(2026, 6, 11))
    clock.move_to(SINCE)
    family_home(family, "9 Hidden Lane", BEXLEY, SINCE)
    follow(SINCE)
    clock.move_to(TODAY)
    return family


def record_of_each_kind(family: Family, lead: Staff) -> Ids:
    """A record of each kind that is of Bexley's time, by the name it has in an address; committed."""
    me, now = a_viewer(lead), clock.now()
    held = a_conversation(family, lead, date(2026, 10, 5), "Said in October")
    waiting = a_call(family, date(2026, 11, 20))
    child = facts.children([family.id])[family.id][0]
    request = support.request(
        child, family.id, NewRequest(kind=SupportKind.LIFE_STORY, child_id=child.id), TODAY, me
    )
    db.session.flush()
    db.session.add(RequestReview(request_id=request.id, raised_at=now, council_then=KENT, council_now=BEXLEY))
    signpost_id = a_signpost(family, held, lead, date(2026, 10, 5), council_code=BEXLEY)
    warning = warnings.add(
        family, WarningKind.OTHER, "Not alone", "Their manager", TODAY + timedelta(days=90), me
    )
    at = now + timedelta(days=3)
    offered_times.offer(db.session.get_one(Call, waiting), [at], me, now)
    raised = escalations.raise_to_manager(EscalationKind.NOT_REACHED, family.id, call_id=waiting)
    staff_member(Role.MANAGER, councils=(BEXLEY,))  # so that a concern need not climb to every manager
    concern = a_concern(family)
    decided = a_council_decision(family.children[0], BEXLEY, Undecided.DIVIDED, TODAY)
    address = families.add_address(family, NewAddress("3 Later Road", None, DONCASTER), family.parents)
    moves.move(family.children, HomeKind.ADDRESS, AHEAD, me, address=address)
    db.session.commit()
    ahead = db.session.scalars(select(Handover).where(Handover.change_on == AHEAD)).one()
    a_contact(DONCASTER)
    wish = NewAddress("4 Wished Road", None, DONCASTER)
    proposed = proposals.propose_home(family.parents[0], [child.id], wish, AHEAD)
    complaint = complaints.make(family.parents[0], "Nobody rang")
    alike = a_family([a_child(first_name="Ada")], lead=lead, home_council=BEXLEY, owning_council=BEXLEY)
    sent = sent_by_link(checked(ahead, a_worker(), a_worker()))
    passed_on = Reassignment(at=now, by_id=lead.id, reason="Somebody left")
    passed_on.rows = [ReassignmentRow(family_id=family.id, to_id=lead.id, passed=Passed.MOVED)]
    db.session.add(passed_on)
    db.session.commit()
    return {
        "family_id": family.id,
        "parent_id": family.parents[0].id,
        "phone_id": family.parents[0].phones[0].id,
        "child_id": child.id,
        "home_id": beliefs.homes_of(child.id)[-1].id,
        "decision_id": decided.id,
        "call_id": held,
        "request_id": request.id,
        "signpost_id": signpost_id,
        "warning_id": warning.id,
        "offered_id": db.session.scalars(select(OfferedTime.id)).one(),
        "escalation_id": raised.id,
        "concern_id": concern.id,
        "handover_id": ahead.id,
        "summary_id": ahead.summaries[-1].id,
        "sending_id": sent.sending.id,
        "proposal_id": proposed.id,
        "complaint_id": complaint.id,
        "reassignment_id": passed_on.id,
        "one_id": family.id,
        "other_id": alike.id,
    }
