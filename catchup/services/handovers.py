"""What people do with a handover, a function an act: each adds a step, and the steps say where it stands.

Every act names the version its page showed: of two people who act at once the second is told. No step is
taken while everything is stopped for the family. The caller commits. Source: service policy, section 6, R22.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover, HandoverStep, HandoverSummary, SummaryReturn
from catchup.models.handover_notice import HandoverNotice
from catchup.queries import handover_standing, handovers
from catchup.queries.scope import Viewer
from catchup.rules import disclosure
from catchup.rules import handover as rule
from catchup.rules.disclosure import Exit, Identifying
from catchup.rules.terms import HandoverKind, HandoverStepKind, Occasion
from catchup.services import audit, handover_notices, handover_summaries, owners
from catchup.services.audit import Seen
from catchup.services.handover_notices import NobodyToTellError as NobodyToTellError
from catchup.services.handover_notices import Told
from catchup.services.handover_summaries import Written


class ConflictError(Exception):
    """The handover is no longer as the page showed it."""


class NotAllowedError(ConflictError):
    """The step cannot be taken as things stand now."""


class Telling(StrEnum):
    """How a family is told in writing."""

    MESSAGE = "message"
    LETTER = "letter"
    AS_AGREED = "as_agreed"


def tell_family(handover: Handover, how: Telling, by: Viewer, seen_version: int) -> None:
    """Tell the parents in writing which council to ask from the change day on.

    By message each confirmed parent gets one where they agreed to one; brothers and sisters who change
    together bring one message. For the others a letter is put on the list: it tells them once it is posted.
    By letter: it was printed and posted. As each agreed: the same, and where nobody can be sent a message
    the handover waits for its letters. Raises NobodyToTellError where a message was wanted and none can go
    out. Source: service policy P3, section 6.
    """
    _begin(handover, HandoverStepKind.FAMILY_TOLD, by, seen_version)
    if how is Telling.LETTER:
        handover_notices.posted(handover, by)
        _add(handover, HandoverStepKind.FAMILY_TOLD, by, clock.now(), note="By letter")
        return
    told = handover_notices.before(handover, by)
    if told.reached:
        _add(handover, HandoverStepKind.FAMILY_TOLD, by, clock.now(), note=_who(told))
    elif how is Telling.MESSAGE or not told.by_letter:
        raise NobodyToTellError


def post_letter(notice: HandoverNotice, by: Viewer) -> None:
    """A letter has been posted; the first one of a handover tells the family. Again is no harm."""
    handover = notice.handover
    if not handover_notices.post(notice, by) or notice.occasion is not Occasion.BEFORE:
        return
    standing = handover_standing.of_model(handover, clock.today())
    stopped = handovers.is_stopped(handover.family_id)
    if HandoverStepKind.FAMILY_TOLD in handovers.allowed(handover, standing, stopped=stopped):
        _take(handover, handover.version)
        note = f"By letter to {notice.parent.name}"
        _add(handover, HandoverStepKind.FAMILY_TOLD, by, clock.now(), note=note)


def write_summary(handover: Handover, written: Written, by: Viewer, seen_version: int) -> HandoverSummary:
    """Draw up the summary from the record and what was written. It must then be checked by somebody else."""
    _begin(handover, HandoverStepKind.SUMMARY_WRITTEN, by, seen_version)
    now = clock.now()
    content = handover_summaries.draft(handover, written)
    summary = HandoverSummary(
        content=content, made_at=now, made_by=by.id, sha256=handover_summaries.digest(content)
    )
    handover.summaries.append(summary)
    _add(handover, HandoverStepKind.SUMMARY_WRITTEN, by, now)
    if written.address_reason:
        audit.record(by, Seen("handover.summary_address", "handover", handover.id, handover.family_id))
    return summary


def check_summary(handover: Handover, by: Viewer, seen_version: int) -> None:
    """A second person has read the summary. Raises PermissionError for the one who wrote it."""
    _begin(handover, HandoverStepKind.SUMMARY_CHECKED, by, seen_version)
    summary = _summary(handover)
    if not rule.may_check(summary.made_by, by.id):
        raise PermissionError("A second person checks the summary.")
    summary.checked_at = clock.now()
    summary.checked_by = by.id
    _add(handover, HandoverStepKind.SUMMARY_CHECKED, by, summary.checked_at)


def return_summary(handover: Handover, because: str, by: Viewer, seen_version: int) -> None:
    """A second person found something not right: the summary is written again, and then checked.

    Raises PermissionError for the one who wrote it.
    """
    _begin(handover, HandoverStepKind.SUMMARY_CHECKED, by, seen_version)
    summary = _summary(handover)
    if not rule.may_check(summary.made_by, by.id):
        raise PermissionError("A second person checks the summary.")
    summary.returned = SummaryReturn(at=clock.now(), by_id=by.id, because=because)
    audit.record(
        by,
        Seen("handover.summary_returned", "handover", handover.id, handover.family_id, handover.to_council),
    )


def send(handover: Handover, sent_to: str, by: Viewer, seen_version: int) -> HandoverSummary:
    """Freeze the checked summary with who sends it to whom, to be printed. Sent again it is a new copy."""
    _begin(handover, HandoverStepKind.SENT, by, seen_version)
    summary = _summary(handover)
    checked = summary.checked_at is not None
    if not disclosure.may_leave(
        Identifying.CHILD_NAME, Exit.HANDOVER_SUMMARY, checked_by_second_person=checked
    ):
        raise NotAllowedError
    now = clock.now()
    if summary.sent_at is not None:
        summary = _copy(handover, summary, now)
    summary.content = handover_summaries.freeze(
        summary.content, handover_summaries.reference(handover), by.name, now, sent_to
    )
    summary.sha256 = handover_summaries.digest(summary.content)
    summary.sent_at = now
    _add(handover, HandoverStepKind.SENT, by, now, contact=sent_to)
    return summary


def accept(
    handover: Handover, contact_name: str, by: Viewer | None, seen_version: int, *, said: str | None = None
) -> None:
    """The next council has it and names whom to ask there; ``by`` None: it says so itself, by its link.

    ``said`` is who told us and when, where it was told otherwise.
    """
    _begin(handover, HandoverStepKind.ACCEPTED, by, seen_version)
    _add(handover, HandoverStepKind.ACCEPTED, by, clock.now(), contact=contact_name, note=said)
    owners.follow_now(handover.family_id, by)


def query(
    handover: Handover, question: str, by: Viewer | None, seen_version: int, *, said: str | None = None
) -> None:
    """The next council asks something before it accepts; ``by`` None: by its link.

    ``said`` is who told us and when, where it was told otherwise.
    """
    _begin(handover, HandoverStepKind.QUERIED, by, seen_version)
    _add(handover, HandoverStepKind.QUERIED, by, clock.now(), note=question, contact=said)


def decline(handover: Handover, note: str | None, by: Viewer, seen_version: int) -> None:
    """The family does not want anything shared: nothing is sent. Responsibility moves all the same."""
    _begin(handover, HandoverStepKind.DECLINED, by, seen_version)
    _add(handover, HandoverStepKind.DECLINED, by, clock.now(), note=note)
    owners.follow_now(handover.family_id, by)


def not_needed(handover: Handover, reason: str, by: Viewer, seen_version: int) -> None:
    """There is nothing to hand over after all."""
    _begin(handover, HandoverStepKind.NOT_NEEDED, by, seen_version)
    _add(handover, HandoverStepKind.NOT_NEEDED, by, clock.now(), note=reason)
    owners.follow_now(handover.family_id, by)


def decide(
    handover: Handover,
    reason: str,
    by: Viewer,
    seen_version: int,
    *,
    from_council: str | None = None,
    to_council: str | None = None,
) -> None:
    """A manager names the council, or both, that the rules could not. Raises PermissionError for others.

    Raises ValueError where a council is missing still, or both ends are one. Source: service policy R6, R8.
    """
    if not by.manages:
        raise PermissionError("Only a manager decides which council it is.")
    _begin(handover, HandoverStepKind.DECIDED, by, seen_version)
    giving = handover.from_council or from_council
    receiving = handover.to_council or to_council
    if giving is None or receiving is None or giving == receiving:
        raise ValueError("Two different councils are needed.")
    handover.from_council, handover.to_council = giving, receiving
    _add(handover, HandoverStepKind.DECIDED, by, clock.now(), note=reason)


def ask_for_full(handover: Handover, by: Viewer, seen_version: int) -> None:
    """The family asks that the next council be told of its support, although nothing is open."""
    _take(handover, seen_version)
    standing = handover_standing.of_model(handover, clock.today())
    stopped = handovers.is_stopped(handover.family_id)
    if not handovers.may_ask_for_full(handover, standing, stopped=stopped):
        raise NotAllowedError
    handover.kind = HandoverKind.FULL
    handover.family_asked = True
    audit.record(by, Seen("handover.ask_for_full", "handover", handover.id, handover.family_id))


def _take(handover: Handover, seen_version: int) -> None:
    """One conditional UPDATE: the database decides who was first, on both engines alike."""
    taken = db.session.scalar(
        update(Handover)
        .where(Handover.id == handover.id, Handover.version == seen_version)
        .values(version=Handover.version + 1)
        .returning(Handover.id),
        execution_options={"synchronize_session": False},
    )
    if taken is None:
        raise ConflictError
    db.session.refresh(handover)


def _begin(handover: Handover, step: HandoverStepKind, by: Viewer | None, seen_version: int) -> None:
    _take(handover, seen_version)
    standing = handover_standing.of_model(handover, clock.today())
    stopped = handovers.is_stopped(handover.family_id)
    if step not in handovers.allowed(handover, standing, stopped=stopped):
        raise NotAllowedError


def _add(
    handover: Handover,
    step: HandoverStepKind,
    by: Viewer | None,
    at: datetime,
    *,
    contact: str | None = None,
    note: str | None = None,
) -> None:
    handover.steps.append(
        HandoverStep(
            step=step,
            at=at,
            on=clock.london(at).date(),
            by_id=by.id if by else None,
            contact=contact,
            note=note,
            council_code=handover.to_council,
        )
    )
    audit.record(
        by,
        Seen(f"handover.{step.value}", "handover", handover.id, handover.family_id, handover.to_council),
    )


def _summary(handover: Handover) -> HandoverSummary:
    summary = handovers.current_summary(handover)
    if summary is None or not handover_summaries.is_intact(summary):
        raise NotAllowedError
    return summary


def _copy(handover: Handover, summary: HandoverSummary, now: datetime) -> HandoverSummary:
    """What was sent stays as it was sent."""
    again = HandoverSummary(
        content=summary.content,
        made_at=now,
        made_by=summary.made_by,
        checked_at=summary.checked_at,
        checked_by=summary.checked_by,
    )
    handover.summaries.append(again)
    return again


def _who(told: Told) -> str:
    """Who is told by message, and who needs a letter, in words."""
    others = f"; a letter is needed for {', '.join(told.by_letter)}" if told.by_letter else ""
    return f"By message to {', '.join(told.reached)}{others}"
