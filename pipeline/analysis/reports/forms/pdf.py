"""A document as PDF: set by typst in a child process with limits, tagged, its fonts inside, the same bytes each time.

Archival and readable to screen readers: PDF/A-2a and PDF/UA-1, which typst refuses to write where either is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

import orjson

from pipeline.analysis.query import process
from pipeline.analysis.query.process import Ended, Limits
from pipeline.analysis.reports.charts.drawing import svg
from pipeline.analysis.reports.document import (
    Chart,
    Document,
    Facts,
    Heading,
    Paragraph,
    Part,
    Table,
    captioned,
    clean,
)
from pipeline.analysis.reports.forms import glyphs
from pipeline.analysis.reports.forms.glyphs import Glyphs
from pipeline.analysis.reports.shown import NOTHING, Shown
from pipeline.errors import ConfigInvalid, DataInvalid, FunctionFailed, MemoryExceeded, PipelineError, TimedOut

PROGRAM: Final = Path(__file__).with_name("pdf_child.py")
_TEMPLATE: Final = Path(__file__).with_name("report.typ")
# A report of a thousand rows takes half a second and 120 MB; no file is ever written.
LIMITS: Final = Limits(memory=2 * 2**30, cpu=20, file=0, seconds=30.0, answer=32 * 2**20)
_NAMED: Final = 40
_FOOTER: Final = 60
# Words without a place to end a line (Japanese has one everywhere) are kept whole up to these lengths, each of which a
# column holds where a table has at most so many of them.
_WORD: Final = re.compile(r"[^\s\u2e80-\uffef]+")
_LONGEST: Final = ((1, 40), (5, 20), (8, 10), (12, 6))
# The library itself had no room.
_NO_MEMORY: Final = re.compile(r"failed to map segment|annot allocate memory")
_BREAK: Final = "\u200b"


def pdf(
    document: Document,
    cancelled: Callable[[], bool] = lambda: False,
    fonts: Path = glyphs.FONTS,
    limits: Limits = LIMITS,
) -> bytes:
    """The file. What the fonts lack is marked and named on its last page. Raise ConfigInvalid where typst or a font is
    not there, TimedOut, MemoryExceeded or DataInvalid where the limits end it, FunctionFailed for anything else
    (``report_cancelled`` once ``cancelled`` says so)."""
    moment = document.made_at.astimezone(UTC)
    job = {
        "template": _TEMPLATE.read_text("utf-8"),
        "report": orjson.dumps(_report(document)).decode(),
        "fonts": str(_whole(fonts)),
        "nowhere": str(fonts / "nowhere"),
        "packages": _packages(),
        "timestamp": int(moment.timestamp()),
    }
    ended = process.run(job, limits, cancelled, PROGRAM)
    if ended.output.startswith(b"%PDF-") and ended.code == 0:
        return ended.output
    raise _wrong(ended, limits)


def _report(document: Document) -> dict[str, Any]:
    shown, setting = Shown(document), _Setting()
    parts = [setting.part(part, shown) for part in captioned(document.outlined())]
    moment = document.made_at.astimezone(UTC)
    fields = ("year", "month", "day", "hour", "minute", "second")
    # PDF/UA insists on a title, and on texts that are seen in headings.
    title = setting.text(document.title).strip() or shown.words("report.sheet")
    return {
        "title": title,
        "short": title if len(title) <= _FOOTER else f"{title[:_FOOTER]}…",
        "subtitle": setting.text(document.subtitle),
        "made": setting.text(shown.made(document)),
        "language": shown.words.language,
        "face": glyphs.FACE,
        "date": {name: getattr(moment, name) for name in fields},
        "parts": [*parts, *setting.lacking(shown)],
    }


class _Setting:
    """Parts as the template takes them, each text as the fonts can set it."""

    def __init__(self) -> None:
        self._glyphs = Glyphs()

    def text(self, text: str, columns: int = 1) -> str:
        longest = next(length for most, length in _LONGEST if columns <= most)
        return _WORD.sub(lambda word: _breakable(word[0], longest), self._glyphs.settable(clean(text)))

    def part(self, part: Part, shown: Shown) -> dict[str, Any]:
        if isinstance(part, Heading):
            return {"kind": "heading", "level": part.level, "text": self.text(part.text).strip() or NOTHING}
        if isinstance(part, Paragraph):
            return {"kind": "paragraph", "tone": part.tone, "text": self.text(part.text)}
        if isinstance(part, Facts):
            rows = [[self.text(name), self.text(shown.value(value))] for name, value in part.rows]
            return {"kind": "facts", "rows": rows}
        return self._table(part, shown) if isinstance(part, Table) else self._chart(part, shown)

    def lacking(self, shown: Shown) -> list[dict[str, Any]]:
        """The last section, where something was lacking."""
        missing = self._glyphs.missing
        if not missing:
            return []
        names = [f"{each.code} {each.name} ×{each.count}" for each in missing[:_NAMED]]
        more = len(missing) - len(names)
        names += [shown.words.count("report.more_lacking", more, shown.number(more))] if more else []
        heading = {"kind": "heading", "level": 2, "text": shown.words("report.lacking")}
        about = {"kind": "paragraph", "tone": "note", "text": shown.words("report.lacking_about")}
        return [heading, about, {"kind": "paragraph", "tone": "note", "text": "\n".join(names)}]

    def _table(self, part: Table, shown: Shown) -> dict[str, Any]:
        grid = shown.grid(part)
        wide = len(grid.head)
        rows = [[self.text(cell, wide) for cell in row] for row in grid.rows]
        head, left = [self.text(name, wide) for name in grid.head], list(map(self.text, grid.left))
        title = self.text(grid.title)
        return {"kind": "table", "title": title, "head": head, "rows": rows, "numeric": grid.numeric, "left": left}

    def _chart(self, part: Chart, shown: Shown) -> dict[str, Any]:
        title = self.text(part.title)
        about = self.text(part.about).strip() or title.strip() or shown.words("report.chart")
        return {"kind": "chart", "title": title, "about": about, "svg": self._picture(svg(part, shown))}

    def _picture(self, picture: Element) -> str:
        for each in picture.iter("text"):
            each.text = self._glyphs.drawable(each.text or "")
        return tostring(picture, "unicode")


def _breakable(word: str, longest: int) -> str:
    if len(word) <= longest:
        return word
    return _BREAK.join(word[at : at + longest // 3] for at in range(0, len(word), longest // 3))


def _whole(fonts: Path) -> Path:
    for name in glyphs.FILES:
        if not (fonts / name).is_file():
            text = f"the font {name} of reports is missing"
            raise ConfigInvalid(text, variable=f"reports/fonts/{name}", situation="report_font")
    return fonts


def _packages() -> str:
    """The folder that typst is imported from: an isolated interpreter does not know all of this one's."""
    found = find_spec("typst")
    if found is None or not found.origin:
        raise ConfigInvalid("typst is not installed", variable="requirements.txt", situation="report_library")
    return str(Path(found.origin).parents[1])


def _wrong(ended: Ended, limits: Limits) -> PipelineError:
    if ended.how == "cancelled":
        return FunctionFailed("the PDF was ended together with its report", situation="report_cancelled")
    if ended.how == "late":
        return TimedOut(f"the PDF was not ready after {ended.seconds:.0f} s", situation="report_late")
    if ended.how == "flooded":
        text = f"the PDF is larger than {limits.answer:,} bytes"
        return DataInvalid(text, record="report", field="pdf", situation="report_large")
    fault = _fault(ended.output)
    if fault.get("fault") == "MemoryError" or ended.code < 0 or _NO_MEMORY.search(fault.get("message", "")):
        return MemoryExceeded("setting the PDF took more than its limits", situation="report_memory")
    return FunctionFailed(f"the PDF could not be set: {fault.get('message', '')}", situation="report_pdf")


def _fault(output: bytes) -> dict[str, str]:
    try:
        return dict(orjson.loads(output))
    except ValueError:
        return {}
