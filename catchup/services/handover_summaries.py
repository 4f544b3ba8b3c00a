"""What a handover summary holds: drawn from the record, completed by hand, checked by another, frozen.

Only what rules/disclosure.py names goes in, and no postal address is read unless it is to be told.
Source: service policy P1, P6 and section 6.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from catchup.models.family import Family, Parent
from catchup.models.handover import Handover, HandoverSummary
from catchup.models.signpost import Signpost, SupportRequest
from catchup.queries import directories, handover_record
from catchup.rules import disclosure
from catchup.rules.disclosure import SummarySection
from catchup.rules.terms import Adjustment

Content = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The parts of a summary that no record holds."""

    asks: str
    asked_by_on: date
    agreed_to_share: str
    therapy_provider: str | None = None
    funded_until_on: date | None = None
    reapplies: str | None = None
    address_reason: str | None = None
    """Why the address is told; None: it is left out."""


class NoAddressError(ValueError):
    """The address is to be told, and the record knows none where the child lives."""


def draft(handover: Handover, written: Written) -> Content:
    """The summary as it stands now, section by section in the order it is read; days as ISO dates.

    Raises NoAddressError where the address is to be told and none is known, ValueError for a fact that has
    no place in a summary.
    """
    record = handover_record.of(handover)
    names = directories.councils()
    content: Content = {
        SummarySection.ASKED: _said(written, "asks", "asked_by_on"),
        SummarySection.CHILD: {
            "first_name": handover.child.first_name,
            "born_on": handover.child.born_on.isoformat(),
            "order_on": _iso(record.order_on),
        },
        SummarySection.CHANGE: {
            "council_before": names.name(handover.from_council) if handover.from_council else None,
            "council_after": names.name(handover.to_council) if handover.to_council else None,
            "change_on": handover.change_on.isoformat(),
            "change_reason": handover.why,
        },
        SummarySection.PARENTS: {
            "parent_names": [parent.name for parent in record.parents],
            "safe_contact": [rule for parent in record.parents for rule in _safe_contact(parent)],
            **_address(handover, written.address_reason),
        },
        SummarySection.ACCESS: _access(handover.family),
        SummarySection.SUPPORT: {
            "open_requests": [_request(request) for request in record.requests],
            **_said(written, "therapy_provider", "funded_until_on", "reapplies"),
        },
        SummarySection.ALLOWANCE: {
            "allowance": record.allowance,
            "allowance_council": names.name(record.allowance_council) if record.allowance_council else None,
        },
        SummarySection.SIGNPOSTS: {
            "signposts": [_signpost(signpost, name) for signpost, name in record.signposts]
        },
        SummarySection.NEED: {
            "need_at_last_calls": [{"on": on.isoformat(), "need": need.value} for on, need in record.needs]
        },
        SummarySection.AGREED: _said(written, "agreed_to_share"),
    }
    _check(content)
    return content


def freeze(content: Content, reference: str, sent_by: str, sent_at: datetime, sent_to: str) -> Content:
    """The summary with who sent it, when and to whom: this and nothing else is what was sent."""
    sending = {"reference": reference, "sent_by": sent_by, "sent_at": sent_at.isoformat(), "sent_to": sent_to}
    frozen = {**content, SummarySection.SENDING.value: sending}
    _check(frozen)
    return frozen


def digest(content: Content) -> str:
    """SHA-256 over the whole summary, as 64 hexadecimal digits: any change of it gives another."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class NotAsItWasError(Exception):
    """A summary is not what its mark was made over."""


def as_it_was(summary: HandoverSummary) -> Content:
    """What the summary says, for whoever reads it. Raises NotAsItWasError where something has changed it."""
    if not is_intact(summary):
        raise NotAsItWasError
    return summary.content


def is_intact(summary: HandoverSummary) -> bool:
    """Whether the summary is still what its mark was made over: what is not is neither shown nor sent."""
    return summary.sha256 == digest(summary.content)


def reference(handover: Handover) -> str:
    """By what both councils call the summary: the family's reference, the change day, and which child.

    It names nobody; the children of a family are counted by age. Source: service policy P3.
    """
    number = [child.id for child in handover.family.children].index(handover.child_id) + 1
    return f"{handover.family.reference}-{handover.change_on.isoformat()}-{number}"


def changed_since(handover: Handover, summary: HandoverSummary) -> list[SummarySection]:
    """The sections that would read otherwise if the summary were drawn up again now, in order."""
    before = summary.content
    try:
        now = draft(handover, written_in(before))
    except NoAddressError:
        return [SummarySection.PARENTS]
    return [section for section in SummarySection if section in now and now[section] != before.get(section)]


def written_in(content: Content) -> Written:
    """The parts of an earlier summary that were written by hand, to go on from."""
    asked, support = content[SummarySection.ASKED], content[SummarySection.SUPPORT]
    funded_until_on = support["funded_until_on"]
    return Written(
        asks=asked["asks"],
        asked_by_on=date.fromisoformat(asked["asked_by_on"]),
        agreed_to_share=content[SummarySection.AGREED]["agreed_to_share"],
        therapy_provider=support["therapy_provider"],
        funded_until_on=date.fromisoformat(funded_until_on) if funded_until_on else None,
        reapplies=support["reapplies"],
        address_reason=content[SummarySection.PARENTS].get("address_reason"),
    )


def _check(content: Content) -> None:
    for section, facts in content.items():
        if wrong := disclosure.not_allowed(SummarySection(section), frozenset(facts)):
            raise ValueError(f"A summary's section {section} may not hold {sorted(wrong)}")


def _said(written: Written, *names: str) -> dict[str, Any]:
    said = asdict(written)
    return {name: _iso(said[name]) if isinstance(said[name], date) else said[name] for name in names}


def _address(handover: Handover, reason: str | None) -> dict[str, str]:
    if not disclosure.tells_address(ticked=reason is not None, reason=reason or ""):
        return {}
    address = handover_record.address(handover)
    if address is None:
        raise NoAddressError
    return {"address": address, "address_reason": reason or ""}


def _access(family: Family) -> dict[str, Any]:
    return {
        "language": family.language,
        "interpreter": Adjustment.INTERPRETER.value in family.adjustments,
        "adjustments": [one for one in family.adjustments if one != Adjustment.INTERPRETER.value],
    }


def _safe_contact(parent: Parent) -> Iterator[dict[str, Any]]:
    """Each number that works, and an e-mail address that may be used, with what is safe there."""
    for phone in parent.phones:
        if phone.superseded_at is None and phone.dead_since is None:
            yield {
                "parent": parent.name,
                "phone": phone.number,
                "may_leave_message": phone.may_leave_message,
                "may_text": phone.may_text,
                "who_else": phone.who_else,
                "code_phrase": phone.code_phrase,
            }
    if parent.email and parent.may_email:
        yield {"parent": parent.name, "email": parent.email, "who_else": parent.email_shared_with}


def _request(request: SupportRequest) -> dict[str, Any]:
    return {
        "kind": request.kind.value,
        "received_on": request.received_on.isoformat(),
        "council": directories.councils().name(request.council_code) if request.council_code else None,
        "step": request.steps[-1].step.value if request.steps else None,
    }


def _signpost(signpost: Signpost, name: str) -> dict[str, Any]:
    result = signpost.results[-1] if signpost.results else None
    return {
        "name": name,
        "category": signpost.category.value,
        "on": signpost.given_on.isoformat(),
        "outcome": result.outcome.value if result else None,
        "barrier": result.barrier.value if result and result.barrier else None,
    }


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None
