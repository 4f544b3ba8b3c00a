"""How a few things ended in the demo: families that left with a reason, and adoptions that broke down."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family, Parent
from catchup.models.handover import Handover
from catchup.queries.scope import Viewer
from catchup.rules.leaving import Leaving
from catchup.services import endings
from catchup.services.demo.population import Invented
from catchup.services.endings import Ended

# How many days ago, why, and in which words.
LEFT = (
    (150, Leaving.DOING_WELL, "Things are settled. Thank you."),
    (95, Leaving.NO_TIME, None),
    (60, Leaving.OTHER_SUPPORT, "We have the school's family worker."),
    (30, None, None),
)
ENDED = (
    (210, "The child lives with a foster family. Both sides want to keep in touch."),
    (41, None),
)
# What parents answered when they joined: many rather did not.
ANSWERS = (
    ("white", "no"),
    (None, None),
    ("white", "yes"),
    ("mixed", "no"),
    ("white", None),
    ("asian", "no"),
    (None, "yes"),
    ("black", "no"),
)


def end_some(made: Sequence[tuple[Invented, Family]], known: dict[str, Viewer], today: date) -> None:
    """Of the families without a special story a few left, and two adoptions broke down."""
    by_id: dict[UUID | None, Viewer] = {viewer.id: viewer for viewer in known.values()}
    plain = list(_with_nothing_else(made))
    # Those that the first lead and the first manager see come first.
    plain.sort(key=lambda family: family.lead_id != known["priya@example.com"].id)
    left = iter(plain)
    for ago, note in ENDED:
        if family := next(left, None):
            on = today - timedelta(days=ago)
            clock.move_to(on + timedelta(days=3))
            endings.record_end(family.children[0], Ended(on, note), by_id[family.lead_id])
    for ago, why, words in LEFT:
        if family := next(left, None):
            on = today - timedelta(days=ago)
            clock.move_to(on)
            endings.leave(family, on, words, why, by_id[family.lead_id])
    clock.move_to(today)


def answer_about_themselves(made: Sequence[tuple[Invented, Family]]) -> None:
    """What parents said of themselves when they joined."""
    ids = [family.id for _invented, family in made]
    parents = db.session.scalars(
        select(Parent).where(Parent.family_id.in_(ids)).order_by(Parent.name, Parent.id)
    )
    for number, parent in enumerate(parents):
        parent.ethnic_group, parent.disability = ANSWERS[number % len(ANSWERS)]
    db.session.flush()


def _with_nothing_else(made: Sequence[tuple[Invented, Family]]) -> Iterator[Family]:
    """Families with a lead, without a special story or a handover, and long in the scheme; the last first."""
    passing = set(db.session.scalars(select(Handover.family_id)))
    for invented, family in reversed(made):
        long_in = invented.accepted_on < clock.today() - timedelta(days=250)
        if invented.trap is None and long_in and family.lead_id and family.id not in passing:
            yield family
