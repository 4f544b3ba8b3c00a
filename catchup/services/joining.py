"""Joining: answers are kept as they are given, then sent as a registration.

A draft is a row under the hash of a cookie. Once sent it holds the reference alone, so that a second click
gets the same answer. What a machine may have sent is answered alike and kept apart, as a form in doubt.
The caller commits.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from os import urandom
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.registration import (
    Doubt,
    DoubtedForm,
    DoubtedFormCouncil,
    JoinDraft,
    Registration,
    RegistrationCouncil,
)
from catchup.queries import directories
from catchup.queries.registrations import SENT, is_alive
from catchup.queries.scope import Viewer
from catchup.rules import privacy, references
from catchup.rules import registration as rule
from catchup.rules.languages import ENGLISH
from catchup.rules.registration import Application
from catchup.rules.terms import Channel
from catchup.services import audit, languages, limits, offers, outbox
from catchup.services.audit import Seen
from catchup.services.limits import Limit

# Nobody reads and fills in the whole form in less. The draft says when it was begun, so that no page has to
# carry a time that could be left out, kept or forged.
QUICKEST = timedelta(seconds=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Forms in doubt in an hour, from one place and in all: more than a hall full of families sends.
MOST_DOUBTED, MOST_DOUBTED_IN_ALL = 40, 200
MAILS_AN_HOUR, MAILS_A_DAY = 3, 5  # to one address
# Kept in a draft beside the pages: the field nobody sees was filled in; everything was answered once.
TRAPPED = "trapped"
CHECKED = "checked"
# The first page, and on it the code of our letter: it goes no further than to the offer that it answers.
FIRST, CODE = "order", "code"

_FIND = (
    select(JoinDraft)
    .where(JoinDraft.id_hash == bindparam("id_hash"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_EMPTY = update(core(JoinDraft)).where(core(JoinDraft).c.id_hash == bindparam("whose"))
_REGISTER, _LET_SEE = insert(core(Registration)), insert(core(RegistrationCouncil))


class TooManyError(Exception):
    """More forms came in than can be kept just now. The draft stays as it is, to be sent later."""


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
    draft = db.session.scalar(_FIND, {"id_hash": id_hash})
    return draft if draft is not None and is_alive(draft, clock.real_now()) else None


def keep(draft: JoinDraft, page: str, answer: Any) -> None:
    """Keep the answer of one page."""
    draft.answers = {**draft.answers, page: answer}
    draft.version += 1


def send(draft: JoinDraft, read_in: str = ENGLISH.code, place: str | None = None) -> str:
    """Make a registration of a complete draft and return its reference; sent again, the same reference.

    ``read_in`` is the language of the pages, ``place`` the network it comes from (None: no limit holds). What
    was quicker than people are is not kept; where the hidden field was filled in, or many came from one place
    or in all, it is kept as a form in doubt. All are answered alike. Raises TooManyError where there is no
    room for one more in doubt, KeyError where a page is missing. Source: docs/decisions, forms in doubt.
    """
    if SENT in draft.answers:
        return str(draft.answers[SENT])
    answers = {page: answer for page, answer in draft.answers.items() if page not in (TRAPPED, CHECKED)}
    said = rule.read(answers)
    reference = references.make(urandom(references.RANDOM_BYTES))
    if clock.real_now() - draft.started_at >= QUICKEST:
        doubt = _doubt(draft, place)
        if doubt is None:
            _register(reference, answers, said, privacy.as_read(read_in), clock.now(), _look_by_on(said))
        else:
            _put_aside(reference, answers, said, privacy.as_read(read_in), doubt)
    _empty(draft, {SENT: reference, "same_day": said.same_day, "emailed": said.may_email})
    return reference


def _empty(draft: JoinDraft, left: dict[str, Any]) -> None:
    """Forget what a draft said, but for this. By a statement: it is in every family's longest wait."""
    db.session.flush()
    version = draft.version + 1
    db.session.execute(_EMPTY, {"whose": draft.id_hash, "answers": left, "version": version})
    set_committed_value(draft, "answers", left)
    set_committed_value(draft, "version", version)


