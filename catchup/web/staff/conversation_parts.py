"""The parts of the conversation's form: what is asked of each child, signpost, request and concern."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any, cast
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from catchup import clock
from catchup.models.family import Child
from catchup.models.staff import Staff
from catchup.queries.conversations import Prompts
from catchup.rules import concerns as rule
from catchup.rules.concerns import ConcernFacts, Missing
from catchup.rules.terms import Area, Barrier, Category, ConcernKind, Going, SignpostOutcome, SupportKind
from catchup.services.concerns import NewConcern
from catchup.services.signposts import NewSignpost
from catchup.services.support import NewRequest
from catchup.web.fields import (
    ConfirmField,
    CouncilField,
    DatePartsField,
    Option,
    RadiosField,
    SelectField,
    TextAreaField,
    TextField,
    YesNoField,
)
from catchup.web.staff.service_words import one_line
from catchup.web.wording import options, words

# What makes a row of these one that was filled in; the child stands there by itself where there is only one.
SIGNPOST_SAYS = ("service", "written_in", "category", "why", "agreed")
REQUEST_SAYS = ("kind", "note")
CHILD_AREAS = (Area.WELLBEING, Area.SCHOOL, Area.KEEPING_IN_TOUCH, Area.LIFE_STORY)
_TIME = re.compile(r"([01]?\d|2[0-3])[:. ]?([0-5]\d)")


class TimeField(TextField):
    """A time of day as "14:05", however it was typed ("14.05", "1405", "9:30")."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, width=5, spellcheck=False, **kwargs)

    def read(self, text: str) -> str:
        found = _TIME.fullmatch(text)
        if found is None:
            raise ValueError(_("Enter a time, like 14:05"))
        return f"{int(found[1]):02d}:{found[2]}"

    @property
    def time(self) -> time | None:
        """The time itself."""
        return time.fromisoformat(self.data) if self.data else None


def going_field(area: Area) -> Any:
    """How one area of life is going; nothing is assumed but that it was not talked about."""
    return RadiosField(
        _AREA_LABELS[area], options(Going), read=Going, inline=True, small=True, default=Going.NOT_TALKED
    )


_AREA_LABELS = {
    Area.WELLBEING: _l("Wellbeing"),
    Area.SCHOOL: _l("School"),
    Area.KEEPING_IN_TOUCH: _l("Keeping in touch"),
    Area.LIFE_STORY: _l("Life story"),
    Area.PARENT: _l("How are they themselves?"),
    Area.HOME: _l("How is home?"),
}


class ChildForm(Form):
    """How one child is. The note belongs to the child."""

    wellbeing = going_field(Area.WELLBEING)
    school = going_field(Area.SCHOOL)
    keeping_in_touch = going_field(Area.KEEPING_IN_TOUCH)
    life_story = going_field(Area.LIFE_STORY)
    note = TextAreaField(_l("Note about this child"), rows=3)


class ParentForm(Form):
    """How one parent is. The note belongs to the parent."""

    going = going_field(Area.PARENT)
    note = TextAreaField(_l("Note about this parent"), rows=2)


class HomeForm(Form):
    """How one home is. The note belongs to the parent whose home it is."""

    going = going_field(Area.HOME)
    note = TextAreaField(_l("Note about this home"), rows=2)


class ResultForm(Form):
    """What came of one earlier signpost; left alone, nothing is added."""

    outcome = RadiosField(
        _l("What came of it?"), options(SignpostOutcome), read=SignpostOutcome, inline=True, small=True
    )
    barrier = SelectField(
        _l("What got in the way?"),
        options(Barrier),
        read=Barrier,
        blank=_l("Choose"),
        missing=_l("Choose what got in the way"),
        needed=lambda form: form.outcome.data is SignpostOutcome.NOT_TAKEN_UP,
    )


def _child_options(children: Sequence[Child]) -> tuple[Option, ...]:
    return tuple(Option(str(child.id), child.first_name) for child in children)


def _filled(*names: str) -> Callable[[Form], bool]:
    return lambda form: any(form[name].raw_data and any(form[name].raw_data) for name in names)


class ServiceField(SelectField):
    """A service of the directory: ``groups`` are a category's name and its services, the nearest first."""

    def __init__(self, label: str, groups: Sequence[tuple[str, Sequence[Option]]], **kwargs: Any) -> None:
        super().__init__(
            label, tuple(option for _name, group in groups for option in group), read=UUID, **kwargs
        )
        self.groups = groups


