"""What a day's records are made of: counts, nulls, types and bounds by kind and column, and no value of them.

One SQL of our own over ``all_records``, in the locked child of people's queries, with no right more than theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.analysis.quality.expectations import Expectations, Range, Reference
from pipeline.analysis.query.face import Bounds, Engine, Query, Row, Watch
from pipeline.tables.manifest import Manifest
from pipeline.untrusted import count, quoted

MOST_COLUMNS, MOST_ENTITIES = 5_000, 1_000
LONGEST_NAME = 200
# Of a million records all columns are looked at.
_BOUNDS = Bounds(rows=2 * (MOST_COLUMNS + MOST_ENTITIES), seconds=90)
# DuckDB's names of types of JSON. Source: its documentation, "JSON Processing Functions" (json_type).
_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "ARRAY": "list",
    "OBJECT": "object",
    "UBIGINT": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "UHUGEINT": "integer",
    "DOUBLE": "decimal",
}
_SQL = """
with named as not materialized (
  select entity, unnest(map_entries(json_transform(record::json, '"MAP(VARCHAR, JSON)"'))) as one from all_records
), told as not materialized (
  select entity, one.key as name, json_type(one.value) as kind, one.value ->> '$' as value,
    case when json_type(one.value) in ({numbers}) then try_cast(one.value ->> '$' as double) end as number
  from named where length(one.key) <= {longest}
), bounds(entity, name, low, high) as (values {ranges}),
columns as not materialized (
  select told.entity, told.name, count(*) as present, count(*) filter (kind is null or kind = 'NULL') as nulls,
    least(approx_count_distinct(value), count(*)) as differing, min(number) as low, max(number) as high,
    count(*) filter (number < bounds.low or number > bounds.high) as outside,
    array_to_string(list_sort(list(distinct kind) filter (kind <> 'NULL')), ',') as kinds
  from told left join bounds on told.entity = bounds.entity and told.name = bounds.name
  group by told.entity, told.name order by present desc, told.entity, told.name limit {most}
)
select 'table' as part, '' as entity, '' as name, count(*) as n, (select count(*) from (select 1 from all_records
  where pk is not null group by pk, sk having count(*) > 1)) as nulls, 0 as differing, null as low, null as high,
  0 as outside, '' as kinds from all_records
union all (select 'entity', entity, '', count(*) as n, 0, 0, null, null, 0, '' from all_records group by entity
  order by n desc, entity limit {kinds})
union all select 'column', entity, name, present, nulls, differing, low, high, outside, kinds from columns
{orphans}"""
_ORPHANS = """union all select 'orphans', {entity}, {column}, count(*), 0, 0, null, null, 0, '' from all_records one
  where one.entity = {entity} and one.record::json ->> {column} is not null and not exists (select 1
  from all_records other where starts_with(other.sk, {prefix})
  and other.sk = {prefix} || (one.record::json ->> {column}))
"""


@dataclass(frozen=True)
class ColumnProfile:
    """One column of a kind: ``present`` records have it, of which ``nulls`` hold null; ``distinct`` values about (never
    counted exactly, so that memory is bounded); ``low`` and ``high`` of its numbers; ``outside`` of their bounds;
    ``types`` that are not null: integer, decimal, text, boolean, list, object."""

    present: int
    nulls: int
    distinct: int
    low: float | None
    high: float | None
    outside: int
    types: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """A day's records: how many, how many keys stand more than once, how many of each kind, and the columns by (kind,
    name). ``cut``: there are more than MOST_COLUMNS, or kinds, and the rarest are left out. ``orphans`` by (kind, name)
    of a reference."""

    records: int
    duplicates: int
    entities: Mapping[str, int]
    columns: Mapping[tuple[str, str], ColumnProfile]
    cut: bool = False
    orphans: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def null_rate(self, entity: str, name: str) -> float:
        """The share of a kind's records that do not have the column, or hold null there: 0 to 1."""
        column, records = self.columns[entity, name], self.entities[entity]
        return (records - column.present + column.nulls) / max(records, 1)

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake."""
        columns = [
            [*names, one.present, one.nulls, one.distinct, one.low, one.high, one.outside, list(one.types)]
            for names, one in self.columns.items()
        ]
        return {
            "records": self.records,
            "duplicates": self.duplicates,
            "entities": dict(self.entities),
            "columns": columns,
            "cut": self.cut,
            "orphans": [[*names, number] for names, number in self.orphans.items()],
        }


def profiled(engine: Engine, manifest: Manifest, expected: Expectations, watch: Watch) -> Profile:
    """Profile a day's tables. Raises what the engine raises."""
    query = Query(sql(expected), (manifest.table,), manifest.day, bounds=_BOUNDS)
    return of_rows(engine.run(query, (manifest,), watch).rows)


