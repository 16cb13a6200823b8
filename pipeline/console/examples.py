"""Queries to begin with, made for each table of its columns' types. Pure: the same on every engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.tables.manifest import Column

Kind = Literal["rows", "groups", "days", "figures"]
# Keys and moments tell records apart: to group by them says nothing.
_APART = re.compile(
    r"(?i)(?:^|_)(?:pk|sk|id|key|at|name|notes?|record|start|end|time|date|entity_type|version|latitude|longitude|elevation|code)$"
)
_NUMBERS = ("int64", "double", "decimal")
_MOST_FIGURES = 3
# Words that DuckDB or Athena keeps for itself. Sources: DuckDB, duckdb_keywords(); Amazon Athena User Guide, "Reserved
# keywords in SQL SELECT statements".
_RESERVED = frozenset(
    "all alter analyse analyze and any array as asc asymmetric between both by case cast check collate column "
    "constraint create cross cube current_date current_time current_timestamp current_user deallocate default "
    "deferrable delete desc describe distinct do drop else end escape except execute exists extract false fetch "
    "first for foreign from full group grouping having in initially inner insert intersect into is join lambda "
    "last lateral leading left like limit localtime localtimestamp natural normalize not null offset on only or "
    "order outer pivot placing prepare primary qualify recursive references returning right rollup row rows "
    "select show skip some summarize symmetric table then to trailing true uescape union unique unnest unpivot "
    "using values variadic when where window with".split()
)


@dataclass(frozen=True)
class Example:
    """One query; ``kind`` names its words."""

    kind: Kind
    sql: str


def examples(table: str, columns: Sequence[Column]) -> tuple[Example, ...]:
    """The examples that suit a table of these columns, the plainest first."""
    return tuple(_examples(quoted(table), columns))


def quoted(name: str) -> str:
    """A name as SQL has it."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


def _examples(table: str, columns: Sequence[Column]) -> Iterator[Example]:
    yield Example("rows", f"SELECT *\nFROM {table}\nLIMIT 100")
    grouped = next((column for column in columns if column.type == "text" and not _APART.search(column.name)), None)
    if grouped:
        name = quoted(grouped.name)
        # By the name as well: of groups of one size each engine would give others first.
        ordered = f"ORDER BY n DESC, {name}\nLIMIT 20"
        yield Example("groups", f"SELECT {name}, count(*) AS n\nFROM {table}\nGROUP BY {name}\n{ordered}")
    day = _day(columns)
    if day:
        yield Example("days", f"SELECT {day} AS day, count(*) AS n\nFROM {table}\nGROUP BY 1\nORDER BY 1")
    numbers = [column for column in columns if column.type.startswith(_NUMBERS) and not _APART.search(column.name)]
    if numbers:
        figures = ",\n  ".join(_figures(column) for column in numbers[:_MOST_FIGURES])
        yield Example("figures", f"SELECT\n  count(*) AS n,\n  {figures}\nFROM {table}")


def _day(columns: Sequence[Column]) -> str | None:
    """The day of a record: the one that it names, else of its first moment; never of its export."""
    named = next((column for column in columns if column.type == "text" and column.name == "date"), None)
    if named:
        return quoted(named.name)
    moments = (column for column in columns if column.type == "timestamp_jst" and column.name != "_exported_at_jst")
    moment = next(moments, None)
    return f"CAST({quoted(moment.name)} AS DATE)" if moment else None


def _figures(column: Column) -> str:
    name = quoted(column.name)
    # Rounded: the engines add doubles up in ways of their own, and their last digits differ.
    figures = {"min": f"min({name})", "avg": f"round(avg({name}), 6)", "max": f"max({name})"}
    return ", ".join(f"{asked} AS {quoted(f'{figure}_{column.name}')}" for figure, asked in figures.items())
