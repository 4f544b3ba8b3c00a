"""What is typed on the page of a call is kept as it is typed, and found again on the next visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.queries import calls as call_queries
from catchup.queries import conversations, viewers
from catchup.queries import drafts as queries
from catchup.queries.drafts import ATTEMPT_ID, Unsaved
from catchup.queries.scope import Viewer
from catchup.rules import queue_order
from catchup.services import calls
from catchup.services import drafts as service
from catchup.services.drafts import Written
from catchup.web.filters import clock_time, when
from catchup.web.security import BEFORE_WORK, STAFF, keeps_late_forms, viewer
from catchup.web.sessions import SIGNED_IN_AS, DatabaseSessions
from catchup.web.staff import attempt_form, staff
from catchup.web.staff.attempt_form import AttemptForm
from catchup.web.staff.conversation_form import ConversationForm, make
from catchup.web.staff.conversation_text import in_full

TRY = "try-"  # what stands beside the tries: try-GROUP-FIELD
TRIED = (ATTEMPT_ID, "day", "time", "note")
# Said of the form, not typed into it.
ABOUT_THE_FORM = frozenset(
    {"csrf_token", "version", "form_token", "draft_revision", "tab", "number", "who", "talked", "then"}
    | {"know", "bring_back"}
)
CONVERSATION, ATTEMPT = "staff.save_conversation", "staff.record_attempt"


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as its writer reads it: when it was kept, and what it says."""

    id: UUID
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class OnThePage:
    """What the page of a call brings back: the draft for its forms, and the others to copy from."""

    back: Unsaved | None
    others: Sequence[Unsaved]

    @property
    def at(self) -> str | None:
        """When the words that are back were kept."""
        return _at(self.back.saved_at) if self.back else None

    @property
    def fields(self) -> MultiDict[str, str] | None:
        """The conversation's answers, for its form."""
        return _typed(self.back.fields) if self.back and self.back.fields else None


@staff.post("/calls/<uuid:call_id>/draft")
def keep_draft(call_id: UUID) -> ResponseReturnValue:
    """Keep what is typed, and with it one's claim; the answer is for the page's script."""
    call, me = _call(call_id), viewer()
    if request.form.get("who") != str(me.id):
        abort(409)  # somebody else has signed in meanwhile: these are not their words
    draft = service.keep(call, token_of(request.form), _revision(), _written(), me)
    calls.renew(call, me, clock.now())
    others = in_words(call, queries.of_call(call, me, but=draft.id))
    # Said before the commit: the next moment the conversation may be saved, and the draft is gone.
    answer = jsonify(
        token=str(draft.id),
        revision=draft.revision,
        saved=_("Saved %(time)s", time=_at(draft.saved_at)),
        held=_held(call, me),
        others=render_template("staff/_drafts.html", call=call, others=others) if others else "",
    )
    db.session.commit()
    return answer


@staff.post("/calls/<uuid:call_id>/draft/throw-away")
def throw_draft_away(call_id: UUID) -> ResponseReturnValue:
    """Forget what was kept, because its writer says so."""
    call = _call(call_id)
    draft = queries.one(_uuid(request.form.get("draft")) or abort(400), call, viewer())
    if draft is not None:
        service.throw_away(draft, call, viewer())
        db.session.commit()
        flash(_("Your unsaved words are thrown away."))
    return redirect(url_for(".show_call", call_id=call_id))


def on_the_page(
    call: Call, *, shown: UUID | None = None, talking: bool = True, trying: bool = True
) -> OnThePage:
    """The viewer's drafts of a call: the newest goes back into the forms unless they show another already.

    ``talking`` and ``trying``: whether the page has the conversation's form, and those of the tries. What
    has no form to stand in is there to copy from.
    """
    unsaved = queries.of_call(call, viewer(), but=shown)
    if shown is not None or not talking or not unsaved:
        return OnThePage(None, unsaved)
    back, *others = unsaved
    if back.tries and not trying:
        others.insert(0, replace(back, fields={}))
    return OnThePage(back, others)


def fill_in(tries: Mapping[str, AttemptForm], unsaved: Unsaved | None, *, but: AttemptForm | None) -> None:
    """Put what stood beside the tries back there, but for the form that was just sent."""
    for group, tried in (unsaved.tries if unsaved else {}).items():
        if (form := tries.get(group)) and form is not but:
            for name, value in tried.items():
                if name in TRIED and value:
                    form[name].process(MultiDict({form[name].name: value}))


