"""Handovers whose change day came: M11, M11b, M11c."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.handover import Handover, HandoverStep
from catchup.queries import handover_standing
from catchup.queries.measures.tally import Event, Tally, Year, only
from catchup.rules.calendar import quarter_of
from catchup.rules.measures import Counts
from catchup.rules.terms import HandoverKind, HandoverStepKind

ENDED = (HandoverStepKind.NOT_NEEDED, HandoverStepKind.DECLINED, HandoverStepKind.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Due:
    """A handover whose day came. ``in_full``: a full one whose family did not decline sharing."""

    family_id: UUID
    council: str | None
    change_on: date
    kind: HandoverKind
    in_full: bool
    accepted_on: date | None

    @property
    def in_time(self) -> bool:
        """Whether it was accepted by the change day."""
        return self.accepted_on is not None and self.accepted_on <= self.change_on


def count(tally: Tally, year: Year) -> None:
    """M11, with how many of each kind, M11b and M11c."""
    tally.add_all(events(year, tally))


def events(year: Year, tally: Tally) -> Iterator[Event]:
    """The handovers of a year whose day came."""
    for one in _due(tally, year):
        council, quarter, whose = one.council, quarter_of(one.change_on), (one.family_id,)
        yield Event("M11", council, quarter, Counts(1), whose)
        yield Event("M11", council, quarter, Counts(1), whose, ("kind", one.kind.value))
        if one.in_full:
            yield Event("M11b", council, quarter, Counts(int(one.in_time), 1), whose)
            yield Event("M11c", council, quarter, Counts(int(one.accepted_on is None), 1), whose)


def _due(tally: Tally, year: Year) -> Iterator[Due]:
    """Those of the year that were not withdrawn and needed doing, with the day they were accepted on."""
    came = (Handover.change_on.between(year.first_on, year.last_on), Handover.withdrawn_at.is_(None))
    steps: dict[UUID, list[tuple[HandoverStepKind, str | None, date]]] = defaultdict(list)
    for key, step, named, on in db.session.execute(
        select(HandoverStep.handover_id, HandoverStep.step, HandoverStep.council_code, HandoverStep.on)
        .join(Handover, Handover.id == HandoverStep.handover_id)
        .where(*came, HandoverStep.step.in_(ENDED))
    ):
        steps[key].append((step, named, on))
    statement = select(
        Handover.id, Handover.family_id, Handover.to_council, Handover.change_on, Handover.kind
    ).where(*came)
    for key, family_id, council, change_on, kind in db.session.execute(
        only(statement, Handover.to_council, tally)
    ):
        taken = [
            (step, on)
            for step, named, on in steps[key]
            if handover_standing.counting([(step, named)], council)
        ]
        kinds = {step for step, _ in taken}
        if HandoverStepKind.NOT_NEEDED not in kinds:
            in_full = kind is HandoverKind.FULL and HandoverStepKind.DECLINED not in kinds
            accepted = min((on for step, on in taken if step is HandoverStepKind.ACCEPTED), default=None)
            yield Due(family_id, council, change_on, kind, in_full, accepted)
