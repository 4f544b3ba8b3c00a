"""What every page must be, whatever it shows: the test client checks each page it gets with ``check_page``.

Valid HTML; one h1, which the title begins with; ids that are unique and references that arrive; a name for
every control; nothing inline that the content security policy would refuse; nothing fetched from elsewhere.
"""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse

FETCHING = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("iframe", "src"),
    ("form", "action"),
    ("button", "formaction"),
    ("input", "formaction"),
    ("use", "href"),
    ("object", "data"),
    ("embed", "src"),
    ("source", "src"),
    ("video", "src"),
    ("audio", "src"),
}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "headers")
UNLABELLED_INPUTS = {"hidden", "submit", "button", "reset", "image"}
ADDRESSES = ("href", "src", "action", "formaction", "data")
SCRIPT_ADDRESS = re.compile("(javascript|vbscript|data):", re.IGNORECASE)
ERROR_SUMMARY = "govuk-error-summary"
# How the title of a page with errors begins, in each language.
ERROR = {"en": "Error", "pl": "Błąd", "ro": "Eroare", "ur": "غلطی"}


class BadPageError(AssertionError):
    """The page breaks one or more of the rules."""


def check_page(response: TestResponse) -> None:
    """Check a response of the test client; a redirect or anything but HTML passes. Raises BadPageError."""
    if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
        check_html(response.get_data(as_text=True))


def check_html(html: str) -> None:
    """Check one whole page. Raises BadPageError with every rule it breaks."""
    problems = list(problems_of(html))
    if problems:
        raise BadPageError("\n".join(problems))


def problems_of(html: str) -> Iterator[str]:
    """Every rule the page breaks, a sentence each."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(html)
    for (line, column), code, details in parser.errors:
        yield f"HTML, line {line} column {column}: {code} {details or ''}".rstrip()
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    yield from _headings(root, elements)
    yield from _ids(elements)
    yield from _names(root, elements)
    yield from _inline(elements)
    yield from _hosts(elements)


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _headings(root: Element, elements: list[Element]) -> Iterator[str]:
    if not root.get("lang"):
        yield "The page does not say its language."
    headings = [element for element in elements if element.tag == "h1"]
    if len(headings) != 1:
        yield f"The page has {len(headings)} h1, not one."
        return
    heading, title = _text(headings[0]), _text(root.find("head/title"))
    error = ERROR.get(root.get("lang", ""), ERROR["en"])
    wanted = f"{error}: {heading}" if any(_is_error_summary(element) for element in elements) else heading
    if not heading:
        yield "The h1 is empty."
    elif not title.startswith(wanted):
        yield f"The title is “{title}” and should begin with “{wanted}”."
    if sum(element.tag == "main" for element in elements) != 1:
        yield "The page has not exactly one main."


def _is_error_summary(element: Element) -> bool:
    return ERROR_SUMMARY in (element.get("class") or "").split()


def _ids(elements: list[Element]) -> Iterator[str]:
    ids = Counter(element.get("id") for element in elements if element.get("id") is not None)
    for id_, times in ids.items():
        if times > 1:
            yield f"The id “{id_}” is there {times} times."
        if not id_ or re.search(r"\s", id_):
            yield f"“{id_}” is no id."
    for element in elements:
        for attribute, id_ in _references(element):
            if id_ not in ids:
                yield f"{attribute} of <{element.tag}> names “{id_}”, which is not on the page."
    for summary in filter(_is_error_summary, elements):
        if next(summary.iter("li"), None) is None:
            yield "The error summary names no error."


def _references(element: Element) -> Iterator[tuple[str, str]]:
    """The ids an element points at: (attribute, id)."""
    for attribute in REFERENCES:
        for id_ in (element.get(attribute) or "").split():
            yield attribute, id_
    href = element.get("href") or ""
    if element.tag == "a" and href.startswith("#"):
        yield "href", href[1:]


def _names(root: Element, elements: list[Element]) -> Iterator[str]:
    labels = [label for label in root.iter("label") if _text(label)]
    by_for = {label.get("for") for label in labels} - {None}
    inside = {control for label in labels for control in label.iter()}
    for element in elements:
        if _is_control(element):
            if not (_has_aria_name(element) or element.get("id") in by_for or element in inside):
                yield f"<{element.tag} name={element.get('name')!r}> has no label."
        elif element.tag == "button" or (element.tag == "a" and element.get("href") is not None):
            pictures = "".join(image.get("alt") or "" for image in element.iter("img"))
            if not (_text(element) or pictures or _has_aria_name(element)):
                yield f"A <{element.tag}> has no name."
        elif element.tag == "img" and element.get("alt") is None:
            yield f"The picture {element.get('src')!r} has no alt."
        elif element.tag == "fieldset" and not _text(element.find("legend")):
            yield "A fieldset has no legend."


def _is_control(element: Element) -> bool:
    if element.tag == "input":
        return element.get("type", "text").lower() not in UNLABELLED_INPUTS
    return element.tag in ("select", "textarea")


def _has_aria_name(element: Element) -> bool:
    return bool(element.get("aria-label") or element.get("aria-labelledby"))


def _inline(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if element.tag in ("script", "style") and not element.get("src") and not element.get("nonce"):
            yield f"An inline <{element.tag}> has no nonce."
        for name, value in element.attrib.items():
            if name == "style":
                yield f"<{element.tag}> has an inline style."
            elif name.startswith("on"):
                yield f"<{element.tag}> has an inline {name}."
            elif name in ADDRESSES and SCRIPT_ADDRESS.match(re.sub(r"[\x00-\x20]", "", value)):
                yield f"{name} of <{element.tag}> runs or holds {value[:20]!r}."


def _hosts(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        for name, value in element.attrib.items():
            if (element.tag, name) in FETCHING:
                for host in filter(None, (urlsplit(part.strip()).netloc for part in value.split(","))):
                    yield f"<{element.tag}> fetches from or sends to {host}."
        if element.tag == "a" and element.get("target") and "noopener" not in (element.get("rel") or ""):
            yield "A link opens another window without rel=noopener."
        if element.tag == "base":
            yield "The page has a <base>."
        if element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            yield "The page sends its reader away by <meta>."
