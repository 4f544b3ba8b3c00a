"""Who joins and who is rung, by language, ethnic group and disability: M14, M14b.

The answers are optional and encrypted, so only those of the families of the period are opened, each once, and
nothing of one family leaves this module.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select

from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family, Membership, Parent
from catchup.queries import facts, first_orders
from catchup.queries.measures import calls
from catchup.queries.measures.tally import Tally, Year, in_quarter, only
from catchup.rules.calendar import quarter_of
from catchup.rules.measures import Counts, Dimension

AT_A_TIME = 500
NOT_SAID = "not_said"
LANGUAGE, ETHNIC_GROUP, DISABILITY = "language", "ethnic_group", "disability"
# Calls due, above the line too: a share of a part needs what that part is of.
DUE = "due_"
Due = Row[*tuple[Any, ...]]


def count(tally: Tally, year: Year) -> None:
    """M14 and M14b. A family counts once for each value that one of its parents gave."""
    joined = list(_joined(tally, year))
    due = list(_due(tally, year))
    said = _said({key for key, _, _ in joined} | {row.family_id for row in due})
    for key, council, quarter in joined:
        tally.add("M14", council, quarter, Counts(1))
        for part in said[key]:
            tally.add("M14", council, quarter, Counts(1), part)
    for (council, quarter), (fell_due, held) in _added_up(due).items():
        tally.add("M14b", council, quarter, Counts(held, fell_due))
    for (council, quarter, (name, value)), (fell_due, held) in _added_up(due, said).items():
        tally.add("M14b", council, quarter, Counts(held), (name, value))
        tally.add("M14b", council, quarter, Counts(fell_due), (DUE + name, value))


def _joined(tally: Tally, year: Year) -> Iterator[tuple[UUID, str | None, int]]:
    """Families first accepted in the year, with the council and the quarter they count under."""
    first = func.min(Membership.accepted_on)
    rows = db.session.execute(
        select(Membership.family_id, first)
        .group_by(Membership.family_id)
        .having(first.between(year.first_on, year.last_on))
        .order_by(Membership.family_id)
    ).all()
    for start in range(0, len(rows), AT_A_TIME):
        some: list[tuple[UUID, date]] = [(row[0], row[1]) for row in rows[start : start + AT_A_TIME]]
        children = facts.children([key for key, _ in some])
        for key, on in some:
            council = first_orders.council_of(children.get(key, ()), on)
            if tally.only is None or council in tally.only:
                yield key, council, quarter_of(on)


def _due(tally: Tally, year: Year) -> Iterable[Due]:
    """The calls that fell due, and those of them that were held, by family."""
    statement = (
        select(
            Call.family_id,
            Call.council_code,
            in_quarter(Call.due_on, year),
            func.count().label("due"),
            func.count(Call.held_on).label("held"),
        )
        .where(
            Call.due_on.between(year.first_on, year.last_on),
            Call.kind.in_(calls.SCHEDULED),
            ~calls.called_off(),
        )
        .group_by(Call.family_id, Call.council_code, "quarter")
    )
    return db.session.execute(only(statement, Call.council_code, tally))


def _added_up(
    due: Iterable[Due], said: Mapping[UUID, Collection[Dimension]] | None = None
) -> dict[tuple[Any, ...], tuple[int, int]]:
    """(due, held) by council and quarter; with ``said`` by what the families said as well."""
    found: dict[tuple[Any, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in due:
        place = (row.council_code, row.quarter)
        for key in [place] if said is None else [(*place, part) for part in said[row.family_id]]:
            fell_due, held = found[key]
            found[key] = fell_due + row.due, held + row.held
    return found


def _said(families: Collection[UUID]) -> dict[UUID, set[Dimension]]:
    """What each of these families said, each value once; "not said" where no parent answered."""
    ids = sorted(families)
    found: dict[UUID, set[Dimension]] = {}
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        for key, language in db.session.execute(
            select(Family.id, Family.language).where(Family.id.in_(some))
        ):
            found[key] = {(LANGUAGE, language or NOT_SAID)}
        given = select(Parent.family_id, Parent.ethnic_group, Parent.disability).where(
            Parent.family_id.in_(some),
            or_(Parent.ethnic_group.is_not(None), Parent.disability.is_not(None)),
        )
        for key, ethnic_group, disability in db.session.execute(given):
            for name, value in ((ETHNIC_GROUP, ethnic_group), (DISABILITY, disability)):
                if value:
                    found[key].add((name, value))
    for parts in found.values():
        parts |= {(name, NOT_SAID) for name in {ETHNIC_GROUP, DISABILITY} - {name for name, _ in parts}}
    return found
