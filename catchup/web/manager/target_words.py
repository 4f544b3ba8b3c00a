"""Targets in words: what one is, and how far a figure is from it. For templates/macros/targets.html."""

from flask_babel import gettext as _
from flask_babel import ngettext

from catchup.rules.definitions import MEASURES, Unit
from catchup.rules.measures import Row
from catchup.rules.targets import BETTER, Against, Better, Mark
from catchup.web.manager import manager


@manager.app_template_filter()
def target_value(value: int | None, code: str) -> str:
    """85%, 40, 28 days, 6 months; a dash for none."""
    if value is None:
        return "–"
    match MEASURES[code].unit:
        case Unit.SHARE:
            return f"{value / 10:g}%"
        case Unit.DAYS:
            return ngettext("%(num)s day", "%(num)s days", value)
        case Unit.MONTHS:
            return ngettext("%(num)s month", "%(num)s months", value)
    return f"{value:,}"


@manager.app_template_filter()
def figure_words(row: Row) -> str:
    """What a measure came to: 85.3% (29 of 34), 40, 41.2 days on average; a dash where it is of nothing."""
    if row.denominator is None:
        return f"{row.numerator:,}"
    if not row.denominator:
        return "–"
    mean = row.numerator / row.denominator
    match MEASURES[row.code].unit:
        case Unit.DAYS:
            return _("%(days)s days on average", days=f"{mean:.1f}")
        case Unit.MONTHS:
            return _("%(months)s months on average", months=f"{mean:.1f}")
    parts = _("%(part)s of %(whole)s", part=f"{row.numerator:,}", whole=f"{row.denominator:,}")
    return f"{100 * mean:.1f}% ({parts})"


@manager.app_template_filter()
def better_words(code: str) -> str:
    """Which way a measure is good."""
    return {
        Better.HIGHER: _("at least"),
        Better.LOWER: _("at most"),
        Better.NEITHER: _("about"),
    }[BETTER[code]]


@manager.app_template_filter()
def mark_words(mark: Mark) -> str:
    """Whether a target is met, in a word or two."""
    return {
        Mark.MET: _("Met"),
        Mark.MISSED: _("Not met"),
        Mark.OPEN: _("Still open"),
        Mark.EXPECTED: _("For comparison"),
    }[mark]


@manager.app_template_filter()
def against_words(found: Against) -> str:
    """How far the figure is from its target: 4 points below, 13 days longer, 2 more, exactly on it."""
    if found.by == 0:
        if found.mark is Mark.MISSED:
            return _("just short of it") if BETTER[found.code] is Better.HIGHER else _("just over it")
        return _("on target")
    size, more = abs(found.by), found.by > 0
    match found.unit:
        case Unit.SHARE:
            # "0.9 points", "1 point": only the very one is single.
            points = ngettext(
                "%(points)s point", "%(points)s points", 1 if size == 10 else 2, points=f"{size / 10:g}"
            )
            return _("%(points)s above", points=points) if more else _("%(points)s below", points=points)
        case Unit.DAYS:
            days = ngettext("%(num)s day", "%(num)s days", size)
            return _("%(time)s longer", time=days) if more else _("%(time)s shorter", time=days)
        case Unit.MONTHS:
            months = ngettext("%(num)s month", "%(num)s months", size)
            return _("%(time)s longer", time=months) if more else _("%(time)s shorter", time=months)
    if found.mark is Mark.OPEN and not more and BETTER[found.code] is Better.HIGHER:
        return _("%(count)s to go", count=f"{size:,}")
    return _("%(count)s more", count=f"{size:,}") if more else _("%(count)s fewer", count=f"{size:,}")
