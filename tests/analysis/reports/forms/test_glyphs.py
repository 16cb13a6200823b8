"""pipeline.analysis.reports.forms.glyphs and its fonts: what they have, and how what they lack is told."""

from __future__ import annotations

from hashlib import sha256

import pytest
from fontTools.ttLib import TTFont

from pipeline.analysis.reports.forms.glyphs import FACE, FILES, FONTS, SUMS, Glyphs, has_glyph


def test_both_fonts_together_are_small_and_have_their_licence() -> None:
    assert sum((FONTS / name).stat().st_size for name in FILES) < 5 * 2**20
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text("utf-8")


def test_the_fonts_are_those_that_the_script_has_made() -> None:
    sums = [f"{sha256((FONTS / name).read_bytes()).hexdigest()}  {name}" for name in FILES]
    assert SUMS.read_text("ascii").splitlines() == sums


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_to_be_there_is_what_the_font_has(name: str) -> None:
    font = TTFont(FONTS / name)
    assert font["name"].getDebugName(1) == FACE
    held = set(font.getBestCmap())
    assert {code for code in range(0x20, 0x30000) if has_glyph(chr(code))} == held


def test_the_characters_of_jis_x_0208_are_there() -> None:
    rows = [
        bytes((lead, trail)).decode("euc_jp", "ignore") for lead in range(0xA1, 0xF5) for trail in range(0xA1, 0xFF)
    ]
    held = [text for text in rows if len(text) == 1]
    assert len(held) == 6_879
    # The one that Noto Sans CJK JP itself has not.
    assert [text for text in held if not has_glyph(text)] == ["≒"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("髙﨑 ①㈱ ✓ − ± é ōū ½ ㎡ Ⅲ ﾊﾝｶｸ", "髙﨑 ①㈱ ✓ − ± é ōū ½ ㎡ Ⅲ ﾊﾝｶｸ"),
        ("寿司🍣", "寿司〔U+1F363〕"),
        ("한국어", "〔U+D55C U+AD6D U+C5B4〕"),
        ("한국어다", "〔U+D55C… ×4〕"),
        ("𠮷野", "〔U+20BB7〕野"),
        ("か\u3099", "が"),
        ("a\u200db\ufe0f", "ab"),
        ("a\nb", "a\nb"),
        ("", ""),
    ],
)
def test_what_is_lacking_is_written_by_its_number(text: str, wanted: str) -> None:
    assert Glyphs().settable(text) == wanted


def test_what_was_lacking_is_counted_and_named() -> None:
    glyphs = Glyphs()
    glyphs.settable("🍣a🍣")
    glyphs.settable("\U000f0000")
    assert [(each.code, each.name, each.count) for each in glyphs.missing] == [
        ("U+1F363", "SUSHI", 2),
        ("U+F0000", "", 1),
    ]
