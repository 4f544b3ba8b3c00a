"""What a caller fills in on the conversation's page: the least that can be saved, and a concern."""

from uuid import uuid4

from sqlalchemy import select

from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from tests.factories.families import MEDWAY


def welcome_call(family: Family) -> Call:
    """The one call of a family that was accepted just now."""
    return db.session.scalars(select(Call).where(Call.family_id == family.id)).one()


def answers(call: Call, **changes: str) -> dict[str, str]:
    """The least that can be saved."""
    return {
        "version": str(call.version),
        "form_token": str(uuid4()),
        "identity_checked": "yes",
        "free_to_talk": "yes",
        "need": "none",
        "concern": "no",
        "follow_up": "by_need",
    } | changes


def address(call: Call) -> str:
    """Where the form goes."""
    return f"/calls/{call.id}/conversation"


def concern_answers(call: Call, family: Family, **changes: str) -> dict[str, str]:
    """The same with a concern that was told to Medway just after midnight of 3 July 2024."""
    facts = {
        "kind": "child_at_risk",
        "what": "Something that was heard",
        "referral_made": "yes",
        "child": str(family.children[0].id),
        "place": "At home",
        "council": MEDWAY,
        "told_on-day": "3",
        "told_on-month": "7",
        "told_on-year": "2024",
        "told_time": "0.05",
        "told_whom": "Duty worker Example",
        "reference_awaited": "y",
        "parent_told": "yes",
    } | changes
    prefixed = {f"concern_facts-{name}": value for name, value in facts.items()}
    return answers(call, concern="yes") | prefixed


def concern_page_answers(family: Family, **changes: str) -> dict[str, str]:
    """What the page of a concern sends: the same facts."""
    facts = {
        name.partition("-")[2]: value
        for name, value in concern_answers(welcome_call(family), family, **changes).items()
        if name.startswith("concern_facts-")
    }
    return {"key": str(uuid4())} | {f"facts-{name}": value for name, value in facts.items()}
