"""Loading the demo: staff, families with their history, recorded orders, services."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from catchup import clock
from catchup.data.councils_file import council_rows
from catchup.data.demo_names import CHILDREN, POSTCODES, STREETS, SURNAMES
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Child, Family
from catchup.models.order import RecordedOrder
from catchup.queries import directories, viewers
from catchup.queries.scope import Viewer
from catchup.rules import calendar
from catchup.rules.terms import CallKind, Placing
from catchup.services import councils, families, marks, plans
from catchup.services.demo import (
    administration,
    annual,
    beliefs,
    concerns,
    contacts,
    directory,
    endings,
    events,
    keeping,
    offers,
    own_pages,
    people,
    population,
    publishing,
    registrations,
    support,
    targets,
    texts,
    waiting_proposals,
    workload,
)
from catchup.services.demo.history import History
from catchup.services.demo.population import Invented

DEMO_PASSWORD = "demo words only"  # noqa: S105 -- opens nothing but a database marked as a demo


# Families whose newest call must still be open, for what is going on with it.
STILL_TO_RING = ("rearranged", "concern", "hard year")


class RealDataError(Exception):
    """There is something in this database already; the demo would mix with it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much a load made."""

    families: int
    children: int
    calls: int
    recorded_orders: int


def load(count: int, seed: int, today: date, progress: Callable[[str], None]) -> Loaded:
    """Fill an empty database with ``count`` invented families; the same seed and day give the same demo.

    Raises RealDataError where there are families already.
    """
    if db.session.scalar(select(func.count()).select_from(Family)):
        raise RealDataError("There are families in this database already. The demo needs an empty one.")
    marks.ensure_mark(demo=True)
    random = Random(seed)  # noqa: S311 -- invents people, keeps no secrets
    councils.take_in(council_rows())
    with _days():
        clock.move_to(today - timedelta(days=365 * (population.SCHEME_YEARS + 1)))
        staff = people.add_people(clock.now(), DEMO_PASSWORD)
        concerns.add_front_doors(today)
        services = directory.add_services(today)
        db.session.flush()
        known = {email: _viewer(email) for email in staff}
        contacts.add_contacts(known["admin@example.com"], known["morgan@example.com"], today)
        made: list[tuple[Invented, Family]] = []
        for number, invented in enumerate(population.population(count, today, random)):
            if number % 100 == 0:
                progress(f"{number} of {count} families")
            made.append((invented, _accept(invented, known)))
        clock.move_to(today)
        progress("their calls")
        events.before_the_calls(made, known, today)
        plans.open_calls(today)
        _top_up(made, 3 * count, today, random)
        waiting = frozenset(family.id for invented, family in made if invented.trap in STILL_TO_RING)
        History(today, random, services, waiting).tell()
        events.after_the_calls(made, known, today)
        support.ask_for_support(made, known, today)
        support.write_services_in(known)
        endings.end_some(made, known, today)
        endings.answer_about_themselves(made)
        beliefs.correct_and_decide(made, known, today)
        texts.send()
        own_pages.add(made, known, today)
        waiting_proposals.add(made, today)
    progress("recorded orders")
    with _days():
        clock.move_to(today)
        orders = _recorded_orders(made, today, random)
        keeping.add_breach(known)
        workload.add_hours_and_absences(staff, known, today)
        workload.pass_some_on(made, known)
        targets.add(known, today)
        annual.add(known, today)
        administration.add(known, today)
        offers.add_offers(today, known["morgan@example.com"].id)
        registrations.add_registrations(today)
        if joined := next((one.new for one, family in made if _could_be_joined(one, family)), None):
            registrations.add_second_parent(joined, today)
        publishing.publish(known, today)
    db.session.flush()
    return Loaded(
        families=len(made),
        children=db.session.scalar(select(func.count()).select_from(Child)) or 0,
        calls=db.session.scalar(select(func.count()).select_from(Call)) or 0,
        recorded_orders=orders,
    )


def _could_be_joined(invented: Invented, family: Family) -> bool:
    """Whether one parent of an ordinary family with one home has joined, and the other could."""
    homes = {home.address for child in invented.new.children for home in child.homes}
    alone = len(family.parents) == 1 and invented.trap is None and homes == {0}
    return alone and family.owning_council == people.KENT


@contextmanager
def _days() -> Iterator[None]:
    """Let the service's day wander while history is made, and come back to where it was."""
    before = clock.today()
    try:
        yield
    finally:
        clock.move_to(before)


