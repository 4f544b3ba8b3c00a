"""The councils of a child in words: periods in a line, what a correction does, and which council for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from catchup import clock
from catchup.models.belief import CorrectionEffect, RequestReview
from catchup.models.home import Home
from catchup.models.order import AdoptionOrder
from catchup.queries import responsibility
from catchup.queries.beliefs import Believed, Told
from catchup.queries.facts import ChildFacts
from catchup.rules.responsibility import Period
from catchup.rules.terms import HandoverEffect, HomeKind, Matter, RequestReviewed
from catchup.services.corrections import Consequences, Foreseen, InDoubt
from catchup.web.filters import council_name, day
from catchup.web.wording import words


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the table of matters: whom to ask, and why. ``council`` None: the reason says whom."""

    matter: str
    council: str | None
    why: str


def in_a_line(periods: Sequence[Period]) -> str:
    """Kent until 10 June 2026, then Medway."""
    return _(", then ").join(map(_period, periods)) or _("nothing")


def _period(period: Period) -> str:
    who = council_name(period.council)
    if not who:
        who = _("a decision is needed") if period.decision_needed else _("no council")
    return _("%(who)s until %(day)s", who=who, day=day(period.until)) if period.until else who


def changes(found: Consequences) -> str:
    """What a correction would change, in one sentence."""
    before, after = in_a_line(found.before), in_a_line(found.after)
    if before == after:
        return _("It changes no council: %(line)s.", line=after)
    return _("This changes: “%(before)s” becomes “%(after)s”.", before=before, after=after)


def at_once(found: Consequences) -> str | None:
    """Said where today's council would be another one: responsibility has passed on already, or not yet."""
    if not found.passes_at_once or found.answer_after is None:
        return None
    now, was = found.answer_after, found.answer_before
    if now.council is None:
        return _("Nobody would be named today: a manager would have to decide.")
    if now.since is not None and was is not None and was.council:
        return _(
            "Responsibility has already passed: %(council)s, and not %(was)s, since %(day)s.",
            council=council_name(now.council),
            was=council_name(was.council),
            day=day(now.since),
        )
    return _(
        "%(council)s would be responsible today, since %(day)s.",
        council=council_name(now.council),
        day=day(now.since),
    )


def foreseen(one: Foreseen) -> str:
    """What would become of one handover."""
    on = day(one.change_on)
    match one.effect:
        case HandoverEffect.PLANNED:
            return _("A handover of %(day)s is planned: %(ends)s.", day=on, ends=_ends(one))
        case HandoverEffect.CHANGED:
            before = _between(one.from_before, one.to_before)
            return _(
                "The handover of %(day)s is changed: %(after)s instead of %(before)s.",
                day=on,
                after=_ends(one),
                before=before,
            )
        case HandoverEffect.WITHDRAWN:
            return _("The handover of %(day)s is withdrawn: %(ends)s.", day=on, ends=_ends(one))
    return _(
        "The handover of %(day)s, %(ends)s, has been acted on and stays. It no longer holds: see to it.",
        day=on,
        ends=_ends(one),
    )


def effect(one: CorrectionEffect) -> str:
    """What became of one handover."""
    handover = one.handover
    before = _between(one.from_council_before, one.to_council_before)
    ends = _between(handover.from_council, handover.to_council)
    on = day(handover.change_on)
    match one.effect:
        case HandoverEffect.PLANNED:
            return _("The handover of %(day)s was planned.", day=on)
        case HandoverEffect.CHANGED if before == ends:
            return _("The handover of %(day)s, %(ends)s, was worked out again.", day=on, ends=ends)
        case HandoverEffect.CHANGED:
            return _("The handover of %(day)s was changed. It had been %(before)s.", day=on, before=before)
    return _("The handover of %(day)s was withdrawn: %(before)s.", day=on, before=before)


def _ends(one: Foreseen) -> str:
    return _between(one.from_council, one.to_council)


def _between(giver: str | None, receiver: str | None) -> str:
    nobody = _("a council still to be decided")
    return _(
        "from %(giver)s to %(receiver)s",
        giver=council_name(giver) or nobody,
        receiver=council_name(receiver) or nobody,
    )


def in_doubt(one: InDoubt) -> str:
    """A request that another council should have had."""
    return _doubt(words(one.kind), day(one.received_on), one.council_then, one.council_now)


