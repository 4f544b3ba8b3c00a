"""A concern about safety: recording it at once, the list of those one may read, and one of them in full."""

from typing import Any
from uuid import UUID, uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FormField, HiddenField

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.concern import Concern
from catchup.models.family import Family
from catchup.queries import calls, families
from catchup.queries import concerns as queries
from catchup.queries.concerns import Around, FrontDoor, Standing
from catchup.rules import concerns as rule
from catchup.services import concerns as service
from catchup.services.audit import Seen
from catchup.services.concerns import AWAITED, NewConcern
from catchup.web.fields import DatePartsField, Option, SelectField, TextAreaField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import staff
from catchup.web.staff.conversation_parts import concern_form
from catchup.web.staff.families import family_or_404

ASKED = ["GET", "POST"]
MOST = 50


class RecordForm(BaseForm):
    """What a concern must say; its questions are those of the conversation's form."""

    key = HiddenField(default=lambda: str(uuid4()))
    around: Around

    @property
    def chosen_front_door(self) -> list[FrontDoor]:
        """Whom to ring in the council that was chosen, where it is not the family's own."""
        code = self.facts.form.council.council
        known = {door.code for door in self.around.front_doors}
        return queries.front_doors([code], clock.today()) if code and code not in known else []

    def given(self) -> NewConcern:
        """The concern; only after ``validate``."""
        return NewConcern(
            kind=self.facts.form.kind.data,
            what=self.facts.form.what.data,
            facts=self.facts.form.facts(),
            heard_on=self.facts.form.heard_on.data,
            key=_key(self.key.data),
        )


class ReferenceForm(BaseForm):
    """The front door's reference, once it is known."""

    reference = TextField(
        _l("Their reference"), width=20, longest=60, spellcheck=False, missing=_l("Enter their reference")
    )


class DecisionForm(BaseForm):
    """What the front door decided."""

    decision = TextAreaField(
        _l("What did the front door decide?"), rows=3, longest=2000, missing=_l("Write what they decided")
    )
    decided_on = DatePartsField(
        _l("On which day?"),
        what=_l("The day they decided"),
        not_after=clock.today,
        default=clock.today,
        missing=_l("Enter the day they decided"),
    )


def reader_form(people: list[tuple[UUID, str]], **kwargs: Any) -> BaseForm:
    """Who else may read it, of these."""

    class ReaderForm(BaseForm):
        reader = SelectField(
            _("Let somebody else read it"),
            tuple(Option(str(staff_id), name) for staff_id, name in people),
            read=UUID,
            blank=_("Choose"),
            missing=_("Choose who else may read it"),
        )

    return ReaderForm(**kwargs)


@staff.app_template_global()
def concerns_of(family_id: UUID) -> list[Standing]:
    """That there are concerns about a family whose page is shown; never what they say."""
    return queries.of_family(family_id, viewer(), clock.today())


@staff.route("/calls/<uuid:call_id>/concern", methods=ASKED)
def record_concern_on_call(call_id: UUID) -> ResponseReturnValue:
    """Record a concern at once; the call goes on."""
    call = calls.get(call_id, viewer(), clock.today()) or abort(404)
    return _record(call.family, call)


@staff.route("/families/<uuid:family_id>/concern", methods=ASKED)
def record_concern(family_id: UUID) -> ResponseReturnValue:
    """Record a concern that was heard outside a call."""
    return _record(family_or_404(family_id), None)


@staff.get("/concerns")
def list_concerns() -> ResponseReturnValue:
    """The concerns one has recorded and those one may read: what waits first."""
    me, today = viewer(), clock.today()
    waiting = queries.unacknowledged(me, today, MOST)
    undecided = queries.undecided(me, today, MOST)
    settled = queries.settled(me, today, MOST)
    shown = [*waiting, *undecided, *settled]
    saw_list("concerns.list", "concern", dict.fromkeys(family.id for _concern, family in shown))
    return render_template(
        "staff/concerns.html",
        waiting=waiting,
        undecided=[(concern, family, queries.chase_on(concern)) for concern, family in undecided],
        settled=settled,
        today=today,
        names=families.names(concern.recorded_by for concern, _family in shown),
        nav="concerns",
    )


@staff.get("/concerns/<uuid:concern_id>")
def show_concern(concern_id: UUID) -> ResponseReturnValue:
    """One concern in full, for its caller, managers and named staff."""
    return _page(_concern(concern_id))


@staff.post("/concerns/<uuid:concern_id>/reference")
def add_concern_reference(concern_id: UUID) -> ResponseReturnValue:
    """The reference that was awaited is known."""
    concern, form = _concern(concern_id), ReferenceForm()
    if not form.validate_on_submit():
        return _page(concern, reference=form), 422
    return _done(concern, lambda: service.add_reference(concern, form.reference.data, viewer()))


