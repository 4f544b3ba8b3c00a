"""Published figures in words, and the names of the parts of measures."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from catchup.rules.annual import Published
from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.leaving import Leaving
from catchup.rules.terms import Barrier, Category, ConcernKind, HandoverKind, Need, SupportKind, Worth
from catchup.web.wording import words

KINDS: Mapping[str, tuple[type[StrEnum], ...]] = {
    "need": (Need,),
    "category": (Category,),
    "barrier": (Barrier,),
    "worth": (Worth,),
    "reason": (Leaving,),
    "kind": (SupportKind, ConcernKind, HandoverKind),
}


def part_name(name: str, value: str) -> str:
    """What people read for one part of a measure; what is no code of ours is written as it is."""
    for kind in KINDS.get(name, ()):
        if value in {member.value for member in kind}:
            return words(kind(value))
    if name == "months":
        return _("%(months)s months", months=value.replace("-", "–"))
    return value.replace("_", " ").capitalize() if value.islower() else value


def figure(row: Published | None) -> str:
    """What a published row says: 63% (12 of 19), 40, 41 days, hidden; a dash where it is of nothing."""
    if row is None:
        return "–"
    if row.hidden:
        return _("hidden")
    measure = MEASURES[row.code]
    if row.value is None:
        return "–"
    if row.part is not None or measure.unit is Unit.COUNT:
        return f"{row.numerator or 0:,}"
    match measure.unit:
        case Unit.DAYS:
            return ngettext("%(num)s day", "%(num)s days", round(row.value))
        case Unit.MONTHS:
            return ngettext("%(num)s month", "%(num)s months", round(row.value))
    of = _("%(part)s of %(whole)s", part=f"{row.numerator:,}", whole=f"{row.denominator:,}")
    unknown = _("; %(count)s not known", count=f"{row.unknown:,}") if row.unknown else ""
    return f"{row.value:.1%} ({of}{unknown})"
