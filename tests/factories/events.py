"""What happens to families, written straight into the tables: calls, conversations, signposts, results."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Conversation
from catchup.models.family import Family
from catchup.models.signpost import Signpost, SignpostResult
from catchup.models.staff import Staff
from catchup.rules.terms import Band, Barrier, CallKind, Category, ClosedAs, Need, Outcome, SignpostOutcome
from tests.factories.families import KENT, a_child, a_family


def at_noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def a_call(family: Family, due_on: date, *, council: str | None = KENT, **facts: Any) -> UUID:
    """An open annual call due on a day."""
    call_id = uuid4()
    cycle = 1000 + (db.session.scalar(select(func.count()).where(Call.family_id == family.id)) or 0)
    values = {
        "id": call_id,
        "family_id": family.id,
        "kind": CallKind.ANNUAL,
        "cycle": cycle,
        "cycle_on": due_on,
        "due_on": due_on,
        "opens_on": due_on - timedelta(days=28),
        "opened_on": due_on - timedelta(days=28),
        "moving_on": False,
        "council_code": council,
        "version": 1,
    }
    db.session.execute(insert(Call).values(values | facts))
    db.session.commit()
    return call_id


def held(on: date, council: str | None = KENT) -> dict[str, Any]:
    return {"closed_at": at_noon(on), "closed_as": ClosedAs.DONE, "held_on": on, "held_council": council}


def a_quiet_family(**facts: Any) -> Family:
    """A family whose own calls and orders lie outside the year that is counted."""
    clock.move_to(date(2030, 1, 7))
    return a_family(
        [a_child(date(2029, 6, 10), born_on=date(2028, 1, 1))], accepted_on=date(2030, 1, 7), **facts
    )


def a_signpost(family: Family, call_id: UUID, by: Staff, on: date, **facts: Any) -> UUID:
    signpost = Signpost(
        **{
            "family_id": family.id,
            "call_id": call_id,
            "category": Category.PEERS,
            "written_in": "A group",
            "agreed": True,
            "given_on": on,
            "council_code": KENT,
            "given_by": by.id,
            **facts,
        }
    )
    db.session.add(signpost)
    db.session.commit()
    return signpost.id


def a_result(
    signpost_id: UUID, by: Staff, outcome: SignpostOutcome, at: datetime, barrier: Barrier | None = None
) -> None:
    db.session.add(
        SignpostResult(
            signpost_id=signpost_id,
            outcome=outcome,
            barrier=barrier,
            recorded_at=at,
            known_on=at.date(),
            recorded_by=by.id,
        )
    )
    db.session.commit()


def an_attempt(call_id: UUID, by: Staff, on: date, outcome: Outcome) -> None:
    """One try on a day, at noon."""
    db.session.add(
        Attempt(
            call_id=call_id,
            at=at_noon(on),
            on=on,
            band=Band.MIDDAY,
            outcome=outcome,
            counts=True,
            by_id=by.id,
        )
    )
    db.session.commit()


def a_talk(
    family: Family, on: date, need: Need, by: Staff, *, council: str | None = KENT, **facts: Any
) -> UUID:
    """An annual call that was due and held on a day, with a conversation of half an hour."""
    call_id = a_call(family, on, council=council, **held(on, council))
    values = {
        "call_id": call_id,
        "held_at": at_noon(on),
        "by_id": by.id,
        "free_to_talk": True,
        "identity_checked": True,
        "need": need,
        "concern": False,
        "minutes": 30,
    }
    db.session.execute(insert(Conversation).values(values | facts))
    db.session.commit()
    return call_id
