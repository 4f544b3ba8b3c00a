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
from catchup.models.home import Address
from catchup.postcodes import Kind
from catchup.queries import directories
from catchup.rules.calendar import add_working_days
from catchup.rules.terms import HomeKind
from catchup.services.families import NewAddress
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    CouncilField,
    DatePartsField,
    FullNameField,
    Option,
    PostcodeField,
    RadiosField,
    SelectField,
    TextAreaField,
    TextField,
)
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm
from catchup.web.staff.family_answer import RecordForm

# Said of a home on the form; kept as an address.
OUTSIDE = "outside"
A_LEAP_YEAR = 2024  # 29 February may be preferred
SOON_WORKING_DAYS = 5


def tomorrow() -> date:
    """The first day that is still to come."""
    return clock.today() + timedelta(days=1)


class MoveForm(BaseForm):
    """Children of the family live somewhere else from a day."""

    children: CheckboxesField
    parents: CheckboxesField

    where: RadiosField
    lines = TextAreaField(
        _l("Address"),
        rows=3,
        longest=300,
        missing=_l("Enter the address"),
        needed=lambda form: form.is_address,
    )
    postcode = PostcodeField(
        _l("Postcode"),
        missing=_l("Enter the postcode"),
        needed=lambda form: form.where.data == HomeKind.ADDRESS,
    )
    council = CouncilField(
        _l("Council"),
        hint=_l("The postcode tells it. Choose one only where we ask, or where a council looks after them."),
    )
    from_on = DatePartsField(
        _l("From which day?"),
        what=_l("The day of the move"),
        missing=_l("Enter the day from which they live there"),
        not_after=lambda: clock.today() + timedelta(days=366),
    )

    @property
    def is_address(self) -> bool:
        """Whether an address is asked for."""
        return self.where.data in (HomeKind.ADDRESS, OUTSIDE)

    def known_address(self, known: Sequence[Address]) -> Address | None:
        """The address of the family that was chosen, where one was."""
        return next((address for address in known if str(address.id) == self.where.data), None)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the answers, then find the council where the postcode can tell it."""
        sound = bool(super().validate(extra_validators))
        self.found_council = self.council.council
        self.outside_england = self.where.data == OUTSIDE
        if not sound:
            return False
        if self.where.data == HomeKind.ADDRESS and not self.found_council:
            return self._by_postcode()
        if self.where.data == HomeKind.DIED and self.from_on.data > clock.today():
            self.from_on.errors = [_("The day must be today or in the past")]
            return False
        return True

    def _by_postcode(self) -> bool:
        answer = directories.postcodes().council_on(
            self.postcode.data, self.from_on.data, directories.councils()
        )
        self.found_council = answer.council
        self.outside_england = answer.kind is Kind.OUTSIDE_ENGLAND
        if answer.kind in (Kind.UNKNOWN, Kind.ASK):
            self.council.errors = [_("The postcode does not tell us the council: choose it")]
            return False
        return True

    def home_kind(self) -> HomeKind:
        """What the home is kept as."""
        kinds = {kind.value for kind in HomeKind}
        # What is no kind of home is an address: a new one, or one of those that are known.
        return HomeKind(self.where.data) if self.where.data in kinds else HomeKind.ADDRESS

    def new_address(self) -> NewAddress | None:
        """The address, where there is one."""
        if not self.is_address:
            return None
        return NewAddress(
            self.lines.data,
            self.postcode.data,
            None if self.outside_england else self.found_council,
            self.outside_england,
        )


def _homes(known: Sequence[Address]) -> tuple[Option, ...]:
    """Where children can live from a day: with whom of the family first, where there are two homes."""
    return (
        *(Option(str(address.id), _home(address)) for address in known),
        Option(
            HomeKind.ADDRESS, _("At another address in England") if known else _("At an address in England")
        ),
        Option(OUTSIDE, _("At an address outside England")),
        Option(HomeKind.LOOKED_AFTER, _("Looked after by a council")),
        Option(HomeKind.NOT_SAID, _("Nobody has said where")),
        Option(HomeKind.DIED, _("The child died")),
    )


def _home(address: Address) -> str:
    where = ", ".join(address.lines.splitlines()[:1])
    parents = [parent.name for parent in address.parents]
    if not parents:
        return _("At %(where)s", where=where)
    return _("At %(where)s, with %(names)s", where=where, names=", ".join(parents))


def move_form(family: Family, known: Sequence[Address]) -> MoveForm:
    """The form with this family's children, parents and ``known`` addresses."""
    living = [child for child in family.children if child.died_on is None]

    class FamilyMoveForm(MoveForm):
        where = RadiosField(
            _("Where do they live from then on?"),
            _homes(known),
            small=True,
            missing=_("Choose where they live"),
        )
        children = CheckboxesField(
            _("Who moved?"),
            tuple(Option(str(child.id), child.first_name) for child in living),
            read=UUID,
            small=True,
            default=tuple(child.id for child in living),
            missing=_("Choose at least one child"),
        )
        parents = CheckboxesField(
            _("Which parents live there too?"),
            tuple(Option(str(parent.id), parent.name) for parent in family.parents),
            read=UUID,
            small=True,
            default=tuple(parent.id for parent in family.parents),
        )

    return FamilyMoveForm()


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

    reason = TextField(_l("Their reason, if they gave one"), longest=500)


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


class OrderForm(BaseForm):
    """What is believed of one child's order from now on."""

    made_on = DatePartsField(
        _l("When was the adoption order made?"),
        what=_l("The date of the order"),
        not_after=clock.today,
        missing=_l("Enter the date of the order"),
    )
    placing = CouncilField(
        _l("Which council placed the child?"),
        not_sure=_l("Not known"),
        no_council=_l("No council placed the child"),
        missing=_l("Choose a council, or one of the last two answers"),
    )
    allowance = ConfirmField(_l("An allowance was agreed before the order"))


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
