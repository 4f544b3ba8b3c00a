"""The one question about a call: was it worth your time? Source: service policy, measure M15."""

from uuid import UUID

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Parent
from catchup.models.manage import CallAnswer
from catchup.queries import call_answers as queries
from catchup.rules.terms import Worth
from catchup.services import parent_links


class AlreadyAnsweredError(Exception):
    """It was answered in another visit, and stands."""


def answer(parent: Parent, call: Call, worth: Worth, words: str | None, visit_id: UUID) -> None:
    """Say it, once for each call and parent; in the same visit it can be said otherwise.

    Raises AlreadyAnsweredError. The caller commits.
    """
    # Of the same form sent twice at once, the second waits and finds what the first said.
    db.session.execute(select(Parent.id).where(Parent.id == parent.id).with_for_update())
    said = queries.of(call, parent)
    if said is None:
        said = CallAnswer(family_id=call.family_id, parent_id=parent.id, call_id=call.id, visit_id=visit_id)
        db.session.add(said)
    elif said.visit_id != visit_id:
        raise AlreadyAnsweredError
    said.worth, said.words, said.said_at = worth, words, clock.now()
    parent_links.note(parent, "manage.answer_question")
