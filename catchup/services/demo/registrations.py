"""Registrations that have just come in: with a recorded order to match, a family, one for the same day."""

from collections.abc import Sequence
from datetime import date, timedelta
from os import urandom
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.order import RecordedOrder
from catchup.models.registration import JoinDraft
from catchup.rules.terms import Placing
from catchup.services import joining
from catchup.services.demo.people import BEXLEY, DONCASTER, KENT, MEDWAY, SHEFFIELD
from catchup.services.new_families import NewFamily

# Name, child, placed by, postcode, home, days since the order, what was written in the last box, sooner.
ARRIVED: Sequence[tuple[str, str, str, str, str, int, str | None, bool]] = (
    ("Beth Harvestmoon", "Robin", KENT, "ME4 4TR", MEDWAY, 40, None, False),
    ("Marek Lanternby", "Mila", BEXLEY, "DA5 1LT", BEXLEY, 61, None, False),
    ("Usha Pebblecombe", "Theo", SHEFFIELD, "S10 2TN", SHEFFIELD, 30, None, True),
    ("Gareth Cloudberry", "Ivy", DONCASTER, "DN1 3BU", DONCASTER, 900, "A new school from Monday.", False),
    ("Ruth Candlewick", "Eden", "unknown", "ME14 1XX", KENT, 200, None, False),
    ("Ola Quillfeather", "Wren", KENT, "ME14 1XX", KENT, 75, None, False),
)
IN_DOUBT = "Ola Quillfeather"  # her browser fills in what nobody sees


def add_registrations(today: date) -> int:
    """Send these forms in, as the public page does; returns how many."""
    for number, (name, child, placed_by, postcode, home, days, note, sooner) in enumerate(ARRIVED):
        order_on = today - timedelta(days=days)
        born_on = order_on - timedelta(days=1500 + 200 * number)
        draft = JoinDraft(
            id_hash=urandom(32),
            answers=_answers(name, number, child, born_on, order_on, placed_by, postcode, home, note, sooner),
            started_at=clock.real_now() - timedelta(minutes=12),
            version=1,
        )
        db.session.add(draft)
        if name == IN_DOUBT:
            joining.keep(draft, joining.TRAPPED, True)
        joining.send(draft)
        if number % 2 == 0 and placed_by != "unknown":
            _record(number, child, born_on, order_on, placed_by, postcode, home, name)
    return len(ARRIVED)


def add_second_parent(new: NewFamily, today: date) -> None:
    """The other parent of a family that is there joins as well, and writes a name another way."""
    child, home, first = new.children[0], new.addresses[0], new.parents[0]
    surname = first.name.split()[-1]
    placed_by = child.placing_council or child.placing.value
    answers = _answers(
        f"Noé {surname}",
        len(ARRIVED),
        child.first_name,
        child.born_on,
        child.order_on,
        placed_by,
        home.postcode or "",
        home.council_code or "",
        None,
        False,
    )
    answers["other-parent"] = {"there_is": True, "full_name": first.name}
    answers["address"] |= {"lines": home.lines, "who": None}
    started_at = clock.real_now() - timedelta(minutes=15)
    draft = JoinDraft(id_hash=urandom(32), answers=answers, started_at=started_at, version=1)
    db.session.add(draft)
    joining.send(draft)


def _answers(
    name: str,
    number: int,
    child: str,
    born_on: date,
    order_on: date,
    placed_by: str,
    postcode: str,
    home: str,
    note: str | None,
    sooner: bool,
) -> dict[str, Any]:
    return {
        "order": {"made": True},
        "name": {"full_name": name},
        "other-parent": {"there_is": False, "full_name": None},
        "postcode": {"postcode": postcode},
        "address": {
            "postcode": postcode,
            "lines": f"{number + 3} Pretend Road",
            "right": True,
            "council": home,
            "outside": False,
            "who": None,
        },
        "second-home": {"there_is": False, "postcode": None},
        "children": [
            {
                "first_name": child,
                "born_on": born_on.isoformat(),
                "order_on": order_on.isoformat(),
                "placing": placed_by,
                "lives": "home-1",
            }
        ],
        "phone": {
            "there_is": True,
            "number": f"+4477009009{40 + number}",
            "may_leave_message": False,
            "may_text": number % 2 == 0,
            "who_else": None,
            "code_phrase": None,
        },
        "other-phone": {"there_is": False},
        "email": {"address": f"new.{number}@example.com", "may_email": True, "who_else": None},
        "times": {"days": [], "bands": []},
        "never": {"there_is": False, "days": [], "bands": []},
        "sooner": {"sooner": sooner},
        "language": {"language": "English", "other": None, "adjustments": []},
        "people-you-know": {"there_is": False, "who": None},
        "about-you": {"ethnic_group": None, "disability": None},
        "anything-else": {"note": note},
        "what-we-do": {},
    }


def _record(
    number: int,
    child: str,
    born_on: date,
    order_on: date,
    placed_by: str,
    postcode: str,
    home: str,
    name: str,
) -> None:
    db.session.execute(
        insert(RecordedOrder).values(
            id=uuid4(),
            reference=f"A{number:04d}-1",
            family_reference=f"A{number:04d}",
            child_first_name=child,
            child_born_on=born_on,
            parents=name,
            postcode=postcode,
            postcode_index=ring.blind_index("postcode", postcode),
            made_on=order_on,
            placing=Placing.COUNCIL,
            placing_council=placed_by,
            home_council=home,
            offered_on=order_on + timedelta(days=14),
            recorded_at=clock.now(),
        )
    )
