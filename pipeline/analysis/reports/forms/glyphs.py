"""What the fonts of a PDF have: whatever they lack is written by its number, and named, never an empty box. Pure.

A run of such characters becomes one mark; what nobody sees (joiners, selectors of variants) is left out.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).with_name("fonts")
FILES: Final = ("regular.otf", "bold.otf")
FACE: Final = "Noto Sans CJK JP"
COVERAGE: Final = FONTS / "coverage.txt"
SUMS: Final = FONTS / "sums.txt"
# A longer run is told by its first character and its length.
_MOST_NAMED = 3
_HALFWIDTH = re.compile("[\uff61-\uff9f]+")
_UNSEEN = frozenset(("Cf", "Cc"))
_SELECTORS = range(0xFE00, 0xFE10)
_MORE_SELECTORS = range(0xE0100, 0xE01F0)


@dataclass(frozen=True)
class Missing:
    """A character that the fonts lack: itself, its Unicode name (empty where it has none), and how often it stood."""

    character: str
    name: str
    count: int

    @property
    def code(self) -> str:
        """As Unicode writes it: ``U+1F363``."""
        return code(self.character)


def code(character: str) -> str:
    """A character's number as Unicode writes it."""
    return f"U+{ord(character):04X}"


class Glyphs:
    """Texts as the fonts can set them, and the count of what they lack. One for a document."""

    def __init__(self) -> None:
        self._lacking: Counter[str] = Counter()

    def settable(self, text: str) -> str:
        """The text in composed form; each run of characters that the fonts lack is a mark like 〔U+1F363〕."""
        return self._set(text, has_glyph)

    def drawable(self, text: str) -> str:
        """The same for a picture, in which typst cannot set a mark over a letter that is none with it: halfwidth kana
        are made full, other marks are lacking."""
        full = _HALFWIDTH.sub(lambda kana: unicodedata.normalize("NFKC", kana[0]), text)
        return self._set(full, lambda each: has_glyph(each) and not unicodedata.combining(each))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What was lacking so far, by number."""
        return tuple(Missing(each, unicodedata.name(each, ""), self._lacking[each]) for each in sorted(self._lacking))

    def _set(self, text: str, has: Callable[[str], bool]) -> str:
        seen = (each for each in unicodedata.normalize("NFC", text) if each == "\n" or not _unseen(each))
        return "".join(self._run(list(run), held) for held, run in groupby(seen, key=has))

    def _run(self, run: list[str], has: bool) -> str:
        if has:
            return "".join(run)
        self._lacking.update(run)
        named = " ".join(map(code, run)) if len(run) <= _MOST_NAMED else f"{code(run[0])}… ×{len(run)}"
        return f"〔{named}〕"


def has_glyph(character: str) -> bool:
    """Whether both weights have the character; a line's end needs no glyph."""
    if character == "\n":
        return True
    firsts, lasts = _ranges()
    at = bisect_right(firsts, ord(character)) - 1
    return at >= 0 and ord(character) <= lasts[at]


def _unseen(character: str) -> bool:
    if unicodedata.category(character) in _UNSEEN:
        return True
    return ord(character) in _SELECTORS or ord(character) in _MORE_SELECTORS


@cache
def _ranges() -> tuple[list[int], list[int]]:
    pairs = [line.split("-") for line in COVERAGE.read_text("ascii").splitlines()]
    return [int(first, 16) for first, _ in pairs], [int(last, 16) for _, last in pairs]
