"""What happens to a family: it is accepted, moves, pauses, leaves, comes back, is stopped, changes its lead.

Each act writes its rows, replans the family's calls and adds the audit row; the caller commits.
"""

from collections.abc import Mapping
from datetime import date
from os import urandom
from uuid import UUID

from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family, Lead, Membership, Pause, ShutOut, Stop
from catchup.models.manage import Wish
from catchup.models.plan import PlannedCall
from catchup.queries.scope import Viewer
from catchup.rules import references
from catchup.rules.calendar import ONE_DAY
from catchup.rules.terms import ClosedAs, EscalationKind
from catchup.services import alerts, audit, contacts, escalations, handover_planning, plans
from catchup.services.audit import Seen
from catchup.services.moves import move as move
from catchup.services.new_families import NewAddress as NewAddress
from catchup.services.new_families import NewChild as NewChild
from catchup.services.new_families import NewFamily as NewFamily
from catchup.services.new_families import NewHome as NewHome
from catchup.services.new_families import NewParent as NewParent
from catchup.services.new_families import NewPhone as NewPhone
from catchup.services.new_families import add_address as add_address
from catchup.services.new_families import add_child, add_parent


def accept(new: NewFamily, accepted_on: date, by: Viewer) -> Family:
    """Make a family of what was told; its welcome call is opened at once. Source: service policy R14, R23."""
    now = clock.now()
    family = Family(
        reference=references.make(urandom(references.RANDOM_BYTES)),
        name=new.name,
        owning_council=new.owning_council,
        lead_id=new.lead_id,
        language=new.language,
        adjustments=list(new.adjustments),
        good_times=dict(new.good_times),
        never_times=dict(new.never_times),
        evenings=new.evenings,
        preferred_month=new.preferred[0] if new.preferred else None,
        preferred_day=new.preferred[1] if new.preferred else None,
        before_we_ring=new.before_we_ring,
        created_at=now,
    )
    db.session.add(family)
    db.session.flush()
    parents = [add_parent(family, position, parent) for position, parent in enumerate(new.parents)]
    addresses = [
        add_address(family, address, [parents[position] for position in address.parents])
        for address in new.addresses
    ]
    for child in new.children:
        add_child(family, child, addresses, accepted_on, by)
    db.session.add(Membership(family_id=family.id, accepted_on=accepted_on, accepted_by=by.id))
    if new.lead_id:
        db.session.add(Lead(family_id=family.id, staff_id=new.lead_id, from_at=now))
    _changed(family, "family.accept", by)
    contacts.see_to_numbers(family, by)
    return family


def rename(family: Family, name: str, people: Mapping[UUID, str], by: Viewer) -> None:
    """Call the family and its people by these names from now on; ``people`` by the id of parent or child."""
    family.name = name
    for parent in family.parents:
        parent.name = people.get(parent.id, parent.name)
    for child in family.children:
        child.first_name = people.get(child.id, child.first_name)
    audit.record(by, Seen("family.rename", "family", family.id, family.id))


def prefer_day(family: Family, preferred: tuple[int, int] | None, by: Viewer | None) -> None:
    """Ring on another day of the year than the anniversary, as (month, day); None: on the anniversary.

    Only the days of calls not opened yet move. Source: service policy R12.
    """
    family.preferred_month, family.preferred_day = preferred or (None, None)
    _changed(family, "family.prefer_day", by)


def pause(family: Family, from_on: date, until_on: date, by: Viewer | None) -> Pause:
    """The family asks not to be rung for a while, both days included; ``by`` None: on its own page.

    Source: service policy R15.
    """
    made = Pause(
        family_id=family.id,
        from_on=from_on,
        until_on=until_on,
        recorded_at=clock.now(),
        recorded_by=by.id if by else None,
    )
    db.session.add(made)
    _changed(family, "family.pause", by)
    return made


def end_pause(pause: Pause, by: Viewer | None) -> None:
    """The family wants to be rung again: a pause ends with yesterday, and one that began today never was.

    What is owed is planned afresh. Source: service policy R15.
    """
    family, yesterday = pause.family, clock.today() - ONE_DAY
    if pause.from_on <= yesterday:
        pause.until_on = min(pause.until_on, yesterday)
    else:
        db.session.execute(update(Wish).where(Wish.pause_id == pause.id).values(pause_id=None))
        family.pauses.remove(pause)
        db.session.delete(pause)
    _changed(family, "family.end_pause", by)