def let_in(form: DoubtedForm, by: Viewer) -> UUID:
    """Make a registration of a form in doubt: somebody has seen that a family sent it. Returns its id."""
    said = rule.read(form.answers)
    audit.record(by, Seen("doubted_form.let_in", "doubted_form", form.id))
    facts = form.reference, form.answers, said, form.wording, form.submitted_at, form.look_by_on
    db.session.delete(form)
    return _register(*facts)


def throw_away(forms: Iterable[DoubtedForm], by: Viewer) -> int:
    """Delete forms in doubt that no family sent; returns how many."""
    away = list(forms)
    for form in away:
        audit.record(by, Seen("doubted_form.throw_away", "doubted_form", form.id))
        db.session.delete(form)
    return len(away)


def _doubt(draft: JoinDraft, place: str | None) -> Doubt | None:
    """Why this form is in doubt; None: nothing is odd. Raises TooManyError."""
    if TRAPPED in draft.answers:
        doubt = Doubt.HIDDEN_FIELD
    elif place is None or limits.count(*_room("join", place, *_most_joins())):
        return None
    else:
        doubt = Doubt.MANY
    if place is not None and not limits.count(*_room("doubt", place, MOST_DOUBTED, MOST_DOUBTED_IN_ALL)):
        raise TooManyError
    return doubt


def _most_joins() -> tuple[int, int]:
    settings = current_app.config["CATCHUP"]
    return settings.joins_from_one_place, settings.joins_in_all


def _room(kind: str, place: str, from_one_place: int, in_all: int) -> tuple[Limit, Limit]:
    return (
        Limit(limits.bucket(kind, place), HOUR, from_one_place),
        Limit(f"{kind}:everybody", HOUR, in_all),
    )


def _look_by_on(said: Application) -> date:
    today = clock.today()
    days = directories.policy(today).registration_working_days
    return rule.look_by_on(today, directories.holidays(), same_day=said.same_day, working_days=days)


def _put_aside(
    reference: str, answers: Mapping[str, Any], said: Application, wording: str, doubt: Doubt
) -> None:
    form = DoubtedForm(
        reference=reference,
        answers=dict(answers),
        doubt=doubt,
        wording=wording,
        submitted_at=clock.now(),
        look_by_on=_look_by_on(said),
        councils=[DoubtedFormCouncil(council_code=code) for code in sorted(said.councils)],
    )
    db.session.add(form)
    db.session.flush()
    audit.record(None, Seen("doubted_form.receive", "doubted_form", form.id))


def _register(
    reference: str,
    answers: Mapping[str, Any],
    said: Application,
    wording: str,
    submitted_at: datetime,
    look_by_on: date,
) -> UUID:
    first = dict(answers[FIRST])
    code = first.pop(CODE, None)
    placing = next((child.placing_council for child in said.children if child.placing_council), None)
    key = uuid4()
    row = {
        "id": key,
        "reference": reference,
        "answers": {**answers, FIRST: first},
        "home_council": said.homes[0].council,
        "placing_council": placing,
        "email_index": ring.blind_index("email", said.email.casefold()) if said.email else None,
        "postcode_index": ring.blind_index("postcode", said.homes[0].postcode),
        "talk_sooner": said.talk_sooner,
        "has_note": said.note is not None,
        "wording": wording,
        "submitted_at": submitted_at,
        "look_by_on": look_by_on,
    }
    db.session.execute(_REGISTER, row)
    seen_by = [{"registration_id": key, "council_code": code} for code in sorted(said.councils)]
    if seen_by:
        db.session.execute(_LET_SEE, seen_by)
    audit.record(None, Seen("registration.receive", "registration", key))
    offers.answer(code, key)
    if said.email and said.may_email and _may_mail(said.email):
        facts = {"reference": reference, "look_by_on": look_by_on.isoformat()}
        message = outbox.queue(
            None, None, Channel.EMAIL, "registration_received", facts, said.email, clock.now()
        )
        message.language = languages.to_write_in(said.language)
    return key


def _may_mail(address: str) -> bool:
    """Count a mail to an address that anybody can type; False where it has had enough of them."""
    whose = address.casefold()
    return limits.count(
        Limit(limits.bucket("mails-an-hour", whose), HOUR, MAILS_AN_HOUR),
        Limit(limits.bucket("mails-a-day", whose), DAY, MAILS_A_DAY),
    )
