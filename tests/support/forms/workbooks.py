"""Reads what stands in the cells of an XLSX file: types, values, texts, as ECMA-376 has them (18.3.1, 18.4)."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPE = re.compile("_x([0-9a-fA-F]{4})_")


@dataclass(frozen=True)
class Sheet:
    """Cells by their reference: a text, a number as it is written, or a boolean; and the sheet's whole XML."""

    name: str
    cells: dict[str, str | float | bool]
    xml: str

    def rows(self) -> list[list[str | float | bool | None]]:
        """Cells row by row, None where there is none."""
        places = {ref: _place(ref) for ref in self.cells}
        height = max((row for row, _ in places.values()), default=-1) + 1
        width = max((column for _, column in places.values()), default=-1) + 1
        grid: list[list[str | float | bool | None]] = [[None] * width for _ in range(height)]
        for ref, (row, column) in places.items():
            grid[row][column] = self.cells[ref]
        return grid


def sheets(raw: bytes) -> list[Sheet]:
    """Every sheet of a workbook, in order."""
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))  # noqa: S314 - written by us
        names = [sheet.get("name", "") for sheet in book.iter(f"{_MAIN}sheet")]
        texts = [file.read(f"xl/worksheets/sheet{number}.xml").decode() for number in range(1, len(names) + 1)]
        shared = file.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in file.namelist() else b"<sst/>"
    strings = [_text(one) for one in ElementTree.fromstring(shared).iter(f"{_MAIN}si")]  # noqa: S314 - written by us
    return [Sheet(name, _cells(text, strings), text) for name, text in zip(names, texts, strict=True)]


def part(raw: bytes, name: str) -> str:
    """One file inside of the workbook."""
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return file.read(name).decode()


def _cells(text: str, strings: list[str]) -> dict[str, str | float | bool]:
    sheet = ElementTree.fromstring(text)  # noqa: S314 - written by us
    return {cell.get("r", ""): _value(cell, strings) for cell in sheet.iter(f"{_MAIN}c") if len(cell)}


def _text(element: ElementTree.Element) -> str:
    texts = element.iter(f"{_MAIN}t")
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), "".join(each.text or "" for each in texts))


def _value(cell: ElementTree.Element, strings: list[str]) -> str | float | bool:
    assert cell.find(f"{_MAIN}f") is None, "a formula"
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_MAIN}v", "")
    if cell.get("t") == "s":
        return strings[int(value)]
    return value == "1" if cell.get("t") == "b" else float(value)


def _place(ref: str) -> tuple[int, int]:
    letters = re.match("[A-Z]+", ref)
    assert letters
    column = 0
    for letter in letters[0]:
        column = column * 26 + ord(letter) - 64
    return int(ref[letters.end() :]) - 1, column - 1
