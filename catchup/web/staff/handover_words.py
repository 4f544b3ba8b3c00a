"""A handover in words: its summary as titled parts, and the children a letter is about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup.documents import PAGE, PAGES, Paper, Part
from catchup.models.family import Child
from catchup.models.handover import Handover, HandoverSummary
from catchup.queries.handover_standing import Standing
from catchup.rules import disclosure
from catchup.rules import terms as t
from catchup.rules.disclosure import SummarySection as S
from catchup.services import handover_summaries
from catchup.services.handover_summaries import Content, Written, draft
from catchup.web.filters import age_in_years, council_name, day, phone, when
from catchup.web.wording import words

TITLES: Mapping[str, str] = {
    S.ASKED: _l("What we ask of you, by when"),
    S.CHILD: _l("The child"),
    S.CHANGE: _l("What changes, and why"),
    S.PARENTS: _l("Parents, and how to reach them safely"),
    S.ACCESS: _l("Language and access"),
    S.SUPPORT: _l("Support that is open"),
    S.ALLOWANCE: _l("Allowance"),
    S.SIGNPOSTS: _l("What the family was pointed to"),
    S.NEED: _l("Need at the last calls"),
    S.AGREED: _l("What the family agreed to share"),
    S.SENDING: _l("Sent"),
}


def parts(content: Content) -> list[Part]:
    """A summary as it is read, section by section in the order of section 6."""
    return [
        Part(str(TITLES[section]), list(_ROWS[section](content[section])))
        for section in S
        if section in content
    ]


def from_the_record(handover: Handover) -> list[Part]:
    """What a summary would take from the record today: all but what is written by hand."""
    nothing = Written(asks="", asked_by_on=handover.change_on, agreed_to_share="")
    content = draft(handover, nothing)
    content[S.SUPPORT] = {"open_requests": content[S.SUPPORT]["open_requests"]}
    return [part for part in parts(content) if part.title not in (TITLES[S.ASKED], TITLES[S.AGREED])]


def written_by_hand(summary: HandoverSummary) -> list[Part]:
    """What of a summary no record holds."""
    asked, agreed = parts({section: summary.content[section] for section in (S.ASKED, S.AGREED)})
    return [asked, Part(str(TITLES[S.SUPPORT]), list(_therapy(summary.content[S.SUPPORT]))), agreed]


def changed(summary: HandoverSummary) -> list[str]:
    """The titles of what would read otherwise, if the summary were drawn up again now."""
    found = handover_summaries.changed_since(summary.handover, summary)
    return [str(TITLES[section]) for section in found]


def read_again(summary: HandoverSummary) -> list[str]:
    """The words that may tell what no summary may hold: written for it by hand, or earlier in the record.

    Source: service policy P1, P6.
    """
    one = summary.handover
    written = handover_summaries.written_in(summary.content)
    texts = [written.asks, written.agreed_to_share, written.therapy_provider, written.reapplies]
    for rule in summary.content[S.PARENTS]["safe_contact"]:
        texts += [rule["who_else"], rule.get("code_phrase")]
    texts += [signpost["name"] for signpost in summary.content[S.SIGNPOSTS]["signposts"]]
    others = [child.first_name for child in one.family.children if child.id != one.child_id]
    found = [word for text in texts for word in disclosure.to_read_again(text or "", others)]
    if written.address_reason is None:
        found += [postcode for text in texts for postcode in disclosure.postcodes_in(text or "")]
    return list(dict.fromkeys(found))


def mark(summary: HandoverSummary) -> str:
    """The first sixteen digits of the mark of a summary's text: enough to compare two papers by."""
    return (summary.sha256 or "")[:16]


def reference(summary: HandoverSummary) -> str:
    """By what both councils call it; as it was sent, it stays."""
    sending = summary.content.get(S.SENDING)
    return sending["reference"] if sending else handover_summaries.reference(summary.handover)


def unfinished(summary: HandoverSummary) -> str | None:
    """What stands on every page of a summary that has not been sent."""
    if summary.sent_at:
        return None
    return _("Checked, not sent") if summary.checked_at else _("Draft, not checked")


