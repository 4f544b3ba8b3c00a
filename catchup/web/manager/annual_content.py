"""An annual report in words: sections of tables and charts, the same for the page, the paper and a version.

What comes out is plain data that JSON can hold, every figure as people read it, so that a version that was
frozen reads the same for ever. Nothing in it is more than what is published.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.queries.annual import Annual, Text
from catchup.rules import annual as rule
from catchup.rules import targets as target_rule
from catchup.rules.annual import Published, Section
from catchup.rules.calendar import financial_year_days
from catchup.rules.definitions import MEASURES, Unit
from catchup.web.filters import day
from catchup.web.manager.annual_blocks import MOST_IN_A_CHART, Block, chart, in_order, place_name, table
from catchup.web.manager.annual_money import money
from catchup.web.manager.annual_words import figure, part_name
from catchup.web.manager.target_words import against_words, mark_words, target_value

FORMAT = 1

TITLES = {
    Section.MONEY: _l("Is the money fair between councils?"),
    Section.EARLY: _l("Do families come before crisis?"),
    Section.REACH: _l("Can families reach the groups?"),
    Section.TARGETS: _l("What are the targets, and are they met?"),
    Section.JOINING: _l("Who joins"),
    Section.CALLS: _l("Calls"),
    Section.HELP: _l("Help that was asked for"),
    Section.HANDOVERS: _l("Passing on to another council"),
    Section.COMING: _l("What is coming"),
}

# How the parts of a measure are headed.
PARTS = {
    "need": _l("How much need there was, by the number of conversations"),
    "months": _l("Months from the order to the first support, by the number of families"),
    "category": _l("What conversations pointed to, by the number of conversations"),
    "barrier": _l("What kept families from help, by the number of suggestions"),
    "language": _l("Families who joined, by language"),
    "ethnic_group": _l("Families who joined, by ethnic group"),
    "disability": _l("Families who joined, by disability"),
    "reason": _l("Why families left"),
    "kind": _l("What was asked for"),
}


def content(found: Annual, texts: Mapping[Section, Text]) -> dict[str, Any]:
    """The whole report as data."""
    first_on, last_on = financial_year_days(found.year)
    return {
        "format": FORMAT,
        "title": _("Catch-up calls: annual report"),
        "whose": found.scope.name or _("All councils"),
        "period": _("%(first)s to %(last)s", first=day(first_on), last=day(last_on)),
        "notes": list(_notes(found)),
        "sections": [
            {
                "name": section.value,
                "title": str(TITLES[section]),
                "text": texts[section].words if section in texts else "",
                "blocks": list(_blocks(found, section)),
            }
            for section in Section
        ],
        "definitions": [[MEASURES[code].name, definition(code)] for code in _codes(found)],
    }


def definition(code: str) -> str:
    """A measure's definition in one or two sentences."""
    one = MEASURES[code]
    of = _(", out of %(below)s", below=one.below) if one.below else ""
    words = f"{one.above[:1].upper()}{one.above[1:]}{of}. "
    words += _("It counts on %(event)s, under the council responsible on that day.", event=one.event)
    return words + (_(" In neither number: %(unknown)s.", unknown=one.unknown) if one.unknown else "")


def _notes(found: Annual) -> Iterator[str]:
    yield _("The figures are those published as version %(number)s, counted on %(day)s.", **_of(found.now))
    if found.before is None:
        yield _("Those of %(year)s are not published, and so not shown beside them.", year=found.year_before)
    else:
        yield _(
            "Beside them stand those of %(year)s, published as version %(number)s, counted on %(day)s.",
            year=found.year_before,
            **_of(found.before),
        )
    yield _(
        "Small numbers are hidden, and others with them from which they could be worked out, so that nobody "
        "can be recognised."
    )


def _of(table: Any) -> dict[str, Any]:
    return {"number": table.number, "day": day(table.as_of)}


def _codes(found: Annual) -> list[str]:
    """The measures that stand in the report, in their own order."""
    told = {code for codes in rule.CODES.values() for code in codes} | set(_aimed_at(found))
    return [code for code in MEASURES if code in told and found.now.total(code)]


def _blocks(found: Annual, section: Section) -> Iterator[Block]:
    match section:
        case Section.MONEY:
            yield from money(found)
        case Section.TARGETS:
            yield _targets(found)
        case Section.COMING:
            yield _coming(found)
            return
    codes = [code for code in rule.CODES.get(section, ()) if found.now.total(code)]
    if codes and section is not Section.MONEY:
        yield _two_years(found, codes)
    if codes:
        yield from _by_council(found, codes)
    for code, name in rule.PARTS.get(section, ()):
        yield from _parts(found, code, name)


def _two_years(found: Annual, codes: Sequence[str]) -> Block:
    """This year beside the one before, with a chart of the shares."""
    heads = [_("Measure"), found.year, *([found.year_before] if found.before else [])]
    figures = table(
        _("The year and the year before") if found.before else _("The year"),
        heads,
        [(MEASURES[code].name, [figure(row) for row in _years(found, code)], "") for code in codes],
    )
    shares = [
        code
        for code in codes
        if MEASURES[code].unit is Unit.SHARE and any(_is_shown(row) for row in _years(found, code))
    ]
    if len(shares) < 2:
        return figures
    series = [
        [year, [_value(row) for row in rows]]
        for year, rows in zip(
            heads[1:], zip(*(_years(found, code) for code in shares), strict=True), strict=True
        )
    ]
    return chart(
        _("Shares, the year and the year before") if found.before else _("Shares of the year"),
        [MEASURES[code].name for code in shares],
        series,
        figures,
        share=True,
        top=1,
    )


