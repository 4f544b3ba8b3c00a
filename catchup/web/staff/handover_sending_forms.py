"""Sending by a link, as a handover's page offers it: where it goes, who goes with it, what went before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.handover import Handover
from catchup.models.handover_sending import HandoverSending
from catchup.queries import council_contacts
from catchup.queries import handover_sendings as queries
from catchup.queries.council_contacts import Known
from catchup.queries.handover_sendings import Told
from catchup.queries.handovers import Detail
from catchup.queries.scope import Viewer
from catchup.rules.sendings import LinkState
from catchup.rules.terms import HandoverStepKind
from catchup.services import handover_sendings as service
from catchup.services.handover_sendings import Sent
from catchup.web.fields import CheckboxesField, Option, TextField
from catchup.web.staff.handover_forms import ActForm


class LinkForm(ActForm):
    """Sending by a link to the council's verified mailbox. Nobody types where it goes."""

    together: CheckboxesField

    def send(self, handover: Handover, others: Sequence[Handover], by: Viewer) -> Sent:
        """Send it, with the brothers and sisters that are ticked."""
        ticked = {value.partition(".")[0]: int(value.partition(".")[2]) for value in self.together.data or ()}
        chosen = [one for one in others if str(one.id) in ticked]
        versions = {one.id: ticked[str(one.id)] for one in chosen}
        return service.send([handover, *chosen], by, {handover.id: self.seen_version} | versions)


class TakeBackForm(ActForm):
    """Ending a link before its time."""

    reason = TextField(_l("Why do you take it back?"), missing=_l("Say why you take it back"))


@dataclass(frozen=True, slots=True)
class SendingPart:
    """What the page of a handover shows of sending it. ``link`` is there where it can be sent now."""

    contact: Known | None
    link: LinkForm | None
    others: Sequence[Handover]
    told: Sequence[Told]
    take_back: dict[UUID, TakeBackForm]


def link_form(handover: Handover, others: Sequence[Handover], *, fresh: bool = False) -> LinkForm:
    """The form with the children who can go together, each at the version that the page shows."""
    options = [Option(f"{one.id}.{one.version}", one.child.first_name) for one in others]

    class ThisForm(LinkForm):
        together = CheckboxesField(_l("Who goes in the same message?"), options, small=True)

    defaults = {"version": str(handover.version), "together": [option.value for option in options]}
    return ThisForm(formdata=None, data=defaults) if fresh else ThisForm(data=defaults)


def take_back_form(sending: HandoverSending, *, fresh: bool = False) -> TakeBackForm:
    """The form that ends one link; several can stand on a page."""
    prefix = f"link-{sending.id.hex[:8]}"
    return TakeBackForm(formdata=None, prefix=prefix) if fresh else TakeBackForm(prefix=prefix)


def sending_part(page: Detail, sent: ActForm | None = None, *, may_act: bool = True) -> SendingPart:
    """What there is to say; ``sent`` is a form that came back."""
    one, today = page.handover, clock.today()
    told = queries.of_handover(one, clock.real_now(), today)
    may_send = may_act and HandoverStepKind.SENT in page.allowed
    others = queries.together(one, today) if may_send else []
    link = None
    if may_send:
        link = sent if isinstance(sent, LinkForm) else link_form(one, others, fresh=True)
    open_links = [each.view.sending for each in told if may_act and _can_end(each)]
    forms = {sending.id: take_back_form(sending, fresh=True) for sending in open_links}
    if isinstance(sent, TakeBackForm):
        forms |= {each: sent for each, form in forms.items() if form.reason.name == sent.reason.name}
    contact = council_contacts.current(one.to_council, today)
    return SendingPart(contact, link, others, told, forms)


def _can_end(told: Told) -> bool:
    return told.view.state in (LinkState.OPEN, LinkState.STOPPED)
