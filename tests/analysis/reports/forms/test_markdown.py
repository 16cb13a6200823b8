"""pipeline.analysis.reports.forms.markdown: what a reader of GitHub's Markdown makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.analysis.reports.document import Column, Paragraph, Table
from pipeline.analysis.reports.forms.markdown import markdown
from tests.support.places import ROOT
from tests.support.reports.documents import document, week


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


def test_a_week_s_report_is_as_it_was() -> None:
    golden = ROOT / "tests" / "golden" / "reports" / "week.md"
    assert markdown(week()).decode() == golden.read_text("utf-8")


def test_its_tables_are_tables() -> None:
    found = list(tokens(markdown(week()).decode()))
    assert sum(token.type == "table_open" for token in found) == 3
    assert {token.tag for token in found if token.type == "heading_open"} == {"h1", "h2", "h3"}


@pytest.mark.parametrize("text", ["    four blanks", "\ttab", "a\n    b", "\n\n\n", "a\n\n    code"])
def test_blanks_are_no_code(text: str) -> None:
    assert {"code_block", "fence"} & {
        token.type for token in tokens(markdown(document(Paragraph(text))).decode())
    } == set()


def test_a_cell_of_several_lines_stays_in_its_row() -> None:
    written = markdown(document(Table("", (Column("a"), Column("b")), (("x\ny|z", 1),)))).decode()
    assert "| x<br>y\\|z | 1 |" in written


def test_days_times_and_numbers_stay_readable() -> None:
    assert markdown(document(Paragraph("2026-11-30 09:00, 1.5 (x)"))).decode().split("\n\n")[1] == (
        "2026-11-30 09:00, 1.5 (x)"
    )
