"""What befalls the families that stand for a trap: moves, a pause, a stop, a concern, handovers."""

from datetime import date, time, timedelta
from uuid import uuid4

from sqlalchemy import insert, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call
from catchup.models.family import Family
from catchup.models.handover import Handover, HandoverStep
from catchup.models.signpost import SupportRequest, SupportRequestStep
from catchup.queries import council_contacts, directories
from catchup.queries.scope import Viewer
from catchup.rules import handover as rule
from catchup.rules.terms import (
    Band,
    HandoverKind,
    HandoverStepKind,
    HomeKind,
    Outcome,
    SupportKind,
    SupportStep,
)
from catchup.services import (
    families,
    handover_notices,
    handover_planning,
    handover_reminders,
    handover_sendings,
    handover_telling,
    handovers,
)
from catchup.services.demo import concerns, contact_rules
from catchup.services.demo.people import KENT, ROTHERHAM
from catchup.services.demo.population import Invented
from catchup.services.handover_summaries import Written
from catchup.services.handovers import Telling

Made = list[tuple[Invented, Family]]


def before_the_calls(made: Made, known: dict[str, Viewer], today: date) -> None:
    """Facts that change which calls are owed."""
    lead, manager = known["priya@example.com"], known["morgan@example.com"]
    for invented, family in made:
        match invented.trap:
            case "moved":
                clock.move_to(today - timedelta(days=45))
                place = families.NewAddress("31 Make-Believe Lane", "S60 1AE", ROTHERHAM)
                address = families.add_address(family, place, family.parents)
                moved_on = today - timedelta(days=40)
                families.move(family.children, HomeKind.ADDRESS, moved_on, lead, address=address)
            case "paused":
                clock.move_to(today - timedelta(days=20))
                families.pause(family, today - timedelta(days=20), today + timedelta(days=40), lead)
            case "stopped":
                clock.move_to(today - timedelta(days=9))
                families.stop_everything(family, "There has been a death in the family.", lead)
            case "came back":
                clock.move_to(today - timedelta(days=700))
                families.leave(family, today - timedelta(days=700), "We felt settled.", lead)
                clock.move_to(today - timedelta(days=150))
                families.come_back(family, today - timedelta(days=150), lead)
            case "child died":
                clock.move_to(today - timedelta(days=200))
                families.move(family.children[:1], HomeKind.DIED, today - timedelta(days=210), lead)
            case "looked after":
                clock.move_to(today - timedelta(days=90))
                since = today - timedelta(days=90)
                families.move(family.children, HomeKind.LOOKED_AFTER, since, manager, council_code=KENT)
    clock.move_to(today)


def after_the_calls(made: Made, known: dict[str, Viewer], today: date) -> None:
    """What is going on just now: a promise, a concern, requests, handovers under way."""
    lead, manager = known["priya@example.com"], known["morgan@example.com"]
    by_trap = {invented.trap: family for invented, family in made if invented.trap}
    if family := by_trap.get("rearranged"):
        _promise(family, lead, today)
    if family := by_trap.get("concern"):
        call = _open_call(family)
        concerns.wait_for_a_manager(family, call.id if call else None, lead)
    if family := by_trap.get("hard year"):
        concerns.wait_for_the_front_door(family, lead, manager, today)
    if family := by_trap.get("accepted handover"):
        concerns.settle(family, lead, manager, today)
    for name in ("overdue handover", "queried handover", "accepted handover", "hard year"):
        if family := by_trap.get(name):
            _request(family, lead, today)
    handover_planning.plan_due(today)
    _planned_in_time(today)
    for name, last in (
        ("overdue handover", HandoverStepKind.SENT),
        ("queried handover", HandoverStepKind.QUERIED),
        ("accepted handover", HandoverStepKind.ACCEPTED),
    ):
        if family := by_trap.get(name):
            _hand_over(family, last, lead, manager, today)
    _tell_the_others(today)
    _letters_to_post(lead)
    handover_notices.on_the_day(today)
    handover_reminders.remind(today)
    if family := by_trap.get("hard year"):
        contact_rules.warn_and_offer(family, lead, manager, today)


def _tell_the_others(today: date) -> None:
    """Families whose change day is past, or near, were told when it was time; full ones were accepted."""
    told = select(HandoverStep.handover_id).where(HandoverStep.step == HandoverStepKind.FAMILY_TOLD)
    rows = []
    for handover in db.session.scalars(
        select(Handover).where(Handover.id.not_in(told)).order_by(Handover.id)
    ):
        told_on = handover.change_on - timedelta(days=91)
        if handover.to_council is None or told_on > today - timedelta(days=20):
            continue
        steps = [(HandoverStepKind.FAMILY_TOLD, told_on)]
        if handover.kind is HandoverKind.FULL and handover.change_on < today:
            steps += [
                (HandoverStepKind.SENT, handover.change_on - timedelta(days=30)),
                (HandoverStepKind.ACCEPTED, handover.change_on - timedelta(days=12)),
            ]
        rows += [
            {
                "id": uuid4(),
                "handover_id": handover.id,
                "step": step,
                "at": clock.instant(on, time(11)),
                "on": on,
                "by_id": handover.family.lead_id,
                "council_code": handover.to_council,
            }
            for step, on in steps
        ]
    if rows:
        db.session.execute(insert(HandoverStep), rows)


