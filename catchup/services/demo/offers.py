"""What the demo's agencies know of how to write to families, and the offers that have gone out."""

import secrets
from datetime import date, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from catchup import clock
from catchup.data.demo_names import POSTCODES, STREETS
from catchup.extensions import db
from catchup.models.offer import Offer, OrderContact
from catchup.models.order import RecordedOrder
from catchup.rules import offers as rule
from catchup.rules.terms import Channel, Placing
from catchup.services.demo.people import KENT
from catchup.services.offers import hash_of

LATELY = timedelta(days=400)
NOT_OFFERED = (
    ("Olive", "Ruth and Tom Larkspindle", 45),
    ("Jude", "Nia Copperleaf", 12),
    ("Esme", "Amir and Leah Gorsekettle", 16),
    ("Kai", "Beth Plumfeather", 20),
)
REMINDED_AFTER = timedelta(weeks=9)


def add_offers(today: date, manager: UUID) -> None:
    """Addresses of most families, offers of the last year by letter and e-mail, and a few letters to post."""
    of_today = _not_offered(today)
    joined = func.count(RecordedOrder.family_id)
    families = db.session.execute(
        select(RecordedOrder.family_reference, func.min(RecordedOrder.offered_on), joined)
        .group_by(RecordedOrder.family_reference)
        .order_by(RecordedOrder.family_reference)
    ).all()
    contacts, made = [], []
    for number, (reference, offered_on, in_scheme) in enumerate(families):
        if reference in of_today:
            continue
        if not in_scheme and number % 7 != 3:
            contacts.append(_contact(reference, number, today))
        if offered_on and offered_on > today - LATELY:
            made += _offers(reference, number, offered_on, today, manager, joined=bool(in_scheme))
    late, lately, to_post, _without_address = of_today
    contacts += [_contact(reference, 9 + number, today) for number, reference in enumerate((late, lately))]
    contacts.append(_contact(to_post, 22, today))
    made.append(_offer(to_post, Channel.LETTER, today, manager, posted=False))
    for model, rows in ((OrderContact, contacts), (Offer, made)):
        db.session.execute(insert(model), rows)


def _not_offered(today: date) -> list[str]:
    """Four families of Kent: two to be offered it, a letter to post, and one nobody can write to yet."""
    rows: list[dict[str, object]] = [
        {
            "id": uuid4(),
            "reference": f"K000{number}-1",
            "family_reference": f"K000{number}",
            "child_first_name": name,
            "child_born_on": today - timedelta(days=1_400 + 90 * number),
            "parents": parents,
            "postcode": POSTCODES[KENT][0],
            "postcode_index": None,
            "made_on": today - timedelta(days=days),
            "placing": Placing.COUNCIL,
            "placing_council": KENT,
            "home_council": KENT,
            "recorded_at": clock.instant(today - timedelta(days=3), time(12)),
        }
        for number, (name, parents, days) in enumerate(NOT_OFFERED, start=1)
    ]
    db.session.execute(insert(RecordedOrder), rows)
    return [str(row["family_reference"]) for row in rows]


def _contact(reference: str, number: int, today: date) -> dict[str, object]:
    by_mail = number % 3 == 0
    return {
        "family_reference": reference,
        "lines": f"{number % 90 + 1} {STREETS[number % len(STREETS)]}",
        "email": f"parent{number}@example.com" if by_mail else None,
        "phone": None,
        "may_email": by_mail,
        "may_text": False,
        "recorded_at": clock.instant(today - timedelta(days=3), time(12)),
    }


def _offers(
    reference: str, number: int, offered_on: date, today: date, manager: UUID, *, joined: bool
) -> list[dict[str, object]]:
    """An offer that has gone, and a reminder to most of those who did not answer it."""
    channel = Channel.EMAIL if number % 3 == 0 else Channel.LETTER
    first = _offer(reference, channel, offered_on, manager)
    if joined and number % 5 != 1:
        first["answered_at"] = clock.instant(offered_on + timedelta(days=2 + number % 9), time(19))
    again_on = offered_on + REMINDED_AFTER
    if joined or number % 4 == 0 or again_on > today:
        return [first]
    again = _offer(reference, channel, again_on, manager)
    return [first, {**again, "is_reminder": True, "code": first["code"], "code_hash": first["code_hash"]}]


def _offer(
    reference: str, channel: Channel, on: date, manager: UUID, *, posted: bool = True
) -> dict[str, object]:
    code = rule.make_code(secrets.token_bytes(rule.RANDOM_BYTES))
    by_hand = posted and channel is Channel.LETTER
    return {
        "id": uuid4(),
        "family_reference": reference,
        "is_reminder": False,
        "round": 1,
        "channel": channel,
        "code": code,
        "code_hash": hash_of(code),
        "made_at": clock.instant(on, time(9)),
        "made_by": manager,
        "posted_at": clock.instant(on, time(11)) if posted else None,
        "posted_by": manager if by_hand else None,
        "answered_at": None,
    }
