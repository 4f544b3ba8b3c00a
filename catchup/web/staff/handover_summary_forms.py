"""The forms of a handover's summary: writing it, and the check by a second person."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from catchup.models.handover import Handover
from catchup.queries.scope import Viewer
from catchup.services import handover_summaries, handovers
from catchup.services.handover_summaries import Written
from catchup.web.fields import ConfirmField, DatePartsField, TextAreaField, TextField
from catchup.web.staff.handover_forms import ActForm


class CheckForm(ActForm):
    """A second person has read the summary."""

    checked = ConfirmField(
        _l("I have read all of it, and it is right"),
        hint=_l(
            "No birth names, nothing about the birth family, no address, no court numbers, nothing about "
            "a brother or sister"
        ),
        missing=_l("Tick the box once you have read all of it"),
    )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.check_summary(handover, by, self.seen_version)


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
        )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.write_summary(handover, self.written(), by, self.seen_version)


def summary_form(handover: Handover) -> SummaryForm:
    """The form of a summary, going on from the one before."""
    defaults: dict[str, Any] = {"asked_by_on": handover.change_on}
    if handover.summaries:
        before = handover_summaries.written_in(handover.summaries[-1].content)
        defaults = {name: getattr(before, name) for name in Written.__slots__}
    return SummaryForm(data={**defaults, "version": str(handover.version)})


def check_form(handover: Handover) -> CheckForm:
    """The form of the check."""
    return CheckForm(data={"version": str(handover.version)})
