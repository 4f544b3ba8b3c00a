"""Asking who registered before it is decided: the question, and what they said. The caller commits."""

from catchup import clock
from catchup.extensions import db
from catchup.models.matching import RegistrationQuestion
from catchup.models.registration import Registration
from catchup.queries.scope import Viewer
from catchup.rules import registration as rule
from catchup.rules.terms import Channel
from catchup.services import audit, languages, outbox
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.registrations import AlreadyDecidedError


class NoEmailError(Exception):
    """They gave no e-mail address, or do not want to be written to."""


def ask(
    registration: Registration, question: str, by: Viewer, *, by_email: bool = False
) -> RegistrationQuestion:
    """Note what is asked. An e-mail asks them to ring, with their reference and nothing of the question.

    Raises AlreadyDecidedError, NoEmailError.
    """
    if registration.decision is not None:
        raise AlreadyDecidedError
    asked = RegistrationQuestion(
        registration_id=registration.id, question=question, asked_at=clock.now(), asked_by=by.id
    )
    db.session.add(asked)
    db.session.flush()
    if by_email:
        said = rule.read(registration.answers)
        if not (said.email and said.may_email):
            raise NoEmailError
        message = outbox.queue(
            None,
            None,
            Channel.EMAIL,
            "registration_question",
            {"reference": registration.reference},
            said.email,
            clock.now(),
        )
        message.language = languages.to_write_in(said.language)
    audit.record(by, Seen("registration.ask", "registration_question", asked.id))
    return asked


def answer(question: RegistrationQuestion, words: str, by: Viewer) -> None:
    """Note what they said. Raises ChangedMeanwhileError where somebody else has noted an answer."""
    db.session.refresh(question, with_for_update=True)
    if question.answered_at is not None:
        raise ChangedMeanwhileError
    question.answer, question.answered_at, question.answered_by = words, clock.now(), by.id
    audit.record(by, Seen("registration.answer", "registration_question", question.id))