def sql(expected: Expectations) -> str:
    """The one SELECT; its rows are read by ``of_rows``."""
    numbers = ", ".join(_text(kind) for kind, name in _TYPES.items() if name in {"integer", "decimal"})
    # Nothing is equal to null: a row that bounds no column, for a table of values must have one.
    ranges = ", ".join(["(null, null, null, null)", *map(_range, expected.ranges)])
    orphans = "".join(map(_orphans, expected.references))
    most = {"most": MOST_COLUMNS + 1, "kinds": MOST_ENTITIES + 1}
    return _SQL.format(longest=LONGEST_NAME, ranges=ranges, numbers=numbers, orphans=orphans, **most)


def of_rows(rows: Iterable[Row]) -> Profile:
    """The profile that the rows of ``sql`` tell. Raise ValueError for others."""
    parts: dict[str, list[Row]] = {"table": [], "entity": [], "column": [], "orphans": []}
    for row in rows:
        parts[str(row[0])].append(row[1:])
    ((_, _, records, duplicates, *_),) = parts["table"]
    entities = {str(row[0]): int(row[2] or 0) for row in parts["entity"][:MOST_ENTITIES]}
    columns = [row for row in parts["column"][:MOST_COLUMNS] if row[0] in entities]
    return Profile(
        records=int(records or 0),
        duplicates=int(duplicates or 0),
        entities=dict(sorted(entities.items())),
        columns=dict(sorted(((str(row[0]), str(row[1])), _column(row)) for row in columns)),
        cut=len(entities) < len(parts["entity"]) or len(columns) < len(parts["column"]),
        orphans={(str(row[0]), str(row[1])): int(row[2] or 0) for row in parts["orphans"]},
    )


def profile_of(raw: Mapping[str, Any]) -> Profile:
    """Read what ``Profile.to_json`` wrote. Raise KeyError, TypeError, ValueError."""
    return Profile(
        records=count(raw["records"]),
        duplicates=count(raw["duplicates"]),
        entities={str(name): count(number) for name, number in raw["entities"].items()},
        columns=dict(_stored(raw)),
        cut=bool(raw["cut"]),
        orphans={(str(entity), str(name)): count(number) for entity, name, number in raw["orphans"]},
    )


def _stored(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], ColumnProfile]]:
    for entity, name, present, nulls, distinct, low, high, outside, types in raw["columns"]:
        if entity not in raw["entities"]:
            raise ValueError(f"a column of {quoted(entity)}, which is no kind")
        counts, kinds = (count(present), count(nulls), count(distinct)), tuple(map(str, types))
        yield (str(entity), str(name)), ColumnProfile(*counts, _number(low), _number(high), count(outside), kinds)


def _column(row: Row) -> ColumnProfile:
    present, nulls, distinct = (int(cell or 0) for cell in row[2:5])
    kinds = {_TYPES.get(kind, kind.lower()) for kind in (row[8] or "").split(",") if kind}
    return ColumnProfile(
        present, nulls, distinct, _number(row[5]), _number(row[6]), int(row[7] or 0), tuple(sorted(kinds))
    )


def _number(cell: Any) -> float | None:
    return None if cell is None else float(cell)


def _range(one: Range) -> str:
    return f"({_text(one.entity)}, {_text(one.column)}, {one.low!r}, {one.high!r})"


def _orphans(one: Reference) -> str:
    names = {"entity": one.entity, "column": one.column, "prefix": one.prefix}
    return _ORPHANS.format(**{name: _text(text) for name, text in names.items()})


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
