"""Papers as files: a PDF by Typst, a Word file by python-docx. Both are loaded only when one is made.

What is written in a paper is handed over as data and set as text: no mark-up in it means anything, and no
file but the template is read. One paper gives one PDF, byte for byte.
"""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import typst
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TEMPLATES = Path(__file__).parents[1] / "templates" / "documents"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

PAGE, PAGES = "{page}", "{pages}"
"""What stands for the two numbers in a paper's ``page_of``."""

# What XML may not hold (control characters but for the end of a line, halves of pairs, non-characters), and
# the marks that turn the direction of what follows, so that nothing reads otherwise than it was written.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a paper: its title, and (label, lines) in order. A label may be empty."""

    title: str
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands on a paper, in the words of its reader.

    ``foot`` stands on each page beside ``page_of``, in which PAGE and PAGES are replaced by numbers; so does
    ``draft``, where it is one. ``heads`` are the headings of the two columns. ``made_at`` dates the file.
    """

    title: str
    reference: str
    confidential: str
    parts: Sequence[Part]
    heads: tuple[str, str]
    foot: str
    page_of: str
    end: str
    made_at: datetime
    draft: str | None = None


def pdf(paper: Paper) -> bytes:
    """The paper as a tagged PDF, to the standard for accessible ones (PDF/UA-1).

    That standard takes no character for which there is no font; a paper with one is tagged all the same.
    """
    import typst

    try:
        return _typeset(paper, "ua-1")
    except typst.TypstError:
        return _typeset(paper, "1.7")


def word(paper: Paper) -> bytes:
    """The paper as a Word file, with the styles, table headings and language that its readers rely on."""
    import docx
    from docx.shared import Mm

    made = docx.Document()
    _describe(made, paper)
    style(made)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(22)
    if paper.draft:
        section.header.paragraphs[0].add_run(plain(paper.draft)).bold = True
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{plain(paper.foot)}\n")
    write_page_of(foot, paper.page_of)
    made.add_heading(plain(paper.title), level=1)
    made.add_paragraph().add_run(plain(paper.confidential)).bold = True
    for part in paper.parts:
        made.add_heading(plain(part.title), level=2)
        _table(made, part, paper.heads)
    made.add_paragraph(plain(paper.end))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _typeset(paper: Paper, standard: Literal["ua-1", "1.7"]) -> bytes:
    import typst

    return typst.compile(
        TEMPLATES / "handover.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"paper": _data(paper)},
        format="pdf",
        pdf_standards=standard,
        timestamp=int(paper.made_at.timestamp()),
    )


@cache
def _fonts() -> "typst.Fonts":
    """Those that come with Typst set the text; for scripts they lack, those of the machine."""
    import typst

    return typst.Fonts()


def _data(paper: Paper) -> str:
    before, rest = paper.page_of.split(PAGE)
    between, after = rest.split(PAGES)
    return json.dumps(
        {
            "title": plain(paper.title),
            "reference": plain(paper.reference),
            "confidential": plain(paper.confidential),
            "draft": plain(paper.draft) if paper.draft else None,
            "foot": plain(paper.foot),
            "heads": [plain(head) for head in paper.heads],
            "page": [before, between, after],
            "end": plain(paper.end),
            "parts": [
                {
                    "title": plain(part.title),
                    "rows": [[plain(label), [plain(line) for line in lines]] for label, lines in part.rows],
                }
                for part in paper.parts
            ],
        }
    )


def plain(text: str) -> str:
    """The text without what a file may not hold or what turns the direction of the rest."""
    return _NOT_TEXT.sub("", text)


def _describe(made: "Document", paper: Paper) -> None:
    """What the file says of itself: what it is, and nobody's name."""
    about = made.core_properties
    about.title = f"{plain(paper.title)} {plain(paper.reference)}"
    about.language = "en-GB"
    about.author = about.last_modified_by = about.comments = about.keywords = about.subject = ""
    about.created = about.modified = paper.made_at
    about.revision = 1


def style(made: "Document") -> None:
    """The letters of our papers: Arial, British English, headings in black."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    for name, size in (("Normal", 11), ("Heading 1", 20), ("Heading 2", 13)):
        one = made.styles[name]
        one.font.name = "Arial"
        one.font.size = Pt(size)
        fonts = one.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name != "Normal":
            one.font.color.rgb = RGBColor(0, 0, 0)


def _table(made: "Document", part: Part, heads: tuple[str, str]) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = made.add_table(rows=1, cols=2, style="Table Grid")
    table.autofit = False
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(plain(head)).bold = True
    # The first row is one of headings, said again on each page the table runs over to.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for label, lines in part.rows:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(plain(label)).bold = True
        cells[1].text = "\n".join(plain(line) for line in lines)
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Mm(55), Mm(115)


def write_page_of(paragraph: "Paragraph", words: str) -> None:
    """The words with two fields, which Word counts."""
    for piece in re.split(f"({re.escape(PAGE)}|{re.escape(PAGES)})", words):
        if piece in (PAGE, PAGES):
            _field(paragraph, "PAGE" if piece == PAGE else "NUMPAGES")
        else:
            paragraph.add_run(piece)


def _field(paragraph: "Paragraph", code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
