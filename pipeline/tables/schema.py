"""What is known of the types of a table's kinds of records, over all of its days: it only widens.

Facts widen with every document; the layout is what files of a version are written with. A column whose name or type
would change begins a new version; a further column does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pipeline.clock import parse_day
from pipeline.errors import DataInvalid, RateLimited, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.tables import types
from pipeline.tables.entities import MOST_ENTITIES, OTHERS, UNNAMED, made_name
from pipeline.tables.manifest import ALL_RECORDS, Column
from pipeline.tables.names import apart
from pipeline.tables.observe import MOST_COLUMNS, Profile
from pipeline.tables.types import NOTHING, Facts, Type, table_type
from pipeline.untrusted import count, quoted

MOST_COLUMNS_OF_ALL = 10_000
# JSON of the attributes that have no column of their own; no attribute's column is called so.
MORE = "\\more"
MOST_SEEN = 400
_ATTEMPTS = 5
JST = "_jst"


@dataclass(frozen=True)
class Placed:
    """A column as files have it: its name there, its type as manifests write it, and the name of its wall clock in
    Japan (empty: it is no time)."""

    shown: str
    type: str
    jst: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of records and the table that is made of them. ``more``: it has attributes without a column."""

    name: str
    entity: str
    version: int = 1
    columns: Mapping[str, Facts] = field(default_factory=dict)
    layout: Mapping[str, Placed] = field(default_factory=dict)
    more: bool = False

    def types(self) -> dict[str, Type]:
        """The type of each column."""
        return {name: table_type(facts) for name, facts in self.columns.items()}

    @property
    def has_more(self) -> bool:
        """Whether there is a column of what has none; a table has at least one."""
        return self.more or not self.layout

    def shown(self) -> tuple[Column, ...]:
        """The columns as readers see them."""
        return tuple(_shown(self.layout, self.has_more))

    def settled(self) -> Kind:
        """With the layout that its facts ask for, in a version of its own where files of this one would not fit."""
        layout = _layout(self.types())
        if layout == self.layout:
            return self
        changed = any(name in self.layout and self.layout[name] != placed for name, placed in layout.items())
        return replace(self, layout=layout, version=self.version + changed)


@dataclass(frozen=True)
class TableSchema:
    """All kinds of a table's records by the names of their tables; ``seen``: the documents, by day, whose facts are
    in it."""

    table: str
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """What kinds of records call themselves → the name of their table. What is not in it goes to OTHERS."""
        return {kind.entity: name for name, kind in self.kinds.items() if name != OTHERS}

    def facts(self) -> dict[str, Mapping[str, Facts]]:
        """The facts by what records call themselves."""
        return {kind.entity: kind.columns for name, kind in self.kinds.items() if name != OTHERS}

    def widened(self, profile: Profile, day: date, identity: str) -> TableSchema:
        """With the facts of a document; the larger kinds are the first to have a table of their own."""
        kinds, names = dict(self.kinds), self.names()
        for entity in sorted(profile.records, key=lambda each: (-profile.records[each], each)):
            name = names.get(entity) or _new_name(entity, kinds)
            names[entity] = name
            kind = kinds.get(name) or Kind(name, "" if name in {UNNAMED, OTHERS} else entity)
            room = MOST_COLUMNS_OF_ALL - sum(len(each.columns) for each in kinds.values())
            overflows = entity in profile.overflowing
            kinds[name] = _widened(kind, profile.columns.get(entity, {}), room, overflows)
        seen = {**self.seen, day.isoformat(): identity}
        return replace(self, kinds=kinds, seen=dict(sorted(seen.items())[-MOST_SEEN:]))

    def settled(self) -> TableSchema:
        """With the layouts and versions that its facts ask for."""
        return replace(self, kinds={name: kind.settled() for name, kind in self.kinds.items()})

    def version(self, name: str) -> int:
        """The version of a table's files; all records have one layout for ever."""
        return self.kinds[name].version if name in self.kinds else 1


