"""No template puts what somebody has typed on a page without escaping it, or where escaping does not help.

Escaping guards text and quoted attributes; not an attribute without quotation marks, not an address that
begins with javascript:, and nothing that is marked as safe. Each exception is named here with its reason.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.trust import Measured

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = sorted((ROOT / "catchup").rglob("*.py"))
SCRIPTS = list((ROOT / "catchup" / "static").glob("*.js"))
# Pieces of pictures: constants; what is put into them goes through Markup.format, which escapes it.
MARKUP = {"catchup/charts.py"}
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape|\bMarkup\b|\|\s*xmlattr")
ATTRIBUTE = re.compile(r"\s([a-z][\w:-]*)=(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.DOTALL)
TAG = re.compile(r"<[a-z](?:[^<>{]|\{\{.*?\}\}|\{%.*?%\}|\{(?![{%]))*>", re.DOTALL)
EXPRESSION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
OURS = ("url_for(", "static_url(", '"', "request.path")
# Addresses that a view or a macro's caller has made with url_for; nothing that anybody has typed.
REVIEWED = {
    *("action", "again", "address", "address(page.page + 1)", "address(page.page - 1)", "back", "home"),
    *("block.change", "concern_href", "edit(section.name)", "href", "path", "put_away", "section.add"),
    *("section.more", "sign_in", "stop_href"),
    "authr_qrcode",  # otpauth://, made by the library for the person's own app
}


def tags(text: str) -> Iterator[str]:
    """The tags of a template, with what Jinja puts into them as one piece."""
    yield from (found[0] for found in TAG.finditer(re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)))


def problems(name: str, text: str) -> Iterator[str]:
    """What is unguarded in a template."""
    if found := UNESCAPED.search(text):
        yield f"{name}: {found[0]}"
    for tag in tags(text):
        # An expression is one piece, whatever quotation marks stand in it.
        pieces: list[str] = []
        bare = EXPRESSION.sub(lambda one, kept=pieces: f"\x01{kept.append(one[1]) or len(kept) - 1}\x02", tag)
        for attribute, value in ATTRIBUTE.findall(bare):
            inside = [pieces[int(number)] for number in re.findall("\x01(\\d+)\x02", value)]
            if inside and value[0] not in "\"'":
                yield f"{name}: {attribute} without quotation marks: {inside[0]}"
            if attribute.startswith("on") or attribute in {"style", "srcdoc"}:
                yield f"{name}: {attribute} in {tag[:60]}"
            if attribute in {"href", "src", "action", "formaction"}:
                if re.match("[\"']\\s*(javascript|data|vbscript):", value, re.IGNORECASE):
                    yield f"{name}: {value}"
                if value[1:2] == "\x01" and not inside[0].startswith(OURS) and inside[0] not in REVIEWED:
                    yield f"{name}: {attribute} is {inside[0]}, which nobody has looked at"


@pytest.mark.promise("4.5 script")
def test_no_template_lets_anything_through(measured: Measured) -> None:
    found = [one for path in TEMPLATES for one in problems(str(path.relative_to(ROOT)), path.read_text())]
    assert found == []
    measured(f"{len(found)} places in {len(TEMPLATES)} templates that put data on a page unguarded")


@pytest.mark.parametrize(
    "bad",
    [
        "<p>{{ name|safe }}</p>",
        "{% autoescape false %}",
        "<p class={{ name }}>",
        '<a class="x" href="{{ service.website }}">',
        '<a href="javascript:{{ name }}">',
        '<p onclick="{{ name }}">',
        '<p title="{{ "a" if b else "c" }}" id={{ name }}>',
    ],
)
def test_what_is_unguarded_is_found(bad: str) -> None:
    assert list(problems("bad", bad))


def test_what_is_guarded_is_not() -> None:
    good = '<a class="x{% if a > b %} y{% endif %}" href="{{ url_for(".x", id=one.id) }}" title="{{ name }}">'
    assert list(problems("good", good)) == []


def test_only_pictures_are_made_of_markup_and_all_of_it_is_constant() -> None:
    made = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Markup"
            ):
                made.add(str(path.relative_to(ROOT)))
                assert all(isinstance(one, ast.Constant) for one in node.args), f"{path}:{node.lineno}"
    assert made == MARKUP


WRITTEN_BY_US = {
    ("call.js", "others.innerHTML = words;"),  # staff/_drafts.html, as the service has escaped it
    (
        "queue.js",  # compared, not written
        "return target.dataset.state === fresh?.dataset.state && target.innerHTML === fresh?.innerHTML;",
    ),
}


def test_scripts_of_ours_make_no_markup_of_words() -> None:
    """``outerHTML`` and the like are for what the service has written, which Jinja has escaped."""
    found = {
        (path.name, line.strip())
        for path in SCRIPTS
        for line in path.read_text().splitlines()
        if re.search(r"\.innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\(|new Function", line)
    }
    assert found == WRITTEN_BY_US


def test_nothing_is_hidden_from_this_look() -> None:
    assert len(TEMPLATES) > 150
    assert Path(ROOT / "catchup" / "charts.py") in SOURCES
