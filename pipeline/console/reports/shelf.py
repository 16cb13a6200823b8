"""Definitions as objects of the lake: one YAML text a report, written only over what was seen.

A deleted one is an empty text: nobody needs the right to delete, and two who change it at once are told as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from pipeline.analysis.reports.definitions import definition as definitions
from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.definitions.yaml_text import MOST_CHARACTERS
from pipeline.console.reports.texts import KeptText, read_text, write_text
from pipeline.console.reports.told import KeptReport
from pipeline.errors import DataInvalid, PipelineError, S3AccessDenied, SchemaMismatch
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.report_keys import DEFINITIONS, definition_key, parse_definition_key
from pipeline.untrusted import quoted

MOST: Final = 1000
READERS: Final = 8
# Objects that are looked at, of which ours are taken: whatever else lies there hides none of them.
_SCANNED, _MOST_FOREIGN = 20_000, 100
_MOST_BYTES: Final = 4 * MOST_CHARACTERS
# Of these the meaning is remembered: together they take little.
_SMALL: Final = 20_000


@dataclass(frozen=True)
class Shelf:
    """The definitions' objects of one lake. Raises what Lake raises."""

    lake: Lake

    def read(self, name: str) -> KeptText | None:
        """What is kept under a name, an empty text where it was deleted; None where nothing ever was. Raise DataInvalid
        (``report_name``), SchemaMismatch (``text_unread``)."""
        return read_text(self.lake, definition_key(name), _MOST_BYTES)

    def write(self, name: str, text: str, author: str, seen: KeptText | None) -> KeptText:
        """Keep a text in the place of what was ``seen``. Raise Conflict."""
        return write_text(self.lake, definition_key(name), text, author, seen.etag if seen else None)

    def all(self) -> tuple[KeptReport, ...]:
        """Every definition, at most MOST, and some of what is none, which says so."""
        ours, foreign = self._found()
        return (*self._read(name for name, size in ours if size), *foreign)

    def deleted(self) -> tuple[KeptReport, ...]:
        """Those that were deleted, by whom and when."""
        ours, _ = self._found()
        return self._read(name for name, size in ours if not size)

    def names(self) -> frozenset[str]:
        """What is kept now, without reading it."""
        ours, _ = self._found()
        return frozenset(name for name, size in ours if size)

    def _read(self, names: Iterable[str]) -> tuple[KeptReport, ...]:
        with ThreadPoolExecutor(READERS) as pool:
            return tuple(one for one in pool.map(self._one, islice(names, MOST)) if one)

    def _one(self, name: str) -> KeptReport | None:
        # What S3 refuses of one object is told of that one; what it refuses of all ends the listing before.
        try:
            held = self.read(name)
        except (SchemaMismatch, S3AccessDenied) as problem:
            return KeptReport(name, "", None, problem=problem)
        return told(name, held) if held else None

    def _found(self) -> tuple[list[tuple[str, int]], list[KeptReport]]:
        ours, foreign = list[tuple[str, int]](), list[KeptReport]()
        for held in islice(self.lake.list_after(DEFINITIONS, ""), _SCANNED):
            name = parse_definition_key(held.key)
            if name:
                ours.append((name, held.size))
            elif held.size and len(foreign) < _MOST_FOREIGN:
                foreign.append(_foreign(held))
        return ours, foreign


def told(name: str, held: KeptText) -> KeptReport:
    """A kept text as a definition, or with what is wrong with it."""
    definition, problem = meant(held.text) if held.text else (None, None)
    return KeptReport(name, held.text, definition, held.etag, held.changed_at, held.changed_by, problem=problem)


def meant(text: str) -> tuple[Definition | None, PipelineError | None]:
    """What a text defines, or why it does not."""
    return _remembered(text) if len(text) <= _SMALL else _meant(text)


def _meant(text: str) -> tuple[Definition | None, PipelineError | None]:
    try:
        return definitions.read(text), None
    except DataInvalid as error:
        return None, error.with_traceback(None)


# A page asks for the list each time that it is drawn, and YAML is slow.
_remembered: Callable[[str], tuple[Definition | None, PipelineError | None]] = lru_cache(MOST)(_meant)


def _foreign(held: StoredObject) -> KeptReport:
    name = quoted(held.key.removeprefix(DEFINITIONS), 120)
    text = f"{quoted(held.key, 200)} is no report's definition"
    expected = f"{DEFINITIONS}<name>.yaml"
    problem = DataInvalid(
        text, record="report", field="name", expected=expected, found=name, situation="report_foreign"
    )
    return KeptReport(name, "", None, problem=problem)
