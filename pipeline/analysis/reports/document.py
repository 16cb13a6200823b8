"""One report as data, in its reader's words: headings, texts, facts, tables of typed values, charts. Pure.

Whatever is made of it (``html``, ``pdf``, ``xlsx``, ``markdown``) says the same. Texts are plain: no markup is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

Value = str | int | float | Decimal | bool | date | datetime | None
Tone = Literal["plain", "note", "warning"]
Shape = Literal["line", "bar"]
FormatName = Literal["html", "pdf", "xlsx", "md"]
# More lines than these cannot be told apart, on paper least of all.
MOST_SERIES: Final = 6
# No file of text holds the first; the second turn the reading of what stands around them.
_ODD: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069\u2028\u2029]")


@dataclass(frozen=True)
class Heading:
    """Begins a section (level 2) or a part of one (level 3); the document's title is level 1."""

    text: str
    level: Literal[2, 3] = 2


@dataclass(frozen=True)
class Paragraph:
    """Plain text; an empty line parts two paragraphs, a line's end stays one. ``note`` is small, ``warning`` stands
    out."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Facts:
    """Names and values, each on a line."""

    rows: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Column:
    """A table's column; ``decimals`` are how many a floating number is shown with, where that is fixed."""

    name: str
    decimals: int | None = None


@dataclass(frozen=True)
class Table:
    """Rows of typed values under columns. Raise ValueError where a row has another length."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.title!r} has not {len(self.columns)} values")


@dataclass(frozen=True)
class Series:
    """One line or row of bars; a value that is None or not finite is a gap. A band lies from ``low`` to ``high``."""

    name: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Series over common values of x; ``about`` says in a sentence what is to be seen, for whom it is read to. Raise
    ValueError where lengths differ, or for more than six series."""

    title: str
    about: str
    x_name: str
    x: tuple[Value, ...]
    series: tuple[Series, ...]
    shape: Shape = "line"
    unit: str = ""

    def __post_init__(self) -> None:
        if len(self.series) > MOST_SERIES:
            raise ValueError(f"{self.title!r} has {len(self.series)} series")
        lengths = {len(each) for one in self.series for each in (one.values, one.low or self.x, one.high or self.x)}
        if lengths - {len(self.x)}:
            raise ValueError(f"a series of {self.title!r} has not {len(self.x)} values")


Part = Heading | Paragraph | Facts | Table | Chart


@dataclass(frozen=True)
class Document:
    """A report. ``made_at`` is the moment that its data stand for (aware: it is the date inside of the files, too);
    ``zone`` is the time zone that times are shown in. Raise ValueError for a moment without a zone."""

    title: str
    subtitle: str
    language: str
    zone: str
    made_at: datetime
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("a report's moment needs a time zone")

    def outlined(self) -> Iterator[Part]:
        """The parts as readers of screens want them: no heading without a text, no level 3 outside of a level 2."""
        within = False
        for part in self.parts:
            if not isinstance(part, Heading):
                yield part
            elif clean(part.text).strip():
                yield part if within else replace(part, level=2)
                within = True


def captioned(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts as they are read one after the other: a table or chart right below a heading that says the same has no
    title of its own."""
    heading = ""
    for part in parts:
        if isinstance(part, Table | Chart) and part.title == heading:
            yield replace(part, title="")
        else:
            yield part
        heading = part.text if isinstance(part, Heading) else ""


def clean(text: str) -> str:
    """A text as every format can hold it: what none holds, and what turns the direction of other text, is U+FFFD."""
    return _ODD.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_table(chart: Chart) -> Table:
    """A chart's figures: x, then each series, and its band where it has one."""
    columns, values = [Column(chart.x_name)], [chart.x]
    for one in chart.series:
        for name, held in ((one.name, one.values), (f"{one.name} ↓", one.low), (f"{one.name} ↑", one.high)):
            if held:
                columns.append(Column(name))
                values.append(held)
    return Table(chart.title, tuple(columns), tuple(zip(*values, strict=True)))
