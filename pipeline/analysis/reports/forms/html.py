"""A document as one HTML file: nothing is fetched, nothing runs, it reads in light and dark and prints on A4.

Made of elements, never of strings, so that no text can be markup; its own policy forbids whatever would go outside.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from pipeline.analysis.reports.charts.drawing import svg
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

_STYLE: Final = Path(__file__).with_name("page.css")
_SHORT: Final = 16
# A day or a time is one word, whatever its signs are.
_MOMENT: Final = re.compile(r"[0-9][0-9:/ -]*")


def html(document: Document) -> bytes:
    """The file, in UTF-8."""
    page = Element("html", {"lang": document.language})
    _head(page, clean(document.title))
    main = SubElement(SubElement(page, "body"), "main")
    shown = Shown(document)
    _text(main, "h1", document.title)
    if document.subtitle:
        _text(main, "p", document.subtitle, "soft")
    for part in captioned(document.outlined()):
        _part(main, part, shown)
    _text(SubElement(main, "footer"), "p", shown.made(document), "soft")
    written: bytes = tostring(page, "utf-8", method="html")
    return b"<!DOCTYPE html>\n" + written + b"\n"


def _head(page: Element, title: str) -> None:
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _policy()})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    SubElement(head, "meta", {"name": "referrer", "content": "no-referrer"})
    SubElement(head, "title").text = title
    SubElement(head, "style").text = _style()


@cache
def _style() -> str:
    return _STYLE.read_text("utf-8")


@cache
def _policy() -> str:
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _part(main: Element, part: Part, shown: Shown) -> None:
    if isinstance(part, Heading):
        _text(main, f"h{part.level}", part.text)
    elif isinstance(part, Paragraph):
        _paragraphs(main, part)
    elif isinstance(part, Facts):
        _facts(main, part, shown)
    elif isinstance(part, Table):
        _table(main, part, shown)
    else:
        _chart(main, part, shown)


def _paragraphs(main: Element, part: Paragraph) -> None:
    for text in clean(part.text).split("\n\n"):
        if text.strip():
            _text(main, "p", text.strip("\n"), "" if part.tone == "plain" else part.tone)


def _facts(main: Element, part: Facts, shown: Shown) -> None:
    listed = SubElement(main, "dl")
    for name, value in part.rows:
        _text(listed, "dt", name)
        _text(listed, "dd", shown.value(value))


def _table(main: Element, part: Table, shown: Shown) -> None:
    grid = shown.grid(part)
    # What scrolls sideways is reached by the keyboard, too.
    about = {
        "class": "wide",
        "role": "region",
        "tabindex": "0",
        "aria-label": grid.title or shown.words("report.table"),
    }
    table = SubElement(SubElement(main, "div", about), "table")
    if grid.title:
        _text(table, "caption", grid.title)
    line = SubElement(SubElement(table, "thead"), "tr")
    for name in grid.head:
        _text(line, "th", name, _look(name)).set("scope", "col")
    body = SubElement(table, "tbody")
    for row in grid.rows:
        line = SubElement(body, "tr")
        for text, numeric in zip(row, grid.numeric, strict=True):
            _text(line, "td", text, "number" if numeric else _look(text))
    for sentence in grid.left:
        _text(main, "p", sentence, "note")


def _chart(main: Element, part: Chart, shown: Shown) -> None:
    figure = SubElement(main, "figure")
    if part.title:
        _text(figure, "figcaption", part.title)
    figure.append(svg(part, shown))
    details = SubElement(figure, "details")
    _text(details, "summary", shown.words("report.figures"))
    _table(details, as_table(part), shown)


def _look(text: str) -> str:
    # A word that is broken in two is hard to read; a long one would push all else from the page.
    if len(text) > _SHORT:
        return ""
    return "short moment" if _MOMENT.fullmatch(text) else "short"


def _text(parent: Element, tag: str, text: str, look: str = "") -> Element:
    # Each text finds its own direction, and turns that of no other.
    made = SubElement(parent, tag, {"dir": "auto", **({"class": look} if look else {})})
    made.text = clean(text)
    return made