def _viewer(email: str) -> Viewer:
    found = viewers.by_email(email)
    if found is None:
        raise LookupError(email)
    return found


def _accept(invented: Invented, known: dict[str, Viewer]) -> Family:
    new = invented.new
    homes = [address.council_code for address in new.addresses]
    placing = [child.placing_council for child in new.children]
    lead = known[people.lead_for([*homes, *placing])]
    clock.move_to(invented.accepted_on)
    return families.accept(replace(new, lead_id=lead.id), invented.accepted_on, lead)


def _top_up(made: list[tuple[Invented, Family]], wanted: int, today: date, random: Random) -> None:
    """Calls that families asked for themselves, until there are as many calls as there should be."""
    there = db.session.scalar(select(func.count()).select_from(Call)) or 0
    able = [(i, f) for i, f in made if i.trap is None]
    for _ in range(max(0, wanted - there)):
        if not able:
            return
        invented, family = random.choice(able)
        asked_on = today - timedelta(days=random.randrange(0, (today - invented.accepted_on).days + 1))
        due_on = calendar.add_working_days(asked_on, 5, directories.holidays())
        plans.add_requested(family.id, CallKind.REQUESTED, due_on, asked_on, today)


def _recorded_orders(made: list[tuple[Invented, Family]], today: date, random: Random) -> int:
    """Orders the agencies know of: those of families that joined, and more of families that did not."""
    rows = []
    for number, (invented, family) in enumerate(made):
        for position, child in enumerate(invented.new.children):
            if child.placing is Placing.COUNCIL:
                rows.append(
                    _order(
                        f"R{number:04d}",
                        position,
                        child.first_name,
                        child.born_on,
                        child.order_on,
                        child.placing_council,
                        invented.new.addresses[0].council_code,
                        invented.new.parents[0].name,
                        family.id,
                    )
                )
    regions = (people.SOUTH_EAST, people.SOUTH_YORKSHIRE)
    for number in range(round(len(made) * 1.1)):
        region = random.choice(regions)
        made_on = today - timedelta(days=random.randrange(5, 365 * population.SCHEME_YEARS))
        surname = SURNAMES[(number * 13 + 5) % len(SURNAMES)]
        for position in range(random.choice((1, 1, 2))):
            rows.append(
                _order(
                    f"N{number:04d}",
                    position,
                    random.choice(CHILDREN),
                    made_on - timedelta(days=random.randrange(420, 3000)),
                    made_on,
                    random.choice(region),
                    random.choice(region),
                    f"{random.choice(STREETS).split()[0]} {surname}",
                    None,
                )
            )
    db.session.execute(insert(RecordedOrder), rows)
    return len(rows)


def _offered_on(family: str, made_on: date) -> date | None:
    """Seven families in eight were offered the service, three weeks after the order."""
    offered_on = made_on + timedelta(days=21)
    return offered_on if offered_on <= clock.today() and int(family[1:]) % 8 else None


def _order(
    family: str,
    position: int,
    name: str,
    born_on: date,
    made_on: date,
    placing: str | None,
    home: str | None,
    parents: str,
    family_id: UUID | None,
) -> dict[str, object]:
    postcodes = POSTCODES.get(home or "", ())
    return {
        "id": uuid4(),
        "reference": f"{family}-{position + 1}",
        "family_reference": family,
        "child_first_name": name,
        "child_born_on": born_on,
        "parents": parents,
        "postcode": postcodes[0] if postcodes else None,
        "postcode_index": None,
        "made_on": made_on,
        "placing": Placing.COUNCIL,
        "placing_council": placing,
        "home_council": home,
        "offered_on": _offered_on(family, made_on),
        "recorded_at": clock.instant(made_on + timedelta(days=7), time(12)),
        "family_id": family_id,
    }
