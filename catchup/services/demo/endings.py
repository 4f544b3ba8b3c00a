"""How a few things ended in the demo: families that left with a reason, and adoptions that broke down."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
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
    lead = known["priya@example.com"]
    plain = _with_nothing_else(made)
    for ago, note in ENDED:
        if family := next(plain, None):
            on = today - timedelta(days=ago)
            clock.move_to(on + timedelta(days=3))
            endings.record_end(family.children[0], Ended(on, note), lead)
    for ago, why, words in LEFT:
        if family := next(plain, None):
            on = today - timedelta(days=ago)
            clock.move_to(on)
            endings.leave(family, on, words, why, lead)
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
    """Families long in the scheme, no call open, and no handover; from the last made."""
    busy = set(db.session.scalars(select(Handover.family_id)))
    busy |= set(db.session.scalars(select(Call.family_id).where(Call.closed_at.is_(None))))
    for invented, family in reversed(made):
        long_in = invented.accepted_on < clock.today() - timedelta(days=400)
        if invented.trap is None and long_in and family.id not in busy:
            yield family
