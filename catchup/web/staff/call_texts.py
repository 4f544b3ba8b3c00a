"""After the call: what happens next, the note for the case system, and what the family is sent."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Parent
from catchup.queries import call_texts as queries
from catchup.queries import conversations
from catchup.queries.call_texts import Kept, Reader
from catchup.queries.conversations import Afterwards
from catchup.rules import talked_about
from catchup.rules.talked_about import Giveaways
from catchup.services import call_texts as service
from catchup.services.audit import Seen
from catchup.services.call_texts import ConflictError, NotOfferedError
from catchup.web.fields import TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw, viewer
from catchup.web.staff import call_text_words as in_words
from catchup.web.staff import staff


class TextForm(BaseForm):
    """A text, and the revision of it that the page showed (0: as it was made from the record)."""

    text: TextAreaField
    revision = HiddenField(default="0")

    def __init__(self, made: str, kept: Kept | None) -> None:
        super().__init__(
            data={"text": kept.text.text if kept else made, "revision": kept.text.revision if kept else 0}
        )

    @property
    def seen(self) -> int:
        """The revision the page showed."""
        typed = self.revision.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


class NoteForm(TextForm):
    """The note for the case system. It may name anybody, but holds nothing of a concern."""

    text = TextAreaField(_l("Note"), missing=_l("Write the note"), longest=20_000, rows=22)

    def __init__(self, made: str, kept: Kept | None, concern: tuple[str, ...]) -> None:
        super().__init__(made, kept)
        self.concern = concern

    def validate_text(self, field: TextAreaField) -> None:
        """Nothing of a concern."""
        if found := talked_about.concern_in(field.data, self.concern):
            raise ValidationError(in_words.take_out(found))


class FamilyTextForm(TextForm):
    """What one parent is sent."""

    text = TextAreaField(_l("Text"), missing=_l("Write the text"), rows=18)

    def __init__(self, made: str, kept: Kept | None, giveaways: Giveaways) -> None:
        super().__init__(made, kept)
        self.giveaways = giveaways

    def validate_text(self, field: TextAreaField) -> None:
        """Nothing that names a child, another adult or a place, and not the word itself."""
        if found := talked_about.to_take_out(field.data, self.giveaways):
            raise ValidationError(in_words.take_out(found))


@dataclass(frozen=True, slots=True)
class ForParent:
    """The text to one parent: as it was kept, else as it is made now."""

    reader: Reader
    text: str

    @property
    def first_name(self) -> str:
        """What the parent is called."""
        return _first_name(self.reader.parent.name)

    @property
    def standing(self) -> str:
        """How far it has got."""
        return in_words.standing(self.reader.kept)

    @property
    def frozen(self) -> bool:
        """Whether it has gone out."""
        return self.reader.kept is not None and self.reader.kept.frozen


@staff.get("/calls/<uuid:call_id>/saved")
def conversation_saved(call_id: UUID) -> ResponseReturnValue:
    """What happens next, in words, and the two texts."""
    call, reading = conversations.to_read(call_id, viewer(), clock.today())
    after = conversations.afterwards(call, clock.today()) if call else None
    if call is None or after is None:
        abort(404)
    saw(Seen("conversation.view", "call", call.id, call.family_id))
    kept = queries.case_note(call_id)
    if reading and reading.until is not None:
        return render_template(
            "staff/conversation_then.html",
            after=after,
            until=reading.until,
            note=kept.text.text if kept else _note(replace(after, next_calls=())),
            texts=[
                _for_parent(after, reader)
                for reader in queries.readers(call.family, call_id)
                if reader.kept and queries.was_out(reader.kept, reading.until)
            ],
            nav="families",
        )
    why = queries.why_not(call.family, clock.today())
    return render_template(
        "staff/conversation_saved.html",
        after=after,
        note=kept.text.text if kept else _note(after),
        texts=[_for_parent(after, reader) for reader in queries.readers(call.family, call_id)],
        why_not=in_words.why_not(why) if why else None,
        # Who heard it and the managers know of it already; the note is read by more people.
        tells_of_concern=after.conversation.by_id == viewer().id or viewer().manages,
        nav="queue",
    )


@staff.get("/calls/<uuid:call_id>/note")
def case_note(call_id: UUID) -> ResponseReturnValue:
    """The note for the case system, to be changed."""
    after = _after(call_id)
    return _note_page(after, _note_form(after))


@staff.post("/calls/<uuid:call_id>/note")
def keep_case_note(call_id: UUID) -> ResponseReturnValue:
    """Keep the note as it was changed."""
    after = _after(call_id)
    form = _note_form(after)
    if not form.validate():
        return _note_page(after, form), 422
    try:
        service.keep_case_note(after.call, form.text.data, viewer(), form.seen, clock.now())
    except ConflictError:
        db.session.rollback()
        after = _after(call_id)
        return _note_page(after, form, queries.case_note(call_id)), 409
    db.session.commit()
    return redirect(url_for(".conversation_saved", call_id=call_id, _anchor="note"))


@staff.get("/calls/<uuid:call_id>/talked-about/<uuid:parent_id>")
def family_text(call_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """What one parent is to be sent, to be looked over; once it has gone, as it went."""
    after, reader = _reader(call_id, parent_id)
    return _family_page(after, reader, _family_form(after, reader))


@staff.post("/calls/<uuid:call_id>/talked-about/<uuid:parent_id>")
def keep_family_text(call_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """Keep the text, and send it or go on to the letter where that was pressed."""
    after, reader = _reader(call_id, parent_id)
    act = request.form.get("act", "keep")
    form = _family_form(after, reader)
    if not form.validate():
        return _family_page(after, reader, form), 422
    write = service.send if act == "send" else service.keep
    try:
        write(after.call, reader, form.text.data, viewer(), form.seen, clock.now())
    except NotOfferedError as refused:
        form.form_errors.append(in_words.why_not(refused.why))
        return _family_page(after, reader, form), 422
    except ConflictError:
        db.session.rollback()
        after, reader = _reader(call_id, parent_id)
        return _family_page(after, reader, form, conflict=True), 409
    db.session.commit()
    if act == "letter":
        return redirect(url_for(".family_letter", call_id=call_id, parent_id=parent_id))
    flash(_("The text is on its way.") if act == "send" else _("The text is saved. It is not sent yet."))
    return redirect(url_for(".conversation_saved", call_id=call_id))


@staff.get("/calls/<uuid:call_id>/talked-about/<uuid:parent_id>/letter")
def family_letter(call_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """The text as a letter to be printed, as it was kept."""
    after, reader = _reader(call_id, parent_id)
    kept = reader.kept
    if kept is None:
        return redirect(url_for(".family_text", call_id=call_id, parent_id=parent_id))
    saw(Seen("call_text.print", "call", call_id, after.call.family_id))
    return render_template(
        "staff/call_text_letter.html",
        call=after.call,
        one=_for_parent(after, reader),
        on=clock.london(kept.text.sent_at).date() if kept.text.sent_at else clock.today(),
        why_not=queries.why_not(after.call.family, clock.today()),
        nav="queue",
    )


@staff.post("/calls/<uuid:call_id>/talked-about/<uuid:parent_id>/letter")
def post_family_letter(call_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """The letter was posted."""
    after, reader = _reader(call_id, parent_id)
    try:
        service.post(after.call, reader, viewer(), clock.now())
    except ConflictError:
        return redirect(url_for(".family_text", call_id=call_id, parent_id=parent_id))
    except NotOfferedError as refused:
        flash(in_words.why_not(refused.why), "warning")
        return redirect(url_for(".conversation_saved", call_id=call_id))
    db.session.commit()
    flash(_("The letter is recorded as posted."))
    return redirect(url_for(".conversation_saved", call_id=call_id))


def _after(call_id: UUID) -> Afterwards:
    call = conversations.call(call_id, viewer(), clock.today()) or abort(404)
    return conversations.afterwards(call, clock.today()) or abort(404)


def _reader(call_id: UUID, parent_id: UUID) -> tuple[Afterwards, Reader]:
    after = _after(call_id)
    readers = queries.readers(after.call.family, call_id)
    return after, next((one for one in readers if one.parent.id == parent_id), None) or abort(404)


def _note(after: Afterwards) -> str:
    return render_template("staff/conversation_note.txt", after=after).strip()


def _for_parent(after: Afterwards, reader: Reader) -> ForParent:
    return ForParent(reader, reader.kept.text.text if reader.kept else _made(after, reader.parent))


def _made(after: Afterwards, parent: Parent) -> str:
    """The text as it is made from the record today."""
    told = talked_about.told_to(queries.facts(after, parent, clock.today()))
    caller = queries.caller(after.call)
    number = (caller.phone if caller else None) or current_app.config["CATCHUP"].contact_phone
    return in_words.compose(told, _first_name(parent.name), _first_name(after.caller), number)


def _note_form(after: Afterwards) -> NoteForm:
    call = after.call
    return NoteForm(_note(after), queries.case_note(call.id), queries.concern_texts(call.id))


def _family_form(after: Afterwards, reader: Reader) -> FamilyTextForm:
    giveaways = queries.giveaways(after.call, reader.parent, after.caller)
    return FamilyTextForm(_made(after, reader.parent), reader.kept, giveaways)


def _note_page(after: Afterwards, form: NoteForm, theirs: Kept | None = None) -> str:
    call = after.call
    saw(Seen("call_text.view", "call", call.id, call.family_id))
    if theirs:
        form.revision.data, form.revision.raw_data = str(theirs.text.revision), None
    return render_template("staff/call_text_note.html", call=call, form=form, theirs_kept=theirs, nav="queue")


def _family_page(after: Afterwards, reader: Reader, form: FamilyTextForm, *, conflict: bool = False) -> str:
    call = after.call
    saw(Seen("call_text.view", "call", call.id, call.family_id))
    if conflict and reader.kept:
        form.revision.data, form.revision.raw_data = str(reader.kept.text.revision), None
    why = queries.why_not(call.family, clock.today())
    return render_template(
        "staff/call_text.html",
        call=call,
        one=_for_parent(after, reader),
        form=form,
        conflict=conflict,
        sending=request.form.get("act") == "send",
        notes=_notes(after, reader),
        why_not=in_words.why_not(why) if why else None,
        nav="queue",
    )


def _notes(after: Afterwards, reader: Reader) -> list[tuple[str, str]]:
    """(whose, note): what was written down of the children and of this parent, never of the other."""
    facts = queries.facts(after, reader.parent, clock.today())
    own = {child.id for child in facts.children if child.with_reader}
    names: dict[Any, str] = {child.id: child.first_name for child in after.call.family.children}
    names[reader.parent.id] = reader.parent.name
    return [
        (names[row.child_id or row.parent_id], row.note)
        for row in after.talked
        if row.note and (row.child_id in own or row.parent_id == reader.parent.id)
    ]


def _first_name(name: str) -> str:
    return name.split()[0]
