"""Records on their way into columns: held by the attribute names that they have, and given on in batches. Pure.

Records of a kind mostly have the same names in the same order, so a row is held as its values alone; what is held of
all kinds together stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from pipeline.tables.names import flat, joined

BATCH_ROWS = 10_000
BATCH_BYTES = 4 * 1024 * 1024
HELD_BYTES = 12 * 1024 * 1024
Shape = tuple[str, ...]


class Held:
    """Rows of one kind of record."""

    def __init__(self) -> None:
        self.rows = 0
        self.bytes = 0
        self._plain: dict[Shape, list[tuple[Any, ...]]] = {}
        self._nested: dict[Shape, list[tuple[Any, ...]]] = {}

    def add(self, record: dict[str, Any], size: int) -> None:
        """Hold one more, of ``size`` bytes as JSON."""
        shapes = self._plain
        if dict in map(type, record.values()):
            record, shapes = flat(record), self._nested
        shape = tuple(record)
        rows = shapes.get(shape)
        if rows is None:
            rows = shapes[shape] = []
        rows.append(tuple(record.values()))
        self.rows += 1
        self.bytes += size

    def groups(self) -> list[tuple[dict[str, Sequence[Any]], int]]:
        """Columns by name, and the number of rows, of each set of names."""
        plain = [(tuple(joined((name,)) for name in shape), rows) for shape, rows in self._plain.items()]
        return [
            (dict(zip(shape, zip(*rows, strict=True), strict=True)), len(rows))
            for shape, rows in [*plain, *self._nested.items()]
        ]

    def by_name(self) -> dict[str, Sequence[Any]]:
        """The values of each column, without the rows that do not have it."""
        joined_up: dict[str, Sequence[Any]] = {}
        groups = self.groups()
        if len(groups) == 1:
            return groups[0][0]
        for columns, _ in groups:
            for name, values in columns.items():
                held = joined_up.setdefault(name, [])
                held.extend(values)  # type: ignore[attr-defined]
        return joined_up


def column(groups: Sequence[tuple[dict[str, Sequence[Any]], int]], name: str) -> Sequence[Any]:
    """One column of all groups, one after the other; null where a row does not have it."""
    if len(groups) == 1 and name in groups[0][0]:
        return groups[0][0][name]
    values: list[Any] = []
    for columns, rows in groups:
        values.extend(columns[name] if name in columns else repeat(None, rows))
    return values


class Batches:
    """Holds rows of many kinds, and hands those of one over to ``full`` when they are enough, or all when memory says
    so; ``most_rows`` gives how many rows of a kind make a batch."""

    def __init__(
        self, full: Callable[[str, Held], None], most_rows: Callable[[str], int] = lambda kind: BATCH_ROWS
    ) -> None:
        self._full, self._most_rows = full, most_rows
        self._held: dict[str, Held] = {}
        self._most: dict[str, int] = {}
        self._bytes = 0

    def add(self, kind: str, record: dict[str, Any], size: int) -> None:
        """Hold one more row of a kind."""
        held = self._held.get(kind)
        if held is None:
            held = self._held[kind] = Held()
            self._most[kind] = self._most_rows(kind)
        held.add(record, size)
        self._bytes += size
        if held.bytes >= BATCH_BYTES or held.rows >= self._most[kind]:
            self._give(kind)
        elif self._bytes >= HELD_BYTES:
            self.close()

    def close(self) -> None:
        """Hand over all that is held."""
        for kind in list(self._held):
            self._give(kind)

    def _give(self, kind: str) -> None:
        held = self._held.pop(kind)
        self._bytes -= held.bytes
        self._full(kind, held)
