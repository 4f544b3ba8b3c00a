"""What happens to the families of a world of chance: calls, talks, help, concerns, handovers, answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from catchup.models.call import Attempt, Call, Conversation
from catchup.models.concern import Concern
from catchup.models.handover import Handover, HandoverStep
from catchup.models.manage import CallAnswer, Complaint
from catchup.models.signpost import Signpost, SignpostResult, SupportRequest, SupportRequestStep
from catchup.rules.terms import (
    Barrier,
    CallKind,
    Category,
    ClosedAs,
    ConcernKind,
    HandoverKind,
    HandoverReason,
    HandoverStepKind,
    Need,
    Outcome,
    SignpostOutcome,
    SupportKind,
    SupportStep,
    Worth,
)
from tests.queries.world_families import Household

if TYPE_CHECKING:
    from tests.queries.worlds import World

TRIED = [outcome for outcome in Outcome if outcome is not Outcome.COMPLETED]
HELD_AFTER = (-20, -3, -1, 0, 0, 1, 3, 9, 20, 27, 28, 29, 45, 150)
NEEDS = ((Need.NONE, Need.SOME, Need.HIGH, Need.CRISIS), (4, 3, 2, 1))


def tell(world: World, household: Household) -> None:
    """Every call the household was owed, and everything else that happened to it."""
    talked: set[date] = set()  # one conversation a day, so that it is certain which was the first
    for kind, cycle, due_on in _owed(world, household):
        _call(world, household, kind, cycle, due_on, talked)
    joined_on = household.memberships[0][0]
    for kid in household.children:
        if world.chance(0.15):
            _request(world, household, world.day(joined_on, world.today), None)
        if world.chance(0.06):
            _concern(world, household, world.day(joined_on, world.today))
        if world.chance(0.5):
            _handovers(world, household, kid.id, kid.order_on)
    if world.chance(0.04):
        made_at = world.instant(world.day(joined_on, world.today))
        parent, by_on = world.one_of(household.parents), made_at.date() + timedelta(14)
        world.put(
            Complaint,
            family_id=household.id,
            parent_id=parent,
            words="I was not rung back",
            made_at=made_at,
            answer_by_on=by_on,
        )


def _owed(world: World, household: Household) -> list[tuple[CallKind, int, date]]:
    first, latest = household.first_order_on, world.today + timedelta(28)
    owed = []
    for joined_on, _ in household.memberships:
        owed.append((CallKind.WELCOME, joined_on.toordinal(), joined_on + timedelta(14)))
    for cycle in range(1, 9):
        leap = (first.month, first.day) == (2, 29)
        cycle_on = date(first.year + cycle, first.month, 28 if leap else first.day)
        due_on = cycle_on + timedelta((0, 0, 0, 0, 0, 2, 1)[cycle_on.weekday()])
        if household.memberships[0][0] + timedelta(90) <= cycle_on and due_on <= latest:
            owed.append((CallKind.ANNUAL, cycle, due_on))
    for kind in (CallKind.REQUESTED, CallKind.FOLLOW_UP):
        if world.chance(0.4):
            owed.append((kind, 1, world.day(household.memberships[0][0], latest)))
    return owed


def _call(
    world: World, household: Household, kind: CallKind, cycle: int, due_on: date, talked: set[date]
) -> None:
    held_on, closing = None, _closing(world, household, due_on)
    if closing["closed_as"] is ClosedAs.DONE:
        held_on = closing["closed_at"].astimezone(world.zone).date()
        if held_on in talked:
            return
        talked.add(held_on)
    call = world.put(
        Call,
        family_id=household.id,
        kind=kind,
        cycle=cycle,
        cycle_on=due_on,
        due_on=due_on,
        opens_on=due_on - timedelta(28),
        opened_on=min(due_on - timedelta(28), world.today),
        council_code=world.council_or_none(due_on),
        held_on=held_on,
        held_council=world.council_or_none(held_on) if held_on else None,
        **closing,
    )
    for _ in range(world.one_of((0, 0, 1, 2))):
        _attempt(
            world, call, min(due_on + timedelta(world.one_of((-9, 0, 5))), world.today), world.one_of(TRIED)
        )
    if held_on:
        _conversation(world, household, call, held_on, closing["closed_at"])


def _closing(world: World, household: Household, due_on: date) -> dict[str, Any]:
    """How a call ended: held, not reached, called off by somebody or by the plan, or not at all."""
    left_on = world.one_of([left for _, left in household.memberships])
    how = world.random.random()
    if how < 0.64:
        on, closed_as = due_on + timedelta(world.one_of(HELD_AFTER)), ClosedAs.DONE
    elif how < 0.74:
        on, closed_as = due_on + timedelta(world.one_of((-3, 5, 40))), ClosedAs.NOT_REACHED
    elif how < 0.78:
        on, closed_as = due_on + timedelta(world.one_of((-5, 0, 7))), ClosedAs.CANCELLED
    elif how < 0.88:
        on, closed_as = due_on + timedelta(world.one_of((-20, -1, 0, 1, 12))), ClosedAs.CANCELLED
        if left_on and world.chance(0.7):
            on = left_on + timedelta(world.one_of((0, 0, 1)))
    else:
        return {"closed_at": None, "closed_as": None, "closed_by": None}
    if on > world.today:
        return {"closed_at": None, "closed_as": None, "closed_by": None}
    by_the_plan = how >= 0.78 or (closed_as is ClosedAs.NOT_REACHED and world.chance(0.5))
    by = None if by_the_plan else world.somebody()
    return {"closed_at": world.instant(on), "closed_as": closed_as, "closed_by": by}


def _attempt(world: World, call: UUID, on: date, outcome: Outcome) -> None:
    at, by = world.instant(on), world.somebody()
    world.put(Attempt, call_id=call, at=at, on=on, outcome=outcome, counts=True, by_id=by)


def _conversation(world: World, household: Household, call: UUID, on: date, at: datetime) -> None:
    if world.chance(0.9):
        _attempt(world, call, on, Outcome.COMPLETED)
    if world.chance(0.98):
        world.put(
            Conversation,
            call_id=call,
            held_at=at,
            by_id=world.somebody(),
            free_to_talk=True,
            identity_checked=True,
            need=world.one_of(*NEEDS),
            concern=False,
            minutes=world.one_of((None, 5, 20, 35, 90)),
        )
    for _ in range(world.one_of((0, 0, 1, 1, 3))):
        _signpost(world, household, call, on)
    if world.chance(0.15):
        _request(world, household, on, call)
    for parent in household.parents:
        if world.chance(0.2):
            said = {"worth": world.one_of(list(Worth)), "said_at": world.instant(on)}
            world.put(CallAnswer, family_id=household.id, parent_id=parent, call_id=call, **said)


def _signpost(world: World, household: Household, call: UUID, on: date) -> None:
    given_on = min(on + timedelta(1), world.today) if world.chance(0.05) else on
    signpost = world.put(
        Signpost,
        family_id=household.id,
        call_id=call,
        written_in="A group nearby",
        category=world.one_of([*Category, Category.NOTHING, Category.NOTHING, Category.NOTHING]),
        agreed=True,
        given_on=given_on,
        council_code=world.council_or_none(given_on),
        given_by=world.somebody(),
    )
    known_on = given_on
    for _ in range(world.one_of((0, 1, 1, 2, 3))):
        known_on = min(known_on + timedelta(world.one_of((0, 1, 60))), world.today)
        outcome = world.one_of(list(SignpostOutcome))
        refused = outcome is SignpostOutcome.NOT_TAKEN_UP
        world.put(
            SignpostResult,
            signpost_id=signpost,
            outcome=outcome,
            barrier=world.one_of(list(Barrier)) if refused else None,
            recorded_at=world.instant(known_on),
            known_on=known_on,
            recorded_by=world.somebody(),
        )


def _request(world: World, household: Household, received_on: date, call: UUID | None) -> None:
    request = world.put(
        SupportRequest,
        family_id=household.id,
        child_id=world.one_of(household.children).id,
        call_id=call,
        kind=world.one_of(list(SupportKind)),
        received_on=received_on,
        council_code=world.council_or_none(received_on),
        council_reason="By the rule of that day.",
        recorded_by=world.somebody(),
    )
    ways: tuple[tuple[SupportStep, ...], ...] = (
        (),
        (SupportStep.DECIDED,),
        (SupportStep.DECIDED, SupportStep.STARTED),
        (SupportStep.DECIDED, SupportStep.STARTED),
        (SupportStep.DECIDED, SupportStep.REFUSED),
        (SupportStep.REFUSED,),
    )
    on = received_on
    for step in (SupportStep.RECEIVED, *world.one_of(ways)):
        if step is not SupportStep.RECEIVED:
            on += timedelta(world.one_of((0, 1, 28, 29, 56, 57, 84, 85, 200)))
        if on <= world.today:
            at, by = world.instant(on), world.somebody()
            world.put(
                SupportRequestStep, request_id=request, step=step, on=on, recorded_at=at, recorded_by=by
            )


def _concern(world: World, household: Household, on: date) -> None:
    recorded_at = world.instant(on)
    told_at = recorded_at + timedelta(minutes=world.one_of((-200, -20, 0, 1, 30, 90, 600, 3000)))
    told = world.chance(0.8)
    world.put(
        Concern,
        family_id=household.id,
        child_id=world.one_of([None, *(kid.id for kid in household.children)]),
        kind=world.one_of(list(ConcernKind)),
        what="Something said",
        where_child_is="At home",
        council_code=world.council_or_none(on),
        told_at=told_at if told else None,
        told_who="The duty desk" if told else None,
        told_reference="awaited" if told else None,
        parent_told=True if told else None,
        no_referral_reason=None if told else "It was long ago",
        agreed_by=None if told else world.somebody(),
        recorded_at=recorded_at,
        recorded_by=world.somebody(),
    )


def _handovers(world: World, household: Household, child: UUID, order_on: date) -> None:
    leap = (order_on.month, order_on.day) == (2, 29)
    third = date(order_on.year + 3, order_on.month, 28 if leap else order_on.day) + timedelta(1)
    days = {third: HandoverReason.THREE_YEARS}
    if world.chance(0.3):
        days.setdefault(world.day(order_on, world.today + timedelta(100)), HandoverReason.MOVE)
    for change_on, reason in days.items():
        planned_on = change_on - timedelta(180)
        if planned_on > world.today:
            continue
        to_council = world.council_or_none(change_on)
        handover = world.put(
            Handover,
            family_id=household.id,
            child_id=child,
            change_on=change_on,
            from_council=world.council_or_none(change_on),
            to_council=to_council,
            reason=reason,
            why="Three years after the order.",
            kind=world.one_of(list(HandoverKind)),
            planned_on=planned_on,
            withdrawn_at=world.instant(planned_on) if world.chance(0.1) else None,
        )
        on = planned_on
        kinds = world.one_of(WAYS)
        for kind in kinds:
            if on <= world.today:
                council = world.council_or_none(change_on) if world.chance(0.1) else to_council
                at = world.instant(on)
                world.put(HandoverStep, handover_id=handover, step=kind, at=at, on=on, council_code=council)
            on = world.one_of(
                (on + timedelta(30), change_on, change_on + timedelta(1), change_on + timedelta(40))
            )


WAYS = tuple(
    tuple(HandoverStepKind(step) for step in way.split())
    for way in (
        "planned",
        "planned family_told",
        "planned family_told sent accepted",
        "planned family_told sent accepted",
        "planned family_told sent queried",
        "planned family_told sent queried sent accepted",
        "planned declined",
        "planned family_told declined",
        "planned not_needed",
        "planned decided",
    )
)
