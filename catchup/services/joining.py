"""Joining: answers are kept as they are given, then sent as a registration.

A draft is a row under the hash of a cookie. Once sent it holds the reference alone, so that a second click
gets the same answer. The caller commits.
"""

from collections.abc import Mapping
from datetime import timedelta
from os import urandom
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.registration import JoinDraft, Registration, RegistrationCouncil
from catchup.queries import directories
from catchup.queries.registrations import SENT, is_alive
from catchup.rules import privacy, references
from catchup.rules import registration as rule
from catchup.rules.languages import ENGLISH
from catchup.rules.terms import Channel
from catchup.services import audit, languages, offers, outbox
from catchup.services.audit import Seen

# Nobody reads and fills in the whole form in less.
QUICKEST = timedelta(seconds=2)
# Kept in a draft beside the pages: the field nobody sees was filled in; everything was answered once.
TRAPPED = "trapped"
CHECKED = "checked"
# The first page, and on it the code of our letter: it goes no further than to the offer that it answers.
FIRST, CODE = "order", "code"


def begin(id_hash: bytes) -> JoinDraft:
    """The draft of a browser that answers the first question, locked; new if the last was sent or is old."""
    now = clock.real_now()
    dialect = db.session.connection().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    empty = {"id_hash": id_hash, "answers": {}, "started_at": now, "version": 1}
    db.session.execute(make(JoinDraft).values(empty).on_conflict_do_nothing())
    draft = find(id_hash)
    if draft is None or not is_alive(draft, now) or SENT in draft.answers:
        draft = db.session.scalars(select(JoinDraft).where(JoinDraft.id_hash == id_hash)).one()
        draft.answers, draft.started_at = {}, now
    return draft


def find(id_hash: bytes) -> JoinDraft | None:
    """A browser's draft, locked; None where there is none or it is too old."""
    draft = db.session.scalar(
        select(JoinDraft)
        .where(JoinDraft.id_hash == id_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return draft if draft is not None and is_alive(draft, clock.real_now()) else None


def keep(draft: JoinDraft, page: str, answer: Any) -> None:
    """Keep the answer of one page."""
    draft.answers = {**draft.answers, page: answer}
    draft.version += 1


def send(draft: JoinDraft, read_in: str = ENGLISH.code) -> str:
    """Make a registration of a complete draft and return its reference; sent again, the same reference.

    ``read_in`` is the language of the pages. What a machine sent (too quick, or the trap filled in) is
    answered alike and not kept. Raises KeyError where a page is missing.
    """
    if SENT in draft.answers:
        return str(draft.answers[SENT])
    answers = {page: answer for page, answer in draft.answers.items() if page not in (TRAPPED, CHECKED)}
    said = rule.read(answers)
    reference = references.make(urandom(references.RANDOM_BYTES))
    by_machine = TRAPPED in draft.answers or clock.real_now() - draft.started_at < QUICKEST
    if not by_machine:
        _register(reference, answers, said, read_in)
    draft.answers = {SENT: reference, "same_day": said.same_day, "emailed": said.may_email}
    draft.version += 1
    return reference


def _register(reference: str, answers: Mapping[str, Any], said: rule.Application, read_in: str) -> None:
    today = clock.today()
    first = dict(answers[FIRST])
    code = first.pop(CODE, None)
    days = directories.policy(today).registration_working_days
    placing = next((child.placing_council for child in said.children if child.placing_council), None)
    registration = Registration(
        reference=reference,
        answers={**answers, FIRST: first},
        home_council=said.homes[0].council,
        placing_council=placing,
        email_index=ring.blind_index("email", said.email.casefold()) if said.email else None,
        postcode_index=ring.blind_index("postcode", said.homes[0].postcode),
        talk_sooner=said.talk_sooner,
        has_note=said.note is not None,
        wording=privacy.as_read(read_in),
        submitted_at=clock.now(),
        look_by_on=rule.look_by_on(today, directories.holidays(), same_day=said.same_day, working_days=days),
        councils=[RegistrationCouncil(council_code=code) for code in sorted(said.councils)],
    )
    db.session.add(registration)
    db.session.flush()
    audit.record(None, Seen("registration.receive", "registration", registration.id))
    offers.answer(code, registration.id)
    if said.email and said.may_email:
        facts = {"reference": reference, "look_by_on": registration.look_by_on.isoformat()}
        message = outbox.queue(
            None, None, Channel.EMAIL, "registration_received", facts, said.email, clock.now()
        )
        message.language = languages.to_write_in(said.language)
