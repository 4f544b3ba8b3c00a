"""`flask catalogues`: the words of the family's side, collected for those who translate them, and made."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from catchup import catalogues
from catchup.rules.languages import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[2]
# What families read. Pages of staff are English and are not translated.
SOURCES = (
    *("templates/base.html", "templates/macros/*.html", "templates/errors/*.html"),
    *("templates/public/**/*.html", "templates/family/**/*.html", "templates/messages/*.txt"),
    *("catchup/web/public/*.py", "catchup/web/family/*.py"),
    *("catchup/web/fields.py", "catchup/web/date_field.py"),
    *("catchup/web/text.py", "catchup/web/languages.py"),
)
# How the names of messages to staff and to other councils begin; macros, and pieces of pages, for staff only.
NOT_TO_FAMILIES = (
    *("asked_on_page.", "audit_head.", "concern_", "crisis.", "job_failed.", "reading_noticed."),
    *("sign_in_changed.", "stopped."),
    *("handover_answered.", "handover_link", "handover_reminder.", "handover_wrong_"),
)
STAFF_MACROS = frozenset(
    {"breaches.html", "published.html", "report_head.html", "reports_nav.html", "targets.html"}
)
STAFF_PIECES = {
    "frame.html": ("session_end", "service_nav", "late_night"),
    "page.html": ("responsibility_bar", "saved", "danger_call"),
}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None}
JINJA = {"silent": "false"}
# The day the catalogues were begun: a file must not change because somebody made it again.
BEGUN_AT = datetime(2026, 11, 24, tzinfo=UTC)


def sources() -> Iterator[Path]:
    """The files whose words families read."""
    for pattern in SOURCES:
        yield from (path for path in sorted(ROOT.glob(pattern)) if not _is_for_others(path))


def in_use() -> Catalog:
    """Every text that families can read, as the pages have it now."""
    catalog = Catalog(domain="messages", project="Catch-up", creation_date=BEGUN_AT, fuzzy=False)
    for path in sources():
        method = "python" if path.suffix == ".py" else "jinja2"
        text = _without_staff_pieces(path.name, path.read_text())
        name = path.relative_to(ROOT).as_posix()
        options = JINJA if method == "jinja2" else {}
        for _line, words, comments, context in extract(
            method, BytesIO(text.encode()), KEYWORDS, options=options
        ):
            catalog.add(words, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def translated(code: str) -> Catalog:
    """The words of a language as they were translated."""
    with catalogues.words_file(code).open("rb") as file:
        return read_po(file, locale=code, domain="messages", abort_invalid=True)


def renewed(code: str) -> Catalog:
    """The words of a language for the texts in use: new ones are empty, those of no use are gone."""
    known = translated(code) if catalogues.words_file(code).exists() else Catalog(locale=code)
    fresh = Catalog(
        locale=code,
        domain="messages",
        project="Catch-up",
        creation_date=BEGUN_AT,
        revision_date=BEGUN_AT,
        version="1",
        msgid_bugs_address="docs/translating.md",
        last_translator="Catch-up",
        language_team="Catch-up",
        header_comment="# Words of the family’s side. How to translate: docs/translating.md",
        fuzzy=False,
    )
    for message in in_use():
        if message.id:
            before = known.get(message.id, message.context)
            fresh.add(
                message.id,
                before.string if before else None,
                locations=message.locations,
                flags={"fuzzy"} if before and before.fuzzy else set(),
                user_comments=before.user_comments if before else (),
                context=message.context,
            )
    return fresh


def as_file(catalog: Catalog) -> bytes:
    """A catalogue as its .po file holds it."""
    file = BytesIO()
    write_po(file, catalog, width=110, sort_by_file=False, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def as_made(catalog: Catalog) -> bytes:
    """A catalogue as its .mo file holds it."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def missing(catalog: Catalog) -> list[Message]:
    """The texts that a language does not say yet."""
    return [message for message in catalog if message.id and (message.fuzzy or not all(said(message)))]


def said(message: Message) -> Sequence[str]:
    """What a language says for a text: one sentence, or one for each kind of number."""
    words = message.string or ""
    return (words,) if isinstance(words, str) else tuple(str(word) for word in words)


@click.command("catalogues")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
def make(*, as_json: bool) -> None:
    """Bring each language up to date with the pages, and make what the service reads."""
    left = {}
    for language in LANGUAGES:
        if language is ENGLISH:
            continue
        catalog = renewed(language.code)
        words = catalogues.words_file(language.code)
        words.parent.mkdir(parents=True, exist_ok=True)
        words.write_bytes(as_file(catalog))
        catalogues.made_file(language.code).write_bytes(as_made(catalog))
        left[language.code] = {"texts": len(catalog), "to_translate": len(missing(catalog))}
        if not as_json:
            click.echo(f"{language.english}: {len(catalog)} texts, {len(missing(catalog))} to translate.")
    if as_json:
        click.echo(json.dumps(left))


def _is_for_others(path: Path) -> bool:
    if path.parent.name == "macros":
        return path.name in STAFF_MACROS
    return path.parent.name == "messages" and path.name.startswith(NOT_TO_FAMILIES)


def _without_staff_pieces(name: str, template: str) -> str:
    for piece in STAFF_PIECES.get(name, ()):
        template = re.sub(
            rf"\{{%-? macro {piece}\(.*?\{{%-? endmacro -?%\}}", "", template, count=1, flags=re.DOTALL
        )
    return template


commands = [make]
