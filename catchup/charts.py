"""Charts as SVG text: columns, bars and lines that can be read in black and white and by ear.

A chart is drawn for a telephone's width and grows with its place. It holds presentation attributes and no
style, script or link, so that it may stand in a page under the strictest policy; every number in it is
written or heard, and each series has a pattern, dash or mark of its own beside its colour. A table with the
same numbers always follows it (macros/chart.html). docs/decisions/0023-charts.md says why it is drawn here.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from markupsafe import Markup

WIDTH = 360
TALL = 132  # from the foot of the highest column to its head
SIZE, LETTER, LINE = 12, 6.6, 15  # of the text: how high a letter is, how wide at most, and a line of them
MISSING = "–"
INK, GRID = "#0b0c0c", "#c5d3d0"

Form = Callable[[float], str]
Value = float | str | None
Series = Mapping[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class _Look:
    """How one series is told from the others: by its colour, and by its pattern, dash and mark."""

    colour: str
    ground: str
    pattern: str
    dash: str
    mark: str


_LOOKS = (
    _Look("#0f4c4f", "#0f4c4f", "", "", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"),
    _Look("#b35a00", "#fdf4ea", "M-2 2l4 -4M0 8l8 -8M6 10l4 -4", "7 4", "M-4 -4h8v8h-8z"),
    _Look("#3d3480", "#ffffff", "M0 4h8", "2 3", "M0 -5l5 9h-10z"),
    _Look("#7a3c1c", "#ffffff", "M4 0v8M0 4h8", "9 3 2 3", "M0 -5l5 5l-5 5l-5 -5z"),
)
MOST_SERIES = len(_LOOKS)

_LETTERS = "Liberation Sans, DejaVu Sans, Libertinus Serif"
# The chart comes in as data: nothing in it is read as Typst's own language.
_PICTURE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.chart), format: "svg", width: 360pt)"""

# Each piece of a picture. What is put in is escaped by Markup.format.
_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="cu-chart__picture" role="img" focusable="false" '
    'aria-labelledby="{key}-title {key}-desc" viewBox="0 0 {wide} {high:.0f}" '
    'width="{wide}" height="{high:.0f}" font-size="{size}">'
    '<title id="{key}-title">{title}</title><desc id="{key}-desc">{words}</desc>{patterns}{inside}</svg>'
)
_PATTERN = Markup(
    '<defs><pattern id="{key}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8" fill="{look.ground}"/>'
    '<path d="{look.pattern}" stroke="{look.colour}" stroke-width="2" fill="none"/></pattern></defs>'
)
_BOX = Markup(
    '<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{fill}" stroke="{edge}"/>'
)
_LINE = Markup(
    '<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}" '
    'stroke-width="{thick:g}" stroke-dasharray="{dash}"/>'
)
_MARK = Markup('<path d="{look.mark}" transform="translate({x:.1f} {y:.1f})" fill="{look.colour}"/>')
_TEXT = Markup(
    '<text x="{x:.1f}" y="{y:.1f}" fill="{ink}" text-anchor="{anchor}" '
    'stroke="#ffffff" stroke-width="3" paint-order="stroke" stroke-linejoin="round">{words}</text>'
)


@dataclass(frozen=True, slots=True)
class _Chart:
    """What every kind of chart is drawn from. ``highest`` is the end of its scale."""

    kind: str
    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float | None]]
    said: Mapping[str, Sequence[str]]
    form: Form
    highest: float
    key: str

    def height(self, value: float) -> float:
        """How high a value stands, in the chart's own units."""
        return TALL * value / self.highest

    def looks(self) -> Iterator[tuple[int, str, Sequence[float | None], _Look]]:
        for number, (name, values) in enumerate(self.series.items()):
            yield number, name, values, _LOOKS[number]

    def fill(self, number: int) -> str:
        return f"url(#{self.key}-{number})" if _LOOKS[number].pattern else _LOOKS[number].ground


