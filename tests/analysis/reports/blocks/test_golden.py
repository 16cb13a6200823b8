"""Blocks of exports, quality and models as whole documents in both languages: full ones, and with nothing to tell.

Anew after a change of words: python -m tests.analysis.reports.blocks.test_golden, then look at the difference.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.analysis.models.builds import BuildIndex
from pipeline.analysis.reports.blocks.history import history
from pipeline.analysis.reports.blocks.models import models
from pipeline.analysis.reports.blocks.quality import quality
from pipeline.analysis.reports.blocks.status import status
from pipeline.analysis.reports.document import Document, Heading
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.analysis.reports.forms.glyphs import has_glyph
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.analysis.reports.shown import Shown
from pipeline.words.catalogue import catalogue
from tests.support.places import ROOT
from tests.support.reports import exports as made
from tests.support.reports.documents import document

GOLDEN = ROOT / "tests" / "golden" / "reports"
CASES = [(case, language) for case in ("full", "nothing") for language in ("ja", "en")]


def full(language: str) -> Document:
    shown = Shown(document(language=language))
    parts = (
        Heading("status"),
        *status(made.exports(unread=1), shown),
        Heading("history"),
        *history(made.past(unread=2, read_from=made.LAST, left_out=3), shown),
        Heading("quality"),
        *quality(made.looked(), made.FIRST, made.LAST, made.AT, shown),
        Heading("models"),
        *models(made.models(), shown),
    )
    return document(*parts, language=language)


def nothing(language: str) -> Document:
    shown = Shown(document(language=language))
    never = [replace(one, results={}, stands=replace(one.stands, result=None)) for one in made.looked()]
    parts = (
        Heading("status"),
        *status(made.exports(()), shown),
        Heading("history"),
        *history(made.past(()), shown),
        Heading("quality"),
        *quality(never, made.FIRST, made.LAST, made.AT, shown),
        Heading("models"),
        *models(replace(made.models(), index=BuildIndex(), others=(), others_left=0), shown),
    )
    return document(*parts, language=language)


def text(case: str, language: str) -> str:
    return markdown((full if case == "full" else nothing)(language)).decode()


@pytest.mark.parametrize(("case", "language"), CASES)
def test_a_document_of_all_blocks_reads_so(case: str, language: str) -> None:
    assert text(case, language) == (GOLDEN / f"blocks-{case}.{language}.md").read_text("utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_holds_it(form: str) -> None:
    assert FORMATS[form].make(full("ja"))  # type: ignore[index]


def test_the_fonts_have_every_character_that_blocks_write() -> None:
    said = {
        each
        for language in ("ja", "en")
        for key, words in catalogue(language).items()
        for each in words
        if key.startswith("report_blocks.")
    }
    written = {each for case, language in CASES for each in text(case, language)}
    assert [each for each in sorted(said | written) if not has_glyph(each)] == []


if __name__ == "__main__":
    for one in CASES:
        (GOLDEN / f"blocks-{one[0]}.{one[1]}.md").write_text(text(*one), "utf-8")
