"""Making a call: the page of one call, who has it, what happened at a try, and passing a family on."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import calls as queries
from catchup.queries import skips
from catchup.queries.calls import Made
from catchup.rules import contact, queue_order
from catchup.rules.terms import ClosedAs
from catchup.services import attempts
from catchup.services import calls as service
from catchup.services.attempts import AttemptRefusedError
from catchup.services.audit import Seen
from catchup.services.conversations import ConflictError
from catchup.web.fields import TextField
from catchup.web.filters import clock_time
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw, viewer
from catchup.web.staff import attempt_form, guidance, staff
from catchup.web.staff.attempt_form import AttemptForm
from catchup.web.staff.conversation_form import ConversationForm
from catchup.web.staff.queue_rows import times_in_words
from catchup.web.staff.skips import SkipForm

JUST_SAVED = "just_saved"  # the call whose conversation was saved on the way to this one


class TakeOverForm(BaseForm):
    """Why a call is taken from whoever has it."""

    reason = TextField(
        _l("Why are you taking this call over?"), missing=_l("Say why you are taking this call over")
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(prefix="take-over-", **kwargs)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people saved one call: what this one typed, and what the other has saved."""

    mine: AttemptForm
    theirs: Made | None


@staff.get("/calls/<uuid:call_id>")
def show_call(call_id: UUID) -> ResponseReturnValue:
    """What one must know before dialling, and the questions."""
    return page(_call(call_id))


@staff.post("/calls/<uuid:call_id>/start")
def start_call(call_id: UUID) -> ResponseReturnValue:
    """Claim the call for this person."""
    call = _call(call_id)
    if service.start(call, viewer(), clock.now()):
        db.session.commit()
    elif call.closed_at is None:
        flash(_("Somebody else has just started this call."), "warning")
    return redirect(url_for(".show_call", call_id=call_id))


@staff.post("/calls/<uuid:call_id>/give-back")
def give_back_call(call_id: UUID) -> ResponseReturnValue:
    """End one's own claim."""
    service.give_back(_call(call_id), viewer())
    db.session.commit()
    flash(_("You have given the call back."))
    return redirect(url_for(".show_queue"))


@staff.post("/calls/<uuid:call_id>/take-over")
def take_over_call(call_id: UUID) -> ResponseReturnValue:
    """Take the call from whoever has it, with a reason."""
    call, form = _call(call_id), TakeOverForm()
    if not form.validate():
        return page(call, take_over=form), 422
    service.take_over(call, form.reason.data, viewer(), clock.now())
    db.session.commit()
    return redirect(url_for(".show_call", call_id=call_id))


@staff.post("/calls/<uuid:call_id>/pass-on")
def pass_call_on(call_id: UUID) -> ResponseReturnValue:
    """This person knows the family: they no longer see it, and somebody else is found."""
    service.pass_on(_call(call_id).family, viewer(), clock.now())
    db.session.commit()
    flash(_("You no longer see that family. A manager will see that somebody else calls."))
    return redirect(url_for(".show_queue"))


@staff.post("/calls/<uuid:call_id>/attempts")
def record_attempt(call_id: UUID) -> ResponseReturnValue:
    """Record a try that was no conversation, and whatever follows from it."""
    call = _call(call_id)
    group = attempt_form.group_of(request.form.get("outcome", "")) or abort(400)
    form = AttemptForm(group, version=call.version)
    if not form.validate():
        return page(call, tried=form), 422
    try:
        given = form.given()
    except ValueError:
        abort(400)
    try:
        attempts.record_attempt(call, given, viewer(), form.seen_version, clock.now())
    except AttemptRefusedError as refused:
        attempt_form.refuse(form, refused.why)
        return page(call, tried=form), 422
    except ConflictError:
        db.session.rollback()
        return page(_call(call_id), tried=form, conflict=True), 409
    db.session.commit()
    flash(_("Saved at %(time)s.", time=clock_time(clock.now())))
    return redirect(url_for(".show_queue"))


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
    # It needs this module for the page around its form.
    from catchup.web.staff import conversations, drafts

    now, me = clock.now(), viewer()
    known = queries.before_dialling(call, clock.today())
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
        conversation = conversations.form_for(call, as_new=True, draft=kept.fields)
        if kept.back:
            conversation.continue_draft(kept.back.id, kept.back.revision)
    drafts.fill_in(tries or {}, kept.back, but=tried)
    saw(Seen("call.view", "call", call.id, call.family_id))
    return render_template(
        "staff/call.html",
        call=call,
        known=known,
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


def _call(call_id: UUID) -> Call:
    return queries.get(call_id, viewer(), clock.today()) or abort(404)