def review(one: RequestReview) -> str:
    """A request in doubt, and what was decided of it."""
    made = one.request
    said = _doubt(words(made.kind), day(made.received_on), one.council_then, one.council_now)
    council = council_name(one.decided_council)
    match one.decided:
        case RequestReviewed.STAYS:
            return said + " " + _("It stays with %(council)s.", council=council)
        case RequestReviewed.MOVED:
            return said + " " + _("It went to %(council)s.", council=council)
    return said + " " + _("A manager decides whether it stays.")


def _doubt(kind: str, on: str, then: str | None, now: str | None) -> str:
    if then is None and now is None:
        return _("%(kind)s, received on %(day)s: no council could be named.", kind=kind, day=on)
    if then is None:
        return _(
            "%(kind)s, received on %(day)s: no council could be named then. It was %(council)s’s to answer.",
            kind=kind,
            day=on,
            council=council_name(now),
        )
    if now is None:
        return _(
            "%(kind)s was received by %(council)s on %(day)s; whose it was to answer needs a decision.",
            kind=kind,
            day=on,
            council=council_name(then),
        )
    return _(
        "%(kind)s was received by %(then)s on %(day)s, and %(now)s should have had it.",
        kind=kind,
        then=council_name(then),
        day=on,
        now=council_name(now),
    )


def believed(row: Believed | None) -> str | None:
    """What a row says that was believed, or is."""
    if row is None:
        return None
    if isinstance(row, AdoptionOrder):
        placed = (
            _("placed by %(council)s", council=council_name(row.placing_council))
            if row.placing_council
            else words(row.placing)[:1].lower() + words(row.placing)[1:]
        )
        said = _("the order was made on %(day)s, %(placed)s", day=day(row.made_on), placed=placed)
        return said + _(", with an allowance agreed before it") if row.allowance else said
    if isinstance(row, Home):
        return home(row)
    until = _(" until %(day)s", day=day(row.until_on)) if row.until_on else ""
    return _(
        "a manager decided on %(council)s from %(day)s%(until)s",
        council=council_name(row.council_code),
        day=day(row.from_on),
        until=until,
    )


def home(row: Home) -> str:
    """Where a child lives, and since when."""
    if row.kind is HomeKind.DIED:
        return _("died on %(day)s", day=day(row.from_on))
    council = council_name(row.council_code)
    if row.outside_england:
        where = _("outside England")
    elif row.kind is HomeKind.ADDRESS:
        where = _("in %(council)s", council=council) if council else _("at an address of no known council")
    else:
        where = words(row.kind)[:1].lower() + words(row.kind)[1:]
        where += f", {council}" if council else ""
    since = _("from %(day)s", day=day(row.from_on)) if row.from_on else _("from the order on")
    return f"{where}, {since}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + "."


def since(told: Told) -> str | None:
    """The day from which something was believed that was corrected."""
    return day(clock.london(told.was.recorded_at).date()) if told.was else None


def matters(child: ChildFacts, on: date) -> list[Asked]:
    """Which council to ask for what on a day. Source: service policy R9."""
    order = child.order
    at_home = _council(Matter.FAMILY_HELP, child, on)
    placed = council_name(order.placing_council) if order else ""
    allowance = order is not None and order.allowance
    return [
        Asked(
            _("Assessment of support needs, therapy fund"),
            _council(Matter.ASSESSMENT, child, on) or _("A decision is needed"),
            _("responsible on the day the request is received; the answer stays with the request"),
        ),
        Asked(
            _("Allowance agreed before the order"),
            (_council(Matter.ALLOWANCE, child, on) or _("A decision is needed")) if allowance else None,
            _("stays with the council that placed the child, without end")
            if allowance
            else _("None was agreed."),
        ),
        Asked(
            _("Safeguarding"),
            None,
            _("The council where the child is at that moment. At home it is %(council)s.", council=at_home)
            if at_home
            else _("The council where the child is at that moment."),
        ),
        Asked(
            _("Family Help, SEND, local adoption services"),
            at_home or _("A decision is needed"),
            _("the child lives there") if at_home else _("it is not known in which council the child lives"),
        ),
        Asked(
            _("Virtual school"), None, _("The council where the child goes to school; it is not kept here.")
        ),
        Asked(_("Letterbox"), None, _("Whoever runs it; it is not kept here.")),
        Asked(
            _("Adoption record, access to it"),
            None,
            _("The agency that placed the child: begin with %(council)s.", council=placed)
            if placed
            else _("The agency that placed the child; which one is not known here."),
        ),
    ]


def _council(matter: Matter, child: ChildFacts, on: date) -> str:
    return council_name(responsibility.matter_council(matter, child, on))