def in_words(call: Call, unsaved: Sequence[Unsaved]) -> list[Kept]:
    """Drafts as text, for their writer: the facts of a concern too."""
    said = ((one, "\n".join(_lines(call, one))) for one in unsaved)
    return [Kept(one.id, _at(one.saved_at), text) for one, text in said if text]


def _lines(call: Call, one: Unsaved) -> list[str]:
    lines = in_full(make(call, clock.today(), draft=_typed(one.fields))) if one.fields else []
    return [*(tried["note"] for tried in one.tries.values() if tried.get("note")), *lines]


def is_said(form: ConversationForm) -> bool:
    """Whether anything has been answered."""
    return bool(in_full(form))


def keep_request(call: Call, by: Viewer, token: UUID | None = None) -> None:
    """Keep what the request at hand sends, though it does not ask for it to be kept."""
    service.keep(call, token or token_of(request.form), _revision(), _written(), by)


@keeps_late_forms
def kept_after_the_end() -> str | None:
    """Where to go on after signing in, when a form of a call was sent too late; its words are kept first.

    Only for a session that has ended by itself, only with its own form token, and only for a call in the
    scope of the person whose session it was. The session stays ended and nothing is done but keeping.
    """
    if request.endpoint not in (CONVERSATION, ATTEMPT):
        return None
    sessions = current_app.session_interface
    ended = sessions.ended(current_app, request) if isinstance(sessions, DatabaseSessions) else None
    by = viewers.by_uniquifier(ended[SIGNED_IN_AS]) if ended and ended.get(SIGNED_IN_AS) else None
    if not ended or by is None or by.role not in STAFF or ended.get(BEFORE_WORK):
        return None
    if not _is_token_of(ended, request.form.get("csrf_token", "")):
        return None
    call_id: UUID = (request.view_args or {})["call_id"]
    call = call_queries.get(call_id, by, clock.today())
    if call is None:
        return None
    if request.endpoint == CONVERSATION:
        keep_request(call, by)
    else:
        _keep_attempt(call, by)
    db.session.commit()
    return url_for("staff.show_call", call_id=call_id)


def _keep_attempt(call: Call, by: Viewer) -> None:
    """Put what stood beside a try with what is kept of this call already, if anything is."""
    group = attempt_form.group_of(request.form.get("outcome", ""))
    if group is None:
        return
    tried = {name: request.form[name] for name in TRIED if name in request.form}
    newest = next(iter(queries.of_call(call, by)), None)
    if newest is None:
        token = _uuid(request.form.get(ATTEMPT_ID)) or abort(400)
        service.keep(call, token, 0, Written(tries={group: tried}), by)
        return
    written = Written(fields=newest.fields, tries={**newest.tries, group: tried})
    service.keep(call, newest.id, newest.revision, written, by)


def _is_token_of(ended: Mapping[str, Any], sent: str) -> bool:
    """Whether a form token is that of a session, as Flask-WTF signs it."""
    try:
        token = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token").loads(sent)
    except BadData:
        return False
    return compare_digest(str(ended.get("csrf_token", "")), str(token))


def _written() -> Written:
    fields: dict[str, list[str]] = {}
    tries: dict[str, dict[str, str]] = {}
    for name, values in request.form.lists():
        if name.startswith(TRY):
            group, _dash, field = name.removeprefix(TRY).partition("-")
            if group in attempt_form.GROUPS and field in TRIED:
                tries.setdefault(group, {})[field] = values[0]
        elif name not in ABOUT_THE_FORM:
            fields[name] = values
    number = request.form.get("number", "")
    return Written(
        fields=fields if request.form.get("talked", "1") else {},
        tries={group: tried for group, tried in tries.items() if queries.is_typed(tried)},
        tab=request.form.get("tab", "")[:40],
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0,
    )


def token_of(sent: Mapping[str, str]) -> UUID:
    """The form's token, by which its draft is known; 400 where there is none."""
    return _uuid(sent.get("form_token")) or abort(400)


def _revision() -> int:
    text = request.form.get("draft_revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _typed(fields: Mapping[str, Sequence[str]]) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, values in fields.items() for value in values])


def _held(call: Call, me: Viewer) -> str | None:
    state = queue_order.claim_state(call.claimed_by, call.claimed_until, clock.now(), me.id)
    return _("Yours until %(time)s", time=clock_time(call.claimed_until)) if state == "mine" else None


def _at(saved_at: datetime) -> str:
    """When a draft was kept, on the service's clock: the hour, and the day where it was not today."""
    at = saved_at + (clock.now() - clock.real_now())
    return clock_time(at) if clock.london(at).date() == clock.today() else when(at)


def _call(call_id: UUID) -> Call:
    return conversations.call(call_id, viewer(), clock.today()) or abort(404)
