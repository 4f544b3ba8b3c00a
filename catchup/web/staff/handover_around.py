"""What stands around the steps of a handover: who was told how, reminders, and who rings from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverNotice, HandoverReminder
from catchup.queries import calls_afterwards, families, handover_board, handover_notices
from catchup.queries.calls_afterwards import Answered, Rang
from catchup.queries.handovers import Detail
from catchup.queries.scope import Viewer
from catchup.rules.terms import HandoverState
from catchup.web.staff.family_forms import LeadForm, lead_form


@dataclass(frozen=True, slots=True)
class Around:
    """``together`` are the handovers of this family that can be told in one go, where there are several.

    ``asked``: the council that takes over is outside the agency, so that the family is asked who rings.
    ``another``: the form by which a manager names somebody else, once the handover is over.
    """

    notices: Sequence[HandoverNotice] = ()
    reminders: Sequence[HandoverReminder] = ()
    together: Sequence[UUID] = ()
    rang: Sequence[Rang] = ()
    asked: bool = False
    answers: Sequence[Answered] = ()
    another: LeadForm | None = None
    letters_to_post: int = 0


def of(page: Detail, viewer: Viewer) -> Around:
    """For somebody who works with the family."""
    one = page.handover
    notices = handover_notices.of(one)
    over = page.standing.state in (HandoverState.ACCEPTED, HandoverState.DONE)
    return Around(
        notices=notices,
        reminders=handover_notices.reminders(one),
        together=_together(page),
        rang=calls_afterwards.who_rang(one.family),
        asked=one.withdrawn_at is None and calls_afterwards.leaves_agency(one),
        answers=calls_afterwards.family_answers(one.family),
        another=_another(one) if over and viewer.manages and not page.left else None,
        letters_to_post=sum(notice.message_id is None and notice.posted_at is None for notice in notices),
    )


def _together(page: Detail) -> list[UUID]:
    if page.stopped:
        return []
    own = [page.handover.id] if page.standing.state is HandoverState.PLANNED else []
    found = own + [card.row.id for card in page.siblings if handover_board.may_be_told(card)]
    return found if len(found) > 1 else []


def _another(one: Handover) -> LeadForm:
    known = [pair for pair in families.colleagues(one.family) if pair[0] != one.family.lead_id]
    form = lead_form(known)
    form.process(formdata=None)
    return form
