"""Why a council is responsible, or why nobody can say which: each in one plain sentence to be read aloud.

Source: service policy, the end of section 3.
"""

from datetime import date

from catchup.rules.calendar import anniversary, in_words
from catchup.rules.councils import Councils, Split
from catchup.rules.standings import Facts, Ground, Span, Standing, code_on
from catchup.rules.terms import Placing

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
_WHICH: dict[Ground | None, str] = {
    Ground.PLACING: "placed the child",
    Ground.HOME: "is where the child lives",
}


def reason_of(span: Span, on: date, facts: Facts) -> str:
    """One plain sentence that can be read aloud."""
    order, councils, years_long = facts.order, facts.councils, facts.policy.placing_years
    standing, ground, until = span.standing, span.standing.ground, span.until
    years = f"the {_NUMBERS.get(years_long, years_long)} years after the adoption order"
    years_end = anniversary(order.made_on, years_long)
    days = f"from {in_words(span.since)}" + (f" until {in_words(until)}" if until else "")
    code = code_on(span, on, councils)
    if code is None:
        if ground is Ground.DIED:
            return f"No council is responsible from {in_words(span.since)}, because the child died."
        return f"A decision is needed {days}, because {_why(span.since, standing, councils)}."
    name = councils.name(code)
    later = _because(*span.parts[-1], councils) if len(span.parts) > 1 else None
    and_later = f", and later because {later}" if later else ""
    if standing.decision is not None:
        return f"{name} is responsible {days}, because {_because(*span.parts[0], councils)}{and_later}."
    if ground is Ground.HOME:
        placed = order.placing is not Placing.NONE
        why = f"{years} ended on {in_words(years_end)}" if placed else "no council placed the child"
        return f"{name} is responsible {days}, because the child lives there and {why}{and_later}."
    if later:
        end = f", until {in_words(until)}" if until else ""
        return (
            f"{name} placed the child and stays responsible after {in_words(years_end)}, the end of {years}, "
            f"because {later}{end}."
        )
    last = until or years_end
    which = "the end of" if last == years_end else "within"
    return f"{name} placed the child and is responsible until {in_words(last)}, {which} {years}."


def _because(since: date, standing: Standing, councils: Councils) -> str:
    """Why a council is responsible after the placing council's years, or by a person's decision."""
    if standing.decision is None:
        return "the child lives there"
    decided_on = standing.decision.decided_on
    day = f" on {in_words(decided_on)}" if decided_on else ""
    return f"{_why(since, standing, councils)} and a manager decided so{day}"


def _why(since: date, standing: Standing, councils: Councils) -> str:
    """Why the rules name no council."""
    split = standing.split
    return _split_words(since, standing, split, councils) if split else standing.ground.value


def _split_words(since: date, standing: Standing, split: Split, councils: Councils) -> str:
    is_by_rule = standing.decision is None or standing.council is not None
    which = _WHICH.get(standing.ground if is_by_rule else None, "a manager decided on")
    name = f"{councils.name(split.code)}, which {which},"
    if since < split.on:
        return f"{name} began on {in_words(split.on)} and no one council is known to have stood in its place"
    if not split.into:
        return f"{name} ended and no council is known to have followed it"
    names = " and ".join(councils.name(code) for code in split.into)
    return f"{name} was replaced by {names} on {in_words(split.on)}"
