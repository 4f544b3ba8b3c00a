"""What has happened to the demo's calls: most were held, some not reached, a few are still open."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Conversation, TalkedAbout
from catchup.models.directory import Service
from catchup.models.family import Child, Parent
from catchup.models.plan import PlannedCall
from catchup.models.signpost import Signpost, SignpostResult
from catchup.queries import directories, facts, responsibility
from catchup.queries.facts import FamilyFacts
from catchup.rules import calendar, contact
from catchup.rules.terms import (
    Area,
    Barrier,
    Category,
    ClosedAs,
    Going,
    Need,
    Outcome,
    SignpostOutcome,
)

NOTES = (
    "Sleeping better since the new routine.",
    "Loves the swimming club; school is harder.",
    "Asks about the early years more often now.",
    "A good summer, and tired parents.",
)


class History:
    """Rows gathered for all calls and written at the end, many to a statement."""

    def __init__(
        self, today: date, random: Random, services: Sequence[Service], waiting: frozenset[UUID]
    ) -> None:
        self.today = today
        self.random = random
        self.services = services
        self.waiting = waiting
        self.rows: dict[type[Any], list[dict[str, Any]]] = {}
        self.closed: list[dict[str, Any]] = []

    def add(self, model: type[Any], **values: Any) -> None:
        """Remember one row."""
        self.rows.setdefault(model, []).append(values)

    def tell(self) -> None:
        """Live through every open call that is due by about today, then write what happened."""
        # The night made them all today; they are to look as if it had run every night.
        db.session.execute(update(Call).values(opened_on=Call.opens_on))
        calls = db.session.execute(
            select(Call.id, Call.family_id, Call.due_on, Call.opened_on, Call.lead_id)
            .where(Call.closed_at.is_(None))
            .order_by(Call.due_on, Call.id)
        ).all()
        families = facts.families(sorted({call.family_id for call in calls}))
        people = self._people()
        for call in calls:
            self._live(call, families[call.family_id], people[call.family_id])
        self._write()

    def _live(self, call: Any, family: FamilyFacts, people: dict[str, list[UUID]]) -> None:
        late = (self.today - call.due_on).days
        if call.family_id in self.waiting and late < 60:
            return
        lot = self.random.random()
        if (
            late < -20
            or (late < 0 and lot < 0.7)
            or (late <= 30 and lot < 0.45)
            or (late <= 100 and lot < 0.05)
        ):
            if late > -10 and lot < 0.3:
                self._try(call, 1 if lot < 0.2 else 2)
            return
        on = self._working_day(
            max(call.opened_on, call.due_on + timedelta(days=self.random.randrange(-12, 24)))
        )
        if on > self.today:
            on = self._working_day(self.today - timedelta(days=3), back=True)
        if lot > 0.93:
            self._not_reached(call, on)
        elif lot > 0.9:
            self._close(call, on, ClosedAs.CANCELLED, Outcome.DECLINED)
        else:
            self._talk(call, on, family, people)

    def _try(self, call: Any, times: int) -> None:
        day = max(call.opened_on, self.today - timedelta(days=7))
        for number in range(times):
            day = self._working_day(day)
            if day < self.today:
                self._attempt(call, day, time(9 + number, 40), Outcome.NO_ANSWER, counts=True)
            day += timedelta(days=2)

    def _not_reached(self, call: Any, on: date) -> None:
        for number, hour in enumerate((10, 13, 16)):
            day = self._working_day(on - timedelta(days=6 - 2 * number), back=True)
            self._attempt(call, day, time(hour, 5), Outcome.NO_ANSWER, counts=True)
        self._closing(call, on, ClosedAs.NOT_REACHED)

    def _close(self, call: Any, on: date, closed_as: ClosedAs, outcome: Outcome) -> None:
        self._attempt(call, on, time(11, 20), outcome, counts=True)
        self._closing(call, on, closed_as)

    def _talk(self, call: Any, on: date, family: FamilyFacts, people: dict[str, list[UUID]]) -> None:
        at = clock.instant(on, time(self.random.choice((9, 10, 11, 13, 14, 15)), self.random.randrange(60)))
        self._attempt(call, on, clock.london(at).time(), Outcome.COMPLETED, counts=True)
        need = self.random.choices(list(Need), (46, 38, 13, 3))[0]
        self.add(
            Conversation,
            call_id=call.id,
            held_at=at,
            by_id=call.lead_id,
            free_to_talk=True,
            identity_checked=True,
            need=need,
            concern=False,
            minutes=self.random.randrange(12, 55),
            note=self.random.choice(NOTES),
            follow_up_on=None,
        )
        for child in people["children"]:
            for area in (Area.WELLBEING, Area.SCHOOL, Area.KEEPING_IN_TOUCH, Area.LIFE_STORY):
                self._area(call.id, area, child_id=child)
        for parent in people["parents"][:1]:
            self._area(call.id, Area.PARENT, parent_id=parent)
        self._area(call.id, Area.HOME)
        council = responsibility.of_family(family, on)
        if need is not Need.NONE and self.random.random() < 0.85:
            self._signpost(call, on, family, council)
        self._closing(call, on, ClosedAs.DONE, held_on=on, held_council=council)

    def _area(
        self, call_id: UUID, area: Area, *, child_id: UUID | None = None, parent_id: UUID | None = None
    ) -> None:
        going = self.random.choices(list(Going), (50, 28, 10, 12))[0]
        self.add(
            TalkedAbout,
            id=uuid4(),
            call_id=call_id,
            area=area,
            child_id=child_id,
            parent_id=parent_id,
            going=going,
            note=None,
        )

    def _signpost(self, call: Any, on: date, family: FamilyFacts, council: str | None) -> None:
        home = next((home.council for child in family.children for home in child.homes if home.council), None)
        near = [
            s for s in self.services if home in {link.council_code for link in s.councils}
        ] or self.services
        for service in self.random.sample(list(near), self.random.choice((1, 1, 2))):
            key = uuid4()
            self.add(
                Signpost,
                id=key,
                family_id=call.family_id,
                call_id=call.id,
                child_id=None,
                service_id=service.id,
                written_in=None,
                category=Category(service.category),
                why=None,
                agreed=True,
                given_on=on,
                council_code=council,
                given_by=call.lead_id,
            )
            known_on = on + timedelta(days=self.random.randrange(40, 360))
            if known_on <= self.today:
                self._result(key, known_on, call.lead_id)

    def _result(self, signpost_id: UUID, on: date, by: UUID) -> None:
        outcome = self.random.choices(list(SignpostOutcome), (18, 52, 30))[0]
        barrier = self.random.choice(list(Barrier)) if outcome is SignpostOutcome.NOT_TAKEN_UP else None
        self.add(
            SignpostResult,
            id=uuid4(),
            signpost_id=signpost_id,
            outcome=outcome,
            barrier=barrier,
            recorded_at=clock.instant(on, time(12)),
            known_on=on,
            recorded_by=by,
        )

    def _attempt(self, call: Any, on: date, at: time, outcome: Outcome, *, counts: bool) -> None:
        self.add(
            Attempt,
            id=uuid4(),
            call_id=call.id,
            at=clock.instant(on, at),
            on=on,
            band=contact.band_of(at),
            outcome=outcome,
            counts=counts,
            by_id=call.lead_id,
        )

    def _closing(self, call: Any, on: date, closed_as: ClosedAs, **held: Any) -> None:
        self.closed.append(
            {
                "id": call.id,
                "closed_at": clock.instant(on, time(16)),
                "closed_as": closed_as,
                "closed_by": call.lead_id,
                "held_on": None,
                "held_council": None,
                **held,
            }
        )

    def _working_day(self, day: date, *, back: bool = False) -> date:
        while not calendar.is_working_day(day, directories.holidays()):
            day += timedelta(days=-1 if back else 1)
        return day

    def _people(self) -> dict[UUID, dict[str, list[UUID]]]:
        found: dict[UUID, dict[str, list[UUID]]] = {}
        for name, model in (("children", Child), ("parents", Parent)):
            for family_id, key in db.session.execute(select(model.family_id, model.id).order_by(model.id)):
                found.setdefault(family_id, {"children": [], "parents": []})[name].append(key)
        return found

    def _write(self) -> None:
        for row in self.closed:
            db.session.execute(update(Call).where(Call.id == row["id"]).values(row))
        db.session.execute(delete(PlannedCall).where(PlannedCall.id.in_([row["id"] for row in self.closed])))
        for model in (Attempt, Conversation, TalkedAbout, Signpost, SignpostResult):
            if rows := self.rows.get(model):
                db.session.execute(insert(model), rows)
