"""The forms of support requests: what is asked for whom and when, and how far it has come."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from catchup import clock
from catchup.models.family import Family
from catchup.models.signpost import SupportRequest
from catchup.queries.facts import ChildFacts
from catchup.queries.support import council_for
from catchup.rules import support as rule
from catchup.rules.support import Misstep
from catchup.rules.terms import SupportKind, SupportStep
from catchup.services.support import NewRequest
from catchup.web.fields import DatePartsField, Option, RadiosField, SelectField, TextField
from catchup.web.filters import council_name, day
from catchup.web.forms_base import BaseForm
from catchup.web.wording import options, words


class SupportForm(BaseForm):
    """Support asked for outside a call. ``shown_on``: the day whose councils the page showed."""

    children: Mapping[UUID, ChildFacts]
    child: SelectField

    kind = SelectField(
        _l("Support"),
        options(SupportKind),
        read=SupportKind,
        blank=_l("Choose"),
        missing=_l("Choose which support is asked for"),
    )
    received_on = DatePartsField(
        _l("When was it asked for?"),
        what=_l("The day it was asked for"),
        not_after=clock.today,
        default=clock.today,
        missing=_l("Enter the day it was asked for"),
    )
    note = TextField(_l("Note (optional)"), longest=1000)
    shown_on = HiddenField()
    look = HiddenField()

    @property
    def councils_on(self) -> date:
        """The day whose councils the page shows: the one asked for, where it can be read."""
        return self.received_on.data or clock.today()

    @property
    def wants_look(self) -> bool:
        """Whether only the councils of the day are asked for."""
        return bool(self.look.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing is kept under a council that nobody saw: another day may mean another one."""
        sound = bool(super().validate(extra_validators))
        if not sound or self._shown_on() is None:
            return sound
        kind, child = self.kind.data, self.children[self.child.data]
        on = self.received_on.data
        seen, _why = council_for(kind, child, self._shown_on() or on)
        asked, _why = council_for(kind, child, on)
        if asked == seen:
            return True
        self.received_on.errors = [
            _(
                "On %(day)s another council was to be asked: %(council)s. Keep it again if that is the day.",
                day=day(on),
                council=council_name(asked) or _("a manager decides which"),
            )
        ]
        return False

    def request(self) -> NewRequest:
        """What is asked for; only after ``validate``."""
        return NewRequest(kind=self.kind.data, child_id=self.child.data, note=self.note.data)

    def _shown_on(self) -> date | None:
        try:
            return date.fromisoformat(self.shown_on.data or "")
        except ValueError:
            return None


def support_form(family: Family, children: Mapping[UUID, ChildFacts]) -> SupportForm:
    """The form with this family's children; ``children`` are their facts."""
    living = [child for child in family.children if child.died_on is None]

    class FamilySupportForm(SupportForm):
        child = SelectField(
            _("For which child?"),
            tuple(Option(str(child.id), child.first_name) for child in living),
            read=UUID,
            blank=_("Choose"),
            default=living[0].id if len(living) == 1 else None,
            missing=_("Choose the child the support is for"),
        )

    form = FamilySupportForm()
    form.children = children
    return form


class StepForm(BaseForm):
    """How far a support request got."""

    made: SupportRequest

    step = RadiosField(
        _l("What happened?"),
        options(step for step in SupportStep if step is not SupportStep.RECEIVED),
        read=SupportStep,
        missing=_l("Choose what happened"),
    )
    on = DatePartsField(
        _l("On which day?"),
        what=_l("The day"),
        not_after=clock.today,
        default=clock.today,
        missing=_l("Enter the day"),
    )
    reason = TextField(
        _l("Why was it refused?"),
        longest=500,
        missing=_l("Say why it was refused"),
        needed=lambda form: form.step.data is SupportStep.REFUSED,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each step comes after the one before it, in turn and in time."""
        sound = bool(super().validate(extra_validators))
        step, on = self.step.data, self.on.data
        if step is None or on is None:
            return False
        last = rule.latest(self.made.steps)
        match rule.misstep(last.step, last.on, step, on, clock.today()):
            case Misstep.OUT_OF_TURN:
                self.step.errors = [_out_of_turn(last.step)]
                return False
            case Misstep.TOO_EARLY:
                self.on.errors = [
                    _(
                        "The day must be on or after %(day)s: %(step)s",
                        day=day(last.on),
                        step=words(last.step),
                    )
                ]
                return False
        return sound


def _out_of_turn(last: SupportStep) -> str:
    following = rule.steps_after(last)
    if not following:
        return _("Nothing can follow: the request stands at “%(step)s”", step=words(last))
    names = [words(step) for step in following]
    return _(
        "The request stands at “%(step)s”: choose “%(one)s” or “%(other)s”",
        step=words(last),
        one=names[0],
        other=names[-1],
    )


def step_form(made: SupportRequest) -> StepForm:
    """The form for the next step of this request."""
    form = StepForm()
    form.made = made
    return form