def columns(
    title: str,
    labels: Sequence[str],
    series: Series,
    *,
    form: Form | None = None,
    missing: str = MISSING,
    target: tuple[str, float] | None = None,
    top: float | None = None,
) -> Markup:
    """Upright columns over their labels, a column for each series; up to some twenty-four labels.

    ``form`` writes a value as the reader knows it ("63%"), ``missing`` stands where there is None, and a text
    ("hidden") for itself; neither has a mark. ``target`` is a broken line with its name, ``top`` the end of
    the scale (left out: the highest value). Raises ValueError for a value below nothing, for series of other
    lengths than the labels, or for too many.
    """
    chart = _chart("columns", title, labels, series, form, missing, target, top)
    begins = _legend_height(chart, target) + LINE
    foot = begins + TALL
    slot = (WIDTH - 8) / max(1, len(labels))
    wide = min(48.0, slot * 0.8 / max(1, len(series)))
    marks: list[Markup] = []
    for number, name, values, look in chart.looks():
        for place, (value, words) in enumerate(zip(values, chart.said[name], strict=True)):
            left = 4 + slot * place + (slot - wide * len(series)) / 2 + wide * number
            high = 0 if value is None else chart.height(value)
            if high:
                marks.append(_box(left + 1, foot - high, wide - 2, high, chart.fill(number), look.colour))
            room = slot if len(series) == 1 else wide
            if len(words) * LETTER <= room + 2 or place == _highest(values):
                marks.append(_text(left + wide / 2, foot - high - 4, words, anchor="middle"))
    if target:
        y = foot - chart.height(target[1])
        marks.append(_line(0, y, WIDTH, y, INK, "5 4"))
    marks.append(_line(0, foot, WIDTH, foot, INK))
    under, deep = _labels_under(labels, slot, foot + LINE)
    return _svg(chart, [*_legend(chart, target), *marks, *under], foot + deep + 6)


def bars(
    title: str,
    labels: Sequence[str],
    series: Series,
    *,
    form: Form | None = None,
    missing: str = MISSING,
    target: tuple[str, float] | None = None,
    top: float | None = None,
) -> Markup:
    """Bars that lie, each under its label: for names that are long, such as councils'. As ``columns``."""
    chart = _chart("bars", title, labels, series, form, missing, target, top)
    y: float = _legend_height(chart, target)
    # A per cent sign is nearly as wide as two figures.
    longest = max((len(w) + w.count("%") for said in chart.said.values() for w in said), default=1)
    room = WIDTH - longest * (LETTER + 1) - 8
    begins = y
    marks: list[Markup] = []
    for place, label in enumerate(labels):
        marks.append(_text(0, y + SIZE, label))
        y += LINE + 2
        for number, name, values, look in chart.looks():
            value = values[place]
            wide = 0 if value is None else room * value / chart.highest
            if wide:
                marks.append(_box(0, y, wide, 12, chart.fill(number), look.colour))
            marks.append(_text(wide + 5, y + SIZE - 2, chart.said[name][place]))
            y += LINE
        y += 6
    if target:
        x = room * target[1] / chart.highest
        marks.append(_line(x, begins, x, y - 6, INK, "5 4"))
    return _svg(chart, [*_legend(chart, target), *marks], y)


