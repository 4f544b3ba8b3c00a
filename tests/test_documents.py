"""Papers as files: what is written comes out as text, whatever it is, and files say nothing but that."""

import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from catchup import documents
from catchup.documents import Paper, Part
from tests.processes import ROOT

PAPER = Paper(
    title="Handover summary",
    reference="CU-ABCD-EFGH-2026-06-11-1",
    confidential="Confidential.",
    parts=[
        Part("What we ask of you, by when", [("We ask you to", ["Name a worker.", "Ring first."])]),
        Part("The child", [("First name", ["Ada"]), ("Date of birth", ["1 March 2020"])]),
    ],
    heads=("About", "What is known"),
    foot="CU-ABCD-EFGH-2026-06-11-1 · mark 0123456789abcdef",
    page_of="Page {page} of {pages}",
    end="Written by one person and checked by another.",
    made_at=datetime(2026, 6, 1, 9, 30, tzinfo=UTC),
)


def with_text(*lines: str) -> Paper:
    return replace(PAPER, parts=[Part("The child", [("First name", lines)])])


def pdf_pages(paper: Paper) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(documents.pdf(paper))).pages]


def pdf_text(paper: Paper) -> str:
    """All of it, without the breaks that only its lines and long words bring."""
    return "".join(pdf_pages(paper)).replace("\u200b", "").replace("\n", "").replace(" ", "")


def word_cells(paper: Paper) -> list[list[list[str]]]:
    made = docx.Document(io.BytesIO(documents.word(paper)))
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]


def test_a_pdf_is_tagged_titled_in_british_english_with_headings_and_the_same_bytes_each_time() -> None:
    made = documents.pdf(PAPER)
    read = PdfReader(io.BytesIO(made))
    root = read.trailer["/Root"]
    assert made == documents.pdf(PAPER)
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert read.metadata is not None
    assert read.metadata.title == "Handover summary CU-ABCD-EFGH-2026-06-11-1"
    assert read.metadata.author is None
    assert read.metadata.creation_date == PAPER.made_at
    title, below = read.outline
    assert title["/Title"] == "Handover summary"
    assert [one["/Title"] for one in below] == ["What we ask of you, by when", "The child"]
    assert b"pdfuaid" in made


def test_the_pages_are_served_without_what_only_files_need() -> None:
    code = "import sys, catchup.web; sys.exit(bool({'typst', 'docx', 'lxml'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_page_says_which_it_is_of_how_many_and_carries_the_mark_and_the_draft() -> None:
    long = with_text(*["A line of a long story."] * 120)
    pages = pdf_pages(replace(long, draft="Draft, not checked"))
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "mark 0123456789abcdef" in text
        assert "DRAFT, NOT CHECKED" in text
    assert "DRAFT" not in pdf_pages(PAPER)[0]


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1 + 1") #import "x.typ": * #read("/etc/passwd")',
        "*bold* _emphasis_ $x^2$ `code` @label <label> = heading",
        "<b>&amp; {{ 7 * 7 }} {% raw %} \\u{1F600}",
        "Łukasz Ďurčo Ñandú Βασίλης Борис",
        "Supercalifragilistic" * 20,
    ],
    ids=["code", "marks", "templates", "scripts", "a very long word"],
)
def test_whatever_is_written_comes_out_as_text(text: str) -> None:
    assert text.replace(" ", "") in pdf_text(with_text(text))
    assert word_cells(with_text(text))[0][1] == ["First name", text]


def test_ten_thousand_characters_run_over_pages_and_none_is_lost() -> None:
    text = " ".join(["word"] * 2000)
    assert pdf_text(with_text(text)).count("word") == 2000
    assert word_cells(with_text(text))[0][1][1] == text


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "😀 emoji", "\U000e0041 no font has this"])
def test_a_script_for_which_there_may_be_no_font_still_makes_a_file(text: str) -> None:
    assert "First name" in pdf_pages(with_text(text))[0]
    assert word_cells(with_text(text))[0][1][1] == text


def test_characters_that_no_file_may_hold_and_marks_that_turn_text_round_are_left_out() -> None:
    paper = with_text("A\x00d\x07a\ufffe\u202e and\nBen")
    assert word_cells(paper)[0][1][1] == "Ada and\nBen"
    assert "AdaandBen" in pdf_text(paper)


def test_a_word_file_has_styles_repeated_table_headings_and_its_language() -> None:
    made = docx.Document(io.BytesIO(documents.word(PAPER)))
    headings = [(one.style.name, one.text) for one in made.paragraphs if one.style.name.startswith("Heading")]
    assert headings == [
        ("Heading 1", "Handover summary"),
        ("Heading 2", "What we ask of you, by when"),
        ("Heading 2", "The child"),
    ]
    for table in made.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert [cell.text for cell in table.rows[0].cells] == ["About", "What is known"]
    assert {one.get(qn("w:val")) for one in made.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    foot = made.sections[0].footer.paragraphs[0]
    assert [field.get(qn("w:instr")) for field in foot._p.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert "mark 0123456789abcdef" in foot.text
    assert made.sections[0].header.paragraphs[0].text == ""
    draft = docx.Document(io.BytesIO(documents.word(replace(PAPER, draft="Draft, not checked"))))
    assert draft.sections[0].header.paragraphs[0].text == "Draft, not checked"


def test_a_word_file_says_of_itself_what_it_is_and_names_nobody() -> None:
    made = documents.word(PAPER)
    about = docx.Document(io.BytesIO(made)).core_properties
    assert about.title == "Handover summary CU-ABCD-EFGH-2026-06-11-1"
    assert (about.language, about.created) == ("en-GB", PAPER.made_at)
    assert (about.author, about.last_modified_by, about.comments, about.keywords) == ("", "", "", "")
    with zipfile.ZipFile(io.BytesIO(made)) as files:
        assert b"Ada" not in files.read("docProps/core.xml") + files.read("docProps/app.xml")
