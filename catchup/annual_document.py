"""An annual report as a Word file, and its charts: what the page shows, for whoever edits it further.

Headings are headings and tables have a first row of headings, so that Word's own contents list and readers
for the blind find their way. A picture says in its description all that it shows.
"""

import html
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from catchup import charts, documents
from catchup.documents import plain

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

_SAID = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
WIDTH_MM = 165


def chart_of(block: Mapping[str, Any]) -> str:
    """The chart of a block of a report as SVG."""
    draw = charts.columns if block["draw"] == "columns" else charts.bars
    form = charts.percent if block["share"] else charts.count
    return draw(block["title"], block["labels"], dict(block["series"]), form=form, top=block["top"])


def word(content: Mapping[str, Any], words: Mapping[str, str], made_at: datetime) -> bytes:
    """The report as a Word file. ``words`` of its frame: "foot", "page_of", "definitions", "draft" or ""."""
    import docx
    from docx.shared import Mm

    made = docx.Document()
    documents.style(made)
    about = made.core_properties
    about.title, about.language = f"{plain(content['title'])} {plain(content['period'])}", "en-GB"
    about.author = about.last_modified_by = about.comments = about.keywords = about.subject = ""
    about.created = about.modified = made_at
    about.revision = 1
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(22)
    if words["draft"]:
        section.header.paragraphs[0].add_run(plain(words["draft"])).bold = True
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{plain(words['foot'])}\n")
    documents.write_page_of(foot, words["page_of"])
    made.add_heading(plain(content["title"]), level=1)
    made.add_paragraph().add_run(f"{plain(content['whose'])}, {plain(content['period'])}").bold = True
    for note in content["notes"]:
        made.add_paragraph(plain(note))
    for one in content["sections"]:
        _section(made, one)
    made.add_heading(plain(words["definitions"]), level=2)
    for name, definition in content["definitions"]:
        paragraph = made.add_paragraph()
        paragraph.add_run(f"{plain(name)}. ").bold = True
        paragraph.add_run(plain(definition))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def paragraphs(text: str) -> list[str]:
    """What was written, paragraph by paragraph."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def _section(made: "Document", section: Mapping[str, Any]) -> None:
    made.add_heading(plain(section["title"]), level=2)
    for paragraph in paragraphs(section["text"]):
        made.add_paragraph(plain(paragraph))
    for block in section["blocks"]:
        match block["kind"]:
            case "words":
                made.add_paragraph(plain(block["words"]))
            case "table":
                _table(made, block)
            case "chart":
                _picture(made, block)
                _table(made, block["table"])


def _picture(made: "Document", block: Mapping[str, Any]) -> None:
    from docx.shared import Mm

    chart = chart_of(block)
    made.add_heading(plain(block["title"]), level=3)
    picture = made.add_picture(io.BytesIO(charts.as_png(chart)), width=Mm(110))
    described = picture._inline.docPr
    described.set("title", plain(block["title"]))
    described.set("descr", plain(html.unescape("".join(_SAID.findall(chart)))))


def _table(made: "Document", block: Mapping[str, Any]) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    made.add_heading(plain(block["caption"]), level=3)
    wide = len(block["heads"])
    table = made.add_table(rows=1 + len(block["rows"]), cols=wide, style="Table Grid")
    table.autofit = False
    # The library finds a cell by counting through the whole table: its list is made once.
    cells: Sequence[_Cell] = table._cells
    first = Mm(WIDTH_MM * (0.34 if wide > 3 else 0.46))
    rest = Mm(WIDTH_MM * (0.66 if wide > 3 else 0.54) / max(1, wide - 1))
    for place, head in enumerate(block["heads"]):
        _write(cells[place], head, bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for number, row in enumerate(block["rows"], start=1):
        _write(cells[number * wide], row["label"], bold=True)
        for place, words in enumerate(row["cells"], start=1):
            _write(cells[number * wide + place], words, bold=row["mark"] == "total")
    for place, cell in enumerate(cells):
        cell.width = rest if place % wide else first
    made.add_paragraph()


def _write(cell: "_Cell", words: str, *, bold: bool) -> None:
    from docx.shared import Pt

    run = cell.paragraphs[0].add_run(plain(words))
    run.bold = bold
    run.font.size = Pt(9)
