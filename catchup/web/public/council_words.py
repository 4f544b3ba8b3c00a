"""Why a council is responsible, in the reader's language: what rules/reasons.py says in English.

Somebody who asks on the public page tells us of no decisions, so these sentences know of none.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import pgettext

from catchup.rules.calendar import anniversary
from catchup.rules.councils import Councils, Split
from catchup.rules.policy import Policy
from catchup.rules.standings import Facts, Ground, HomeFacts, OrderFacts, Span, code_on, spans_of
from catchup.rules.terms import Placing
from catchup.web import filters


def reasons(
    order: OrderFacts, homes: Sequence[HomeFacts], councils: Councils, policy: Policy
) -> Sequence[str]:
    """The reason of each period of the timeline, in its order."""
    facts = Facts(order, homes, (), councils, policy)
    return [_reason(span, facts) for span in spans_of(facts)]


def _reason(span: Span, facts: Facts) -> str:
    order, councils, years_long = facts.order, facts.councils, facts.policy.placing_years
    years_end = anniversary(order.made_on, years_long)
    code = code_on(span, span.since, councils)
    words = {
        "council": councils.name(code) if code else "",
        "since": filters.day(span.since),
        "end": filters.day(years_end),
        "years": _("the %(number)s years after the adoption order", number=_number(years_long)),
        "days": _days(span),
    }
    ground = span.standing.ground
    if code is None:
        if ground is Ground.DIED:
            return _("No council is responsible from %(since)s, because the child died.", **words)
        return _("A decision is needed %(days)s, because %(why)s.", why=_why(span, councils), **words)
    if ground is Ground.HOME:
        if order.placing is Placing.NONE:
            return _(
                "%(council)s is responsible %(days)s, because the child lives there and no council placed "
                "the child.",
                **words,
            )
        return _(
            "%(council)s is responsible %(days)s, because the child lives there and %(years)s ended on "
            "%(end)s.",
            **words,
        )
    if len(span.parts) > 1:
        if span.until is None:
            return _(
                "%(council)s placed the child and stays responsible after %(end)s, the end of %(years)s, "
                "because the child lives there.",
                **words,
            )
        return _(
            "%(council)s placed the child and stays responsible after %(end)s, the end of %(years)s, "
            "because the child lives there, until %(until)s.",
            until=filters.day(span.until),
            **words,
        )
    last = span.until or years_end
    if last == years_end:
        return _(
            "%(council)s placed the child and is responsible until %(end)s, the end of %(years)s.", **words
        )
    return _(
        "%(council)s placed the child and is responsible until %(last)s, within %(years)s.",
        last=filters.day(last),
        **words,
    )


def _days(span: Span) -> str:
    if span.until is None:
        return _("from %(since)s", since=filters.day(span.since))
    return _("from %(since)s until %(until)s", since=filters.day(span.since), until=filters.day(span.until))


def _number(years: int) -> str:
    words = {
        1: pgettext("years", "one"),
        2: pgettext("years", "two"),
        3: pgettext("years", "three"),
        4: pgettext("years", "four"),
        5: pgettext("years", "five"),
    }
    return words.get(years, str(years))


def _why(span: Span, councils: Councils) -> str:
    standing = span.standing
    if standing.split is not None:
        return _divided(span, standing.split, councils)
    words = {
        Ground.UNKNOWN_PLACING: _("it is not known which council placed the child"),
        Ground.OUTSIDE: _("the child lives outside England"),
        Ground.LOOKED_AFTER: _("the child is looked after by a council"),
        Ground.NOT_SAID: _("it is not known with which parent the child lives"),
        Ground.NO_HOME: _("it is not known where the child lives"),
    }
    return words[standing.ground]


def _divided(span: Span, split: Split, councils: Councils) -> str:
    placed = span.standing.ground is Ground.PLACING
    words = {"council": councils.name(split.code), "on": filters.day(split.on)}
    if span.since < split.on:
        if placed:
            return _(
                "%(council)s, which placed the child, began on %(on)s and no one council is known to have "
                "stood in its place",
                **words,
            )
        return _(
            "%(council)s, which is where the child lives, began on %(on)s and no one council is known to "
            "have stood in its place",
            **words,
        )
    if not split.into:
        if placed:
            return _(
                "%(council)s, which placed the child, ended and no council is known to have followed it",
                **words,
            )
        return _(
            "%(council)s, which is where the child lives, ended and no council is known to have followed it",
            **words,
        )
    names = _(" and ").join(councils.name(code) for code in split.into)
    if placed:
        return _(
            "%(council)s, which placed the child, was replaced by %(names)s on %(on)s", names=names, **words
        )
    return _(
        "%(council)s, which is where the child lives, was replaced by %(names)s on %(on)s",
        names=names,
        **words,
    )
