"""A document as Markdown (CommonMark, tables of GitHub's): every character of its texts stands for itself.

Sources: CommonMark Spec 0.31, "Backslash escapes"; GitHub Flavored Markdown Spec, "Tables" and "Autolinks".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.analysis.reports.document import (
    Chart,
    Document,
    Facts,
    Heading,
    Paragraph,
    Part,
    Table,
    as_table,
    captioned,
    clean,
)
from pipeline.analysis.reports.shown import Shown

# Of all that may be escaped, not what means nothing inside of a line: days, times and numbers stay readable.
_PUNCTUATION: Final = re.compile(r"""^([-+=])|([!#$&*+<>@\[\\\]^_`{|}~])|(?<![0-9])([.:])|([.:])(?![0-9])""")
_NUMBERED: Final = re.compile(r"^([0-9]+)\)")
_BLANKS: Final = re.compile(r"[ \t]+")
_TONES: Final = {"plain": "", "note": "", "warning": "> "}


def markdown(document: Document) -> bytes:
    """The file, in UTF-8. A chart is the table of its figures."""
    shown = Shown(document)
    pieces = [f"# {_line(document.title)}"]
    pieces += [_line(document.subtitle)] if document.subtitle else []
    for part in captioned(document.outlined()):
        pieces += _part(part, shown)
    pieces.append(_line(shown.made(document)))
    return "\n\n".join(piece for piece in pieces if piece).encode() + b"\n"


def _part(part: Part, shown: Shown) -> Iterator[str]:
    if isinstance(part, Heading):
        yield f"{'#' * part.level} {_line(part.text)}"
    elif isinstance(part, Paragraph):
        texts = (text for text in clean(part.text).split("\n\n") if text.strip())
        yield from (_paragraph(text, _TONES[part.tone]) for text in texts)
    elif isinstance(part, Facts):
        yield "\n".join(f"- {_line(name)}: {_cell(shown.value(value))}" for name, value in part.rows)
    elif isinstance(part, Table):
        yield from _table(part, shown)
    else:
        yield from _chart(part, shown)


def _chart(part: Chart, shown: Shown) -> Iterator[str]:
    if part.about and part.about != part.title:
        yield _line(part.about)
    yield from _table(as_table(part), shown)


def _table(part: Table, shown: Shown) -> Iterator[str]:
    grid = shown.grid(part)
    if grid.title:
        yield f"**{_line(grid.title)}**"
    if grid.head:
        marks = ["---:" if numeric else "---" for numeric in grid.numeric]
        yield "\n".join([_row(map(_cell, grid.head)), _row(iter(marks)), *(_row(map(_cell, row)) for row in grid.rows)])
    yield from map(_line, grid.left)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _paragraph(text: str, begin: str) -> str:
    # A backslash at a line's end is the line's end; blanks at a line's beginning would be code.
    lines = (_escaped(line) for line in text.strip("\n").split("\n"))
    return "\\\n".join(f"{begin}{line or '&nbsp;'}" for line in lines)


def _line(text: str) -> str:
    return _escaped(clean(text).replace("\n", " ")) or "&nbsp;"


def _cell(text: str) -> str:
    return "<br>".join(_escaped(line) for line in text.split("\n"))


def _escaped(text: str) -> str:
    return _NUMBERED.sub(r"\1\\)", _PUNCTUATION.sub(r"\\\g<0>", _BLANKS.sub(" ", text).strip()))