class Schemas:
    """Reads and writes schemas. Raises what Lake raises; SchemaMismatch for what is no schema."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def load(self, table: str) -> tuple[TableSchema, str | None]:
        """What is known of a table, and the state of its object (None: nothing is known yet)."""
        key = keys.schema_key(table)
        stored = self._lake.read_json(key)
        return (parsed(stored[0], key), stored[1]) if stored else (TableSchema(table), None)

    def change(self, table: str, widen: Callable[[TableSchema], TableSchema]) -> tuple[TableSchema, str | None]:
        """Write what ``widen`` makes of the schema, tried again on whatever somebody else has written meanwhile. Raise
        RateLimited when it keeps changing."""
        for _ in range(_ATTEMPTS):
            before, etag = self.load(table)
            after = widen(before)
            if after == before:
                return before, etag
            try:
                return after, self._lake.write_json(keys.schema_key(table), to_json(after), etag)
            except Conflict:
                continue
        raise RateLimited(f"{keys.schema_key(table)} was changed {_ATTEMPTS} times while it was being widened")


def _new_name(entity: str, kinds: Mapping[str, Kind]) -> str:
    if not entity:
        return UNNAMED
    if entity == OTHERS or len(kinds.keys() - {UNNAMED, OTHERS}) >= MOST_ENTITIES:
        return OTHERS
    return made_name(entity, kinds.keys())


def _widened(kind: Kind, columns: Mapping[str, Facts], room: int, overflows: bool) -> Kind:
    joined = dict(kind.columns)
    for name, facts in columns.items():
        if name in joined or (len(joined) < MOST_COLUMNS and len(joined) - len(kind.columns) < room):
            joined[name] = joined.get(name, NOTHING).widened(facts)
        else:
            overflows = True
    return replace(kind, columns=joined, more=kind.more or overflows)


def _layout(columns: Mapping[str, Type]) -> dict[str, Placed]:
    shown = apart(columns)
    taken = {name.casefold() for name in shown.values()}

    def jst(name: str) -> str:
        # An attribute may be called like what is made of another one.
        return f"{name}{JST}" if f"{name}{JST}".casefold() not in taken else f"{name}{JST}\\~jst"

    return {
        name: Placed(shown[name], types.written(kind), jst(shown[name]) if kind.name == "timestamp" else "")
        for name, kind in columns.items()
    }


def _shown(layout: Mapping[str, Placed], more: bool) -> Iterable[Column]:
    for placed in layout.values():
        yield Column(placed.shown, placed.type)
        if placed.jst:
            yield Column(placed.jst, "timestamp_jst")
    if more:
        yield Column(MORE, "text")


ALL_COLUMNS = tuple(Column(name, "text") for name in ("pk", "sk", "entity", "record"))


def columns_of(schema: TableSchema, name: str) -> tuple[Column, ...]:
    """The columns of a table."""
    return ALL_COLUMNS if name == ALL_RECORDS else schema.kinds[name].shown()


def to_json(schema: TableSchema) -> dict[str, Any]:
    """Its form in the lake."""
    kinds = {name: _kind_json(kind) for name, kind in schema.kinds.items()}
    return {"table": schema.table, "kinds": kinds, "seen": dict(schema.seen)}


def _kind_json(kind: Kind) -> dict[str, Any]:
    columns = {
        name: [*_placed_json(name, kind.layout.get(name)), *types.to_json(facts)]
        for name, facts in kind.columns.items()
    }
    return {"entity": kind.entity, "version": kind.version, "more": kind.more, "columns": columns}


def _placed_json(name: str, placed: Placed | None) -> list[str]:
    """Its type, then its two names as far as they are not what they mostly are: ten thousand columns are one object."""
    if placed is None:
        return ["", "", ""]
    shown = "" if placed.shown == name else placed.shown
    return [placed.type, shown, "" if placed.jst == f"{placed.shown}{JST}" else placed.jst]


def parsed(raw: Any, key: str) -> TableSchema:
    """Read what ``to_json`` wrote. Raise SchemaMismatch naming ``key``."""
    try:
        kinds = {name: _kind(name, each) for name, each in raw["kinds"].items()}
        seen = {parse_day(day).isoformat(): str(identity) for day, identity in raw["seen"].items()}
        return TableSchema(keys.valid_table(raw["table"]), kinds, seen)
    except (KeyError, TypeError, ValueError, AttributeError, DataInvalid) as error:
        facts = {"key": key, "expected": "types of tables", "found": quoted(raw)}
        raise SchemaMismatch(f"{key} is no schema of tables: {quoted(str(error), 200)}", **facts) from error


def _kind(name: str, raw: Mapping[str, Any]) -> Kind:
    if not keys.is_table_name(name) or not isinstance(raw["entity"], str):
        raise ValueError(f"table {quoted(name)} of {quoted(raw['entity'])}")
    return Kind(
        name=name,
        entity=raw["entity"],
        version=count(raw["version"]),
        more=bool(raw["more"]),
        columns={column: types.from_json(told[3:]) for column, told in raw["columns"].items()},
        layout={column: _placed(column, *map(str, told[:3])) for column, told in raw["columns"].items() if told[0]},
    )


def _placed(name: str, kind: str, shown: str, jst: str) -> Placed:
    shown = shown or name
    return Placed(shown, kind, (jst or f"{shown}{JST}") if kind == "timestamp" else "")
