"""Makes the reports' fonts anew of Debian's fonts-noto-cjk: ``python -m tests.support.reports.fonts FOLDER``.

FOLDER is where that package has put NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc. Kept are the Japanese face, the
characters of JIS X 0208 with the extensions that Windows-31J has (names like 髙 and 﨑), and Latin and symbols.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from hashlib import sha256
from itertools import groupby, product
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from pipeline.analysis.reports.forms import glyphs

FACE = "Noto Sans CJK JP"
# Latin-1 and Latin Extended-A, dashes and quotes, currencies, letterlike, arrows, mathematics, shapes, ticks.
BLOCKS = (
    *((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x203B), (0x20A0, 0x20BF), (0x2100, 0x214F)),
    *((0x2150, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x25FF), (0x2600, 0x266F), (0x2713, 0x2718)),
    *((0x3000, 0x30FF), (0x3200, 0x33FF), (0xFF00, 0xFFEF)),
)
# Not "locl": it brings in every character as China, Taiwan and Korea write it, twice the size.
FEATURES = ["kern", "mark", "mkmk"]


def characters() -> set[int]:
    """The code points that are kept where the face has them."""
    leads, trails = [*range(0x81, 0xA0), *range(0xE0, 0xFD)], range(0x40, 0xFD)
    pairs = (bytes(pair).decode("cp932", "ignore") for pair in product(leads, trails))
    kept = {ord(text) for text in pairs if len(text) == 1}
    return kept | {code for first, last in BLOCKS for code in range(first, last + 1)}


def made(collection: Path, out: Path) -> set[int]:
    """Write one subset; gives the code points that it has."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.hinting = False
    options.recalc_timestamp = False
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "DSIG"]
    font = TTFont(collection, fontNumber=_number(collection), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font.save(out, reorderTables=True)
    return set(TTFont(out).getBestCmap())


def ranges(codes: Iterable[int]) -> str:
    """Code points as lines ``first-last`` in hexadecimal."""
    runs = (list(run) for _, run in groupby(enumerate(sorted(codes)), key=lambda pair: pair[1] - pair[0]))
    return "".join(f"{run[0][1]:X}-{run[-1][1]:X}\n" for run in runs)


def _number(collection: Path) -> int:
    for number in range(100):
        if TTFont(collection, fontNumber=number, lazy=True)["name"].getDebugName(1) == FACE:
            return number
    raise SystemExit(f"{collection.name} has no {FACE}")


def main(folder: Path) -> None:
    """Write both fonts, what they have, and their sums."""
    regular = made(folder / "NotoSansCJK-Regular.ttc", glyphs.FONTS / glyphs.FILES[0])
    bold = made(folder / "NotoSansCJK-Bold.ttc", glyphs.FONTS / glyphs.FILES[1])
    glyphs.COVERAGE.write_text(ranges(regular & bold), "ascii")
    sums = (f"{sha256((glyphs.FONTS / name).read_bytes()).hexdigest()}  {name}\n" for name in glyphs.FILES)
    glyphs.SUMS.write_text("".join(sums), "ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
