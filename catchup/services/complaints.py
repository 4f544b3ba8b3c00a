"""A complaint: made on a parent's own page, answered by a manager. Source: service policy, measure M15.

Nobody it may be about is told, and it is in no message. The caller commits.
"""

from flask import current_app
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Parent
from catchup.models.manage import Complaint
from catchup.models.staff import Staff
from catchup.queries import complaints as queries
from catchup.queries import directories, managers
from catchup.queries.scope import Viewer
from catchup.rules import promises
from catchup.rules.terms import Channel
from catchup.services import alerts, audit, outbox, parent_links
from catchup.services.audit import Seen

WHERE = "/complaints"


class AlreadyAnsweredError(Exception):
    """Another manager was quicker."""


class NoChannelError(Exception):
    """A message cannot be sent: this parent allows none, or there is no number to ring."""


def make(parent: Parent, words: str) -> Complaint:
    """Somebody complains; the managers who may read it are told that there is something to read.

    Where the only manager in reach is the lead, every other manager of the agency is told.
    The same words sent twice are one complaint.
    """
    family, today = parent.family, clock.today()
    # Of the same form sent twice at once, the second waits and finds the first.
    db.session.execute(select(Parent.id).where(Parent.id == parent.id).with_for_update())
    for one in queries.of_parent(parent):
        if one.answered_at is None and one.words == words:
            return one
    made = Complaint(
        family_id=family.id,
        parent_id=parent.id,
        lead_id=family.lead_id,
        words=words,
        made_at=clock.now(),
        answer_by_on=promises.complaint_answered_by(today, directories.holidays(), directories.policy(today)),
    )
    db.session.add(made)
    found = [one for one in managers.of_family(family.id, today) if one.id != family.lead_id]
    found = found or [one for one in managers.of_agency(family.id, today) if one.id != family.lead_id]
    alerts.tell_of_page(found, family.id, WHERE)
    parent_links.note(parent, "manage.complain")
    return made


def answer(complaint: Complaint, text: str, channel: Channel, by: Viewer, *, show_lead: bool = False) -> None:
    """A manager has answered: by letter, or with a bare message that there is an answer to be had.

    Raises AlreadyAnsweredError, NoChannelError, and PermissionError for anybody but a manager.
    """
    if not by.manages:
        raise PermissionError("Only a manager answers a complaint.")
    fresh = select(Complaint).where(Complaint.id == complaint.id).with_for_update(of=Complaint)
    db.session.scalar(fresh, execution_options={"populate_existing": True})
    if complaint.answered_at is not None:
        raise AlreadyAnsweredError
    by_letter = channel is Channel.LETTER
    complaint.channel = channel if by_letter else _say_there_is_an_answer(complaint, by)
    complaint.answer, complaint.answered_at, complaint.answered_by = text, clock.now(), by.id
    if show_lead and complaint.shown_to_lead_at is None:
        show_to_lead(complaint, by)
    audit.record(by, Seen("complaint.answer", "complaint", complaint.id, complaint.family_id))


def show_to_lead(complaint: Complaint, by: Viewer) -> None:
    """The lead may read it from now on. Raises PermissionError for anybody but a manager."""
    if not by.manages:
        raise PermissionError("Only a manager shows a complaint to the lead.")
    complaint.shown_to_lead_at, complaint.shown_to_lead_by = clock.now(), by.id
    audit.record(by, Seen("complaint.show_lead", "complaint", complaint.id, complaint.family_id))


def _say_there_is_an_answer(complaint: Complaint, by: Viewer) -> Channel:
    """By whichever channel the parent allows: the number of whoever answered, or else the agency's."""
    manager = db.session.get_one(Staff, by.id)
    number = manager.phone or current_app.config["CATCHUP"].contact_phone
    facts = {"call_back_number": number}
    message = number and outbox.queue_to_family(
        complaint.family_id, "answer_ready", facts, clock.now(), only=complaint.parent_id
    )
    if not message:
        raise NoChannelError
    return message.channel
