"""Taking a registration to be of a family that is there already: somebody decides, and says how they know.

Nothing that the record says is overwritten, and how to reach who registered becomes nobody else's. What is
added is kept by its ids, so that ``services.unlinking`` can take away just that. The caller commits.
Source: service policy R23.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Escalation
from catchup.models.family import Child, Family, Parent
from catchup.models.handover import Handover
from catchup.models.home import Address
from catchup.models.matching import Linking
from catchup.models.registration import Registration, RegistrationDecision
from catchup.queries import families as queries
from catchup.queries.scope import Viewer
from catchup.rules import matching
from catchup.rules import registration as rule
from catchup.rules.registration import Application, ChildSaid
from catchup.services import audit, contacts, families, handover_planning, plans
from catchup.services import registrations as deciding
from catchup.services.audit import Seen
from catchup.services.new_families import (
    NewAddress,
    add_address,
    add_child,
    add_parent,
    email_index,
    phone_row,
)
from catchup.services.registrations import NamedConfirmation, RecordedOrderEvidence

MOST_PARENTS = 2


class CannotLinkError(Exception):
    """It cannot be linked like this. The text is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken over. ``parent_id`` is who registered, None a second parent who is not there yet.

    ``children`` are positions in the form's list; ``address``: where who registered lives.
    """

    parent_id: UUID | None
    children: tuple[int, ...] = ()
    address: bool = False
    come_back: bool = False


def link(
    registration: Registration,
    family: Family,
    taken: Taken,
    evidence: RecordedOrderEvidence | NamedConfirmation,
    reason: str,
    by: Viewer,
    seen_version: int,
) -> Linking:
    """Take a registration to be of this family. ``reason`` says how that is known.

    Raises AlreadyDecidedError, NoEvidenceError, CannotLinkError.
    """
    now = clock.now()  # before anything is recorded: what is recorded from now on came with it
    deciding.hold(registration, seen_version)
    db.session.refresh(family, with_for_update=True)
    # As they are now that nobody else can change them.
    db.session.refresh(family, ["parents", "children", "memberships", "stops"])
    if any(stop.lifted_at is None for stop in family.stops):
        raise CannotLinkError("Everything is stopped for this family. A manager has to start it again first.")
    said = rule.read(registration.answers)
    before = _standing(family)
    added: dict[str, list[str]] = defaultdict(list)
    for order in deciding.prove(registration, evidence, by, family.id):
        if order.family_id is None:
            order.family_id = family.id
            added["orders"].append(str(order.id))
    registrant = _registrant(registration, family, said, taken, added)
    _children(family, said, taken, registrant, added, by)
    if taken.come_back:
        _come_back(family, added, by)
    else:
        db.session.flush()
        plans.replan([family.id], clock.today())
        handover_planning.plan_for([family.id], clock.today())
    contacts.see_to_numbers(family, by)
    _what_changed(before, _standing(family), added)
    registration.family_id = family.id
    deciding.decide(registration, RegistrationDecision.ACCEPTED, by)
    linking = Linking(
        registration_id=registration.id,
        family_id=family.id,
        reason=reason,
        added=dict(added),
        linked_at=now,
        linked_by=by.id,
    )
    db.session.add(linking)
    db.session.flush()
    audit.record(by, Seen("registration.link", "registration", registration.id, family.id))
    return linking


def children_not_there(family: Family, said: Application) -> Sequence[int]:
    """Positions of the children of the form whom the family's record does not have."""
    return [
        position
        for position, child in enumerate(said.children)
        if not any(_is_same(child, known) for known in family.children)
    ]


def can_come_back(family: Family) -> bool:
    """Whether the family has left, on an earlier day than today."""
    return bool(family.memberships) and all(
        one.left_on is not None and one.accepted_on < clock.today() for one in family.memberships
    )


def _is_same(child: ChildSaid, known: Child) -> bool:
    """The same date of birth and a name that may be written another way: no second record of one child."""
    alike = matching.names_alike(child.first_name, known.first_name)
    return child.born_on == known.born_on and alike.is_alike


def _registrant(
    registration: Registration, family: Family, said: Application, taken: Taken, added: dict[str, list[str]]
) -> Parent:
    """Who filled in the form, among the parents; a second parent's details come from that parent alone."""
    how = f"Registered themselves, {registration.reference}"
    if taken.parent_id is None:
        if len(family.parents) >= MOST_PARENTS:
            raise CannotLinkError("This family has two parents already: choose which of them registered.")
        position = max((parent.position for parent in family.parents), default=-1) + 1
        parent = add_parent(family, position, deciding.new_parent(said))
        parent.confirmed_how = how
        db.session.flush()
        db.session.refresh(family, ["parents"])
        added["parents"].append(str(parent.id))
        return parent
    found = next((parent for parent in family.parents if parent.id == taken.parent_id), None)
    if found is None:
        raise CannotLinkError("Choose who registered among the parents of this family.")
    if found.confirmed_at is None:
        added["told"] = _confirm(found, said, how)
        added["confirmed"].append(str(found.id))
    return found


