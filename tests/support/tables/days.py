"""Days of records made into tables without a lake, and read back by other people's readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.lake.document import SEPARATOR, TAIL, Head
from pipeline.lake.reading.lines import Lines, Pair
from pipeline.tables.convert import Source, Written, observed, write
from pipeline.tables.names import flat
from pipeline.tables.schema import TableSchema
from pipeline.tables.types import Type
from pipeline.tables.values import moment, text
from tests.support.tables.workshop import DAY

Records = list[dict[str, Any]]


def document(records: Records) -> bytes:
    """As an export writes it; halves of surrogate pairs are left out, as orjson would."""
    lines = [text({"_": record})[5:-1].encode() for record in records]
    return Head("t", "2024-02-01T00:00:00Z", len(records)).encode() + SEPARATOR.join(lines) + TAIL


def source(records: Records, **facts: Any) -> Source:
    """A document in memory."""
    whole = document(records)

    def read() -> Iterator[Pair]:
        yield from Lines([whole], "d").pairs()

    return Source("d", None, "c", len(records), read, **facts)


def decoded(records: Records) -> Records:
    """The records as the document has them."""
    return [record for _, record in Lines([document(records)], "d").pairs()]


def schema_of(*days: Records, known: TableSchema | None = None) -> TableSchema:
    """What is known once these days have been looked at, one after the other."""
    schema = known or TableSchema("things")
    for number, records in enumerate(days):
        profile = observed(source(records), schema, lambda rows: None)
        schema = schema.widened(profile, DAY + timedelta(days=number), f"i{number}")
    return schema.settled()


def files(schema: TableSchema, records: Records, folder: Path) -> dict[str, Written]:
    """The files of one day, by the names of their tables."""
    folder.mkdir(exist_ok=True)
    return {file.name: file for file in write(source(records), schema, folder, lambda rows: None)}


def come_back(value: Any, kind: Type) -> Any:
    """What Arrow gives for a value in a column of this type."""
    if value is None:
        return None
    if kind.name == "list" and kind.element:
        element = kind.element
        return [come_back(each, element) for each in value]
    if kind.name == "text":
        return text(value)
    return moment(value) if kind.name == "timestamp" else exact(value)


def exact(value: Any) -> Any:
    """Numbers as what they are to the last digit, whatever holds them."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def same(one: Any, other: Any) -> bool:
    """Whether a reader's value is the record's."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(exact(one) == exact(other))


def row_of(record: dict[str, Any], schema: TableSchema, name: str) -> dict[str, Any]:
    """A record as its table's row, by the columns' names, without what is made of others."""
    kind, values = schema.kinds[name], flat(record)
    return {placed.shown: come_back(values.get(column), kind.types()[column]) for column, placed in kind.layout.items()}
