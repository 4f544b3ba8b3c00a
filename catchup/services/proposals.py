"""What a parent gave on their own page and is not used until it is confirmed: a number, an address, a home.

A number or e-mail address is confirmed by a link to an old one, or by staff on a call; a home by staff alone.
A newer wish about the same takes the place of the older. The caller commits. Source: service policy P9.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import update

from catchup import clock, senders
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Child, Family, Parent
from catchup.models.manage import ParentLink, ParentVisit, Proposal
from catchup.queries import parents as queries
from catchup.queries.scope import Viewer
from catchup.rules.parents import LinkPurpose, ProposalKind
from catchup.rules.terms import Channel, EscalationKind, HomeKind
from catchup.services import audit, contacts, escalations, families, moves, outbox, parent_links
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError, Email
from catchup.services.new_families import NewAddress, NewPhone

row = core(Proposal)


def propose_phone(parent: Parent, wanted: NewPhone, *, is_new: bool) -> Proposal:
    """A number, or more that may be done with one of theirs; a question goes to an old one."""
    _give_way(parent, ProposalKind.PHONE, "number", wanted.number)
    return _ask(_add(parent, ProposalKind.PHONE, asdict(wanted) | {"is_new": is_new}))


def propose_email(parent: Parent, address: str, shared_with: str | None) -> Proposal:
    """Another e-mail address; a question goes to an old one."""
    _give_way(parent, ProposalKind.EMAIL)
    what = {"address": address, "shared_with": shared_with}
    return _ask(_add(parent, ProposalKind.EMAIL, what))


def propose_home(parent: Parent, child_ids: Collection[UUID], address: NewAddress, from_on: date) -> Proposal:
    """A move, with these children of the family; staff look at it. Raises ValueError for another's child."""
    own = {child.id for child in parent.family.children}
    if not own.issuperset(child_ids):
        raise ValueError("Only children of the family move with a parent.")
    _give_way(parent, ProposalKind.HOME)
    what = {
        "children": sorted(map(str, child_ids)),
        "lines": address.lines,
        "postcode": address.postcode,
        "council": address.council_code,
        "outside_england": address.outside_england,
        "from_on": from_on.isoformat(),
    }
    return _add(parent, ProposalKind.HOME, what)


def withdraw_phone(parent: Parent, number: str) -> None:
    """What waited about a number is wanted no more: it was closed, or taken out."""
    _give_way(parent, ProposalKind.PHONE, "number", number)


def confirm(proposal: Proposal, by: Viewer | None) -> None:
    """A number or address is the parent's own: it is used from now on. ``by`` None: they said so by a link.

    Raises ChangedMeanwhileError where it is settled already, or what it was about is gone.
    """
    parent = proposal.parent
    match proposal.kind:
        case ProposalKind.PHONE:
            _settle(proposal, by, confirmed=True)
            _take_phone(parent, proposal.what, by)
        case ProposalKind.EMAIL if parent.confirmed_at is not None:
            _settle(proposal, by, confirmed=True)
            _take_email(parent, proposal.what, by)
        case _:
            raise ValueError("A home is confirmed with what staff say of it, a parent by their own word.")


def confirm_home(proposal: Proposal, by: Viewer, parents: Collection[Parent]) -> None:
    """Staff have looked at a move: the children live there from that day, with these parents.

    Raises ChangedMeanwhileError.
    """
    what = proposal.what
    _settle(proposal, by, confirmed=True)
    family = proposal.parent.family
    address = families.add_address(family, home_of(proposal), list(parents))
    children = children_of(family, proposal)
    if children:
        from_on = date.fromisoformat(what["from_on"])
        moves.move(children, HomeKind.ADDRESS, from_on, by, address=address)


def decline(proposal: Proposal, by: Viewer | None, reason: str | None = None) -> None:
    """It is not so, or not wanted: nothing of it is used. Raises ChangedMeanwhileError."""
    _settle(proposal, by, confirmed=False)
    if reason:
        proposal.what = proposal.what | {"declined_because": reason}


def answer(link: ParentLink, *, yes: bool) -> None:
    """A parent says by a link whether what was proposed was theirs.

    Where it was not, somebody else was on their page: every link and visit ends, and a manager is asked to
    look. Raises ChangedMeanwhileError.
    """
    proposal = link.proposal
    assert proposal is not None  # noqa: S101 -- a link of this purpose is made with one
    if yes:
        confirm(proposal, None)
        return
    decline(proposal, None)
    parent_links.end_all(link.parent)
    escalations.raise_to_manager(
        EscalationKind.DECISION, link.parent.family_id, reason=_("A change on a parent’s page was not theirs")
    )


def ask_parent(parent: Parent, address: str, by: Viewer) -> ParentLink:
    """Ask a second parent, at an address they gave on the telephone, whether we may use their details.

    Only then is the address more than a proposal. Raises ChangedMeanwhileError for one who has confirmed.
    Source: service policy R23.
    """
    if parent.confirmed_at is not None:
        raise ChangedMeanwhileError
    _give_way(parent, ProposalKind.EMAIL)
    proposal = _add(parent, ProposalKind.EMAIL, {"address": address, "shared_with": None}, by)
    return parent_links.send(
        parent, LinkPurpose.CONFIRM_PARENT, Channel.EMAIL, address, proposal_id=proposal.id, by=by
    )


def use_details(link: ParentLink) -> None:
    """The second parent says yes by their link: their details may be used, the address among them."""
    parent, proposal = link.parent, link.proposal
    assert proposal is not None  # noqa: S101 -- a link of this purpose is made with one
    _settle(proposal, None, confirmed=True)
    contacts.confirm_parent(parent, _("Themselves, by the link sent to them"), None)
    contacts.change_email(parent, Email(proposal.what["address"], may_email=True), None)


