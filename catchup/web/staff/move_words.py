"""What follows from a move, in words."""

from datetime import date

from flask_babel import gettext as _

from catchup.queries.moves import Follows
from catchup.web.filters import council_name, day


def sentences(one: Follows, from_on: date, today: date) -> list[str]:
    """What a move from a day changes for these children, a sentence each."""
    return [*_who_answers(one, from_on), *_handed_over(one, today), *_at_home(one, from_on)]


def _who_answers(one: Follows, from_on: date) -> list[str]:
    said = []
    if one.replaces:
        said.append(_("Another home is recorded from the same day: this one counts, because it comes later."))
    if one.on is None or one.after is None:
        reason = one.before.reason if one.before else _("No order is known.")
        return [*said, _("Nobody else becomes responsible. %(reason)s", reason=reason)]
    if one.on > from_on:
        council = council_name(one.before.council) if one.before and one.before.council else None
        said.append(
            _(
                "Nothing changes before %(day)s: until then it is %(council)s.",
                day=day(one.on),
                council=council,
            )
            if council
            else _("Nothing changes before %(day)s.", day=day(one.on))
        )
    said.append(one.after.reason)
    if one.after.decision_needed:
        said.append(_("It needs a decision: a manager is asked."))
    return said


def _handed_over(one: Follows, today: date) -> list[str]:
    said = []
    passing = one.passing
    if passing is not None and one.planned_on is not None:
        ends = {
            "giving": council_name(passing.from_council) or _("a council not known"),
            "receiving": council_name(passing.to_council) or _("a council still to be decided"),
            "day": day(passing.on),
            "planned": day(one.planned_on),
        }
        if one.was_planned:
            text = _("The handover of %(day)s goes from %(giving)s to %(receiving)s then.", **ends)
        elif one.planned_on <= today:
            text = _("A handover from %(giving)s to %(receiving)s on %(day)s is planned at once.", **ends)
        else:
            text = _(
                "A handover from %(giving)s to %(receiving)s on %(day)s is planned on %(planned)s.", **ends
            )
        said.append(text)
    if one.sent_to:
        said.append(
            _(
                "What was sent to %(councils)s went to the wrong council then. Links to it end and the team "
                "is asked to delete it. What was sent on paper you ask for by telephone.",
                councils=", ".join(council_name(code) for code in one.sent_to),
            )
        )
        if passing is not None and passing.to_council:
            said.append(
                _(
                    "%(council)s needs a summary of its own, written and checked again, and the family is "
                    "told afresh.",
                    council=council_name(passing.to_council),
                )
            )
    return said


def _at_home(one: Follows, from_on: date) -> list[str]:
    if not one.home_council:
        return []
    return [
        _(
            "Family Help, special needs at school and local services: %(council)s from %(day)s.",
            council=council_name(one.home_council),
            day=day(from_on),
        )
    ]