def lines(
    title: str,
    labels: Sequence[str],
    series: Series,
    *,
    form: Form | None = None,
    missing: str = MISSING,
    target: tuple[str, float] | None = None,
    top: float | None = None,
) -> Markup:
    """Lines from label to label, for months and years; a missing value breaks its line. As ``columns``.

    Written beside its mark is each line's first and last value, and its highest.
    """
    chart = _chart("lines", title, labels, series, form, missing, target, top)
    begins = _legend_height(chart, target) + LINE
    foot = begins + TALL
    slot = (WIDTH - 8) / max(1, len(labels))
    marks: list[Markup] = [_line(0, foot, WIDTH, foot, INK), _line(0, begins, WIDTH, begins, GRID)]
    if target:
        y = foot - chart.height(target[1])
        marks.append(_line(0, y, WIDTH, y, INK, "5 4"))
    for number, name, values, look in chart.looks():
        points = [
            None if value is None else (4 + slot * (place + 0.5), foot - chart.height(value))
            for place, value in enumerate(values)
        ]
        for one, other in pairwise(points):
            if one and other:
                marks.append(_line(*one, *other, look.colour, look.dash, 2))
        for place, point in enumerate(points):
            if point is None:
                continue
            marks.append(_mark(point, look))
            if _tells(values, place):
                x = min(max(point[0], 14), WIDTH - 14)
                y = point[1] + (18 if number % 2 else -8)
                marks.append(_text(x, y, chart.said[name][place], anchor="middle"))
    under, deep = _labels_under(labels, slot, foot + LINE)
    return _svg(chart, [*_legend(chart, target), *marks, *under], foot + deep + 6)


def as_png(chart: str, *, pixels_an_inch: int = 220) -> bytes:
    """The chart as a picture for a paper, 360 points wide. Its letters are the machine's, or Typst's own."""
    import typst

    return typst.compile(
        _PICTURE,
        sys_inputs={"chart": str.replace(chart, "<svg ", f'<svg font-family="{_LETTERS}" ', 1)},
        format="png",
        ppi=pixels_an_inch,
    )


def percent(value: float) -> str:
    """A share as a chart writes it: 0.631 is "63%"."""
    return f"{value:.0%}"


def count(value: float) -> str:
    """A count as a chart writes it: 12345 is "12,345"."""
    return f"{value:,.0f}"


def _chart(
    kind: str,
    title: str,
    labels: Sequence[str],
    series: Series,
    form: Form | None,
    missing: str,
    target: tuple[str, float] | None,
    top: float | None,
) -> _Chart:
    if len(series) > MOST_SERIES:
        raise ValueError(f"A chart tells {MOST_SERIES} series apart, not {len(series)}.")
    if any(len(values) != len(labels) for values in series.values()):
        raise ValueError("Each series has a value, or None, for each label.")
    form = form or count
    numbers = {
        name: [None if isinstance(value, str) else value for value in values]
        for name, values in series.items()
    }
    written = {
        name: [
            value if isinstance(value, str) else missing if value is None else form(value) for value in values
        ]
        for name, values in series.items()
    }
    known = [value for values in numbers.values() for value in values if value is not None]
    if min(known, default=0) < 0:
        raise ValueError("A chart begins at nothing: no value may be below it.")
    highest = max([*known, top or 0, target[1] if target else 0]) or 1
    said = json.dumps([kind, title, list(labels), {name: list(values) for name, values in series.items()}])
    key = "chart-" + hashlib.sha256(said.encode()).hexdigest()[:10]
    return _Chart(kind, title, labels, numbers, written, form, highest, key)


def _highest(values: Sequence[float | None]) -> int | None:
    """Where the highest value stands, the first of them; None where nothing is known."""
    known = [place for place, value in enumerate(values) if value is not None]
    return max(known, key=lambda place: values[place] or 0, default=None)


def _tells(values: Sequence[float | None], place: int) -> bool:
    """Whether a line's value is written: the highest, the first and the last where they are not beside it."""
    highest = _highest(values)
    if values[place] is None or highest is None or place == highest:
        return place == highest
    known = [number for number, value in enumerate(values) if value is not None]
    crowded = abs(place - highest) * WIDTH / len(values) < 4 * LETTER
    return place in (known[0], known[-1]) and not crowded