def foot(summary: HandoverSummary) -> str:
    """What stands at the foot of every page."""
    return _("%(reference)s · mark %(mark)s", reference=reference(summary), mark=mark(summary))


def confidential() -> str:
    """Whom the paper is for."""
    return _("Confidential. For the post-adoption support team only.")


def whole_mark(summary: HandoverSummary) -> str:
    """How it was made, and the mark of its whole text."""
    said = _("Written by one person and checked by another. Mark of this text (SHA-256):")
    return f"{said}\n{summary.sha256}"


def paper(summary: HandoverSummary) -> Paper:
    """The summary as a file shows it. The file's own name and properties name nobody.

    Raises NotAsItWasError where something has changed it.
    """
    return Paper(
        title=_("Handover summary"),
        reference=reference(summary),
        confidential=confidential(),
        parts=parts(handover_summaries.as_it_was(summary)),
        heads=(_("About"), _("What is known")),
        foot=foot(summary),
        page_of=_("Page %(page)s of %(pages)s", page=PAGE, pages=PAGES),
        end=whole_mark(summary) if summary.checked_at else "",
        made_at=summary.sent_at or summary.made_at,
        draft=unfinished(summary),
    )


Rows = Iterator[tuple[str, Sequence[str]]]


def _asked(facts: dict[str, Any]) -> Rows:
    yield _("We ask you to"), [facts["asks"]]
    yield _("By"), [_day(facts["asked_by_on"])]


def _child(facts: dict[str, Any]) -> Rows:
    yield _("First name"), [facts["first_name"]]
    yield _("Date of birth"), [_day(facts["born_on"])]
    yield _("Adoption order made"), [_day(facts["order_on"]) or _("Not known")]


def _change(facts: dict[str, Any]) -> Rows:
    yield _("Hands over"), [facts["council_before"] or _("Not known")]
    yield _("Takes over"), [facts["council_after"] or _("Not known")]
    yield _("From"), [_day(facts["change_on"])]
    yield _("Why"), [facts["change_reason"]]


def _parents(facts: dict[str, Any]) -> Rows:
    yield _("Parents"), facts["parent_names"] or [_("None has confirmed yet")]
    for rule in facts["safe_contact"]:
        yield rule["parent"], list(_safe(rule))
    if "address" in facts:
        yield _("Where the child lives"), [facts["address"]]
        yield _("Why the address is told"), [facts["address_reason"]]


def _safe(rule: dict[str, Any]) -> Iterator[str]:
    if "phone" not in rule:
        yield rule["email"]
        yield _("Emails may be sent")
    else:
        yield phone(rule["phone"])
        yield _("Voicemail may be left") if rule["may_leave_message"] else _("Leave no voicemail")
        yield _("Texts may be sent") if rule["may_text"] else _("Send no texts")
    if rule["who_else"]:
        yield _("Who else may hear or read: %(who)s", who=rule["who_else"])
    if rule.get("code_phrase"):
        yield _("What they say when they cannot talk: %(phrase)s", phrase=rule["code_phrase"])


def _access(facts: dict[str, Any]) -> Rows:
    yield _("Language"), [facts["language"]]
    yield _("Interpreter"), [_("Needed") if facts["interpreter"] else _("Not needed")]
    if facts["adjustments"]:
        yield _("Adjustments"), [_word(t.Adjustment, one) for one in facts["adjustments"]]


def _support(facts: dict[str, Any]) -> Rows:
    asked = [
        _(
            "%(kind)s: asked for on %(day)s at %(council)s (%(step)s)",
            kind=_word(t.SupportKind, one["kind"]),
            day=_day(one["received_on"]),
            council=one["council"] or _("no council yet"),
            step=_word(t.SupportStep, one["step"]) if one["step"] else "–",
        )
        for one in facts["open_requests"]
    ]
    yield _("Asked for"), asked or [_("Nothing is open")]
    if "therapy_provider" in facts:
        yield from _therapy(facts)