@staff.post("/concerns/<uuid:concern_id>/decision")
def record_concern_decision(concern_id: UUID) -> ResponseReturnValue:
    """What the front door decided is known."""
    concern, form = _concern(concern_id), DecisionForm()
    if not form.validate_on_submit():
        return _page(concern, decision=form), 422
    decided = form.decision.data, form.decided_on.data
    return _done(concern, lambda: service.record_decision(concern, *decided, viewer()))


@manager.post("/concerns/<uuid:concern_id>/readers")
def name_concern_reader(concern_id: UUID) -> ResponseReturnValue:
    """Let one more member of staff read it."""
    concern = _concern(concern_id)
    form = reader_form(queries.may_be_named(concern, _family(concern)))
    if not form.validate_on_submit():
        return _page(concern, reader=form), 422
    return _done(concern, lambda: service.name_reader(concern, form.reader.data, viewer()))


@manager.post("/concerns/<uuid:concern_id>/readers/<uuid:staff_id>/remove")
def remove_concern_reader(concern_id: UUID, staff_id: UUID) -> ResponseReturnValue:
    """Somebody who was named may no longer read it."""
    concern = _concern(concern_id)
    return _done(concern, lambda: service.remove_reader(concern, staff_id, viewer()))


def _record(family: Family, call: Call | None) -> ResponseReturnValue:
    """Ask for the facts; keep them once none is missing. The button that shows a number keeps nothing."""
    form, looks = _record_form(family), "look" in request.form
    if form.is_submitted() and not looks and form.validate():
        concern = service.record(family.id, form.given(), viewer(), call.id if call else None)
        db.session.commit()
        flash(_("The concern is recorded, and the managers have been told."))
        if call is not None and call.closed_at is None:
            return redirect(url_for(".show_call", call_id=call.id))
        return redirect(url_for(".show_concern", concern_id=concern.id))
    saw(Seen("concern.ask", "family", family.id, family.id))
    page = render_template(
        "staff/concern_record.html",
        form=form,
        family=family,
        call=call,
        looks=looks,
        nav="queue" if call else "families",
    )
    return page, 422 if form.is_submitted() and not looks else 200


def _record_form(family: Family) -> RecordForm:
    around = queries.around(family, clock.today())

    class FamilyRecordForm(RecordForm):
        facts = FormField(concern_form(around.children, lambda: around.managers), "")

    form = FamilyRecordForm()
    form.around = around
    form.facts.form.asked = True
    return form


def _page(
    concern: Concern,
    *,
    reference: ReferenceForm | None = None,
    decision: DecisionForm | None = None,
    reader: BaseForm | None = None,
) -> str:
    """The page of one concern, with whichever of its forms was refused."""
    me, today = viewer(), clock.today()
    family, decided = _family(concern), queries.decision(concern.id)
    saw(Seen("concern.view", "concern", concern.id, concern.family_id))
    awaited = concern.told_reference == AWAITED
    waits = concern.told_at is not None and decided is None
    may_be_named = queries.may_be_named(concern, family) if me.manages else []
    heard_on = concern.heard_on or clock.london(concern.recorded_at).date()
    return render_template(
        "staff/concern.html",
        concern=concern,
        family=family,
        in_scope=families.get(family.id, me, today) is not None,
        decided=decided,
        chase_on=queries.chase_on(concern) if waits else None,
        today=today,
        heard_on=heard_on,
        same_day=concern.told_at is None or rule.told_same_day(heard_on, concern.told_at),
        awaited=awaited,
        told=queries.told([concern])[concern.id],
        readers=queries.readers(concern.id),
        reference=(reference or ReferenceForm(formdata=None)) if awaited else None,
        decision=(decision or DecisionForm(formdata=None)) if waits else None,
        reader=reader or (reader_form(may_be_named, formdata=None) if may_be_named else None),
        refused=reference or decision or reader,
        names=families.names(
            [
                concern.recorded_by,
                concern.acknowledged_by,
                concern.agreed_by,
                decided.recorded_by if decided else None,
            ]
        ),
        manages=me.manages,
        nav="concerns",
    )


def _done(concern: Concern, do: Any) -> ResponseReturnValue:
    try:
        do()
    except ValueError:
        db.session.rollback()
        flash(_("Somebody has written that down already."), "warning")
    else:
        db.session.commit()
        flash(_("Saved."))
    return redirect(url_for("staff.show_concern", concern_id=concern.id))


def _concern(concern_id: UUID) -> Concern:
    return queries.get(concern_id, viewer(), clock.today()) or abort(404)


def _family(concern: Concern) -> Family:
    """Its family: whoever may read the concern may read its name, in their scope or not."""
    return db.session.get_one(Family, concern.family_id)


def _key(text: str | None) -> UUID:
    """The form's key; a form without a readable one counts as a new one."""
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
