"""What staff do with a registration: accept it as a new family, or refuse it. The caller commits.

Nothing here looks for a family to join it to: a person compares and decides. Source: service policy R23.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.order import RecordedOrder
from catchup.models.registration import Evidence, Registration, RegistrationDecision
from catchup.queries import directories, recorded_orders
from catchup.queries.scope import Viewer
from catchup.rules import registration as rule
from catchup.rules import responsibility
from catchup.rules.registration import Application, ChildSaid
from catchup.services import audit, families
from catchup.services.audit import Seen
from catchup.services.families import NewAddress, NewChild, NewFamily, NewHome, NewParent, NewPhone


class AlreadyDecidedError(Exception):
    """Somebody decided, or changed the registration, since the page was opened."""


class NoEvidenceError(Exception):
    """The evidence does not hold. The text is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class RecordedOrderEvidence:
    """One of the orders the agency has recorded."""

    order_id: UUID


@dataclass(frozen=True, slots=True)
class NamedConfirmation:
    """Somebody at the placing council said so, by name and day."""

    name: str
    on: date


def accept(
    registration: Registration,
    evidence: RecordedOrderEvidence | NamedConfirmation,
    lead_id: UUID,
    by: Viewer,
    seen_version: int,
    keep_out: UUID | None = None,
) -> Family:
    """Make a family of a registration; the second parent's details wait for that parent's own word.

    ``keep_out`` is somebody the family knows, who is shut out from the first moment: not who will ring.
    Raises AlreadyDecidedError, NoEvidenceError. Source: service policy R23, R19, P5.
    """
    assert keep_out != lead_id  # noqa: S101 -- the form refuses it
    hold(registration, seen_version)
    today = clock.today()
    orders = prove(registration, evidence, by)
    said = rule.read(registration.answers)
    family = families.accept(_new_family(said, lead_id, owning_council(said, today, by)), today, by)
    if keep_out is not None:
        families.shut_out(family, keep_out, by)
    for order in orders:
        order.family_id = family.id
    registration.family_id = family.id
    decide(registration, RegistrationDecision.ACCEPTED, by)
    return family


def refuse(registration: Registration, reason: str, by: Viewer, seen_version: int) -> None:
    """Make no family of a registration, and say why. Raises AlreadyDecidedError."""
    hold(registration, seen_version)
    registration.refused_reason = reason
    decide(registration, RegistrationDecision.REFUSED, by)


def owning_council(said: Application, on: date, by: Viewer) -> str:
    """The council answerable for the record: the youngest child's responsible one, else home's, else placing.

    Where none of them is known it is one of the viewer's own. Raises NoEvidenceError where there is none.
    """
    child = said.youngest
    home = said.home_facts(child)
    answer = responsibility.responsible_on(
        child.order, [home], on, directories.councils(), directories.policy(child.order_on)
    )
    known = (answer.council, home.council, child.placing_council, by.employer, *sorted(by.councils))
    found = next((code for code in known if code), None)
    if found is None:
        raise NoEvidenceError("No council can be answerable for this record. Ask a manager of a council.")
    return found


def hold(registration: Registration, seen_version: int) -> None:
    """Lock the row, so that of two people deciding at once the second sees what the first decided.

    Raises AlreadyDecidedError.
    """
    db.session.refresh(registration, with_for_update=True)
    if registration.decision is not None or registration.version != seen_version:
        raise AlreadyDecidedError


def prove(
    registration: Registration,
    evidence: RecordedOrderEvidence | NamedConfirmation,
    by: Viewer,
    family_id: UUID | None = None,
) -> Sequence[RecordedOrder]:
    """Keep who says so, and return the recorded orders that say it, locked; those of ``family_id`` count too.

    Raises NoEvidenceError. Source: service policy R23.
    """
    if isinstance(evidence, NamedConfirmation):
        if not evidence.name.strip() or evidence.on > clock.today():
            raise NoEvidenceError("A confirmation needs the name of who gave it, and a day that has come.")
        registration.evidence = Evidence.PLACING_COUNCIL
        registration.confirmed_by_name, registration.confirmed_on = evidence.name, evidence.on
        return ()
    orders = _recorded_orders(evidence.order_id, by)
    if any(order.family_id not in (None, family_id) for order in orders):
        raise NoEvidenceError("This recorded order already belongs to a family.")
    registration.evidence = Evidence.RECORDED_ORDER
    registration.recorded_order_id = evidence.order_id
    return orders


def decide(registration: Registration, decision: RegistrationDecision, by: Viewer) -> None:
    """Write down what was decided, when and by whom."""
    registration.decision = decision
    registration.decided_at = clock.now()
    registration.decided_by = by.id
    db.session.flush()
    action = {RegistrationDecision.ACCEPTED: "accept", RegistrationDecision.REFUSED: "refuse"}[decision]
    audit.record(by, Seen(f"registration.{action}", "registration", registration.id, registration.family_id))


def wait_again(registration: Registration) -> None:
    """It waits to be decided on as if nobody had; late as it is, it is looked at today."""
    registration.decision = registration.decided_at = registration.decided_by = None
    registration.family_id = registration.evidence = registration.recorded_order_id = None
    registration.confirmed_by_name = registration.confirmed_on = None
    registration.look_by_on = max(registration.look_by_on, clock.today())


def _recorded_orders(order_id: UUID, by: Viewer) -> Sequence[RecordedOrder]:
    """The recorded orders of one family, the chosen one among them, locked until the commit."""
    reference = db.session.scalar(
        select(RecordedOrder.family_reference).where(
            RecordedOrder.id == order_id, recorded_orders.in_reach(by)
        )
    )
    orders = db.session.scalars(
        select(RecordedOrder)
        .where(RecordedOrder.family_reference == reference)
        .order_by(RecordedOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not orders:
        raise NoEvidenceError("Choose one of the recorded orders.")
    return orders


def new_parent(said: Application) -> NewParent:
    """Who filled in the form, with what they said of themselves."""
    return NewParent(
        name=said.name,
        phones=tuple(
            NewPhone(phone.number, phone.may_leave_message, phone.may_text, phone.who_else, phone.code_phrase)
            for phone in said.phones
        ),
        email=said.email,
        may_email=said.may_email,
        email_shared_with=said.email_shared_with,
        ethnic_group=said.ethnic_group,
        disability=said.disability,
    )


def _new_family(said: Application, lead_id: UUID, owning: str) -> NewFamily:
    second = (NewParent(said.other_parent, confirmed=False),) if said.other_parent else ()
    before = [said.note, f"Knows somebody who works here: {said.people_known}" if said.people_known else None]
    return NewFamily(
        name=f"The {said.name.split()[-1]} family",
        owning_council=owning,
        parents=(new_parent(said), *second),
        addresses=tuple(
            NewAddress(home.lines, home.postcode, home.council, home.outside_england, home.parents)
            for home in said.homes
        ),
        children=tuple(new_child(child) for child in said.children),
        lead_id=lead_id,
        language=said.language,
        adjustments=said.adjustments,
        good_times=said.good_times,
        never_times=said.never_times,
        evenings=said.evenings,
        before_we_ring="\n\n".join(filter(None, before)) or None,
    )


def new_child(child: ChildSaid, places: Mapping[int, int] | None = None) -> NewChild:
    """A child as the form described it; ``places``: where each home of the form stands among addresses."""
    home = child.home if places is None or child.home is None else places[child.home]
    return NewChild(
        first_name=child.first_name,
        born_on=child.born_on,
        order_on=child.order_on,
        placing=child.placing,
        placing_council=child.placing_council,
        homes=(NewHome(child.home_kind, home),),
    )
