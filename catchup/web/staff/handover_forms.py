"""The small forms under a handover, one an act. Those of its summary stand by themselves.

Several stand on one page, so each names its fields after its act.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, ValidationError

from catchup.models.handover import Handover
from catchup.queries import directories
from catchup.queries.handovers import Detail
from catchup.queries.scope import Viewer
from catchup.rules import disclosure
from catchup.rules.calendar import ONE_DAY
from catchup.rules.terms import HandoverStepKind
from catchup.services import handover_sendings, handovers
from catchup.services.handover_notices import Recipient
from catchup.services.handovers import Telling
from catchup.web.fields import (
    CouncilField,
    Option,
    RadiosField,
    TextAreaField,
    TextField,
)
from catchup.web.filters import council_name
from catchup.web.forms_base import BaseForm

Step = HandoverStepKind
SAID_HINT = _l("A reply by telephone or letter. For example: R. Duty, by telephone this morning")


class ActForm(BaseForm):
    """One act. ``version`` is that of the handover the page showed; -1 where it cannot be read."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the page showed."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def act(self, handover: Handover, by: Viewer) -> None:
        """Do it."""
        raise NotImplementedError


class TellForm(ActForm):
    """Telling the family in writing."""

    how = RadiosField(
        _l("How is the family told?"),
        (
            Option(Telling.MESSAGE, _l("By message, now")),
            Option(Telling.LETTER, _l("By letter, which I have printed and posted")),
        ),
        read=Telling,
        small=True,
        missing=_l("Choose how the family is told"),
    )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.tell_family(handover, self.how.data, by, self.seen_version)


class SendForm(ActForm):
    """Sending the checked summary otherwise than by a link."""

    sent_to = TextField(
        _l("Whom do you send it to?"),
        hint=_l("The team and its council, and the person where you know one"),
        missing=_l("Say whom you send it to"),
    )

    def validate_sent_to(self, field: TextField) -> None:
        """It stands in the summary as it was sent, where no address is hidden. Source: service policy P6."""
        if disclosure.postcodes_in(field.data or ""):
            raise ValidationError(_("Take the postcode out: the team and its council are enough"))

    def act(self, handover: Handover, by: Viewer) -> None:
        handover_sendings.send_by_hand(handover, self.sent_to.data or "", by, self.seen_version)


class AcceptForm(ActForm):
    """The next council has accepted."""

    contact = TextField(
        _l("Whom do they name as the contact?"),
        missing=_l("Enter the name of their contact"),
        spellcheck=False,
    )
    accept_said = TextField(_l("Who told you, and when?"), hint=SAID_HINT)

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.accept(handover, self.contact.data or "", by, self.seen_version, said=self.accept_said.data)


class QueryForm(ActForm):
    """The next council has asked something."""

    question = TextAreaField(_l("What do they ask?"), rows=3, missing=_l("Write what they ask"))
    query_said = TextField(_l("Who asked you, and when?"), hint=SAID_HINT)

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.query(handover, self.question.data or "", by, self.seen_version, said=self.query_said.data)


class DeclineForm(ActForm):
    """The family does not want anything shared."""

    declined_note = TextAreaField(
        _l("What did the family say?"), rows=2, hint=_l("You can leave this empty. Nothing will be sent.")
    )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.decline(handover, self.declined_note.data, by, self.seen_version)


class NotNeededForm(ActForm):
    """There is nothing to hand over."""

    not_needed_why = TextAreaField(
        _l("Why is it not needed?"), rows=2, missing=_l("Say why it is not needed")
    )

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.not_needed(handover, self.not_needed_why.data or "", by, self.seen_version)


class DecideForm(ActForm):
    """A manager names the council that the rules could not: only the end that is missing is asked for."""

    giving: CouncilField | None = None
    receiving: CouncilField | None = None

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.decide(
            handover,
            self.decided_why.data or "",
            by,
            self.seen_version,
            from_council=self.giving.council if self.giving else None,
            to_council=self.receiving.council if self.receiving else None,
        )


def decide_form(handover: Handover) -> type[DecideForm]:
    """The form of a decision, with the councils there are on the day before the change and on the day."""

    def councils(on: date) -> Callable[[], list[tuple[str, str]]]:
        return lambda: [(row.code, row.name) for row in directories.councils().on(on)]

    class ThisDecideForm(DecideForm):
        if handover.from_council is None:
            giving = CouncilField(
                _("Which council hands over?"),
                councils=councils(handover.change_on - ONE_DAY),
                missing=_("Choose the council that hands over"),
            )
        if handover.to_council is None:
            receiving = CouncilField(
                _("Which council takes over?"),
                councils=councils(handover.change_on),
                missing=_("Choose the council that takes over"),
            )
        decided_why = TextAreaField(_("Why this council?"), rows=3, missing=_("Give the reason"))

        def validate(self, extra_validators: Any = None) -> bool:
            """Two ends, two councils."""
            sound = bool(super().validate(extra_validators))
            giving = self.giving.council if self.giving else handover.from_council
            receiving = self.receiving.council if self.receiving else handover.to_council
            if sound and giving == receiving:
                field = self.receiving or self.giving
                field.errors = [_("Choose another council: this one has the child’s support already")]
                sound = False
            return sound

    return ThisDecideForm


class AskForm(ActForm):
    """The family asks for a full handover."""

    def act(self, handover: Handover, by: Viewer) -> None:
        handovers.ask_for_full(handover, by, self.seen_version)


ACTS: dict[str, tuple[type[ActForm], HandoverStepKind | None]] = {
    "tell": (TellForm, Step.FAMILY_TOLD),
    "send": (SendForm, Step.SENT),
    "accept": (AcceptForm, Step.ACCEPTED),
    "query": (QueryForm, Step.QUERIED),
    "decide": (DecideForm, Step.DECIDED),
    "decline": (DeclineForm, Step.DECLINED),
    "not-needed": (NotNeededForm, Step.NOT_NEEDED),
    "ask-for-full": (AskForm, None),
}
"""What can be done on a handover's page, by the word in its address. The summary has pages of its own."""


def form_for(act: str, handover: Handover, *, fresh: bool = False) -> ActForm:
    """The form of one act, filled from the request that is being sent, or ``fresh``."""
    defaults: dict[str, Any] = {"version": str(handover.version)}
    if act == "send":
        council = council_name(handover.to_council)
        defaults["sent_to"] = _("Post-adoption support team, %(council)s", council=council)
    kind = decide_form(handover) if act == "decide" else ACTS[act][0]
    return kind(formdata=None, data=defaults) if fresh else kind(data=defaults)


def forms_for(detail: Detail, by: Viewer, sent: tuple[str, ActForm] | None = None) -> dict[str, ActForm]:
    """The forms of the acts that are possible now, in the rule's order; ``sent`` is one that came back."""
    found = {}
    in_order = {step: act for act, (_form, step) in ACTS.items() if step}
    for step in detail.allowed:
        if step in in_order and (step is not Step.DECIDED or by.manages):
            found[in_order[step]] = form_for(in_order[step], detail.handover, fresh=True)
    if detail.may_ask_for_full:
        found["ask-for-full"] = form_for("ask-for-full", detail.handover, fresh=True)
    if sent and sent[0] in found:
        found[sent[0]] = sent[1]
    return found


def telling(to: tuple[Recipient, ...]) -> tuple[list[Recipient], list[Recipient]]:
    """The parents a message reaches, and those who need a letter."""
    return [one for one in to if one.address], [one for one in to if not one.address]
