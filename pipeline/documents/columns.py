"""What the columns of some records are: types, how often missing or null, how many values differ. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from pipeline.lake.document import exact


@dataclass(frozen=True)
class Column:
    """``types`` commonest first; ``missing`` counts records without it, ``nulls`` those that say null."""

    name: str
    types: tuple[str, ...]
    missing: int
    nulls: int
    distinct: int


def profile(rows: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    """Columns in the order in which they first appear."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return tuple(_column(name, [row[name] for row in rows if name in row], len(rows)) for name in names)


def kind(value: Any) -> str:
    """A JSON type's name."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "string"


def _column(name: str, values: Sequence[Any], rows: int) -> Column:
    types = Counter(kind(value) for value in values if value is not None)
    distinct = {orjson.dumps(exact(value), option=orjson.OPT_SORT_KEYS) for value in values}
    return Column(
        name=name,
        types=tuple(name for name, _ in types.most_common()),
        missing=rows - len(values),
        nulls=sum(value is None for value in values),
        distinct=len(distinct),
    )
