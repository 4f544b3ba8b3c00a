"""Charts say every number in words, and hold nothing that the page's policy would refuse."""

import re

import pytest
from lxml import etree

from catchup import charts

QUARTERS = ["Apr–Jun", "Jul–Sep", "Oct–Dec", "Jan–Mar"]
KINDS = [charts.columns, charts.bars, charts.lines]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("draw", KINDS)
def test_a_chart_is_named_and_says_every_value(draw):
    picture = etree.fromstring(
        draw("Held on time", QUARTERS, {"": [0.63, 0.7, None, 0.5]}, form=charts.percent)
    )

    title, words = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title.text == "Held on time"
    assert words.text == "Apr–Jun 63%, Jul–Sep 70%, Oct–Dec –, Jan–Mar 50%."
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"


@pytest.mark.parametrize("draw", KINDS)
def test_what_people_wrote_is_text_in_a_chart(draw):
    naughty = "<script>alert(1)</script>&\"'"

    picture = etree.fromstring(
        draw(naughty, [naughty], {naughty: [1], "b": [2]}, target=(naughty, 1), missing=naughty)
    )

    tags = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "pattern", "path", "rect", "line", "text"}
    assert picture.find(f"{SVG}title").text == naughty


@pytest.mark.parametrize("draw", KINDS)
def test_a_chart_has_no_style_script_or_link(draw):
    svg = draw("A", QUARTERS, {"This year": [1, 2, 3, 4], "Last year": [4, 3, 2, 1]}, target=("Target", 3))

    assert not re.search(r"style|script|href|\son\w+=|@import|data:", svg)


@pytest.mark.parametrize("draw", [charts.columns, charts.bars])
def test_two_series_differ_by_a_pattern_and_not_by_colour_alone(draw):
    picture = etree.fromstring(draw("A", ["x"], {"This year": [1], "Last year": [2]}))

    fills = [box.get("fill") for box in picture.findall(f"{SVG}rect")]
    assert [fill.startswith("url(#") for fill in fills] == [False, True, False, True]
    names = {pattern.get("id") for pattern in picture.iter(f"{SVG}pattern")}
    assert {fill[5:-1] for fill in fills if fill.startswith("url(")} == names


def test_lines_differ_by_dash_and_mark():
    picture = etree.fromstring(charts.lines("A", ["x", "y"], {"one": [1, 2], "other": [2, 1]}))

    dashes = [line.get("stroke-dasharray") for line in picture.iter(f"{SVG}line")]
    marks = {mark.get("d") for mark in picture.findall(f"{SVG}path")}
    assert dashes[-2:] == ["none", "7 4"]
    assert len(marks) == 2


def test_a_line_breaks_where_a_value_is_missing():
    whole, broken = ([1, 2, 3], [1, None, 3])

    pieces = [charts.lines("A", ["x", "y", "z"], {"": each}).count("<line") for each in (whole, broken)]

    assert pieces[0] - pieces[1] == 2


def test_every_value_is_written_on_its_mark_where_there_is_room():
    picture = etree.fromstring(charts.columns("A", QUARTERS, {"": [163, 70, None, 12345]}))

    written = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"163", "70", "–", "12,345", *QUARTERS} == set(written)


def test_two_charts_in_one_page_share_no_id():
    one, other = (charts.columns("A", ["x"], {"a": [value], "b": [1]}) for value in (1, 2))

    ids = [re.findall(r'id="([^"]+)"', svg) for svg in (one, other)]
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize(
    "labels, series, words",
    [
        (["x"], {"a": [1, 2]}, "for each label"),
        (["x"], {"a": [-1]}, "below it"),
        (["x"], {name: [1] for name in "abcde"}, "apart"),
    ],
)
def test_what_cannot_be_drawn_is_refused(labels, series, words):
    with pytest.raises(ValueError, match=words):
        charts.columns("A", labels, series)


@pytest.mark.parametrize("draw", KINDS)
def test_a_chart_of_nothing_can_be_drawn(draw):
    assert "<title" in draw("A", [], {})
    assert "<title" in draw("A", ["x"], {"": [0]})


def test_a_chart_becomes_a_picture_for_a_paper():
    png = charts.as_png(charts.columns("A & B", ["x"], {"a": [1], "b": [2]}))

    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 1100  # 360 points at 220 to the inch


@pytest.mark.parametrize("draw", KINDS)
def test_what_is_hidden_is_written_in_its_place_and_never_drawn_as_nothing(draw):
    svg = draw("A", ["x", "y", "z"], {"": [3, "hidden", None]})

    assert "x 3, y hidden, z –." in svg


@pytest.mark.parametrize("words", ["100%", "67%", "12,345", "hidden"])
def test_what_stands_beside_the_longest_bar_is_whole(words):
    picture = etree.fromstring(charts.bars("A", ["x"], {"": [1]}, form=lambda _value: words))

    beside = next(text for text in picture.iter(f"{SVG}text") if text.text == words)
    # As wide as letters of the pages’ fonts can be at this size, and half of the white edge around them.
    wide = sum({"%": 13.1, ",": 4.4}.get(letter, 7.7) for letter in words) + 1.5
    assert float(beside.get("x")) + wide <= charts.WIDTH
