"""Invented families: most drawn by lot in a real agency's proportions, some made to fall into every trap."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from catchup.data.demo_names import CHILDREN, LANGUAGES, PARENTS, POSTCODES, STREETS, SURNAMES
from catchup.rules.calendar import anniversary
from catchup.rules.terms import Adjustment, HomeKind, Placing
from catchup.services.demo.people import (
    BARNSLEY,
    BEXLEY,
    DONCASTER,
    KENT,
    MEDWAY,
    ROTHERHAM,
    SHEFFIELD,
    SOUTH_EAST,
    SOUTH_YORKSHIRE,
)  # fmt: skip
from catchup.services.families import NewAddress, NewChild, NewFamily, NewHome, NewParent, NewPhone

SURREY, OLD_BARNSLEY = "E10000030", "E08000016"
SCHEME_YEARS = 4
OTHER_COUNCILS = ("E10000014", "E06000047", "E09000012", "E08000035", "E10000012", SURREY)
TIMES: tuple[dict[str, list[str]], ...] = (
    {},
    {},
    {str(day): ["9-12"] for day in range(5)},
    {str(day): ["12-15", "15-17"] for day in range(5)},
    {"1": ["9-12", "12-15"], "3": ["9-12", "12-15"]},
)


@dataclass(frozen=True, slots=True)
class Invented:
    """A family and what befalls it. ``trap`` names the special case it stands for."""

    new: NewFamily
    accepted_on: date
    trap: str | None = None


def population(count: int, today: date, random: Random) -> Iterator[Invented]:
    """``count`` families with four children to three families, the traps first."""
    made = list(_traps(today, random))[:count]
    yield from made
    sizes = [1] * (count - len(made))
    wanted = count * 4 // 3 - sum(len(one.new.children) for one in made) - len(sizes)
    more = min(wanted, 2 * len(sizes))
    while more > 0:
        number = random.randrange(len(sizes))
        if sizes[number] < 3:
            sizes[number] += 1
            more -= 1
    for number, size in enumerate(sizes, start=len(made)):
        yield _ordinary(number, size, today, random)


def _ordinary(number: int, size: int, today: date, random: Random) -> Invented:
    region = SOUTH_EAST if random.random() < 0.55 else SOUTH_YORKSHIRE
    accepted_on = today - timedelta(days=random.randrange(6, SCHEME_YEARS * 365))
    recent = random.random() < 0.72
    order_on = accepted_on - timedelta(
        days=random.randrange(8, 85) if recent else random.randrange(120, 2600)
    )
    home = random.choice(region)
    lot = random.random()
    placing, placing_council = Placing.COUNCIL, random.choice(region)
    if lot < 0.10:
        placing_council = random.choice(OTHER_COUNCILS)
    elif lot < 0.14:
        placing, placing_council = Placing.NONE, ""
    later = [days for days in (0, 0, 35, 400) if order_on + timedelta(days=days) <= accepted_on]
    children = tuple(
        NewChild(
            first_name=name,
            born_on=order_on - timedelta(days=random.randrange(420, 3600)),
            order_on=order_on + timedelta(days=random.choice(later) if position else 0),
            placing=placing,
            placing_council=placing_council or None,
            allowance=random.random() < 0.06,
        )
        for position, name in enumerate(random.sample(CHILDREN, size))
    )
    return Invented(_family(number, children, home, random), accepted_on)


def _family(
    number: int, children: tuple[NewChild, ...], home: str | None, random: Random, **facts: object
) -> NewFamily:
    surname = SURNAMES[number % len(SURNAMES)]
    if number >= len(SURNAMES):
        surname = f"{surname}-{SURNAMES[(number * 7) % len(SURNAMES)].split('-')[0]}"
    names = random.sample(PARENTS, 2)
    two = random.random() < 0.7
    adjustments: tuple[str, ...] = ()
    language = "English"
    if random.random() < 0.08:
        language, adjustments = random.choice(LANGUAGES), (Adjustment.INTERPRETER,)
    elif random.random() < 0.03:
        adjustments = (random.choice((Adjustment.BSL, Adjustment.TEXT_RELAY, Adjustment.WRITTEN)),)
    postcode = random.choice(POSTCODES[home]) if home in POSTCODES else None
    parents = tuple(
        NewParent(
            name=f"{name} {surname}",
            phones=(_phone(number, position, random),),
            email=f"{name.lower()}.{number}@example.com",
            may_email=random.random() < 0.6,
            confirmed=position == 0 or random.random() < 0.8,
        )
        for position, name in enumerate(names[: 2 if two else 1])
    )
    everything: dict[str, object] = {
        "name": f"The {surname} family",
        "owning_council": home or KENT,
        "parents": parents,
        "addresses": (
            NewAddress(
                f"{random.randrange(1, 99)} {random.choice(STREETS)}", postcode, home,
                parents=tuple(range(len(parents))),
            ),
        ),
        "children": children,
        "language": language,
        "adjustments": adjustments,
        "good_times": random.choice(TIMES),
        "evenings": random.random() < 0.15,
        "before_we_ring": "Please ring the doorbell-free number first: nap time is 1 to 3."
        if random.random() < 0.1
        else None,
        **facts,
    }  # fmt: skip
    return NewFamily(**everything)  # type: ignore[arg-type]  # the fields of NewFamily, some replaced


def _phone(number: int, position: int, random: Random) -> NewPhone:
    line = (number * 2 + position) % 1000
    return NewPhone(
        number=f"+441632960{line:03d}" if random.random() < 0.3 else f"+447700900{line:03d}",
        may_leave_message=random.random() < 0.35,
        may_text=random.random() < 0.4,
        who_else=random.choice((None, None, None, "Grandma sometimes answers", "Shared with a teenager")),
        code_phrase=random.choice(
            (None, None, "Is this about the library books?", "Wrong number for the dentist")
        ),
    )


def _traps(today: date, random: Random) -> Iterator[Invented]:
    number = iter(range(100))

    def child(order_on: date, placed_by: str | None, age: int = 5, **facts: object) -> NewChild:
        everything: dict[str, object] = {
            "first_name": random.choice(CHILDREN),
            "born_on": order_on - timedelta(days=age * 365 - 40),
            "order_on": order_on,
            "placing": Placing.COUNCIL if placed_by else Placing.NONE,
            "placing_council": placed_by,
            **facts,
        }
        return NewChild(**everything)  # type: ignore[arg-type]  # the fields of NewChild, some replaced

    def trap(
        which: str, children: tuple[NewChild, ...], home: str | None, accepted_on: date, **facts: object
    ) -> Invented:
        return Invented(_family(next(number), children, home, random, **facts), accepted_on, which)

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    leap = date(2024, 2, 29)
    yield trap("29 February", (child(leap, KENT),), MEDWAY, max(leap + timedelta(days=40), ago(900)))
    yield trap("siblings", (child(ago(1500), KENT, 4), child(ago(600), SHEFFIELD, 2)), MEDWAY, ago(560))
    two_homes = (
        NewAddress("4 Pretend Road", "ME14 1XX", KENT, parents=(0,)),
        NewAddress("17 Storybook Way", "ME4 4TR", MEDWAY, parents=(1,)),
    )
    apart = (
        child(ago(1300), BEXLEY, 6, homes=(NewHome(address=0),)),
        child(ago(1300), BEXLEY, 4, homes=(NewHome(kind=HomeKind.NOT_SAID, address=None),)),
    )
    parents = (
        NewParent(
            "Naomi Twohomes",
            (NewPhone("+447700900901", may_text=True),),
            "naomi.901@example.com",
            may_email=True,
        ),
        NewParent("Lewis Twohomes", (NewPhone("+447700900902"),), "lewis.902@example.com", may_email=True),
    )
    yield trap(
        "two homes", apart, KENT, ago(1200), addresses=two_homes, parents=parents, name="The Twohomes family"
    )
    yield trap("moved", (child(ago(1700), SHEFFIELD, 7),), SHEFFIELD, ago(1600))
    yield trap("allowance", (child(ago(1400), DONCASTER, 3, allowance=True),), SHEFFIELD, ago(1300))
    yield trap(
        "Surrey home", (child(anniversary(today, -3) + timedelta(days=170), KENT, 5),), SURREY, ago(800)
    )
    yield trap("Surrey placed", (child(ago(500), SURREY, 4),), KENT, ago(430))
    wales = (NewAddress("2 Once-Upon Hill", "CF10 1EP", None, outside_england=True, parents=(0,)),)
    yield trap("Wales", (child(ago(1150), KENT, 4),), None, ago(1000), addresses=wales, parents=parents[:1],
               name="The Severncross family", owning_council=KENT)  # fmt: skip
    yield trap("unknown placing", (child(ago(420), None, 6, placing=Placing.UNKNOWN),), ROTHERHAM, ago(380))
    yield trap("step-parent", (child(ago(300), None, 8),), BARNSLEY, ago(270))
    yield trap("paused", (child(ago(700), MEDWAY, 4),), KENT, ago(650))
    yield trap("stopped", (child(ago(800), KENT, 5),), KENT, ago(760))
    yield trap("old code", (child(date(2024, 6, 3), OLD_BARNSLEY, 3),), SHEFFIELD, ago(700))
    yield trap("came back", (child(ago(1400), KENT, 5),), KENT, ago(1350))
    yield trap("moving on", (child(anniversary(today, -9) + timedelta(days=12), KENT, 8),), KENT, ago(900))
    yield trap(
        "overdue handover", (child(anniversary(today, -3) - timedelta(days=9), KENT, 3),), MEDWAY, ago(1050)
    )
    yield trap(
        "queried handover", (child(anniversary(today, -3) + timedelta(days=20), BEXLEY, 4),), KENT, ago(1020)
    )
    yield trap(
        "accepted handover",
        (child(anniversary(today, -3) - timedelta(days=60), SHEFFIELD, 4),),
        ROTHERHAM,
        ago(1100),
    )
    yield trap("child died", (child(ago(900), KENT, 2), child(ago(600), KENT, 1)), KENT, ago(540))
    yield trap("looked after", (child(ago(1400), KENT, 11),), MEDWAY, ago(1300))
    yield trap("rearranged", (child(anniversary(today, -2) - timedelta(days=4), KENT, 6),), KENT, ago(650))
    yield trap("concern", (child(anniversary(today, -1) - timedelta(days=6), KENT, 7),), KENT, ago(330))
    yield trap("hard year", (child(anniversary(today, -2) - timedelta(days=40), KENT, 9),), KENT, ago(660))