def erase_details(link: ParentLink) -> None:
    """The second parent says no: nothing of theirs is kept but that there is another parent.

    Source: service policy R23.
    """
    parent, proposal = link.parent, link.proposal
    assert proposal is not None  # noqa: S101 -- a link of this purpose is made with one
    _settle(proposal, None, confirmed=False)
    for one in list(parent.phones):
        db.session.delete(one)
    parent.name, parent.email, parent.email_index = _("The other parent"), None, None
    parent.may_email, parent.email_shared_with = False, None
    parent.ethnic_group = parent.disability = None
    db.session.execute(update(row).where(row.c.parent_id == parent.id).values(what={}))
    parent_links.end_all(parent)
    parent_links.note(parent, "manage.erase")


def tell_of_change(visit: ParentVisit, *, at: str | None = None) -> None:
    """Write to the parent's own address, once a visit, that something was changed; no detail.

    ``at``: the address they had until now. None of theirs that we may write to: nobody is told.
    """
    parent = visit.parent
    recipient = at or (parent.email if parent.may_email else None)
    if recipient is None or (visit.told_at is not None and at is None):
        return
    visit.told_at = clock.real_now()
    tell(parent, recipient)


def tell(parent: Parent, recipient: str) -> None:
    """A notice without detail, to whoever may have to hear that it was not them."""
    outbox.queue(
        parent.family_id,
        parent.id,
        Channel.EMAIL,
        "details_changed",
        {"changed_on": clock.today().isoformat()},
        recipient,
        clock.now(),
    )


def home_of(proposal: Proposal) -> NewAddress:
    """The home that was given."""
    what = proposal.what
    return NewAddress(what["lines"], what["postcode"], what["council"], what["outside_england"])


def children_of(family: Family, proposal: Proposal) -> list[Child]:
    """Those who move, as far as they are living children of the family."""
    return [
        child for child in family.children if str(child.id) in proposal.what["children"] and not child.died_on
    ]


def _add(parent: Parent, kind: ProposalKind, what: dict[str, Any], by: Viewer | None = None) -> Proposal:
    made = Proposal(
        family_id=parent.family_id, parent_id=parent.id, kind=kind, what=what, proposed_at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    parent_links.note(parent, f"manage.propose_{kind.value}", by=by)
    return made


def _ask(proposal: Proposal) -> Proposal:
    """Send the question to a number or address that is theirs already; to none, and it waits for a call."""
    where = _old_one(proposal)
    if where is not None:
        channel, recipient = where
        parent_links.send(
            proposal.parent,
            LinkPurpose.CONFIRM_CONTACT,
            channel,
            recipient,
            proposal_id=proposal.id,
            what=proposal.kind.value,
        )
    return proposal


def is_asked(proposal: Proposal) -> bool:
    """Whether there is an old number or address at which it can be confirmed."""
    return _old_one(proposal) is not None


def _old_one(proposal: Proposal) -> tuple[Channel, str] | None:
    """A text to another number that takes texts, else the e-mail address.

    A number first: whoever has only got into the mailbox cannot say yes to their own change.
    """
    parent, settings = proposal.parent, current_app.config["CATCHUP"]
    if senders.can_send(settings, Channel.TEXT):
        for phone in queries.phones_of(parent):
            same = phone.number == proposal.what.get("number")
            if phone.may_text and phone.dead_since is None and not same:
                return Channel.TEXT, phone.number
    return (Channel.EMAIL, parent.email) if parent.email and parent.may_email else None


def _take_phone(parent: Parent, what: dict[str, Any], by: Viewer | None) -> None:
    known = next((one for one in queries.phones_of(parent) if one.number == what["number"]), None)
    if known is None and not what["is_new"]:
        raise ChangedMeanwhileError
    who_else, code_phrase = what["who_else"], what["code_phrase"]
    if known is not None and not what["is_new"]:
        # Words may have been set anew since; only what may be done was asked about.
        who_else, code_phrase = known.who_else, known.code_phrase
    wanted = NewPhone(what["number"], what["may_leave_message"], what["may_text"], who_else, code_phrase)
    contacts.add_phone(parent, wanted, by)


def _take_email(parent: Parent, what: dict[str, Any], by: Viewer | None) -> None:
    """Every link and visit ends, and the address they had until now is told."""
    before = parent.email if parent.may_email else None
    contacts.change_email(parent, Email(what["address"], may_email=True, shared_with=what["shared_with"]), by)
    if before:
        tell(parent, before)


def _give_way(parent: Parent, kind: ProposalKind, name: str | None = None, value: str | None = None) -> None:
    for one in queries.waiting(parent.id):
        if one.kind is kind and (name is None or one.what.get(name) == value):
            decline(one, None)


def _settle(proposal: Proposal, by: Viewer | None, *, confirmed: bool) -> None:
    """Lock the row by settling it: of two who do so at once, the second learns of it."""
    now, staff_id = clock.now(), by.id if by else None
    values = (
        {"confirmed_at": now, "confirmed_by": staff_id}
        if confirmed
        else {"declined_at": now, "declined_by": staff_id}
    )
    settled = db.session.execute(
        update(row)
        .where(row.c.id == proposal.id, row.c.confirmed_at.is_(None), row.c.declined_at.is_(None))
        .values(values)
        .returning(row.c.id)
    ).scalar()
    if settled is None:
        raise ChangedMeanwhileError
    db.session.refresh(proposal)
    parent_links.end_of_proposal(proposal.id)
    action = f"manage.{'confirm' if confirmed else 'decline'}_{proposal.kind.value}"
    audit.record(by, Seen(action, "parent", proposal.parent_id, proposal.family_id))