def _service_groups(prompts: Prompts) -> list[tuple[str, tuple[Option, ...]]]:
    today = clock.today()
    return [
        (words(category), tuple(Option(str(one.service.id), one_line(one, today)) for one in group))
        for category, group in prompts.service_groups
    ]


def signpost_form(prompts: Prompts) -> type[Form]:
    """One signpost: chosen from the directory, whose category it takes, or written in."""
    categories = {choice.service.id: choice.service.category for choice in prompts.services}
    groups = _service_groups(prompts)
    is_filled = _filled(*SIGNPOST_SAYS)

    class SignpostForm(Form):
        service = ServiceField(
            _("Service"),
            groups,
            blank=_("Choose from the directory"),
            missing=_("Choose a service, or write one in"),
            needed=lambda form: (
                is_filled(form) and not form.written_in.data and form.category.data is not Category.NOTHING
            ),
        )
        written_in = TextField(_("Or write in another"))
        category = SelectField(
            _("What it is for"),
            options(Category),
            read=Category,
            blank=_("As in the directory"),
            missing=_("Choose what it is for"),
            needed=lambda form: is_filled(form) and not form.service.data,
        )
        child = SelectField(
            _("For"), _child_options(prompts.children), read=UUID, blank=_("The whole family")
        )
        why = TextField(_("Why"), longest=500)
        agreed = YesNoField(
            _("Does the family agree?"),
            small=True,
            missing=_("Say whether the family agrees"),
            needed=lambda form: is_filled(form) and form.category.data is not Category.NOTHING,
        )

        @property
        def is_used(self) -> bool:
            """Whether anything was put in this row."""
            return is_filled(self)

        def given(self) -> NewSignpost | None:
            """The signpost; None where the row was left empty."""
            if not is_filled(self):
                return None
            service: Any = self.service.data
            return NewSignpost(
                category=self.category.data or categories[service],
                agreed=bool(self.agreed.data),
                service_id=service,
                written_in=None if service else self.written_in.data,
                child_id=self.child.data,
                why=self.why.data,
            )

    return SignpostForm


def request_form(prompts: Prompts) -> type[Form]:
    """One request for extra support for one child."""
    is_filled = _filled(*REQUEST_SAYS)

    class RequestForm(Form):
        kind = SelectField(
            _("Support"),
            options(SupportKind),
            read=SupportKind,
            blank=_("Choose"),
            missing=_("Choose which support is asked for"),
            needed=is_filled,
        )
        child = SelectField(
            _("For which child?"),
            _child_options(prompts.children),
            read=UUID,
            blank=_("Choose"),
            default=prompts.children[0].id if len(prompts.children) == 1 else None,
            missing=_("Choose the child the support is for"),
            needed=is_filled,
        )
        note = TextField(_("Note"), longest=1000)

        @property
        def is_used(self) -> bool:
            """Whether anything was put in this row."""
            return is_filled(self)

        def given(self) -> NewRequest | None:
            """The request; None where the row was left empty."""
            if not is_filled(self):
                return None
            kind, child_id = cast(SupportKind, self.kind.data), cast(UUID, self.child.data)
            return NewRequest(kind=kind, child_id=child_id, note=self.note.data)

    return RequestForm


_CONCERN_FIELDS = {
    Missing.REFERRAL_MADE: "referral_made",
    Missing.CHILD: "child",
    Missing.PLACE: "place",
    Missing.COUNCIL: "council",
    Missing.TOLD_AT: "told_time",
    Missing.TOLD_WHOM: "told_whom",
    Missing.REFERENCE: "reference",
    Missing.PARENT_TOLD: "parent_told",
    Missing.PARENT_NOT_TOLD_WHY: "parent_not_told_why",
    Missing.NO_REFERRAL_WHY: "no_referral_why",
    Missing.AGREED_BY: "agreed_by",
}
_CONCERN_SENTENCES = {
    Missing.REFERRAL_MADE: _l("Say whether you told the council"),
    Missing.CHILD: _l("Choose the child the concern is about"),
    Missing.PLACE: _l("Say where the child is now"),
    Missing.COUNCIL: _l("Choose the council where the child is now"),
    Missing.TOLD_AT: _l("Say when you told them"),
    Missing.TOLD_WHOM: _l("Say whom you told"),
    Missing.REFERENCE: _l("Enter their reference, or tick that it is awaited"),
    Missing.PARENT_TOLD: _l("Say whether the parent was told"),
    Missing.PARENT_NOT_TOLD_WHY: _l("Say why the parent was not told"),
    Missing.NO_REFERRAL_WHY: _l("Say why no referral was made"),
    Missing.AGREED_BY: _l("Choose the manager who agreed"),
}