def _letters_to_post(lead: Viewer) -> None:
    """Some families are to be told by letter, and nobody has posted theirs yet."""
    told = select(HandoverStep.handover_id).where(HandoverStep.step == HandoverStepKind.FAMILY_TOLD)
    waiting = (
        select(Handover)
        .where(Handover.id.not_in(told), Handover.to_council.is_not(None), Handover.from_council.is_not(None))
        .order_by(Handover.change_on, Handover.id)
    )
    by_letter = []
    for handover in db.session.scalars(waiting):
        to = handover_notices.recipients(handover.family_id)
        if to and not any(one.address for one in to):
            by_letter.append((handover, handover.version))
        if len(by_letter) == 3:
            break
    handover_telling.tell_each(by_letter, lead)


def _promise(family: Family, lead: Viewer, today: date) -> None:
    call = _open_call(family)
    if call is None:
        return
    yesterday = today - timedelta(days=1)
    db.session.execute(
        insert(Attempt).values(
            id=uuid4(),
            call_id=call.id,
            at=clock.instant(yesterday, time(10, 12)),
            on=yesterday,
            band=Band.MORNING,
            outcome=Outcome.REARRANGED,
            counts=False,
            by_id=lead.id,
            promised_at=clock.instant(today, time(9, 30)),
        )
    )
    db.session.execute(
        update(Call)
        .where(Call.id == call.id)
        .values(promised_at=clock.instant(today, time(9, 30)), version=2)
    )


def _request(family: Family, lead: Viewer, today: date) -> None:
    received_on = today - timedelta(days=80)
    request = SupportRequest(
        family_id=family.id,
        child_id=family.children[0].id,
        kind=SupportKind.THERAPY_FUND,
        received_on=received_on,
        council_code=family.owning_council,
        council_reason="The placing council was responsible on the day the request was received.",
        recorded_by=lead.id,
    )
    request.steps = [
        SupportRequestStep(
            step=SupportStep.RECEIVED,
            on=received_on,
            recorded_at=clock.instant(received_on, time(12)),
            recorded_by=lead.id,
        )
    ]
    db.session.add(request)


def _hand_over(family: Family, last: HandoverStepKind, lead: Viewer, manager: Viewer, today: date) -> None:
    """Take the steps on their days, as people would."""
    one = db.session.scalars(select(Handover).where(Handover.family_id == family.id)).first()
    if one is None:
        return

    def on(days_before: int) -> None:
        clock.move_to(one.change_on - timedelta(days=days_before))

    on(90)
    handovers.tell_family(one, Telling.LETTER, lead, one.version)
    on(30)
    written = Written(
        asks="Confirm that the therapy goes on without a gap, and name a worker the family can ring.",
        asked_by_on=one.change_on,
        agreed_to_share="Everything here. The parents read it through with us.",
        therapy_provider="Lantern Play Therapy (invented)",
        funded_until_on=one.change_on + timedelta(days=120),
        reapplies="The next council, six weeks before the funding ends",
    )
    handovers.write_summary(one, written, lead, one.version)
    on(29)
    handovers.check_summary(one, manager, one.version)
    on(28)
    contact = council_contacts.current(one.to_council, clock.today())
    if last is HandoverStepKind.SENT and contact and contact.usable:
        clock.move_to(today - timedelta(days=5))
        handover_sendings.send([one], lead, {one.id: one.version})
    else:
        handovers.send(one, "Post-adoption support team", lead, one.version)
    on(21)
    if last is HandoverStepKind.QUERIED:
        handovers.query(one, "Which therapist, and funded until when?", lead, one.version)
    if last is HandoverStepKind.ACCEPTED:
        handovers.accept(one, "R. Duty, post-adoption team", lead, one.version)
    clock.move_to(today)


def _planned_in_time(today: date) -> None:
    """As if the nights before had been there: each planned six months ahead, or when the family joined."""
    for one in db.session.scalars(select(Handover)):
        accepted_on = max(membership.accepted_on for membership in one.family.memberships)
        plan_on = rule.plan_on(one.change_on, directories.policy(one.change_on))
        one.planned_on = min(max(plan_on, accepted_on), today)
        for step in one.steps:
            if step.step is HandoverStepKind.PLANNED:
                step.on, step.at = one.planned_on, clock.instant(one.planned_on, time(2))
    db.session.flush()


def _open_call(family: Family) -> Call | None:
    return db.session.scalars(
        select(Call)
        .where(Call.family_id == family.id, Call.closed_at.is_(None))
        .order_by(Call.due_on, Call.id)
    ).first()
