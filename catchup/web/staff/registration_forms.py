"""Deciding on a registration: accept it on evidence, or refuse it with a reason."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from catchup import clock
from catchup.queries.matching import OrderMatch
from catchup.rules.registration import Application
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


BY_EMAIL, BY_PHONE = "email", "phone"


class AskForm(BaseForm):
    """Something to ask before it is decided. Made for one registration by ``ask_form``."""

    question = TextAreaField(
        _l("What do you need to know?"),
        hint=_l("Kept here for whoever decides. It is not sent to anybody."),
        longest=1000,
        rows=3,
        missing=_l("Enter what you need to know"),
    )
    how: RadiosField


class AnswerForm(BaseForm):
    """What they answered."""

    answer = TextAreaField(_l("What did they say?"), longest=2000, rows=3, missing=_l("Enter what they said"))


def ask_form(said: Application) -> AskForm:
    """The form, with e-mail as a way to ask only where they may be written to."""
    by_phone = Option(BY_PHONE, _("I ring them, and write the answer here"))
    by_email = Option(
        BY_EMAIL,
        _("An email asks them to ring us"),
        _("It gives their reference and our number, and nothing else."),
    )
    options = [by_phone, by_email] if said.email and said.may_email else [by_phone]
    how = RadiosField(_("How do you ask?"), options, default=BY_PHONE, missing=_("Choose how you ask"))
    form: AskForm = type("ThisForm", (AskForm,), {"how": how})()
    return form


class EvidenceForm(BaseForm):
    """Who says so. The answers are made for one registration by ``evidence_fields``."""

    evidence: RadiosField
    confirmed_by: FullNameField
    confirmed_on: DatePartsField

    def proof(self) -> RecordedOrderEvidence | NamedConfirmation:
        """The evidence of a valid form."""
        chosen = str(self.evidence.data)
        if chosen != CONFIRMED:
            return RecordedOrderEvidence(UUID(chosen))
        return NamedConfirmation(str(self.confirmed_by.data), self.confirmed_on.data or clock.today())


class AcceptForm(EvidenceForm):
    """Who says so, and who will ring. Made for one registration by ``accept_form``."""

    lead: SelectField
    keep_out: SelectField

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


def evidence_fields(matches: Iterable[OrderMatch], family_id: UUID | None = None) -> dict[str, Any]:
    """The questions about evidence, with the recorded orders that are free or belong to ``family_id``."""
    orders = [_option(match) for match in matches if match.family_id in (None, family_id)]
    confirmed = Option(CONFIRMED, _("The placing council confirmed it by name"), or_else=bool(orders))

    def by_name(form: EvidenceForm) -> bool:
        return form.evidence.data == CONFIRMED

    return {
        "evidence": RadiosField(
            _("Who says so?"),
            [*orders, confirmed],
            missing=_("Choose a recorded order, or a confirmation by the placing council"),
        ),
        "confirmed_by": FullNameField(
            _("Who confirmed it?"),
            hint=_("Name and post at the placing council."),
            autocomplete="off",
            missing=_("Enter who at the placing council confirmed it"),
            needed=by_name,
        ),
        "confirmed_on": DatePartsField(
            _("On which day?"),
            what=_("The day of the confirmation"),
            not_after=clock.today,
            missing=_("Enter the day of the confirmation"),
            needed=by_name,
        ),
    }


def accept_form(
    matches: Iterable[OrderMatch], leads: Sequence[tuple[UUID, str]], others: Sequence[tuple[UUID, str]]
) -> type[AcceptForm]:
    """The form with the recorded orders that could prove this registration, and the people who could ring.

    ``others`` are those who would see the family.
    """
    people = {
        "lead": SelectField(
            _("Who will ring?"),
            [Option(str(key), name) for key, name in leads],
            default=str(leads[0][0]),
            missing=_("Choose who will ring"),
        ),
        "keep_out": SelectField(
            _("Keep somebody out of this family (optional)"),
            [Option(str(key), name) for key, name in others],
            hint=_("Somebody they know. That person will find no trace of the family."),
            blank=_("Nobody"),
        ),
    }
    return type("ThisForm", (AcceptForm,), {**evidence_fields(matches), **people})


def _option(match: OrderMatch) -> Option:
    label = _("Recorded order %(reference)s", reference=match.reference)
    hint = _("Birth and order dates agree") if match.likely else _("Some dates differ: compare with care")
    return Option(str(match.id), label, hint)