def leave(family: Family, on: date, reason: str | None, by: Viewer | None) -> None:
    """The family leaves the scheme: every open call ends, the record stays.

    ``by`` None: the family by itself, or the night. Source: service policy P2, R21.
    """
    for membership in family.memberships:
        if membership.left_on is None:
            membership.left_on = max(on, membership.accepted_on)
            membership.left_reason = reason
    db.session.flush()
    _cancel_asked_for(family.id)
    _changed(family, "family.leave", by)


def come_back(family: Family, accepted_on: date, by: Viewer) -> None:
    """The family joins again: a new welcome call, and no cycle of the time between. Source: policy R14."""
    db.session.add(Membership(family_id=family.id, accepted_on=accepted_on, accepted_by=by.id))
    db.session.flush()
    db.session.refresh(family, ["memberships"])
    _changed(family, "family.come_back", by)


def stop_everything(family: Family, reason: str, by: Viewer) -> None:
    """Calls, messages and handover steps stop at once and a manager is told. Source: service policy R22."""
    if any(stop.lifted_at is None for stop in family.stops):
        return
    now = clock.now()
    family.stops.append(Stop(family_id=family.id, reason=reason, stopped_at=now, stopped_by=by.id))
    escalations.raise_to_manager(EscalationKind.STOPPED, family.id, by=by, reason=reason)
    alerts.tell_managers(family.id, EscalationKind.STOPPED)
    db.session.execute(
        update(Call).where(Call.family_id == family.id).values(claimed_by=None, claimed_until=None)
    )
    _changed(family, "family.stop", by)


def start_again(family: Family, by: Viewer) -> None:
    """A manager lets calls, messages and handovers go on. Raises PermissionError for anybody else.

    Source: service policy R22.
    """
    if not by.manages:
        raise PermissionError("Only a manager starts a stopped family again.")
    for stop in family.stops:
        if stop.lifted_at is None:
            stop.lifted_at = clock.now()
            stop.lifted_by = by.id
    _changed(family, "family.start_again", by)


def change_lead(family: Family, lead_id: UUID, by: Viewer, reason: str | None = None) -> None:
    """Somebody else rings this family from now on, its open calls included."""
    now = clock.now()
    for lead in family.leads:
        if lead.until_at is None:
            lead.until_at = now
    family.leads.append(Lead(family_id=family.id, staff_id=lead_id, from_at=now, reason=reason))
    family.lead_id = lead_id
    db.session.execute(
        update(Call).where(Call.family_id == family.id, Call.closed_at.is_(None)).values(lead_id=lead_id)
    )
    audit.record(by, Seen("family.change_lead", "family", family.id, family.id))


def shut_out(family: Family, staff_id: UUID, by: Viewer) -> None:
    """Keep one member of staff away from a family; a lead who is shut out leads it no longer."""
    known = select(ShutOut.id).where(ShutOut.family_id == family.id, ShutOut.staff_id == staff_id)
    if db.session.scalar(known) is None:
        db.session.add(ShutOut(family_id=family.id, staff_id=staff_id, since=clock.now(), set_by=by.id))
    audit.record(by, Seen("family.shut_out", "family", family.id, family.id))


def _changed(family: Family, action: str, by: Viewer | None) -> None:
    db.session.flush()
    plans.replan([family.id], clock.today())
    handover_planning.plan_for([family.id], clock.today())
    audit.record(by, Seen(action, "family", family.id, family.id))


def _cancel_asked_for(family_id: UUID) -> None:
    """End calls that no rule planned: those asked for and follow-ups."""
    asked_for = PlannedCall.kind.not_in(plans.FROM_THE_RULE)
    ids = db.session.scalars(
        select(PlannedCall.id).where(PlannedCall.family_id == family_id, asked_for)
    ).all()
    db.session.execute(
        update(Call)
        .where(Call.id.in_(ids), Call.closed_at.is_(None))
        .values(closed_at=clock.now(), closed_as=ClosedAs.CANCELLED, version=Call.version + 1)
    )
    for call_id in ids:
        plans.forget(call_id)
