"""The forms of a handover's summary: writing it, and the check by a second person."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.models.handover import Handover
from catchup.queries import handover_record
from catchup.queries.scope import Viewer
from catchup.rules import disclosure
from catchup.services import handover_summaries, handovers
from catchup.services.handover_summaries import Written
from catchup.web.fields import ConfirmField, DatePartsField, TextAreaField, TextField
from catchup.web.staff.handover_forms import ActForm

# What was written for one child may hold for a brother or sister; an address and its reason never.
TEXTS = ("asks", "therapy_provider", "reapplies", "agreed_to_share")
TAKEN_OVER = (*TEXTS, "asked_by_on", "funded_until_on")


class CheckForm(ActForm):
    """A second person has read the summary."""

    checked = ConfirmField(
        _l("I have read all of it, and it is right"),
        hint=_l(
            "No birth names, nothing about the birth family, no court numbers, nothing about a brother or "
            "sister, and no address but one that is told for a reason"
        ),
        missing=_l("Tick the box once you have read all of it"),
    )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.check_summary(handover, by, self.seen_version)


class ReturnForm(ActForm):
    """A second person found something not right."""

    because = TextAreaField(_l("What is not right?"), rows=3, missing=_l("Say what is not right"))

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.return_summary(handover, self.because.data or "", by, self.seen_version)


class SummaryForm(ActForm):
    """The parts of a summary that no record holds; the rest is drawn from the record."""

    asks = TextAreaField(
        _l("What do you ask of the next council?"),
        rows=4,
        hint=_l("It stands first. For example: confirm that the therapy goes on, and name a worker."),
        missing=_l("Write what you ask of the next council"),
    )
    asked_by_on = DatePartsField(
        _l("By when?"),
        what=_l("The day by which you ask for it"),
        missing=_l("Enter the day by which you ask for it"),
    )
    therapy_provider = TextField(_l("Who provides the therapy?"), hint=_l("Leave empty where there is none"))
    funded_until_on = DatePartsField(
        _l("Until when is it funded?"), what=_l("The day until which it is funded")
    )
    reapplies = TextField(_l("Who applies for the next funding?"))
    agreed_to_share = TextAreaField(
        _l("What did the family agree to share?"),
        rows=3,
        hint=_l("In their words, and who said it. They have seen everything that is sent."),
        missing=_l("Write what the family agreed to share"),
    )
    address_told = ConfirmField(
        _l("Tell the address where the child lives"),
        hint=_l("It is left out otherwise. The next council can ring the parents."),
    )
    address_reason = TextAreaField(_l("Why must the next council have it?"), rows=2)

    # Set by summary_form: whether there is an address that could be told.
    has_address = False

    def validate(self, extra_validators: Any = None) -> bool:
        """An address leaves only with a reason, and never hidden in what is written by hand."""
        sound = bool(super().validate(extra_validators))
        reason = self.address_reason.data or ""
        if self.address_told.data and not self.has_address:
            self.address_told.errors = [_("The record knows no address where the child lives on that day")]
        elif self.address_told.data and not self.address_reason.errors and not reason:
            self.address_reason.errors = [_("Say why the next council must have the address")]
        elif reason and not self.address_told.data:
            self.address_told.errors = [_("Tick this to tell the address, or empty the box below")]
        if not self.address_told.data:
            for one in self:
                if isinstance(one, TextField) and not one.errors and disclosure.postcodes_in(one.data or ""):
                    one.errors = [_("Take the postcode out: an address leaves only where you tick it below")]
        return sound and not any(one.errors for one in self)

    def take_over(self, written: Written, change_on: date) -> None:
        """Fill what nobody has typed with what was written for a brother or sister.

        The day too where it is still the one proposed, ``change_on``.
        """
        for name in TAKEN_OVER:
            one = self[name]
            if not one.shown.strip() if name in TEXTS else one.data in (None, change_on):
                one.raw_data = None
                one.process(None, getattr(written, name))

    def written(self) -> Written:
        """What was typed; only after ``validate``."""
        asked_by_on: date = self.asked_by_on.data
        return Written(
            asks=self.asks.data or "",
            asked_by_on=asked_by_on,
            agreed_to_share=self.agreed_to_share.data or "",
            therapy_provider=self.therapy_provider.data,
            funded_until_on=self.funded_until_on.data,
            reapplies=self.reapplies.data,
            address_reason=self.address_reason.data if self.address_told.data else None,
        )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.write_summary(handover, self.written(), by, self.seen_version)


def summary_form(handover: Handover) -> SummaryForm:
    """The form of a summary, going on from the one before."""
    defaults: dict[str, Any] = {"asked_by_on": handover.change_on}
    if handover.summaries:
        before = handover_summaries.written_in(handover.summaries[-1].content)
        defaults = {name: getattr(before, name) for name in Written.__slots__}
        defaults["address_told"] = before.address_reason is not None
    form = SummaryForm(data={**defaults, "version": str(handover.version)})
    form.has_address = handover_record.address(handover) is not None
    return form


def check_form(handover: Handover) -> CheckForm:
    """The form of the check."""
    return CheckForm(data={"version": str(handover.version)})


def return_form(handover: Handover, *, fresh: bool = False) -> ReturnForm:
    """The form that sends a summary back, filled from the request, or ``fresh``."""
    defaults = {"version": str(handover.version)}
    return ReturnForm(formdata=None, data=defaults) if fresh else ReturnForm(data=defaults)
