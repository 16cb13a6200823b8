"""Records as the Parquet files of one day: a file a kind of records, and one of all records as exact JSON text.

The second of a conversion's two passes. Imported where files are written, never at start: pyarrow takes a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import DataInvalid
from pipeline.tables.entities import OTHERS
from pipeline.tables.gather import BATCH_ROWS, Batches, Held, column
from pipeline.tables.manifest import ALL_RECORDS
from pipeline.tables.names import path_of
from pipeline.tables.parquet import BATCH_CELLS, arrow_type, converter
from pipeline.tables.schema import ALL_COLUMNS, MORE, Kind, TableSchema
from pipeline.tables.types import TEXT, Type
from pipeline.tables.values import boolean, double, text, time, whole, whole_number

GROUP_ROWS = 122_880
GROUP_BYTES = 8 * 1024 * 1024
PENDING_BYTES = 40 * 1024 * 1024
_NULL = type(None)
_TEXTS = Type("list", element=TEXT)
_READY_TEXTS = {str, bytes, _NULL}
_WALL = pa.timestamp("us")
# Japan's clock is nine hours ahead, always; what it shows after the year 9999 no reader of ours can hold.
_AHEAD, _LAST = 9 * 3600 * 10**6, 253_402_300_799_999_999


class Files:
    """The files of a day below ``folder``, by the name of their table. Use as a context manager."""

    def __init__(self, schema: TableSchema, folder: Path, sort_key: str, partition_key: str) -> None:
        self._schema, self._folder = schema, folder
        self._keys = (partition_key, sort_key)
        self._names = schema.names()
        self._open = ExitStack()
        self._writers: dict[str, _Writer] = {}
        self._batches = Batches(self._take, self._most_rows)
        self._all = _All(self._writer(ALL_RECORDS, _all_schema()))

    def __enter__(self) -> Files:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if error is None:
                self._batches.close()
                self._all.close()

    def add(self, entity: str, record: dict[str, Any], raw: bytes) -> None:
        """Write one record, which is ``raw`` in the document. Raise DataInvalid for one whose kind is not known."""
        name = self._names.get(entity, OTHERS)
        self._batches.add(name, record, len(raw))
        self._all.add(self._keys, entity, record, raw)

    def written(self) -> dict[str, tuple[Path, int]]:
        """The files and their rows, once all is written."""
        return {name: (writer.path, writer.rows) for name, writer in self._writers.items()}

    def _most_rows(self, name: str) -> int:
        return max(1, min(BATCH_ROWS, BATCH_CELLS // max(1, len(self._kind(name).layout))))

    def _kind(self, name: str) -> Kind:
        kind = self._schema.kinds.get(name)
        if kind is None:
            raise _unfit(self._schema.table, f"a record of the table {name}, which was not there before")
        return kind

    def _take(self, name: str, held: Held) -> None:
        kind, groups = self._kind(name), held.groups()
        writer = self._writers.get(name) or self._writer(name, _arrow_schema(kind))
        types = kind.types()
        arrays: list[Any] = []
        for path, placed in kind.layout.items():
            array = _array(column(groups, path), types[path])
            arrays += [array, _in_japan(array)] if placed.jst else [array]
        others = _others(groups, kind)
        if kind.has_more:
            arrays.append(pa.array(others, pa.string()))
        elif any(others):
            raise _unfit(self._schema.table, f"attributes of the table {name} that were not there before")
        writer.write(pa.record_batch(arrays, schema=writer.schema))
        self._spill()

    def _writer(self, name: str, schema: Any) -> _Writer:
        writer = self._writers[name] = _Writer(self._folder / f"{name}.parquet", schema, name == ALL_RECORDS)
        self._open.callback(writer.close)
        return writer

    def _spill(self) -> None:
        while sum(writer.pending for writer in self._writers.values()) > PENDING_BYTES:
            max(self._writers.values(), key=lambda writer: writer.pending).flush()


class _Writer:
    """One file; rows wait until a row group is worth its while."""

    def __init__(self, path: Path, schema: Any, of_texts: bool) -> None:
        self.path, self.schema = path, schema
        self.rows = self.pending = 0
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        times = [field.name for field in schema if pa.types.is_timestamp(field.type)]
        # What is different in every record is no word of a dictionary, and times are a tenth as large as steps.
        words = ["entity"] if of_texts else [_leaf(field) for field in schema if field.name not in times]
        steps = dict.fromkeys(times, "DELTA_BINARY_PACKED")
        self._file = pq.ParquetWriter(
            path, schema, compression="zstd", use_dictionary=words or False, column_encoding=steps or None
        )

    def write(self, batch: Any) -> None:
        self._waiting.append(batch)
        self.rows += batch.num_rows
        self.pending += batch.nbytes
        self._waiting_rows += batch.num_rows
        if self.pending >= GROUP_BYTES or self._waiting_rows >= GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._file.write_table(pa.Table.from_batches(self._waiting, self.schema), row_group_size=GROUP_ROWS)
        self._waiting, self._waiting_rows, self.pending = [], 0, 0

    def close(self) -> None:
        self.flush()
        self._file.close()


class _All:
    """All records as they stand in the document, each with its keys and its kind."""

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        self._rows: list[tuple[str | None, str | None, str, bytes]] = []
        self._bytes = 0

    def add(self, keys: tuple[str, str], entity: str, record: dict[str, Any], raw: bytes) -> None:
        pk, sk = record.get(keys[0]), record.get(keys[1])
        pk = pk if pk is None or type(pk) is str else text(pk)
        sk = sk if sk is None or type(sk) is str else text(sk)
        self._rows.append((pk, sk, entity, raw))
        self._bytes += len(raw)
        if self._bytes >= GROUP_BYTES // 2:
            self.close()

    def close(self) -> None:
        if self._rows:
            arrays = [_texts(values) for values in zip(*self._rows, strict=True)]
            self._writer.write(pa.record_batch(arrays, schema=self._writer.schema))
        self._rows, self._bytes = [], 0


def _all_schema() -> Any:
    return pa.schema([pa.field(each.name, pa.string()) for each in ALL_COLUMNS])


def _arrow_schema(kind: Kind) -> Any:
    fields = []
    types = kind.types()
    for name, placed in kind.layout.items():
        about = {"path": orjson.dumps([*map(whole, path_of(name))])}
        fields.append(pa.field(placed.shown, arrow_type(types[name]), metadata=about))
        if placed.jst:
            fields.append(pa.field(placed.jst, _WALL))
    return pa.schema(fields + ([pa.field(MORE, pa.string())] if kind.has_more else []))


def _leaf(field: Any) -> str:
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else str(field.name)


def _array(values: Sequence[Any], kind: Type) -> Any:
    """The Arrow form of a column. Raise DataInvalid for a value that its type cannot hold."""
    make = _MAKERS.get(kind.name, _other)
    try:
        return make(values, kind)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError) as error:
        raise _unfit("a column", f"a value that is no {kind.name}") from error


def _whole_numbers(values: Sequence[Any], kind: Type) -> Any:
    return pa.array(_each(values, whole_number, {int}), pa.int64())


def _booleans(values: Sequence[Any], kind: Type) -> Any:
    return pa.array(_each(values, boolean, {bool}), pa.bool_())


def _doubles(values: Sequence[Any], kind: Type) -> Any:
    return pa.array(_each(values, double, {float}), pa.float64())


def _texts(values: Sequence[Any], kind: Type | None = None) -> Any:
    if not set(map(type, values)) <= _READY_TEXTS:
        # Most of a mixed column are texts or whole numbers.
        values = [value if value is None or type(value) is str else text(value) for value in values]
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, UnicodeError):
        # Half of a surrogate pair somewhere, or in the document's own bytes.
        return pa.array(_each(values, _whole_text), pa.string())


def _whole_text(value: Any) -> str:
    return whole(value.decode("utf-8", "surrogatepass")) if isinstance(value, bytes) else text(value)


def _moments(values: Sequence[Any], kind: Type) -> Any:
    try:
        return pc.cast(pa.array(values, pa.string()), arrow_type(kind))
    except pa.ArrowInvalid:
        return pa.array(_each(values, time), arrow_type(kind))


def _other(values: Sequence[Any], kind: Type) -> Any:
    if kind == _TEXTS:
        with suppress(pa.ArrowException, TypeError, UnicodeError):
            return pa.array(values, arrow_type(kind))
    # Arrow would cut off fractions, and take true for 1.
    return pa.array(_each(values, converter(kind)), arrow_type(kind))


_MAKERS: Mapping[str, Callable[[Sequence[Any], Type], Any]] = {
    "int64": _whole_numbers,
    "double": _doubles,
    "text": _texts,
    "timestamp": _moments,
    "boolean": _booleans,
}


def _each(values: Sequence[Any], change: Callable[[Any], Any], ready: set[type] | None = None) -> Sequence[Any]:
    """The values changed one by one, unless all of them are ``ready``."""
    if ready and set(map(type, values)) <= ready | {_NULL}:
        return values
    return [None if value is None else change(value) for value in values]


def _in_japan(moments: Any) -> Any:
    shown = pc.add(moments.cast(pa.int64()), _AHEAD)
    return pc.if_else(pc.less_equal(shown, _LAST), shown, None).cast(_WALL)


def _others(groups: Sequence[tuple[dict[str, Sequence[Any]], int]], kind: Kind) -> list[str | None]:
    """Of each row, as JSON, the attributes that have no column."""
    rows: list[str | None] = []
    for columns, size in groups:
        names = [name for name in columns if name not in kind.layout]
        if names:
            each = zip(*(columns[name] for name in names), strict=True)
            rows += [text(dict(zip(names, values, strict=True))) for values in each]
        else:
            rows.extend(repeat(None, size))
    return rows


def _unfit(what: str, found: str) -> DataInvalid:
    text_ = f"{what}: {found}: the document is not the one that was looked at, or its schema is not whole"
    return DataInvalid(text_, record=what, field="type", situation="tables_unfit")
