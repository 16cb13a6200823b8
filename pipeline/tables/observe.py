"""What a document's records are made of: their kinds, the columns of each, and facts of the values. Pure.

The first of a conversion's two passes. Columns are looked at many values at a time: a call a value would cost minutes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, reduce
from itertools import chain
from typing import Any

import orjson

from pipeline.tables.entities import OTHERS
from pipeline.tables.gather import Batches, Held
from pipeline.tables.types import NOTHING, Facts, Schema, of, of_list, of_whole_numbers
from pipeline.tables.values import moment

MOST_KINDS = 1_000
MOST_COLUMNS = 1_000
LONGEST_COLUMN_BYTES = 200
_UTC = re.compile(r"(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z", re.ASCII)


class Profile:
    """Counts and facts by kind of record, in the order in which they appear."""

    def __init__(self, known: Mapping[str, Mapping[str, Facts]]) -> None:
        """``known``: the facts of kinds that are known already; a column known as text need not be read for times."""
        self._known = known
        self._batches = Batches(self._take)
        self.records: dict[str, int] = {}
        self.columns: dict[str, Schema] = {}
        # Kinds that have more attributes than become columns.
        self.overflowing: set[str] = set()

    def add(self, entity: str, record: dict[str, Any], size: int) -> None:
        """Note one record of ``size`` bytes."""
        if entity not in self.records and len(self.records) >= MOST_KINDS:
            entity = OTHERS
        self.records[entity] = self.records.get(entity, 0) + 1
        self._batches.add(entity, record, size)

    def close(self) -> None:
        """Look at what is still held."""
        self._batches.close()

    def _take(self, entity: str, held: Held) -> None:
        columns, known = self.columns.setdefault(entity, {}), self._known.get(entity, {})
        for name, values in held.by_name().items():
            before = columns.get(name)
            if before is None and not self._has_room(entity, columns, name):
                continue
            before = before or NOTHING
            text_already = known.get(name, NOTHING).kinds | before.kinds
            columns[name] = before.widened(column_facts(values, "text" in text_already))

    def _has_room(self, entity: str, columns: Schema, name: str) -> bool:
        fits = len(columns) < MOST_COLUMNS and len(orjson.dumps(name)) <= LONGEST_COLUMN_BYTES
        if not fits:
            self.overflowing.add(entity)
        return fits


def column_facts(values: Sequence[Any], is_text: bool = False) -> Facts:
    """The facts of a column's values; where it ``is_text`` already, texts are not looked at."""
    kinds = set(map(type, values))
    if len(kinds) > 1:
        # Each kind by itself: a column of one kind is looked at as a whole.
        alike = ([value for value in values if type(value) is kind] for kind in kinds)
        return reduce(Facts.widened, (column_facts(each, is_text) for each in alike), NOTHING)
    (kind,) = kinds or {type(None)}
    look = _LOOKS.get(kind)
    return look(values) if look and not (is_text and kind is str) else of(values[0] if values else None)


def _of_texts(values: Sequence[str]) -> Facts:
    before = ""
    for value in values:
        # One export's time stands in every record of it.
        if value != before and not _is_moment(value):
            return of("")
        before = value
    return of(before)


def _of_whole_numbers(values: Sequence[int]) -> Facts:
    return of_whole_numbers(min(values), max(values)) or _joined(values)


def _of_lists(values: Sequence[list[Any]]) -> Facts:
    return of_list(column_facts([*chain.from_iterable(values)]))


def _joined(values: Iterable[Any]) -> Facts:
    # Facts of values that are alike are one object: each is widened by once.
    distinct = {id(facts): facts for facts in map(of, set(values))}
    return reduce(Facts.widened, distinct.values(), NOTHING)


_LOOKS: Mapping[type, Callable[[Any], Facts]] = {
    str: _of_texts,
    int: _of_whole_numbers,
    float: _joined,
    Decimal: _joined,
    list: _of_lists,
}


def _is_moment(value: str) -> bool:
    found = _UTC.fullmatch(value)
    return _is_day(found[1]) if found else moment(value) is not None


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
