"""What kept families from help they were pointed to, and where a local group is missing."""

from collections.abc import Iterator, Mapping, Sequence

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from catchup import clock, spreadsheets
from catchup.queries import barriers
from catchup.queries.barriers import Barriers
from catchup.rules.barriers import (
    LOCAL_MILES,
    Gap,
    Group,
    Offer,
    Place,
    Reach,
    by_category,
    by_council,
    grouped,
    together,
)
from catchup.rules.terms import Barrier, Category
from catchup.services.audit import Seen
from catchup.web.filters import council_name
from catchup.web.manager import manager
from catchup.web.manager.choosing import Choice, choose
from catchup.web.security import saw, viewer
from catchup.web.wording import words

MOST_COUNCILS = 12
"""Of more councils the table of each council's categories would be too long to read: the file has it."""


@manager.get("/reports/barriers")
def show_barriers() -> ResponseReturnValue:
    """By category and council: what kept families from help, and how far away it was."""
    choice = choose()
    found = _found(choice)
    offers = found.offers
    saw(Seen("barriers.view", "report", council_code=choice.council))
    councils = by_council(offers)
    return render_template(
        "manager/barriers.html",
        choice=choice,
        total=together(offers) if offers else None,
        categories=[(words(category), group) for category, group in by_category(offers).items()],
        councils=_named(councils) if len(councils) > 1 else [],
        both=_both(offers) if 1 < len(councils) <= MOST_COUNCILS else [],
        sentences=[gap_words(gap) for gap in found.gaps],
        measured=found.measured,
        barriers=list(Barrier),
        local=LOCAL_MILES,
        today=clock.today(),
        nav="reports",
    )


@manager.get("/reports/barriers.csv")
def download_barriers() -> ResponseReturnValue:
    """The same for a spreadsheet: a row for each council and category. Totals only."""
    choice = choose()
    saw(Seen("report.download", "report", council_code=choice.council))
    heading = ["year", "council", "name", "category", "suggested", "result_known", "received"]
    heading += [barrier.value for barrier in Barrier]
    heading += ["distance_known", "online", "distance_unknown", "median_miles", "worst_tenth_miles"]
    groups = grouped(_found(choice).offers)
    order = list(Category)
    rows: list[list[object]] = []
    for council, category in sorted(
        groups, key=lambda place: (place[0] is None, place[0] or "", order.index(place[1]))
    ):
        rows.append(
            [choice.year, council, _name(council), category.value, *_cells(groups[council, category])]
        )
    answer = Response(spreadsheets.as_csv(heading, rows), mimetype="text/csv")
    name = f"catch-up-barriers-{choice.year}{'-' + choice.council if choice.council else ''}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def gap_words(gap: Gap) -> str:
    """Where a local group is missing, as a committee would be told."""
    group, reach = gap.group, gap.group.reach
    parts = [
        _(
            "%(category)s in %(council)s: %(none)s of %(known)s not taken up, "
            "%(far)s because it was too far.",
            category=words(gap.category),
            council=_name(gap.council),
            none=group.not_taken_up,
            known=group.known,
            far=group.barriers[Barrier.TRAVEL],
        )
    ]
    if reach.median is not None and reach.worst_tenth is not None:
        if reach.known == 1:
            parts.append(_("What was offered was %(miles)s away.", miles=miles_words(reach.median)))
        else:
            parts.append(
                _("Half were offered something at least %(miles)s away.", miles=miles_words(reach.median))
            )
    if gap.families:
        if gap.without == gap.families:
            parts.append(
                _("Nothing in the directory is within %(miles)s miles of their homes.", miles=LOCAL_MILES)
            )
        elif gap.without:
            parts.append(
                _(
                    "For %(without)s of %(families)s families nothing in the directory is within "
                    "%(miles)s miles.",
                    without=gap.without,
                    families=gap.families,
                    miles=LOCAL_MILES,
                )
            )
        else:
            parts.append(
                _("The directory has something within %(miles)s miles of their homes now.", miles=LOCAL_MILES)
            )
    return " ".join(str(part) for part in parts)


@manager.app_template_filter()
def miles_words(distance: float | None) -> str:
    """18 miles; under a mile; a dash for none."""
    if distance is None:
        return "–"
    if distance < 1:
        return _("under a mile")
    return ngettext("%(num)s mile", "%(num)s miles", round(distance))


@manager.app_template_filter()
def apart_words(reach: Reach) -> str:
    """What has no distance: 2 online, 3 not known; nothing where all have one."""
    parts = []
    if reach.online:
        parts.append(_("%(count)s online", count=f"{reach.online:,}"))
    if reach.unknown:
        parts.append(_("%(count)s not known", count=f"{reach.unknown:,}"))
    return ", ".join(parts)


def _found(choice: Choice) -> Barriers:
    """The hub's of all councils has what needs a decision too."""
    everything = choice.council is None and viewer().hub
    return barriers.of_year(choice.year, clock.today(), None if everything else choice.codes)


def _name(council: str | None) -> str:
    return council_name(council) or _("Needs a decision")


def _named(groups: Mapping[str | None, Group]) -> list[tuple[str, Group]]:
    """By the council's name; what needs a decision comes last."""
    ordered = sorted(groups, key=lambda code: (code is None, _name(code)))
    return [(_name(code), groups[code]) for code in ordered]


def _both(offers: Sequence[Offer]) -> list[tuple[str, list[tuple[str, Group]]]]:
    """The categories of each council."""
    groups = grouped(offers)
    councils = sorted({place[0] for place in groups}, key=lambda code: (code is None, _name(code)))
    return [(_name(council), list(_of(council, groups))) for council in councils]


def _of(council: str | None, groups: Mapping[Place, Group]) -> Iterator[tuple[str, Group]]:
    for category in Category:
        if (council, category) in groups:
            yield words(category), groups[council, category]


def _cells(group: Group) -> list[object]:
    reach = group.reach
    return [
        group.offered,
        group.known,
        group.received,
        *(group.barriers.get(barrier, 0) for barrier in Barrier),
        reach.known,
        reach.online,
        reach.unknown,
        None if reach.median is None else round(reach.median, 1),
        None if reach.worst_tenth is None else round(reach.worst_tenth, 1),
    ]