class ConcernForm(Form):
    """The facts of a concern. ``asked``: whether there is one; otherwise nothing here is looked at."""

    asked = False

    kind = RadiosField(
        _l("What is it about?"), options(ConcernKind), read=ConcernKind, small=True,
        missing=_l("Choose what the concern is about"),
    )  # fmt: skip
    what = TextAreaField(
        _l("What did you hear?"), rows=4, missing=_l("Write what you heard"),
        hint=_l("Seen only by you, managers and named staff. It never appears on the family’s page."),
    )  # fmt: skip
    referral_made = YesNoField(
        _l("Have you told the council where the child is?"),
        yes=_l("Yes, by telephone"),
        no=_l("No, and a manager agreed that no referral is made"),
        small=True,
    )
    heard_on = DatePartsField(
        _l("On which day did you hear it?"), what=_l("The day you heard it"),
        not_after=clock.today, default=clock.today,
    )  # fmt: skip
    place = TextField(_l("Where is the child now?"))
    council = CouncilField(_l("Which council is that in?"))
    told_on = DatePartsField(
        _l("On which day did you tell them?"), what=_l("The day you told them"),
        not_after=clock.today, default=clock.today,
    )  # fmt: skip
    told_time = TimeField(_l("At what time?"), hint=_l("For example, 14:05"))
    told_whom = TextField(_l("Whom did you speak to?"))
    reference = TextField(_l("Their reference"), width=20, longest=60, spellcheck=False)
    reference_awaited = ConfirmField(_l("The reference is awaited"))
    parent_told = YesNoField(_l("Does the parent know that you told them?"), small=True)
    parent_not_told_why = TextField(_l("Why not?"), longest=500)
    no_referral_why = TextAreaField(_l("Why was no referral made?"), rows=3)
    agreed_by = SelectField(_l("Which manager agreed?"), (), read=UUID, blank=_l("Choose"))

    def told_at(self) -> datetime | None:
        """The instant at which the council was told."""
        on: date | None = self.told_on.data
        at = self.told_time.time
        return clock.instant(on, at) if on and at else None

    def facts(self) -> ConcernFacts:
        """What has been written down so far."""
        return ConcernFacts(
            referral_made=self.referral_made.data,
            child_id=self.child.data,
            place=self.place.data or "",
            council=self.council.council,
            told_at=self.told_at(),
            told_whom=self.told_whom.data or "",
            reference=self.reference.data or "",
            reference_awaited=self.reference_awaited.data,
            parent_told=self.parent_told.data,
            parent_not_told_why=self.parent_not_told_why.data or "",
            no_referral_why=self.no_referral_why.data or "",
            agreed_by=self.agreed_by.data,
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for whatever the rule still misses. Source: service policy, section 5 (concern)."""
        if not self.asked:
            return True
        sound = super().validate(extra_validators)
        for fact in rule.missing(self.facts()):
            field = self[_CONCERN_FIELDS[fact]]
            if not field.errors:
                field.errors = [str(_CONCERN_SENTENCES[fact])]
            sound = False
        return self._days_fit() and sound

    def _days_fit(self) -> bool:
        told_at, heard_on = self.told_at(), self.heard_on.data
        if told_at and told_at > clock.now() and not self.told_time.errors:
            self.told_time.errors = [_("The time you told them cannot be in the future")]
            return False
        if told_at and heard_on and self.told_on.data < heard_on and not self.told_on.errors:
            self.told_on.errors = [_("You cannot have told them before the day you heard it")]
            return False
        return True

    def given(self) -> NewConcern | None:
        """The concern, if there is one."""
        if not self.asked:
            return None
        return NewConcern(
            kind=cast(ConcernKind, self.kind.data),
            what=self.what.data or "",
            facts=self.facts(),
            heard_on=self.heard_on.data,
        )


def concern_form(children: Sequence[Child], managers: Callable[[], Sequence[Staff]]) -> type[ConcernForm]:
    """The facts of a concern, with a family's children and managers to choose from."""

    class FamilyConcernForm(ConcernForm):
        child = SelectField(
            _("Which child?"), _child_options(children), read=UUID, blank=_("Choose"),
            default=children[0].id if len(children) == 1 else None,
        )  # fmt: skip
        agreed_by = SelectField(
            _("Which manager agreed?"),
            lambda: [Option(str(manager.id), manager.name) for manager in managers()],
            read=UUID,
            blank=_("Choose"),
        )

    return FamilyConcernForm
