"""One name a column: the attribute names that lead down to a value, written so that no two ways read alike. Pure.

Parts are joined by dots; a backslash stands before what would be read otherwise. The rules: this wing's README.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

LEVELS = 32
_EMPTY = "\\e"
# A lone half of a surrogate pair is no text that a file could hold.
_ODD = re.compile(r"[\\.\ud800-\udfff]")
_TOKEN = re.compile(r"\\u([0-9a-f]{4})|\\~[0-9a-f]+$|\\(.)|(\.)|([^\\.]+)", re.DOTALL)
_SHORTEST_MARK = 3


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """One level: ``{"a": {"b": 1}}`` becomes ``{"a.b": 1}``, ``{"a.b": 1}`` becomes ``{"a\\.b": 1}``. Empty objects,
    and those below 32 levels, stay what they are."""
    return dict(_flat(record, "", LEVELS))


def joined(path: Sequence[str]) -> str:
    """The column's name for the attribute names that lead to it."""
    return ".".join(map(_part, path))


def path_of(name: str) -> tuple[str, ...]:
    """The attribute names that a column's name was made of; the mark that ``apart`` sets is no part of them."""
    parts = [""]
    for code, escaped, dot, plain in _TOKEN.findall(name):
        if dot:
            parts.append("")
        elif code:
            parts[-1] += chr(int(code, 16))
        elif escaped != "e":
            parts[-1] += escaped or plain
    return tuple(parts)


def apart(names: Iterable[str]) -> dict[str, str]:
    """Name → the name that it has where case does not count (DuckDB, Athena): names that differ in case only end with a
    mark of their own letters, every one of them, so that none is taken for the one name of another day's file."""
    alike: dict[str, list[str]] = defaultdict(list)
    ordered = list(dict.fromkeys(names))
    for name in ordered:
        alike[name.casefold()].append(name)
    marks = {name: mark for group in alike.values() if len(group) > 1 for name, mark in _marked(sorted(group))}
    return {name: name + marks.get(name, "") for name in ordered}


def _flat(record: dict[str, Any], prefix: str, levels: int) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and value and levels:
            yield from _flat(value, f"{prefix}{_part(name)}.", levels - 1)
        else:
            yield prefix + _part(name), value


def _part(name: str) -> str:
    if not name:
        return _EMPTY
    return _ODD.sub(_escaped, name) if _ODD.search(name) else name


def _escaped(odd: re.Match[str]) -> str:
    letter = odd[0]
    return f"\\{letter}" if letter in "\\." else f"\\u{ord(letter):04x}"


def _marked(group: list[str]) -> Iterator[tuple[str, str]]:
    size = _SHORTEST_MARK
    while len({_digest(name, size) for name in group}) < len(group):
        size += 1
    return ((name, f"\\~{_digest(name, size)}") for name in group)


def _digest(name: str, size: int) -> str:
    return hashlib.blake2b(name.encode(), digest_size=size).hexdigest()
