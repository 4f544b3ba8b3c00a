"""The page of one call: what to know before dialling, the tries, the questions, and what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps

from flask import render_template, session
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.call import Call
from catchup.queries import calls as queries
from catchup.queries import calls_afterwards, parents, skips, wishes
from catchup.queries.calls import Made
from catchup.rules import contact, queue_order
from catchup.rules.terms import ClosedAs
from catchup.services.audit import Seen
from catchup.web.fields import TextField
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw, viewer
from catchup.web.staff import attempt_form, drafts, guidance
from catchup.web.staff.attempt_form import AttemptForm
from catchup.web.staff.conversation_form import ConversationForm, make
from catchup.web.staff.queue_rows import times_in_words

JUST_SAVED = "just_saved"  # the call whose conversation was saved on the way to this one


class TakeOverForm(BaseForm):
    """Why a call is taken from whoever has it."""

    reason = TextField(
        _l("Why are you taking this call over?"), missing=_l("Say why you are taking this call over")
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(prefix="take-over-", **kwargs)


class SkipForm(BaseForm):
    """Why somebody passes a call over."""

    reason = TextField(
        _l("Why are you skipping this call?"),
        hint=_l("Others who open this call can read it."),
        missing=_l("Say why you are skipping this call"),
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(prefix="skip-", **kwargs)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people saved one call: what this one typed, and what the other has saved."""

    mine: AttemptForm
    theirs: Made | None


def page(
    call: Call,
    *,
    conversation: ConversationForm | None = None,
    tried: AttemptForm | None = None,
    take_over: TakeOverForm | None = None,
    skip: SkipForm | None = None,
    conflict: bool = False,
) -> str:
    """The page of one call, with whichever of its forms was refused."""
    now, me = clock.now(), viewer()
    known = queries.before_dialling(call, me, clock.today())
    family = known.family
    may_talk = not (known.is_stopped or known.has_left or call.closed_as is ClosedAs.DONE)
    tries = attempt_form.forms(call.version, tried) if may_talk and call.closed_at is None else None
    kept = drafts.on_the_page(
        call,
        shown=conversation.token if conversation else None,
        talking=may_talk,
        trying=tries is not None,
    )
    if conversation is None and may_talk:
        conversation = make(call, clock.today(), as_new=True, draft=kept.fields)
        if kept.back:
            conversation.continue_draft(kept.back.id, kept.back.revision)
    drafts.fill_in(tries or {}, kept.back, but=tried)
    saw(Seen("call.view", "call", call.id, call.family_id))
    return render_template(
        "staff/call.html",
        call=call,
        known=known,
        proposals=parents.waiting_of_family(family.id),
        asked=wishes.about(call, me),
        claim=queue_order.claim_state(call.claimed_by, call.claimed_until, now, me.id),
        times=times_in_words(
            dumps(family.good_times), dumps(family.never_times), family.evenings, str(get_locale())
        ),
        good_now=contact.good_now(known.times, clock.london(now)),
        not_now=attempt_form.not_now(call, known.times, now),
        voicemail=[
            phone
            for phone in queries.usable_phones(family)
            if contact.may_leave_voicemail(queries.contact_point(phone))
        ],
        numbers=queries.usable_phones(family),
        tries=tries,
        tried=tried,
        take_over=take_over or TakeOverForm(formdata=None),
        skip=skip or SkipForm(formdata=None),
        skips=skips.of_call(call.id),
        afterwards=calls_afterwards.to_ask(family),
        conversation=conversation,
        kept=kept,
        others=drafts.in_words(call, kept.others),
        guidance=guidance.for_call(known, me.id) if conversation else None,
        code_phrases=list(
            dict.fromkeys(phone.code_phrase for phone in queries.usable_phones(family) if phone.code_phrase)
        ),
        just_saved=session.pop(JUST_SAVED) if JUST_SAVED in session else None,
        conflict=Conflict(tried, _last(known.attempts)) if conflict and tried else None,
        has_errors=any(form is not None and form.errors for form in (conversation, tried, take_over, skip)),
    )


def _last(made: Sequence[Made]) -> Made | None:
    return made[-1] if made else None
