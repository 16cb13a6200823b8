"""Five hundred odd texts in all four forms: each is there as it was written, and none of them is anything else."""

from __future__ import annotations

import io
import re
import unicodedata
from html.parser import HTMLParser

import openpyxl
import pytest
from markdown_it import MarkdownIt
from openpyxl.utils.escape import unescape
from pypdf import PdfReader

from pipeline.analysis.reports.document import clean
from pipeline.analysis.reports.forms.glyphs import Glyphs
from pipeline.analysis.reports.forms.html import html
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.analysis.reports.forms.pdf import pdf
from pipeline.analysis.reports.forms.xlsx import xlsx
from tests.support.reports.attacks import TEXTS
from tests.support.reports.documents import of_texts

ODD = of_texts(TEXTS)
ELEMENTS = {
    *"html head meta title style body main h1 h2 p dl dt dd div table caption thead tbody tr th td".split(),
    *"figure figcaption svg g line text rect details summary footer".split(),
}
ATTRIBUTES = {
    *"lang charset http-equiv content name dir class role tabindex aria-label scope xmlns width height viewbox".split(),
    *"font-family font-size text-anchor fill stroke stroke-width stroke-dasharray x y x1 x2 y1 y2".split(),
}


class Seen(HTMLParser):
    """Which elements and attributes there are, and what stands in cells of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.elements, self.attributes = set[str](), set[str]()
        self.cells = list[str]()
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside = tag
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.inside == "td":
            self.cells[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


def squeezed(text: str) -> str:
    """Without what lines and columns do to a text."""
    return re.sub(r"[\s\u200b]", "", text)


def test_there_are_five_hundred() -> None:
    assert len(TEXTS) == len(set(TEXTS)) == 500


def test_html_has_our_elements_only_and_every_text() -> None:
    seen = Seen()
    seen.feed(html(ODD).decode())
    assert seen.elements <= ELEMENTS
    assert seen.attributes <= ATTRIBUTES
    shown = [text if len(text) <= 500 else f"{text[:500]}…" for text in map(clean, TEXTS)]
    assert set(shown) <= set(seen.cells)


def test_markdown_has_our_elements_only_and_every_text() -> None:
    text = markdown(ODD).decode()
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inner = [child for token in parsed for child in token.children or ()]
    assert {child.type for child in inner} <= {"text", "text_special", "hardbreak", "strong_open", "strong_close"} | {
        "html_inline",
        "softbreak",
    }
    assert {child.content for child in inner if child.type == "html_inline"} <= {"<br>"}
    blocks = {re.sub("_(open|close)", "", token.type) for token in parsed}
    assert blocks <= set("heading inline paragraph bullet_list list_item table thead tbody tr th td".split())
    lines = {squeezed("".join(child.content for child in token.children or ())) for token in parsed if token.children}
    wanted = {squeezed(clean(each)) for each in TEXTS if len(each) <= 500 and "\n" not in clean(each)}
    assert wanted - lines - {""} == set()


def test_the_workbook_has_texts_only() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(ODD)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell for cell in cells if cell.hyperlink] == []
    held = {each for cell in cells for each in (str(cell.value), unescape(str(cell.value)))}
    assert {clean(text) for text in TEXTS if text} - held == set()


@pytest.fixture(scope="module")
def reader() -> PdfReader:
    return PdfReader(io.BytesIO(pdf(ODD)))


def test_the_pdf_leads_nowhere_and_carries_nothing(reader: PdfReader) -> None:
    keys = {key for number in range(1, int(reader.trailer["/Size"])) for key in _keys(reader, number)}
    assert keys & {"/URI", "/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/OpenAction", "/AA", "/GoToR"} == set()


def test_the_pdf_says_every_text_as_it_was_written(reader: PdfReader) -> None:
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    assert "root:x:" not in text
    plain = [each for each in TEXTS if each.isascii() and "\x00" not in each and "\x1b" not in each and len(each) < 60]
    lost = [each for each in plain if squeezed(Glyphs().settable(unicodedata.normalize("NFC", each))) not in text]
    assert len(plain) > 300
    assert lost == []


def _keys(reader: PdfReader, number: int) -> set[str]:
    held = reader.get_object(number)
    return set(held) if hasattr(held, "keys") else set()
