"""Deciding on a registration: accept it on evidence, or refuse it with a reason."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from catchup import clock
from catchup.queries.recorded_orders import OrderMatch
from catchup.services.registrations import NamedConfirmation, RecordedOrderEvidence
from catchup.web.fields import DatePartsField, FullNameField, Option, RadiosField, SelectField, TextAreaField
from catchup.web.forms_base import BaseForm

CONFIRMED = "confirmed"


class RefuseForm(BaseForm):
    """Why no family is made of it."""

    reason = TextAreaField(
        _l("Why?"),
        hint=_l("Seen by staff only. The family is not told by the system: ring or write to them."),
        longest=1000,
        rows=3,
        missing=_l("Enter why you refuse it"),
    )


class AcceptForm(BaseForm):
    """Who says so, and who will ring. Made for one registration by ``accept_form``."""

    evidence: RadiosField
    confirmed_by: FullNameField
    confirmed_on: DatePartsField
    lead: SelectField
    keep_out: SelectField

    def proof(self) -> RecordedOrderEvidence | NamedConfirmation:
        """The evidence of a valid form."""
        chosen = str(self.evidence.data)
        if chosen != CONFIRMED:
            return RecordedOrderEvidence(UUID(chosen))
        return NamedConfirmation(str(self.confirmed_by.data), self.confirmed_on.data or clock.today())

    def lead_id(self) -> UUID:
        """Who will ring."""
        return UUID(str(self.lead.data))

    def keep_out_id(self) -> UUID | None:
        """Who must not see the family; None: nobody."""
        return UUID(str(self.keep_out.data)) if self.keep_out.data else None

    def validate_keep_out(self, field: SelectField) -> None:
        """Who rings sees the family."""
        if field.data == self.lead.data:
            raise ValidationError(_("Choose somebody else to ring, or nobody to keep out"))


def accept_form(
    matches: Iterable[OrderMatch], leads: Sequence[tuple[UUID, str]], others: Sequence[tuple[UUID, str]]
) -> type[AcceptForm]:
    """The form with the recorded orders that could prove this registration, and the people who could ring.

    ``others`` are those who would see the family.
    """
    orders = [_option(match) for match in matches if match.family_id is None]
    confirmed = Option(CONFIRMED, _("The placing council confirmed it by name"), or_else=bool(orders))

    def by_name(form: AcceptForm) -> bool:
        return form.evidence.data == CONFIRMED

    class ThisForm(AcceptForm):
        evidence = RadiosField(
            _("Who says so?"),
            [*orders, confirmed],
            missing=_("Choose a recorded order, or a confirmation by the placing council"),
        )
        confirmed_by = FullNameField(
            _("Who confirmed it?"),
            hint=_("Name and post at the placing council."),
            autocomplete="off",
            missing=_("Enter who at the placing council confirmed it"),
            needed=by_name,
        )
        confirmed_on = DatePartsField(
            _("On which day?"),
            what=_("The day of the confirmation"),
            not_after=clock.today,
            missing=_("Enter the day of the confirmation"),
            needed=by_name,
        )
        lead = SelectField(
            _("Who will ring?"),
            [Option(str(key), name) for key, name in leads],
            default=str(leads[0][0]),
            missing=_("Choose who will ring"),
        )
        keep_out = SelectField(
            _("Keep somebody out of this family (optional)"),
            [Option(str(key), name) for key, name in others],
            hint=_("Somebody they know. That person will find no trace of the family."),
            blank=_("Nobody"),
        )

    return ThisForm


def _option(match: OrderMatch) -> Option:
    label = _("Recorded order %(reference)s", reference=match.reference)
    hint = _("Birth and order dates agree") if match.likely else _("Some dates differ: compare with care")
    return Option(str(match.id), label, hint)
