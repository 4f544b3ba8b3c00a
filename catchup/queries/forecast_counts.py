"""Counting what the forecast shows, by council and month, in a handful of statements.

Calls are those of the plan and those already open; handovers those planned and, beyond the months they are
planned for, those the rule of three years brings to the families of the scheme as they live now.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from catchup.extensions import db
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.family import Child, Membership, Stop
from catchup.models.handover import Handover, HandoverStep
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.models.plan import PlannedCall
from catchup.models.staff import Staff
from catchup.models.workload import StaffAbsence, StaffHours
from catchup.queries import directories
from catchup.queries.measures.calls import called_off
from catchup.rules import forecast as rule
from catchup.rules.calendar import add_months, birthday
from catchup.rules.forecast import ComingOn, Measured, Span, Worker
from catchup.rules.terms import CallKind, HandoverStepKind, Outcome

Where = tuple[str | None, int]
"""A council (None: it needs a decision) and the number of a month."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one council, or of all together. Calls and minutes that are expected are fractions."""

    calls: int = 0
    calls_of_joining: float = 0.0
    handovers_out: int = 0
    handovers_in: int = 0
    turning_18: int = 0
    minutes_needed: float = 0.0
    minutes_there: float = 0.0

    @property
    def minutes_short(self) -> float:
        """By how much the time falls short; 0 where it does not."""
        return max(self.minutes_needed - self.minutes_there, 0.0)

    def plus(self, other: "Month") -> "Month":
        """Both together: whatever is short in one council is made good by another that has more."""
        return Month(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


class Counting:
    """Everything that is counted for the months, in a handful of statements."""

    def __init__(self, today: date, months: tuple[Span, ...], only: Collection[str] | None) -> None:
        self.today, self.months, self.only = today, months, only
        self.first_on, self.last_on = months[0].first_on, months[-1].last_on
        self.policy = directories.policy(today)
        self.resolve = lru_cache(maxsize=None)(_resolve)
        self.measured = self._measured()
        self.joined = self._joined_a_month()

    def by_council(self, councils: Collection[str] | None) -> dict[str | None, tuple[Month, ...]]:
        """The months of each council that has anything, and of those asked for; by code, None last."""
        calls = self._calls()
        out, into = self._handovers()
        adults = self._turning_18()
        there = self._minutes_there()
        joining = {code: rule.joining(joined, self.months) for code, joined in self.joined.items()}
        codes = {code for code, _ in (*calls, *out, *into, *adults)} | set(there) | set(joining)
        if councils is not None:
            now = {self.resolve(code, self.today) for code in councils}
            codes = {code for code in codes | now if code is not None}
        a_call = self.measured.minutes_a_call
        nothing = (0.0,) * len(self.months)
        found: dict[str | None, tuple[Month, ...]] = {}
        for code in sorted(codes, key=lambda one: (one is None, one or "")):
            yet_to_join, minutes = joining.get(code, nothing), there.get(code, nothing)
            found[code] = tuple(
                Month(
                    calls=calls[code, number],
                    calls_of_joining=yet_to_join[number],
                    handovers_out=out[code, number],
                    handovers_in=into[code, number],
                    turning_18=adults[code, number],
                    minutes_needed=(calls[code, number] + yet_to_join[number]) * a_call,
                    minutes_there=minutes[number],
                )
                for number in range(len(self.months))
            )
        return found

    def _wanted(self, council: str | None) -> bool:
        return self.only is None or council in self.only

    def _number(self, on: date) -> int | None:
        """The number of the month a day lies in; None outside them. What is overdue is due now."""
        first = self.first_on
        number = max(12 * (on.year - first.year) + on.month - first.month, 0)
        return number if number < len(self.months) else None

    def _calls(self) -> dict[Where, int]:
        """The plan has open calls too, until they are closed; one that was made without it counts as well."""
        begins = [span.first_on for span in self.months[1:]]
        found: dict[Where, int] = defaultdict(int)
        unplanned = ~exists().where(PlannedCall.id == Call.id)
        for due_on, council, more in (
            (PlannedCall.due_on, PlannedCall.council_code, ()),
            (Call.due_on, Call.council_code, (Call.closed_at.is_(None), unplanned)),
        ):
            month = case(
                *((due_on < begin, number) for number, begin in enumerate(begins)), else_=len(begins)
            )
            statement = select(council, month.label("month"), func.count()).where(
                due_on <= self.last_on, *more
            )
            if self.only is not None:
                statement = statement.where(council.in_(self.only))
            for code, number, count in db.session.execute(statement.group_by(council, "month")):
                found[code, number] += count
        return found

    def _handovers(self) -> tuple[dict[Where, int], dict[Where, int]]:
        """(out, in) by council and month."""
        out: dict[Where, int] = defaultdict(int)
        into: dict[Where, int] = defaultdict(int)
        known: set[tuple[UUID, date]] = set()
        not_needed = exists().where(
            HandoverStep.handover_id == Handover.id, HandoverStep.step == HandoverStepKind.NOT_NEEDED
        )
        planned = select(
            Handover.child_id,
            Handover.change_on,
            Handover.from_council,
            Handover.to_council,
            or_(Handover.withdrawn_at.is_not(None), not_needed, ~_in_scheme(Handover.family_id)),
        ).where(Handover.change_on.between(self.first_on, self.last_on))
        for child_id, on, from_council, to_council, is_void in db.session.execute(planned):
            known.add((child_id, on))
            if not is_void:
                self._pass(out, into, on, from_council, to_council)
        for child_id, child in self._children():
            years = directories.policy(child.made_on).placing_years
            passes_on = child.passes_on(years)
            if (
                passes_on
                and self.first_on <= passes_on <= self.last_on
                and (child_id, passes_on) not in known
            ):
                ends = (self.resolve(code, passes_on) for code in (child.placing_council, child.home_council))
                from_council, to_council = ends
                if from_council is None or from_council != to_council:
                    self._pass(out, into, passes_on, from_council, to_council)
        return out, into

    def _pass(
        self,
        out: dict[Where, int],
        into: dict[Where, int],
        on: date,
        from_council: str | None,
        to_council: str | None,
    ) -> None:
        number = self._number(on)
        for counted, council in ((out, from_council), (into, to_council)):
            if number is not None and self._wanted(council):
                counted[council, number] += 1

    def _children(self) -> Iterator[tuple[UUID, ComingOn]]:
        """Children of the scheme whose order was made so that the three years end in these months."""
        # A setting may shorten or lengthen the years; nobody has thought of more than five.
        years = self.policy.placing_years
        made_on = AdoptionOrder.made_on.between(
            add_months(self.first_on, -12 * years - 1), add_months(self.last_on, -12 * years + 1)
        )
        for row in db.session.execute(_coming_on().where(made_on, *self._between_these())):
            yield row[0], ComingOn(*row[1:])

    def _between_these(self) -> Sequence[ColumnElement[bool]]:
        """Conditions on ``_coming_on``: one of the councils placed the child, or the child lives there."""
        if self.only is None:
            return ()
        return (or_(AdoptionOrder.placing_council.in_(self.only), Home.council_code.in_(self.only)),)

    def _turning_18(self) -> dict[Where, int]:
        """Families whose youngest child comes of age, under the council responsible on that day."""
        age, found = self.policy.adult_age, defaultdict[Where, int](int)
        younger = aliased(Child)
        is_youngest = ~exists().where(
            younger.family_id == Child.family_id,
            younger.died_on.is_(None),
            or_(
                younger.born_on > Child.born_on,
                and_(younger.born_on == Child.born_on, younger.id > Child.id),
            ),
        )
        born_on = Child.born_on.between(
            add_months(self.first_on, -12 * age - 1), add_months(self.last_on, -12 * age)
        )
        for row in db.session.execute(_coming_on().where(born_on, is_youngest, *self._between_these())):
            child = ComingOn(*row[1:])
            on = birthday(child.born_on, age)
            number = self._number(on) if on >= self.first_on else None
            council = child.council_on(on, directories.policy(child.made_on).placing_years)
            council = self.resolve(council, on)
            if number is not None and self._wanted(council):
                found[council, number] += 1
        return found

    def _joined_a_month(self) -> dict[str | None, float]:
        """How many families joined, or came back, in a month of the last year, by their council."""
        since = add_months(self.today, -rule.TREND_MONTHS)
        joined = exists().where(
            Membership.family_id == Call.family_id, Membership.accepted_on == Call.cycle_on
        )
        statement = (
            select(Call.council_code, func.count())
            .where(
                Call.due_on > since,
                Call.kind == CallKind.WELCOME,
                Call.cycle_on > since,
                Call.cycle_on <= self.today,
                joined,
            )
            .group_by(Call.council_code)
        )
        found: dict[str | None, float] = defaultdict(float)
        for code, count in db.session.execute(statement):
            council = self.resolve(code, self.today)
            if self._wanted(council):
                found[council] += count / rule.TREND_MONTHS
        return found

    def _measured(self) -> Measured:
        """How long calls took that fell due in the last year and are over, in all councils."""
        over = (
            Call.due_on > add_months(self.today, -rule.TREND_MONTHS),
            Call.due_on <= self.today,
            Call.closed_at.is_not(None),
            ~called_off(),
        )
        calls, held, minutes, noted = db.session.execute(
            select(
                func.count(),
                func.count(Call.held_on),
                func.sum(Conversation.minutes),
                func.count(Conversation.minutes),
            )
            .select_from(Call)
            .outerjoin(Conversation, Conversation.call_id == Call.id)
            .where(*over)
        ).one()
        tries = db.session.scalar(
            select(func.count())
            .select_from(Attempt)
            .join(Call, Call.id == Attempt.call_id)
            .where(*over, Attempt.outcome != Outcome.COMPLETED)
        )
        return Measured(calls, held, int(minutes or 0), noted, tries or 0)

    def _minutes_there(self) -> dict[str | None, tuple[float, ...]]:
        """The minutes of those who can sign in, by the council that employs them; None: by none."""
        hours: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
        employers: dict[UUID, str | None] = {}
        for staff_id, employer, from_on, a_week in db.session.execute(
            select(StaffHours.staff_id, Staff.employer, StaffHours.from_on, StaffHours.minutes_a_week)
            .join(Staff, Staff.id == StaffHours.staff_id)
            .where(Staff.active.is_(True), StaffHours.from_on <= self.last_on)
        ):
            hours[staff_id].append((from_on, a_week))
            employers[staff_id] = self.resolve(employer, self.today)
        away: dict[UUID, list[Span]] = defaultdict(list)
        for staff_id, from_on, until_on in db.session.execute(
            select(StaffAbsence.staff_id, StaffAbsence.from_on, StaffAbsence.until_on).where(
                StaffAbsence.ended_at.is_(None),
                StaffAbsence.until_on >= self.first_on,
                StaffAbsence.from_on <= self.last_on,
            )
        ):
            away[staff_id].append(Span(from_on, until_on))
        days = rule.WorkingDays(self.months, directories.holidays())
        found: dict[str | None, tuple[float, ...]] = {}
        for staff_id, council in employers.items():
            if self._wanted(council):
                minutes = days.of(Worker(council, tuple(hours[staff_id]), tuple(away[staff_id])))
                so_far = found.get(council, (0.0,) * len(self.months))
                found[council] = tuple(one + other for one, other in zip(so_far, minutes, strict=True))
        return found


def _resolve(code: str | None, on: date) -> str | None:
    found = directories.councils().resolve(code, on) if code else None
    return found if isinstance(found, str) else None


def _coming_on() -> Select[*tuple[Any, ...]]:
    """Living children of families in the scheme: the id, then what ``ComingOn`` has."""
    return (
        select(
            Child.id,
            AdoptionOrder.made_on,
            AdoptionOrder.placing,
            AdoptionOrder.placing_council,
            case((Home.outside_england, None), else_=Home.council_code),
            Child.born_on,
        )
        .join(AdoptionOrder, and_(AdoptionOrder.child_id == Child.id, AdoptionOrder.superseded_at.is_(None)))
        .outerjoin(Home, and_(Home.child_id == Child.id, Home.superseded_at.is_(None), ~_moved_on()))
        .where(Child.died_on.is_(None), _in_scheme(Child.family_id))
    )


def _in_scheme(family_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether a family is in the scheme and not stopped."""
    stopped = exists().where(Stop.family_id == family_id, Stop.lifted_at.is_(None))
    return and_(exists().where(Membership.family_id == family_id, Membership.left_on.is_(None)), ~stopped)


def _moved_on() -> ColumnElement[bool]:
    """Whether a later home of the child is known; of two from one day the one recorded later counts."""
    later = aliased(Home)
    since, then = func.coalesce(Home.from_on, date.min), func.coalesce(later.from_on, date.min)
    return exists().where(
        later.child_id == Home.child_id,
        later.superseded_at.is_(None),
        or_(
            then > since,
            and_(then == since, later.recorded_at > Home.recorded_at),
            and_(then == since, later.recorded_at == Home.recorded_at, later.id > Home.id),
        ),
    )
