"""Messages that have not gone: what each was, why it stayed, and sending it again."""

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup import clock
from catchup.extensions import db
from catchup.models.outbox import Refusal
from catchup.queries import messages
from catchup.queries.messages import MOST, SET_ASIDE, State
from catchup.queries.outbox import EXPIRED, UNREADABLE
from catchup.rules.terms import Channel
from catchup.services import resending
from catchup.services.audit import Seen
from catchup.services.resending import Again
from catchup.web.admin import admin
from catchup.web.security import saw, viewer

DAY = timedelta(days=1)
STATES = {
    State.LATE: (
        _l("Late"),
        _l("Tried without success, or waiting for more than ten minutes. Each is tried again, for a day."),
    ),
    State.GIVEN_UP: (_l("Given up"), _l("No try succeeded within a day, or the answer will stay the same.")),
    State.REFUSED: (_l("Held back"), _l("Not allowed to go when it was to be sent.")),
    State.UNREADABLE: (
        _l("Cannot be opened"),
        _l("What is stored cannot be decrypted: it was written with another key, or is damaged."),
    ),
    State.EXPIRED: (
        _l("Out of time"),
        _l("Its link or its offer had ended before it could go. It is not sent any more."),
    ),
    State.WAITING: (_l("Waiting"), _l("About to go.")),
}
REFUSALS = {
    Refusal.STOPPED: _l("everything is stopped for the family"),
    Refusal.LEFT: _l("the family has left"),
    Refusal.PAUSED: _l("the family has paused"),
    Refusal.CHANNEL: _l("they do not want messages there, or use it no longer"),
    Refusal.UNCONFIRMED: _l("the parent has not confirmed yet"),
    Refusal.NOT_BARE: _l("a word in it, in its sender or in a link gives the family away"),
}
ERRORS = {
    UNREADABLE: _l("cannot be decrypted"),
    EXPIRED: _l("its time was over"),
    "bad_header": _l("the address cannot be written to"),
    "no_way_out": _l("no way out is set up for it"),
    "SMTPRecipientsRefused": _l("the mail server does not take this address"),
    "ConnectionRefusedError": _l("the mail server did not answer"),
    "TimeoutError": _l("the mail server was silent"),
    "SMTPServerDisconnected": _l("the mail server hung up"),
    "notify_silent": _l("GOV.UK Notify did not answer"),
    "notify_400": _l("GOV.UK Notify does not take this message"),
    "notify_403": _l("GOV.UK Notify does not take our key"),
    "notify_429": _l("GOV.UK Notify has had enough for now"),
}
CHANNELS = {Channel.EMAIL: _l("email"), Channel.TEXT: _l("text"), Channel.LETTER: _l("letter")}
AGAIN = {
    Again.QUEUED: _l("The message is on its way again"),
    Again.GONE: _l("Nothing was done: this message is no longer set aside"),
    Again.EXPIRED: _l("Not sent: its time is over"),
    Again.SECRET: _l("Not sent: its link was destroyed. Whoever sent it can make a new one"),
    Again.REFUSED: _l("Not sent: it is still held back for the reason shown"),
    Again.UNREADABLE: _l("Not sent: it still cannot be opened"),
}


@admin.get("/messages")
def list_messages() -> ResponseReturnValue:
    """Those of one state; without one, of the first that has any."""
    now = clock.real_now()
    counts = messages.counts(now)
    asked = request.args.get("state", "")
    state = State(asked) if asked in set(State) else next((one for one in STATES if counts[one]), State.LATE)
    rows = messages.listed(state, now)
    saw(Seen("list", "message"))
    return render_template(
        "admin/messages.html",
        states=[(one, *words, counts[one]) for one, words in STATES.items()],
        state=state,
        explained=STATES[state][1],
        name=STATES[state][0],
        rows=rows,
        left_off=max(0, counts[state] - MOST),
        sent=messages.sent_since(now - DAY),
        can_send=state in SET_ASIDE,
        is_secret=resending.is_secret,
        all_again=state is State.GIVEN_UP,
        refusals=REFUSALS,
        errors=ERRORS,
        channels=CHANNELS,
    )


@admin.post("/messages/<uuid:message_id>/again")
def send_message_again(message_id: UUID) -> ResponseReturnValue:
    """One that was set aside, where the gate and its time allow."""
    came = resending.send_again(message_id, viewer(), clock.real_now(), clock.today())
    db.session.commit()
    flash(str(AGAIN[came]), "success" if came is Again.QUEUED else "warning")
    return redirect(url_for(".list_messages", state=_shown()))


@admin.post("/messages/again")
def send_messages_again() -> ResponseReturnValue:
    """All that were given up, after a mail server was away."""
    came = resending.send_all_again(viewer(), clock.real_now(), clock.today())
    db.session.commit()
    queued = came.pop(Again.QUEUED, 0)
    words = ngettext("%(num)s message is on its way again", "%(num)s messages are on their way again", queued)
    if stay := came.total():
        words += _("; %(count)s stayed where they are", count=stay)
    flash(words, "success" if queued else "warning")
    return redirect(url_for(".list_messages", state=State.GIVEN_UP))


def _shown() -> str | None:
    state = request.form.get("state", "")
    return state if state in set(State) else None
