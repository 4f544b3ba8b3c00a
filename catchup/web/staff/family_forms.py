"""The small forms of the family page: one for each thing that can happen to a family."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import Family
from catchup.queries import directories
from catchup.rules.calendar import add_working_days
from catchup.rules.leaving import REASONS, Leaving
from catchup.web.fields import (
    DatePartsField,
    FullNameField,
    Option,
    SelectField,
    TextAreaField,
    TextField,
)
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm
from catchup.web.staff.family_answer import RecordForm
from catchup.web.wording import options

A_LEAP_YEAR = 2024  # 29 February may be preferred
SOON_WORKING_DAYS = 5


def tomorrow() -> date:
    """The first day that is still to come."""
    return clock.today() + timedelta(days=1)


class NamesForm(RecordForm):
    """What the family and its people are called now: a field a person, named by their id."""

    family_name = TextField(_l("Name of the family"), spellcheck=False, missing=_l("Enter the family’s name"))

    def people(self) -> dict[UUID, str]:
        """The names by the id of parent or child."""
        return {
            UUID(name): field.data for name, field in self._fields.items() if isinstance(field, FullNameField)
        }


def names_form(family: Family) -> NamesForm:
    """The form with the people of this family, as they are called now."""
    parents = {
        str(parent.id): FullNameField(
            _("Parent"), autocomplete="off", default=parent.name, missing=_("Enter the parent’s name")
        )
        for parent in family.parents
    }
    children = {
        str(child.id): FullNameField(
            _("Child, born %(day)s", day=day(child.born_on)),
            autocomplete="off",
            default=child.first_name,
            missing=_("Enter the child’s first name"),
        )
        for child in family.children
    }
    return type("FamilyNamesForm", (NamesForm,), parents | children)(data={"family_name": family.name})


def month_options() -> list[Option]:
    """January to December, in the language of the page."""
    return [Option(str(number), format_date(date(A_LEAP_YEAR, number, 1), "MMMM")) for number in range(1, 13)]


class PreferredDayForm(RecordForm):
    """Another day of the year for the yearly call; both boxes empty: the anniversary."""

    day = SelectField(
        _l("Day"),
        tuple(Option(str(number), str(number)) for number in range(1, 32)),
        read=int,
        blank=_l("The anniversary"),
    )
    month = SelectField(_l("Month"), month_options, read=int, blank=_l("The anniversary"))

    @property
    def preferred(self) -> tuple[int, int] | None:
        """The month and day, where they are given."""
        return (self.month.data, self.day.data) if self.month.data and self.day.data else None

    def validate(self, extra_validators: Any = None) -> bool:
        """The day is one of the calendar; 29 February is."""
        if not super().validate(extra_validators):
            return False
        if bool(self.day.data) != bool(self.month.data):
            empty = self.day if self.month.data else self.month
            empty.errors = [_("Choose a day and a month, or neither")]
        elif self.preferred and self.day.data > monthrange(A_LEAP_YEAR, self.month.data)[1]:
            self.day.errors = [_("That month has no such day")]
        return not self.errors


class PauseForm(BaseForm):
    """The family asks not to be rung for a while."""

    from_on = DatePartsField(
        _l("From"), what=_l("The first day"), default=clock.today, missing=_l("Enter the first day")
    )
    until_on = DatePartsField(
        _l("Until, that day included"),
        what=_l("The last day"),
        not_before=clock.today,
        missing=_l("Enter the last day"),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """The last day does not come before the first."""
        sound = bool(super().validate(extra_validators))
        if sound and self.until_on.data < self.from_on.data:
            self.until_on.errors = [_("The last day must not be before the first")]
            return False
        return sound


class LeaveForm(BaseForm):
    """The family leaves the scheme. A reason is asked for, not required."""

    why = SelectField(
        _l("Why do they leave? (optional)"), options(REASONS), read=Leaving, blank=_l("They did not say")
    )
    reason = TextField(_l("In their own words, if they said more"), longest=500)


class ComeBackForm(BaseForm):
    """The family joins again; nothing is asked."""


class LeadForm(BaseForm):
    """Somebody else rings the family from now on."""

    lead: SelectField
    reason = TextField(_l("Why? (optional)"), longest=200)


def lead_form(colleagues: Sequence[tuple[UUID, str]]) -> LeadForm:
    """The form with those who could lead the family."""

    class FamilyLeadForm(LeadForm):
        lead = SelectField(
            _("Who rings them from now on?"),
            tuple(Option(str(staff_id), name) for staff_id, name in colleagues),
            read=UUID,
            blank=_("Choose"),
            missing=_("Choose who rings them"),
        )

    return FamilyLeadForm()


class ShutOutForm(BaseForm):
    """One member of staff must not see the family."""

    person: SelectField


def shut_out_form(colleagues: Sequence[tuple[UUID, str]], lead_id: UUID | None) -> ShutOutForm:
    """The form with those who could see the family; not its lead, who is changed first."""

    class FamilyShutOutForm(ShutOutForm):
        person = SelectField(
            _("Who must not see this family?"),
            tuple(Option(str(staff_id), name) for staff_id, name in colleagues if staff_id != lead_id),
            read=UUID,
            blank=_("Choose"),
            missing=_("Choose who must not see this family"),
        )

    return FamilyShutOutForm()


class StopForm(BaseForm):
    """Everything stops at once."""

    reason = TextAreaField(
        _l("Why?"),
        rows=3,
        longest=1000,
        missing=_l("Say why in a few words"),
        hint=_l("Seen by staff who may see this family, and kept."),
    )


class StartAgainForm(BaseForm):
    """A manager lets everything go on; nothing is asked."""


def _in_working_days() -> date:
    return add_working_days(clock.today(), SOON_WORKING_DAYS, directories.holidays())


class AskForm(BaseForm):
    """The family asked for a call."""

    promised_on = DatePartsField(
        _l("By which day did you promise to ring?"),
        what=_l("The day you promised"),
        not_before=clock.today,
        not_after=lambda: clock.today() + timedelta(days=90),
        too_early=_l("The day you promised must be today or later"),
        default=_in_working_days,
        missing=_l("Enter the day you promised"),
    )
