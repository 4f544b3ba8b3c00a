"""Extra support that the demo's families asked for, in every state, and services that callers wrote in."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.queries import facts
from catchup.queries.scope import Viewer
from catchup.rules.terms import Category, ClosedAs, SupportKind, SupportStep
from catchup.services import signposts, support
from catchup.services.demo.population import Invented
from catchup.services.signposts import NewSignpost
from catchup.services.support import NewRequest

# How many days ago it was asked for, and what happened how many days after.
ASKED = (
    (96, ()),
    (80, ((SupportStep.DECIDED, 30),)),
    (61, ((SupportStep.DECIDED, 21), (SupportStep.STARTED, 40))),
    (47, ()),
    (38, ((SupportStep.REFUSED, 25),)),
    (24, ((SupportStep.DECIDED, 10),)),
    (12, ()),
    (5, ()),
)
REFUSED_WHY = "The council says that the school should meet this need first."
WRITTEN_IN = (
    ("Biscuit Barn evenings", Category.PEERS),
    ("Biscuit Barn evenings", Category.PEERS),
    ("Umbrella swimming for families", Category.SHORT_BREAKS),
)
MOST = 40


def ask_for_support(made: Sequence[tuple[Invented, Family]], known: dict[str, Viewer], today: date) -> None:
    """Every second family without a special story asked for something."""
    by_id = {viewer.id: viewer for viewer in known.values()}
    handed_over = set(db.session.scalars(select(Handover.family_id)))
    plain = [family for invented, family in made if invented.trap is None and family.id not in handed_over]
    for number, family in enumerate(plain[::2][:MOST]):
        ago, steps = ASKED[number % len(ASKED)]
        received_on = today - timedelta(days=ago)
        child = facts.family(family.id).children[0]
        if not family.lead_id or child.order is None or child.order.made_on > received_on:
            continue
        by, kind = by_id[family.lead_id], list(SupportKind)[number % len(SupportKind)]
        clock.move_to(received_on)
        request = support.request(child, family.id, NewRequest(kind=kind, child_id=child.id), received_on, by)
        for step, after in steps:
            on = received_on + timedelta(days=after)
            clock.move_to(on)
            support.add_step(request, step, on, REFUSED_WHY if step is SupportStep.REFUSED else None, by)
    clock.move_to(today)


def write_services_in(known: dict[str, Viewer]) -> None:
    """Callers of either agency pointed to something that nobody had put into the directory."""
    for lead in (known["priya@example.com"], known["dean@example.com"]):
        held = db.session.scalars(
            select(Call)
            .where(Call.lead_id == lead.id, Call.closed_as == ClosedAs.DONE, Call.held_on.is_not(None))
            .where(exists().where(Family.id == Call.family_id, Family.lead_id == lead.id))
            .order_by(Call.held_on.desc(), Call.id)
            .limit(len(WRITTEN_IN))
        )
        for call, (name, category) in zip(held, WRITTEN_IN, strict=False):
            if call.held_on:
                new = NewSignpost(category=category, agreed=True, written_in=name)
                signposts.give(call, new, facts.family(call.family_id), call.held_on, lead)
