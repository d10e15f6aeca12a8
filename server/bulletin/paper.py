"""A bulletin as a document that an office can print, rates with their cases as a workbook. They write down what they are handed."""

import importlib
from io import BytesIO
from typing import Any

import msgspec

from server.bulletin.compose import percent, share
from server.rates.tally import FEW

# Neither package tells its types.
_docx: Any = importlib.import_module("docx")
_text: Any = importlib.import_module("docx.enum.text")
_ns: Any = importlib.import_module("docx.oxml.ns")
_shared: Any = importlib.import_module("docx.shared")
_xlsxwriter: Any = importlib.import_module("xlsxwriter")

FONT = "FangSong"
"""仿宋, the face of official papers."""


class Row(msgspec.Struct, frozen=True):
    """One rate of one group, in words."""

    rate: str
    how: str
    group: str
    n: int
    of: int
    low: int
    high: int


class Case(msgspec.Struct, frozen=True):
    """One case behind a rate."""

    rate: str
    group: str
    issue_no: str
    title: str
    stage: str
    counts: bool


class Paper(msgspec.Struct, frozen=True):
    """A bulletin as it is printed. `labels`: the words of its frame."""

    title: str
    state: str
    """Draft, or who signed it."""
    sections: list[tuple[str, str]]
    rows: list[Row]
    proof: str
    labels: dict[str, str]


def docx(paper: Paper) -> bytes:
    """Title, sections, the table of rates, and the line by which it can be counted again."""
    document = _docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, _shared.Pt(14)
    style.element.rPr.rFonts.set(_ns.qn("w:eastAsia"), FONT)
    head = document.add_heading(paper.title, level=0)
    head.alignment = _text.WD_ALIGN_PARAGRAPH.CENTER
    state = document.add_paragraph(paper.state)
    state.alignment = _text.WD_ALIGN_PARAGRAPH.CENTER
    for name, text in paper.sections:
        document.add_heading(name, level=1)
        for line in text.split("\n"):
            document.add_paragraph(line).paragraph_format.first_line_indent = _shared.Pt(28)
    if paper.rows:
        _table(document, paper)
    document.add_paragraph(paper.proof).runs[0].font.size = _shared.Pt(9)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _table(document: Any, paper: Paper) -> None:
    names = [paper.labels[name] for name in ("group", "rate", "percent", "counts", "interval")]
    table = document.add_table(rows=1, cols=len(names), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        cell.text = name
    for row in paper.rows:
        said = (row.group, row.rate, share(row.n, row.of), f"{row.n}/{row.of}", _interval(row))
        for cell, words in zip(table.add_row().cells, said, strict=True):
            cell.text = words


def _interval(row: Row) -> str:
    return f"{percent(row.low, 1000)}–{percent(row.high, 1000)}" if row.of >= FEW else ""


def xlsx(rows: list[Row], cases: list[Case], labels: dict[str, str]) -> bytes:
    """Two sheets: the rates, and behind each of them its cases. Texts stay texts: nothing in them is a formula."""
    written = BytesIO()
    with _xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        tenths = book.add_format({"num_format": "0.0%"})
        rates = book.add_worksheet(labels["rates"])
        rates.write_row(
            0, 0, [labels[name] for name in ("group", "rate", "n", "of", "percent", "low", "high", "how")], bold
        )
        for at, row in enumerate(rows, 1):
            rates.write_row(at, 0, [row.group, row.rate])
            rates.write_row(at, 2, [row.n, row.of])
            if row.of >= FEW:
                rates.write_row(at, 4, [row.n / row.of, row.low / 1000, row.high / 1000], tenths)
            rates.write_string(at, 7, row.how)
        rates.set_column(0, 1, 18)
        rates.set_column(7, 7, 60)
        behind = book.add_worksheet(labels["cases"])
        behind.write_row(
            0, 0, [labels[name] for name in ("rate", "group", "issue_no", "title", "stage", "counted")], bold
        )
        for at, case in enumerate(cases, 1):
            said = [
                case.rate,
                case.group,
                case.issue_no,
                case.title,
                case.stage,
                labels["yes" if case.counts else "no"],
            ]
            for column, words in enumerate(said):
                behind.write_string(at, column, words)
        behind.set_column(0, 4, 20)
    return written.getvalue()