def _confirm(parent: Parent, said: Application, how: str) -> list[str]:
    """A second parent has come themselves: what they say of themselves joins what was said of them.

    Returns the names of what had not been said before.
    """
    new = deciding.new_parent(said)
    parent.confirmed_at, parent.confirmed_how = clock.now(), how
    told = [name for name in ("ethnic_group", "disability") if getattr(parent, name) is None]
    if parent.email is None and new.email is not None:
        parent.email_index = email_index(new.email)
        told += ["email", "may_email", "email_shared_with"]
    for name in told:
        setattr(parent, name, getattr(new, name))
    current = [phone for phone in parent.phones if phone.superseded_at is None]
    position = max((phone.position for phone in parent.phones), default=-1) + 1
    for number, phone in enumerate(new.phones):
        if phone.number not in {known.number for known in current}:
            parent.phones.append(phone_row(phone, position + number))
    return [*told, "email_index"] if "email" in told else told


def _children(
    family: Family, said: Application, taken: Taken, parent: Parent, added: dict[str, list[str]], by: Viewer
) -> None:
    """The children chosen, with their orders and homes, and where who registered lives."""
    missing = children_not_there(family, said)
    if not set(taken.children) <= set(missing):
        raise CannotLinkError("One of these children is in the family’s record already.")
    wanted = {said.children[number].home for number in taken.children}
    places = {place for place, home in enumerate(said.homes) if taken.address and 0 in home.parents}
    lived = {place: _place(family, said, place, parent, added) for place in sorted(places)}
    for place in sorted(one for one in wanted if one is not None and one not in lived):
        lived[place] = _place(family, said, place, parent, added)
    addresses = [lived[place] for place in sorted(lived)]
    position = {place: number for number, place in enumerate(sorted(lived))}
    for number in taken.children:
        new = deciding.new_child(said.children[number], position)
        child = add_child(family, new, addresses, clock.today(), by)
        added["children"].append(str(child.id))
    db.session.flush()
    db.session.refresh(family, ["children"])


def _place(
    family: Family, said: Application, place: int, parent: Parent, added: dict[str, list[str]]
) -> Address:
    """A home of the form: the address there is, where the record has just this one, else a new one."""
    home = said.homes[place]
    known = queries.addresses(family)
    found = next((one for one in known if _is_at(one, home.lines, home.postcode)), None)
    if found is None:
        parents = [parent] if 0 in home.parents else []
        new = NewAddress(home.lines, home.postcode, home.council, home.outside_england)
        found = add_address(family, new, parents)
        added["addresses"].append(str(found.id))
    elif 0 in home.parents and parent not in found.parents:
        found.parents.append(parent)
        added["lives_at"].append(str(found.id))
        added["lives_there"] = [str(parent.id)]
    return found


def _is_at(address: Address, lines: str, postcode: str) -> bool:
    same = (address.lines.casefold().split(), address.postcode) == (lines.casefold().split(), postcode)
    return same


def _come_back(family: Family, added: dict[str, list[str]], by: Viewer) -> None:
    if not can_come_back(family):
        raise CannotLinkError("This family is in the scheme, or has left it only today.")
    families.come_back(family, clock.today(), by)
    added["memberships"].append(str(next(one.id for one in family.memberships if one.left_on is None)))


def _standing(family: Family) -> dict[str, set[str]]:
    """What joining again, or another number, may end of itself."""
    live = select(Handover.id).where(Handover.family_id == family.id, Handover.withdrawn_at.is_(None))
    asked = select(Escalation.id).where(Escalation.family_id == family.id, Escalation.decided_at.is_(None))
    return {name: set(map(str, db.session.scalars(ids))) for name, ids in (("live", live), ("asked", asked))}


def _what_changed(before: dict[str, set[str]], now: dict[str, set[str]], added: dict[str, Any]) -> None:
    """Handovers that were withdrawn and questions that were settled, to be as they were after an undoing."""
    added["withdrawn"] = sorted(before["live"] - now["live"])
    added["planned"] = sorted(now["live"] - before["live"])
    added["settled"] = sorted(before["asked"] - now["asked"])