def _therapy(facts: dict[str, Any]) -> Rows:
    yield _("Therapy provider"), [facts["therapy_provider"] or _("None")]
    yield _("Funded until"), [_day(facts["funded_until_on"]) or "–"]
    yield _("Who applies next"), [facts["reapplies"] or "–"]


def _allowance(facts: dict[str, Any]) -> Rows:
    council = facts["allowance_council"]
    if not facts["allowance"]:
        said = _("No allowance is known")
    elif council:
        said = _("%(council)s, without an end", council=council)
    else:
        said = _("An allowance was agreed before the order; which council pays it must be found out")
    yield _("Paid by"), [said]


def _signposts(facts: dict[str, Any]) -> Rows:
    for one in facts["signposts"]:
        outcome = _word(t.SignpostOutcome, one["outcome"]) if one["outcome"] else _("Not known yet")
        if one["barrier"]:
            outcome = f"{outcome}: {_word(t.Barrier, one['barrier'])}"
        yield f"{one['name']}, {_day(one['on'])}", [outcome]
    if not facts["signposts"]:
        yield _("Signposts"), [_("None")]


def _need(facts: dict[str, Any]) -> Rows:
    for one in facts["need_at_last_calls"]:
        yield _day(one["on"]), [_word(t.Need, one["need"])]
    if not facts["need_at_last_calls"]:
        yield _("Calls"), [_("No call has been held yet")]


def _agreed(facts: dict[str, Any]) -> Rows:
    yield _("They agreed"), [facts["agreed_to_share"]]


def _sending(facts: dict[str, Any]) -> Rows:
    yield _("Reference"), [facts["reference"]]
    yield _("By"), [facts["sent_by"]]
    yield _("When"), [when(datetime.fromisoformat(facts["sent_at"]))]
    yield _("To"), [facts["sent_to"]]


_ROWS: Mapping[str, Callable[[dict[str, Any]], Rows]] = {
    S.ASKED: _asked,
    S.CHILD: _child,
    S.CHANGE: _change,
    S.PARENTS: _parents,
    S.ACCESS: _access,
    S.SUPPORT: _support,
    S.ALLOWANCE: _allowance,
    S.SIGNPOSTS: _signposts,
    S.NEED: _need,
    S.AGREED: _agreed,
    S.SENDING: _sending,
}


def children_in_letter(children: Sequence[Child], all_of_them: bool, on: date) -> str:
    """Which children a letter speaks of, without their names. Source: service policy P6."""
    if all_of_them:
        return _("your child") if len(children) == 1 else _("your children")
    ages = [str(age_in_years(child.born_on, on)) for child in children]
    if len(ages) == 1:
        return _("your child aged %(age)s", age=ages[0])
    return _("your children aged %(ages)s", ages=_(" and ").join([", ".join(ages[:-1]), ages[-1]]))


def left(standing: Standing) -> str:
    """How long there is until the change day, or since."""
    if standing.overdue and standing.days_left:
        return ngettext("%(num)s day over", "%(num)s days over", -standing.days_left)
    if standing.days_left < 0:
        return ngettext("%(num)s day ago", "%(num)s days ago", -standing.days_left)
    if standing.days_left == 0:
        return _("today")
    return ngettext("%(num)s day left", "%(num)s days left", standing.days_left)


def sentence(handover: Any) -> str:
    """What changes, in one sentence."""
    on, before, after = (
        day(handover.change_on),
        council_name(handover.from_council),
        council_name(handover.to_council),
    )
    if not after:
        return _(
            "From %(day)s %(before)s is no longer responsible. Which council is must be decided.",
            day=on,
            before=before,
        )
    if not before:
        return _(
            "From %(day)s %(after)s is responsible. Which council hands over must be found out.",
            day=on,
            after=after,
        )
    return _(
        "From %(day)s %(after)s is responsible instead of %(before)s.", day=on, after=after, before=before
    )


def _word(kind: type[StrEnum], value: str) -> str:
    return words(kind(value))


def _day(on: str | None) -> str:
    return day(date.fromisoformat(on)) if on else ""
