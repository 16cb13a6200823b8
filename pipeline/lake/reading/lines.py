"""A document read a line at a time, as ours are written: each record as its text and decoded, at a third of the cost.

Pure. Where a record does not stand on a line of its own, the reader that knows every form goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from json import JSONDecoder
from typing import Any

import orjson

from pipeline.lake.document import MAX_DEPTH, Reader, decoded
from pipeline.untrusted import deeper_than

Pair = tuple[bytes, dict[str, Any]]
_AROUND = b", \t\r"
# The closing brackets are one; a document in another form is not tried for ever.
_MOST_MISSES = 20
# Beyond these, numbers may have more than the fifteen digits that a double surely holds. Each begins with a letter of
# its own, for which Python's expressions search ten times as fast as for a set of letters.
_SEVEN_BEHIND, _EXPONENTS = re.compile(rb"\.[0-9]{7}"), (re.compile(rb"e[-+]?[0-9]"), re.compile(rb"E[-+]?[0-9]"))
_NINE_BEFORE = 1e9
_FLAT = frozenset((str, int, bool, type(None)))
_EXACT = JSONDecoder(parse_float=Decimal)


class Lines(Reader):
    """Like Reader. Raise SchemaMismatch when the bytes are not a document of ours, or end before the document does."""

    _misses = 0

    def pairs(self) -> Iterator[Pair]:
        """Each record as it stands in the document, and decoded: numbers with a fraction are floats where a double
        gives every digit back, else Decimals; whole numbers are ints."""
        found: Pair | None = (b"", {})
        while found:
            yield from self._lines()
            found = self._in_any_form()
            if found:
                yield found
        self._expect_end()

    def _lines(self) -> Iterator[Pair]:
        """The records of the buffered lines, as far as each line is one."""
        end = self._buffer.rfind(b"\n")
        if end < self._at or self._misses > _MOST_MISSES:
            return
        for line in self._buffer[self._at : end].split(b"\n"):
            # Valid JSON has no line break inside of a string, and no object is the beginning of another one.
            raw = line.strip(_AROUND)
            try:
                record = of_line(raw) if raw else None
            except ValueError:
                self._misses += 1
                return
            self._at += len(line) + 1
            if record is not None:
                yield raw, record

    def _in_any_form(self) -> Pair | None:
        raw = self._next_value()
        if raw is None:
            return None
        record = decoded(raw, self._where)
        if not isinstance(record, dict) or _too_deep(raw, record):
            self._mismatch(f"records that are JSON objects of at most {MAX_DEPTH} levels", type(record).__name__)
        return raw, record


def _too_deep(raw: bytes, record: dict[str, Any]) -> bool:
    return raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and deeper_than(record, MAX_DEPTH)


def of_line(raw: bytes) -> dict[str, Any]:
    """One record decoded, as ``Lines.pairs`` gives it. Raise ValueError for what is no object, or nested too deep to be
    walked through."""
    record = orjson.loads(raw)
    if type(record) is not dict or raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
        raise ValueError("left to the other reader")
    return record if faithful(raw, record) else dict(_EXACT.decode(raw.decode()))


def faithful(raw: bytes, record: dict[str, Any]) -> bool:
    """Whether a record that orjson has decoded holds all digits of its numbers."""
    if _FLAT.issuperset(map(type, record.values())):
        return True
    floats = list(_floats(record.values()))
    if not floats:
        return True
    short = max(floats) < _NINE_BEFORE and min(floats) > -_NINE_BEFORE
    return short and not (_SEVEN_BEHIND.search(raw) or any(each.search(raw) for each in _EXPONENTS))


def _floats(values: Iterable[Any]) -> Iterator[float]:
    for value in values:
        kind = type(value)
        if kind is float:
            yield value
        elif kind is list:
            yield from _floats(value)
        elif kind is dict:
            yield from _floats(value.values())
