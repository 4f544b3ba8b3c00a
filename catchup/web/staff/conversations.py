"""The conversation of a call: its form, and saving it."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import conversations as queries
from catchup.queries.queue import View
from catchup.services import calls as call_service
from catchup.services import conversations as service
from catchup.services import drafts
from catchup.services.audit import Seen
from catchup.services.conversations import ConflictError
from catchup.web.security import saw, viewer
from catchup.web.staff import staff
from catchup.web.staff.call_page import JUST_SAVED, page
from catchup.web.staff.conversation_form import ConversationForm, make
from catchup.web.staff.conversation_sent import filled_in
from catchup.web.staff.conversation_text import answers, as_text
from catchup.web.wording import words

# What the conflict page sends again is everything that was typed, but for these.
NOT_AGAIN = {"csrf_token", "version", "mine", "then"}


@staff.app_template_filter("words")
def _words(member):  # type: ignore[no-untyped-def]
    return words(member)


@staff.post("/calls/<uuid:call_id>/conversation")
def save_conversation(call_id: UUID) -> ResponseReturnValue:
    """Save the conversation and close the call; then, if asked for, start the next one."""
    call = _call(call_id)
    form = make(call, clock.today(), sent=filled_in(request.form))
    if not form.validate_on_submit():
        form = make(call, clock.today())
        form.validate()
        return page(call, conversation=form), 422
    record = form.record()
    try:
        service.save(call, record, viewer(), form.seen_version, clock.now())
    except ConflictError:
        mine = request.form.get("mine")
        theirs = call.conversation
        if not (mine and theirs):
            return _conflict(call, form), 409
        service.add_to(theirs, mine, record.concern, viewer())
    drafts.forget(call, form.token, viewer())
    going_on = request.form.get("then") == "next"
    next_id = call_service.start_next(View(), viewer(), clock.now()) if going_on else None
    db.session.commit()
    if next_id is not None:
        session[JUST_SAVED] = str(call_id)
        return redirect(url_for(".show_call", call_id=next_id))
    if going_on:
        flash(_("There is nobody else to call at the moment."))
    return redirect(url_for(".conversation_saved", call_id=call_id))


def _conflict(call: Call, form: ConversationForm) -> str:
    """Both texts: what this person typed, and what is saved already."""
    after = queries.afterwards(call, clock.today())
    saw(Seen("conversation.conflict", "call", call.id, call.family_id, result="refused"))
    again = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_AGAIN]
    concern = list(answers(form.facts)) if form.concern.data and form.facts is not None else []
    return render_template(
        "staff/conversation_conflict.html",
        call=call,
        after=after,
        theirs=render_template("staff/conversation_note.txt", after=after) if after else None,
        mine=as_text(form),
        concern=concern,
        again=again,
        nav="queue",
    )


def _call(call_id: UUID) -> Call:
    return queries.call(call_id, viewer(), clock.today()) or abort(404)