def _svg(chart: _Chart, inside: Sequence[Markup], height: float) -> Markup:
    """The picture: its title and all it says in words first, for those who hear it."""
    patterns = [
        _PATTERN.format(key=chart.key, number=number, look=look)
        for number, _name, _values, look in chart.looks()
        if look.pattern
    ]
    return _SVG.format(
        key=chart.key,
        wide=WIDTH,
        high=height,
        size=SIZE,
        title=chart.title,
        words=_in_words(chart),
        patterns=Markup("").join(patterns),
        inside=Markup("").join(inside),
    )


def _in_words(chart: _Chart) -> str:
    """All the values, series by series, as they would be read out."""
    said = []
    for name, values in chart.said.items():
        each = ", ".join(f"{label} {words}" for label, words in zip(chart.labels, values, strict=True))
        said.append(f"{name}: {each}." if name else f"{each}.")
    return " ".join(said)


def _legend_rows(chart: _Chart, target: tuple[str, float] | None) -> list[str]:
    names = [name for name in chart.series if name]
    return [
        *(names if len(names) > 1 else []),
        *([f"{target[0]}: {chart.form(target[1])}"] if target else []),
    ]


def _legend_height(chart: _Chart, target: tuple[str, float] | None) -> float:
    rows = len(_legend_rows(chart, target))
    return rows * (LINE + 3) + 8 if rows else 4


def _legend(chart: _Chart, target: tuple[str, float] | None) -> Iterator[Markup]:
    """Each series' name beside its pattern, and the target's beside its line."""
    rows = _legend_rows(chart, target)
    for number, words in enumerate(rows):
        y = number * (LINE + 3)
        if target and number == len(rows) - 1:
            yield _line(0, y + 8, 22, y + 8, INK, "5 4")
        else:
            yield from _sample(chart, number, y)
        yield _text(29, y + SIZE, words)


def _sample(chart: _Chart, number: int, y: float) -> Iterator[Markup]:
    """What a series looks like, for the legend."""
    look = _LOOKS[number]
    if chart.kind == "lines":
        yield _line(0, y + 8, 22, y + 8, look.colour, look.dash, 2)
        yield _mark((11, y + 8), look)
    else:
        yield _box(1, y + 2, 21, 12, chart.fill(number), look.colour)


def _labels_under(labels: Sequence[str], slot: float, y: float) -> tuple[list[Markup], float]:
    """The labels below the foot, broken to the column's width; every so many where they are too many."""
    longest = max((len(word) for label in labels for word in label.split()), default=0)
    step = max(1, ceil((longest + 0.5) * LETTER / slot))
    letters = int(slot / LETTER)
    found, deepest = [], 1
    for place in range(0, len(labels), step):
        rows = _broken(labels[place], letters * step)
        deepest = max(deepest, len(rows))
        x = 4 + slot * (place + 0.5)
        anchor = "start" if step > 1 and place == 0 else "middle"
        for number, words in enumerate(rows):
            at = 4.0 if anchor == "start" else min(x, WIDTH - len(words) * LETTER / 2)
            found.append(_text(at, y + number * (SIZE + 1), words, anchor=anchor))
    return found, LINE + (deepest - 1) * (SIZE + 1)


def _broken(label: str, letters: int) -> list[str]:
    """A label in lines of so many letters, broken between words."""
    rows: list[str] = []
    for word in label.split():
        if rows and len(rows[-1]) + 1 + len(word) <= letters:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    return rows or [""]


def _box(x: float, y: float, wide: float, high: float, fill: str, edge: str) -> Markup:
    return _BOX.format(x=x, y=y, wide=wide, high=high, fill=fill, edge=edge)


def _line(
    x: float, y: float, to_x: float, to_y: float, colour: str, dash: str = "", thick: float = 1
) -> Markup:
    return _LINE.format(x=x, y=y, to_x=to_x, to_y=to_y, colour=colour, dash=dash or "none", thick=thick)


def _mark(at: tuple[float, float], look: _Look) -> Markup:
    return _MARK.format(x=at[0], y=at[1], look=look)


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> Markup:
    return _TEXT.format(x=x, y=y, words=words, anchor=anchor, ink=INK)
