"""How things end, on the family's page: an adoption that broke down, and why a family left."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from catchup import clock
from catchup.models.ending import AdoptionEnd
from catchup.models.family import Child
from catchup.queries import endings, facts
from catchup.queries import families as family_queries
from catchup.rules.leaving import REASONS, Leaving
from catchup.services import endings as service
from catchup.services import families
from catchup.services.endings import Ended
from catchup.web.fields import ConfirmField, DatePartsField, Option, RadiosField, SelectField, TextAreaField
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.child_councils import child_or_404
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer
from catchup.web.wording import options


class WhyLeftForm(BaseForm):
    """Why a family left, as far as it said."""

    why = SelectField(_l("Why did they leave?"), options(REASONS), read=Leaving, blank=_l("They did not say"))


class EndForm(BaseForm):
    """An adoption broke down: which day, and what those who come after need to know."""

    ended_on = DatePartsField(
        _l("Since when has the child no longer lived with them?"),
        what=_l("The day it ended"),
        hint=_l(
            "The day on which it was clear that the child is not coming back. The best you know will do."
        ),
        not_after=clock.today,
        missing=_l("Enter the day it ended, the best you know"),
    )
    note = TextAreaField(
        _l("What should others know? (optional)"),
        hint=_l("For whoever meets this family next. No blame, and no more than is needed."),
        rows=3,
        longest=1000,
    )
    children: Sequence[Child] = ()

    @property
    def chosen(self) -> Child:
        """The child it is about."""
        return self.children[0]

    @property
    def ended(self) -> Ended:
        """What is entered; only after ``validate``."""
        return Ended(self.ended_on.data, self.note.data or None)

    def validate(self, extra_validators: Any = None) -> bool:
        """An adoption ends on or after the day of its order."""
        sound = bool(super().validate(extra_validators))
        order = family_queries.current_order(self.chosen) if sound else None
        if order and self.ended_on.data < order.made_on:
            on = day(order.made_on)
            self.ended_on.errors = [
                _("The day it ended must be on or after %(day)s, the day of the order", day=on)
            ]
            return False
        return sound


class NewEndForm(EndForm):
    """The same with what is offered when it is recorded for the first time."""

    stop = ConfirmField(
        _l("Stop everything for this family"),
        hint=_l("Calls, messages and handover steps stop now, and only a manager starts them again."),
    )


class CorrectEndForm(EndForm):
    """The same with what was recorded, which may have been a mistake. ``seen`` is the row that was shown."""

    seen = StringField()
    mistake = ConfirmField(_l("It was recorded by mistake: the adoption has not ended"))


@staff.route("/families/<uuid:family_id>/adoption-ended", methods=ASKED)
def record_adoption_end(family_id: UUID) -> ResponseReturnValue:
    """An adoption of this family broke down."""
    family = family_or_404(family_id)
    ended = endings.of_family(family.id)
    children = [one for one in family.children if one.died_on is None and one.id not in ended]
    if not children:
        abort(404)
    form = _new_form(children)

    def do() -> None:
        service.record_end(form.chosen, form.ended, viewer())
        if form.stop.data:
            families.stop_everything(family, _("An adoption has broken down."), viewer())

    return answer(
        family,
        form,
        _("An adoption has broken down"),
        do,
        _("That is recorded. If the child lives somewhere else now, record the move as well."),
        template="staff/adoption_end.html",
        action=_("Record it"),
        explained=_(
            "This is hard for everybody. Record it once the child no longer lives with the family and is not "
            "coming back. It is seen by staff who may see this family; what you write is kept with it."
        ),
        stopped=facts.family(family.id).is_stopped,
    )


@staff.route("/families/<uuid:family_id>/children/<uuid:child_id>/adoption-ended", methods=ASKED)
def correct_adoption_end(family_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """What was recorded of it is not right."""
    family = family_or_404(family_id)
    child = child_or_404(family, child_id)
    known = endings.of_child(child.id) or abort(404)
    form = CorrectEndForm(data={"ended_on": known.ended_on, "note": known.note, "seen": known.id})
    form.children = [child]
    return answer(
        family,
        form,
        _("%(name)s: the adoption has ended", name=child.first_name),
        lambda: service.correct_end(child, _seen(form, known), _right(form), viewer()),
        _("It is corrected."),
        template="staff/adoption_end.html",
        action=_("Save the correction"),
        explained=_("What was recorded before is kept, with the day on which it was put right."),
        known=known,
        stopped=True,
    )


@staff.route("/families/<uuid:family_id>/why-left", methods=ASKED)
def say_why_left(family_id: UUID) -> ResponseReturnValue:
    """Why a family that has left did so, where it is learnt afterwards."""
    family = family_or_404(family_id)
    if any(membership.left_on is None for membership in family.memberships):
        abort(404)
    form = WhyLeftForm(data={"why": endings.why_left(family.memberships)})
    return answer(
        family,
        form,
        _("Why they left"),
        lambda: service.say_why_left(family, form.why.data, viewer()),
        _("That is noted."),
        action=_("Save"),
        explained=_("Only what they said of themselves. It is counted; nobody has to give a reason."),
    )


def _new_form(children: Sequence[Child]) -> NewEndForm:
    class ThisForm(NewEndForm):
        child = RadiosField(
            _("Which child?"),
            [Option(str(one.id), one.first_name) for one in children],
            read=UUID,
            missing=_("Choose the child"),
        )

        @property
        def chosen(self) -> Child:
            return next(one for one in children if one.id == self.child.data)

    form = ThisForm(data={"child": children[0].id} if len(children) == 1 else None)
    form.children = children
    return form


def _seen(form: CorrectEndForm, known: AdoptionEnd) -> UUID:
    """The row that was looked at: the one there is, unless the form says that it was another."""
    try:
        return UUID(str(form.seen.data))
    except ValueError:
        return known.id


def _right(form: CorrectEndForm) -> Ended | None:
    return None if form.mistake.data else form.ended