def _years(found: Annual, code: str) -> list[Published | None]:
    return [found.now.total(code), *([found.before.total(code)] if found.before else [])]


def _is_shown(row: Published | None) -> bool:
    return row is not None and not row.hidden and row.value is not None


def _by_council(found: Annual, codes: Sequence[str]) -> Iterator[Block]:
    """The year of each council, what needs a decision after them, and all together last."""
    councils = {code for measure in codes for code in found.now.councils.get(measure, {})}
    if len(councils) < 2:
        return
    rows = [
        (
            place_name(code),
            [figure(found.now.councils[one].get(code)) for one in codes],
            "" if code else "undecided",
        )
        for code in in_order(councils)
    ]
    rows.append((_("All together"), [figure(found.now.total(one)) for one in codes], "total"))
    yield table(
        _("By council, %(year)s", year=found.year),
        [_("Council"), *(MEASURES[one].name for one in codes)],
        rows,
    )


def _parts(found: Annual, code: str, name: str) -> Iterator[Block]:
    """The parts of a measure, the most frequent first, those that are hidden last."""
    now = found.now.parts(code, name)
    before = found.before.parts(code, name) if found.before else {}
    order = sorted({*now, *before}, key=lambda part: (-_size(now.get(part)), part_name(name, part)))
    order = [
        part for part in order if _size(now.get(part)) or _size(before.get(part)) or _is_hidden(now, part)
    ]
    if not order:
        return
    heads = [_("What"), found.year, *([found.year_before] if found.before else [])]
    rows = [
        (
            part_name(name, part),
            [_count(now.get(part)), *([_count(before.get(part))] if found.before else [])],
            "",
        )
        for part in order
    ]
    figures = table(str(PARTS[name]), heads, rows)
    some = [part for part in order if _size(now.get(part)) or _size(before.get(part))][:MOST_IN_A_CHART]
    if len(some) < 2:
        yield figures
        return
    series = [[found.year, [_part_value(now.get(part)) for part in some]]]
    if found.before:
        series.append([found.year_before, [_part_value(before.get(part)) for part in some]])
    yield chart(
        str(PARTS[name]),
        [part_name(name, part) for part in some],
        series,
        figures,
        share=False,
    )


def _is_hidden(rows: Mapping[str, Published], part: str) -> bool:
    return part in rows and rows[part].hidden


def _size(row: Published | None) -> int:
    return row.numerator or 0 if row else 0


def _count(row: Published | None) -> str:
    return "0" if row is None else figure(row)


def _part_value(row: Published | None) -> float | str:
    if row is None:
        return 0
    return _("hidden") if row.hidden else row.numerator or 0


def _aimed_at(found: Annual) -> list[str]:
    return [code for code in MEASURES if code in found.targets and found.now.total(code)]


def _targets(found: Annual) -> Block:
    codes = _aimed_at(found)
    if not codes:
        return {"kind": "words", "words": _("No target was set for all councils together in this year.")}
    return table(
        _("Targets for all councils together, %(year)s", year=found.year),
        [_("Measure"), _("What it came to"), _("Target"), _("Met?")],
        [
            (
                MEASURES[code].name,
                [
                    figure(found.now.total(code)),
                    target_value(found.targets[code], code),
                    _met(found, code),
                ],
                "",
            )
            for code in codes
        ],
    )


def _met(found: Annual, code: str) -> str:
    row = found.now.total(code)
    if row is None or row.hidden:
        return _("hidden")
    over = found.now.as_of > financial_year_days(found.year)[1]
    above = row.numerator
    if above is None:  # of a mean only the mean is published
        above = round((row.value or 0) * (row.denominator or 0))
    against = target_rule.against(code, above, row.denominator, found.targets[code], over=over)
    if against is None:
        return "–"
    return f"{mark_words(against.mark)}: {against_words(against)}"


def _coming(found: Annual) -> Block:
    """The next twelve months, by three."""

    def told(number: int | None) -> str:
        return _("hidden") if number is None else f"{number:,}"

    figures = table(
        _("The next twelve months"),
        [
            _("Three months"),
            _("Calls due"),
            _("Handovers to another council"),
            _("Youngest children turning 18"),
        ],
        [
            (
                _("%(first)s to %(last)s", first=day(one.first_on), last=day(one.last_on)),
                [told(one.calls), told(one.handovers), told(one.turning_18)],
                "",
            )
            for one in found.ahead
        ],
    )
    return chart(
        _("Calls due in the next twelve months"),
        [_("from %(day)s", day=day(one.first_on)) for one in found.ahead],
        [["", [_("hidden") if one.calls is None else one.calls for one in found.ahead]]],
        figures,
        share=False,
        draw="columns",
    )


def _value(row: Published | None) -> float | str | None:
    if row is None:
        return None
    return _("hidden") if row.hidden else row.value
