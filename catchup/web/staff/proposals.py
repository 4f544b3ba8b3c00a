"""What a parent gave on their own page: staff confirm it on a call, or once they have looked at it."""

from datetime import date
from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import Family
from catchup.models.manage import Proposal
from catchup.queries import families
from catchup.queries import moves as move_queries
from catchup.queries import parents as queries
from catchup.rules.parents import ProposalKind
from catchup.rules.responsibility import HomeFacts
from catchup.rules.terms import HomeKind
from catchup.services import proposals as service
from catchup.web.fields import CheckboxesField, ConfirmField, EmailField, Option, RadiosField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer
from catchup.web.staff.move_words import sentences

CONFIRM, DECLINE = "confirm", "decline"


class ProposalForm(BaseForm):
    """Whether it is used, and why not."""

    decision = RadiosField(
        _l("What do they say?"),
        (
            Option(
                CONFIRM,
                _l("It is right: use it"),
                _l("They said so themselves, on a call to a number we had."),
            ),
            Option(DECLINE, _l("It is not right: do not use it")),
        ),
        missing=_l("Say whether it is used"),
    )
    reason = TextField(
        _l("Why not?"),
        longest=300,
        missing=_l("Say why it is not used"),
        needed=lambda form: form.decision.data == DECLINE,
    )


class HomeForm(ProposalForm):
    """The same for a move, with the parents who live there."""

    parents: CheckboxesField


class AskParentForm(BaseForm):
    """The address at which a second parent is asked."""

    address = EmailField(
        _l("Their email address"),
        autocomplete="off",
        hint=_l("As they gave it to you themselves. The first parent cannot give it for them."),
        missing=_l("Enter the address they gave you"),
    )
    themselves = ConfirmField(
        _l("They gave it to me themselves"),
        missing=_l("Only they themselves can give it: wait until they have"),
    )


@staff.route("/families/<uuid:family_id>/proposals/<uuid:proposal_id>", methods=ASKED)
def look_at_proposal(family_id: UUID, proposal_id: UUID) -> ResponseReturnValue:
    """Beside what the record says: confirm it, or decline it with a reason."""
    family = family_or_404(family_id)
    proposal = _waiting(family, proposal_id)
    form = _form(family, proposal)

    def do() -> None:
        if form.decision.data == DECLINE:
            service.decline(proposal, viewer(), form.reason.data)
        elif isinstance(form, HomeForm):
            living = [parent for parent in family.parents if parent.id in form.parents.data]
            service.confirm_home(proposal, viewer(), living)
        else:
            service.confirm(proposal, viewer())

    is_home = proposal.kind is ProposalKind.HOME
    return answer(
        family,
        form,
        _("A move told on their page") if is_home else _("Given on their page"),
        do,
        _("That is settled."),
        template="staff/proposal.html",
        action=_("Save"),
        proposal=proposal,
        children=service.children_of(family, proposal) if is_home else (),
        home=service.home_of(proposal) if is_home else None,
        from_on=date.fromisoformat(proposal.what["from_on"]) if is_home else None,
        now=_now(family, proposal),
        follows=_follows(family, proposal) if is_home else (),
    )


@staff.route("/families/<uuid:family_id>/parents/<uuid:parent_id>/ask", methods=ASKED)
def ask_parent(family_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """Send a second parent a link that asks whether their details may be used."""
    family = family_or_404(family_id)
    parent = next((one for one in family.parents if one.id == parent_id), None)
    if parent is None or parent.confirmed_at is not None:
        abort(404)
    form = AskParentForm()
    return answer(
        family,
        form,
        _("Ask %(name)s by email", name=parent.name),
        lambda: service.ask_parent(parent, form.address.data, viewer()),
        _("They are sent a link. The address is used for nothing else until they say yes."),
        action=_("Send the question"),
        explained=_(
            "The link works for 7 days. If they say no, their details are erased. Until they say yes, "
            "nothing of theirs is used."
        ),
    )


def _waiting(family: Family, proposal_id: UUID) -> Proposal:
    waiting = queries.waiting_of_family(family.id)
    return next((one for one in waiting if one.id == proposal_id), None) or abort(404)


def _form(family: Family, proposal: Proposal) -> ProposalForm:
    if proposal.kind is not ProposalKind.HOME:
        return ProposalForm()

    class ThisHomeForm(HomeForm):
        parents = CheckboxesField(
            _("Which parents live there?"),
            tuple(Option(str(parent.id), parent.name) for parent in family.parents),
            read=UUID,
            small=True,
            default=(proposal.parent_id,),
        )

    return ThisHomeForm()


def _now(family: Family, proposal: Proposal) -> list[str]:
    """What the record says of the same now."""
    parent, what = proposal.parent, proposal.what
    match proposal.kind:
        case ProposalKind.EMAIL:
            return [parent.email or _("No email address")]
        case ProposalKind.PHONE:
            known = [one for one in queries.phones_of(parent) if one.number == what["number"]]
            return [_rules(one.may_leave_message, one.may_text) for one in known] or [
                _("Not among their numbers")
            ]
        case ProposalKind.HOME:
            homes = families.homes_on(
                [child.id for child in service.children_of(family, proposal)], clock.today()
            ).values()
            found = {home.address.id: home.address for home in homes if home.address}
            return [
                ", ".join(filter(None, [one.lines.replace("\n", ", "), one.postcode]))
                for one in found.values()
            ] or [_("No address known")]


def _rules(may_leave_message: bool, may_text: bool) -> str:
    return ", ".join(
        (
            _("voicemail: yes") if may_leave_message else _("no voicemail"),
            _("texts: yes") if may_text else _("no texts"),
        )
    )


def _follows(family: Family, proposal: Proposal) -> list[tuple[str, list[str]]]:
    """(names, sentences): what the move would change, as staff see it for a move that they record."""
    home, from_on = service.home_of(proposal), date.fromisoformat(proposal.what["from_on"])
    then = HomeFacts(HomeKind.ADDRESS, home.council_code, home.outside_england, from_on)
    children = [child.id for child in service.children_of(family, proposal)]
    today = clock.today()
    return [
        (", ".join(one.names), sentences(one, from_on, today))
        for one in move_queries.follows(family, children, then, today)
    ]
