"""pipeline.analysis.reports.forms.pdf: what a reader of PDFs finds in it, and what its child may not."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from pipeline.analysis.query import process
from pipeline.analysis.query.process import Limits
from pipeline.analysis.reports.document import Chart, Column, Heading, Paragraph, Series, Table
from pipeline.analysis.reports.forms import glyphs
from pipeline.analysis.reports.forms.pdf import LIMITS, PROGRAM, pdf
from pipeline.errors import ConfigInvalid, FunctionFailed, MemoryExceeded, PipelineError
from tests.support.places import ROOT
from tests.support.reports.documents import document, of_texts, week


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\u200b", "")


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf(week())


def test_a_week_is_small_and_its_japanese_comes_back(made: bytes) -> None:
    assert len(made) < 150 * 1024
    text = text_of(made)
    for wanted in (
        "週次エクスポート報告",
        "2026年11月23日〜29日",
        "実行日時",
        "98,765",
        "集中時間と予測",
        "関連は原因を意味しません。",
    ):
        assert wanted in text


def test_it_is_tagged_in_its_language_with_all_fonts_inside(made: bytes) -> None:
    reader = PdfReader(io.BytesIO(made))
    root = reader.root_object
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("ja", True)  # type: ignore[index]
    fonts = {name: font for page in reader.pages for name, font in page["/Resources"]["/Font"].items()}  # type: ignore[index]
    inner = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts.values()]
    assert len(inner) >= 2
    assert all("NotoSansCJK" in font["/BaseFont"] and "/FontFile3" in font["/FontDescriptor"] for font in inner)


def test_it_claims_to_be_archival_and_accessible_and_dates_itself_by_its_data(made: bytes) -> None:
    assert b"pdfaid:part" in made and b"pdfuaid:part" in made
    meta = PdfReader(io.BytesIO(made)).metadata
    assert meta and (meta.title, str(meta.creation_date)[:19]) == ("週次エクスポート報告", "2026-11-30 00:00:00")


def test_what_the_fonts_lack_is_named_on_the_last_page(made: bytes) -> None:
    last = text_of(made)
    assert "別の理由もありえます〔U+1F363〕" in last
    assert "U+1F363 SUSHI ×1" in last


def test_without_any_font_on_the_machine_it_is_the_same(made: bytes, tmp_path: Path) -> None:
    program = "import sys; from tests.support.reports.documents import week; from pipeline.analysis.reports.forms.pdf "
    program += "import pdf; sys.stdout.buffer.write(pdf(week()))"
    # Elsewhere, at another time of day, and with a configuration of fonts that names no folder.
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>", "utf-8")
    environment = {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": str(tmp_path), "TZ": "America/New_York"}
    environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert done.stdout == made


def test_ten_thousand_lines_are_set() -> None:
    lines = "\n".join(f"{number}行目" for number in range(10_000))
    data = pdf(document(Paragraph(lines)))
    assert "9999行目" in PdfReader(io.BytesIO(data)).pages[-1].extract_text()


@pytest.mark.parametrize("columns", [1, 5, 8, 12])
def test_words_without_a_blank_stay_on_the_page(columns: int) -> None:
    row = ("W" * 300, *("W" * 24 for _ in range(columns - 1)))
    data = pdf(document(Heading("W" * 200), Table("t", tuple(Column("N" * 20) for _ in row), (row,) * 2)))
    places = list[float]()
    for page in PdfReader(io.BytesIO(data)).pages:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: places.append(tm[4]) if text.strip() else None)
    assert max(places) < 595 - 40
    assert text_of(data).replace("\n", "").count("W") >= 2 * (300 + 24 * (columns - 1))


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\u200b\u200d", "مرحبا بالعالم", "שלום", "\u202e", "🍣" * 50, "〔〕", "\ufffd"]
)
def test_any_text_is_set(text: str) -> None:
    odd = document(Heading(text), Paragraph(text), Table(text, (Column(text),), ((text,),)), title=text, subtitle=text)
    assert pdf(odd).startswith(b"%PDF-")


def test_a_chart_of_names_with_loose_marks_is_set() -> None:
    names = ("あ\u309a", "a\u0323\u0301", "\u302c", "ﾊﾞｰｶﾞｰﾊﾟ\uff9e")
    drawn = Chart("\u309a", "", "\u309a", names, (Series("お\u309a", (1.0,) * 4),) * 2, "bar", "か\u309a")
    assert "U+309A" in text_of(pdf(document(drawn)))


@pytest.mark.parametrize("seed", range(3))
def test_texts_of_any_characters_in_any_place_are_set(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - texts, no secrets
    held = [chr(number) for number in range(0x20, 0x30000) if glyphs.has_glyph(chr(number))]
    odd = [chr(number) for number in (*range(0x300), *range(0x2000, 0x2100), *range(0xFE00, 0x10000))]
    texts = ["".join(rng.choices(rng.choice((held, odd)), k=rng.randrange(40))) for _ in range(200)]
    assert pdf(of_texts(texts)).startswith(b"%PDF-")


@pytest.mark.parametrize("missing", glyphs.FILES)
def test_a_missing_font_is_named(tmp_path: Path, missing: str) -> None:
    shutil.copytree(glyphs.FONTS, tmp_path / "fonts")
    (tmp_path / "fonts" / missing).unlink()
    with pytest.raises(ConfigInvalid) as caught:
        pdf(week(), fonts=tmp_path / "fonts")
    assert (caught.value.state, caught.value.facts["variable"]) == ("report_font", f"reports/fonts/{missing}")


@pytest.mark.parametrize(
    ("limits", "state"),
    [(replace(LIMITS, seconds=0.0), "report_late"), (replace(LIMITS, answer=1_000), "report_large")],
)
def test_what_ends_at_a_limit_is_told_by_it(limits: Limits, state: str) -> None:
    with pytest.raises(PipelineError) as caught:
        pdf(week(), limits=limits)
    assert caught.value.state == state


@pytest.mark.parametrize(
    "limits",
    [replace(LIMITS, memory=64 * 2**20), replace(LIMITS, memory=128 * 2**20), replace(LIMITS, cpu=1)],
    ids=["no room for the library", "no room for the pages", "processor"],
)
def test_what_takes_more_than_its_memory_or_processor_is_ended_and_told(limits: Limits) -> None:
    lines = document(Paragraph("\n".join(f"{number}行目の文章です。" for number in range(80_000))))
    with pytest.raises(MemoryExceeded) as caught:
        pdf(lines, limits=limits)
    assert caught.value.state == "report_memory" and "/" not in caught.value.message


def test_one_that_nobody_wants_any_more_is_ended_and_is_not_late() -> None:
    with pytest.raises(FunctionFailed) as caught:
        pdf(week(), cancelled=lambda: True)
    assert caught.value.state == "report_cancelled"


@pytest.mark.parametrize("number", range(2))
def test_its_pages_look_as_they_did(made: bytes, number: int) -> None:
    """No patch of 20 by 20 points is darker or lighter by a tenth of the shades."""
    drawn = pypdfium2.PdfDocument(made)[number].render(scale=1).to_pil().convert("L")
    golden = Image.open(ROOT / "tests" / "golden" / "reports" / f"week-{number + 1}.png")
    assert drawn.size == golden.size
    patches = ImageChops.difference(drawn, golden).reduce(20)
    assert max(patches.tobytes()) < 24


@pytest.mark.parametrize(
    "template",
    ['#read("/etc/passwd")', '#read("../../report.typ")', '#import "@preview/cetz:0.3.0"', '#image("/etc/hostname")'],
)
def test_even_a_template_of_somebody_else_s_reads_nothing(template: str) -> None:
    """What guards is the child, not only that the data are values."""
    found = find_spec("typst")
    packages = str(Path(str(found and found.origin)).parents[1])
    job = {"template": template, "report": "{}", "fonts": str(glyphs.FONTS), "nowhere": "/nowhere"}
    ended = process.run({**job, "packages": packages, "timestamp": 0}, LIMITS, lambda: False, PROGRAM)
    assert b'"fault": "TypstError"' in ended.output
