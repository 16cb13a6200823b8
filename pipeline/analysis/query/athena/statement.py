"""A person's SELECT made ready for Athena: tables of the day in place of their names, ``?`` for parameters. Pure.

A name of the day's tables becomes a WITH of that table's rows of that day, so that a query gives what it gives on the
other engines; a table of Glue's, named in full, has all days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.analysis.query import parameters
from pipeline.analysis.query.athena.tokens import Token, cut, identifier, literal, meaning
from pipeline.analysis.query.face import Query, Renamed
from pipeline.analysis.query.server import names as database_names
from pipeline.errors import DataInvalid
from pipeline.tables.glue.names import table_name
from pipeline.tables.manifest import Manifest, TableFile

# Athena User Guide, "Service Quotas": in bytes; Athena API Reference, "ExecutionParameters": in characters.
MOST_BYTES, MOST_VALUE = 262_144, 1_024
_BEGINS = ("select", "with", "values", "table")


@dataclass(frozen=True)
class Part:
    """A table of a day that a statement reads: what SQL calls it there, its file, and the document it is of."""

    name: str
    document: str
    file: TableFile

    @property
    def glue(self) -> str:
        """What Glue calls it."""
        return table_name(self.document, self.file.name)


@dataclass(frozen=True)
class Rows:
    """What of Glue's table is a part: the ``columns`` of that day, in their order, and the day's own column."""

    columns: tuple[str, ...]
    day_column: str
    day: str


@dataclass(frozen=True)
class Statement:
    """A statement that was cut and looked at. ``parts``: how often it names each table of the day; ``whole``: Glue
    tables that it names in full, whose every day is read; ``values``: of its parameters, in their order."""

    tokens: tuple[Token, ...]
    begins: int
    parts: Mapping[Part, int]
    whole: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def explains(self) -> bool:
        """Whether it is an EXPLAIN."""
        return self.tokens[meaning(self.tokens)[0]].is_word("explain")

    def sql(self, database: str, rows: Mapping[Part, Rows]) -> str:
        """As Athena is given it. Raise DataInvalid (``sql_long_athena``)."""
        tables = ", ".join(_with(part, database, rows[part]) for part in self.parts)
        texts = ["?" if token.kind == "mark" else token.text for token in self.tokens]
        # On the line where the person's own text goes on, so that Athena's line numbers are the person's.
        made = "".join([*texts[: self.begins], self._led(tables) if tables else "", *texts[self.begins :]])
        size = len(made.encode("utf-8", "surrogatepass"))
        if size > MOST_BYTES:
            raise _too_long(size)
        return made

    def _led(self, tables: str) -> str:
        follows = self.tokens[self.begins - 1] if self.begins else None
        led = follows is not None and follows.is_word("with", "recursive")
        return f" {tables}, " if led else f"WITH {tables} "


def prepared(query: Query, days: Sequence[Manifest]) -> Statement:
    """Cut a query and find what it reads. Raise DataInvalid (``sql_…``): a courtesy, as the other engines' gate is; the
    guard are the rights of whoever asks."""
    if len(query.sql) > MOST_BYTES:
        raise _too_long(len(query.sql))
    tokens = _without_end(cut(query.sql))
    _gate(tokens)
    values = _values(tokens, query.parameters)
    names = _names_of(days, query.renamed)
    tokens, counted = _joined(tokens, names)
    begins = _begins(tokens)
    parts = {part: counted[part] for part in dict.fromkeys(names.values()) if counted[part]}
    _check_own_names(tokens, begins, parts)
    whole = {table_name(day.table, file.name) for day in days for file in day.files}
    named = (token.name for token in tokens if token.name in whole)
    return Statement(tuple(tokens), begins, parts, tuple(dict.fromkeys(named)), values)


def _names_of(days: Sequence[Manifest], renamed: Sequence[Renamed] = ()) -> dict[tuple[str, ...], Part]:
    """What a statement may call each table: what it is renamed to, ``session``, of the first that has it, and
    ``t_craft.session``."""
    called = {(one.of, one.table): one.name for one in renamed}
    files = [(day.table, file) for day in days for file in day.files if (day.table, file.name) in called]
    names: dict[tuple[str, ...], Part] = {}
    for of, file in files:
        names[called[of, file.name],] = Part(called[of, file.name], of, file)
    for database, day in zip(database_names(days), days, strict=True):
        for file in day.files:
            short = (file.name,)
            if short not in names:
                names[short] = names[database, file.name] = Part(file.name, day.table, file)
            else:
                names[database, file.name] = Part(f"{database}.{file.name}", day.table, file)
    return names


def _without_end(tokens: list[Token]) -> list[Token]:
    """Without the semicolons, blanks and comments behind it."""
    while tokens and (not tokens[-1].matters or tokens[-1].text == ";"):
        tokens.pop()
    return tokens


def _gate(tokens: Sequence[Token]) -> None:
    found = [token for token in tokens if token.matters]
    if not found:
        raise _refused("empty")
    if any(token.text == ";" for token in found):
        raise _refused("several")
    first = tokens[_explained(tokens)] if _explained(tokens) < len(tokens) else None
    if first is None or not (first.is_word(*_BEGINS) or first.text == "("):
        raise _refused("not_select")


def _too_long(size: int) -> DataInvalid:
    text = f"{size:,} bytes of SQL with its tables, Athena takes {MOST_BYTES:,}"
    return DataInvalid(text, situation="sql_long_athena")


def _refused(why: str) -> DataInvalid:
    return DataInvalid(f"the SQL was refused ({why})", situation=f"sql_{why}")


def _explained(tokens: Sequence[Token]) -> int:
    """Where the SELECT begins, behind an EXPLAIN with its options."""
    places = meaning(tokens)
    if not tokens[places[0]].is_word("explain"):
        return places[0]
    at = 1
    while at < len(places) and tokens[places[at]].is_word("analyze", "verbose"):
        at += 1
    # EXPLAIN (TYPE LOGICAL): a bracket that begins no SELECT.
    if at + 1 < len(places) and tokens[places[at]].text == "(" and tokens[places[at + 1]].is_word("type", "format"):
        while at < len(places) and tokens[places[at]].text != ")":
            at += 1
        at += 1
    return places[at] if at < len(places) else len(tokens)


def _begins(tokens: Sequence[Token]) -> int:
    """Where the day's tables are put: before the SELECT, or behind the WITH that it begins with."""
    at = _explained(tokens)
    if not tokens[at].is_word("with"):
        return at
    following = next((place for place in meaning(tokens) if place > at), at)
    return (following if tokens[following].is_word("recursive") else at) + 1


def _joined(tokens: Sequence[Token], names: Mapping[tuple[str, ...], Part]) -> tuple[list[Token], Counter[Part]]:
    """The tokens with ``t_craft.session`` as one name, and how often each table is named."""
    made, counted, at = list(tokens), Counter[Part](), 0
    places = meaning(tokens)
    while at < len(places):
        own, size = _named(tokens, places, at, names)
        if own is not None:
            counted[own] += 1
        if own is not None and size > 1:
            made[places[at]] = Token("quoted", identifier(own.name), own.name)
            for place in places[at + 1 : at + size]:
                made[place] = Token("space", "")
        at += size
    return made, counted


def _named(
    tokens: Sequence[Token], places: Sequence[int], at: int, names: Mapping[tuple[str, ...], Part]
) -> tuple[Part | None, int]:
    """The table that is named here, and of how many tokens its name is; with a point before it, or behind, a name is
    that of a column or of a table of Glue's."""
    nothing = Token("space", "")
    before = tokens[places[at - 1]] if at else nothing
    first, point, second = [*(tokens[place] for place in places[at : at + 3]), nothing, nothing][:3]
    if not first.name or first.kind == "mark" or before.text == ".":
        return None, 1
    if point.text != ".":
        return names.get((first.name,)), 1
    pair = names.get((first.name, second.name))
    return (pair, 3) if pair else (None, 1)


def _check_own_names(tokens: Sequence[Token], begins: int, parts: Mapping[Part, int]) -> None:
    """Raise DataInvalid (``sql_with_name``) for a WITH of the person's that is called like a table of the day."""
    before = [token for token in tokens[:begins] if token.matters]
    if not before or not before[-1].is_word("with", "recursive"):
        return
    taken = {part.name for part in parts}
    for name in _own_names([token for token in tokens[begins:] if token.matters]):
        if name in taken:
            text = f"WITH {name}: a table of the day has this name"
            raise DataInvalid(text, situation="sql_with_name", name=name)


def _own_names(tokens: Sequence[Token]) -> Iterator[str]:
    """The names that a WITH gives, up to its SELECT."""
    depth, wanted = 0, True
    for token in tokens:
        if wanted:
            yield token.name
            wanted = False
        elif token.text in {"(", ")"}:
            depth += 1 if token.text == "(" else -1
        elif not depth and token.text == ",":
            wanted = True
        elif not depth and token.is_word(*_BEGINS):
            return


def _values(tokens: Sequence[Token], given: Mapping[str, str]) -> tuple[str, ...]:
    for token in tokens:
        if token.kind in {"text", "quoted"}:
            parameters.check_quoted(token.text)
    marks = [token.name for token in tokens if token.kind == "mark"]
    parameters.check_same(tuple(dict.fromkeys(marks)), given)
    if any(token.text == "?" for token in tokens):
        text = "? stands for a parameter without a name"
        raise DataInvalid(text, situation="sql_parameter_missing", parameter="?")
    values = tuple(literal(given[name]) for name in marks)
    for name, value in zip(marks, values, strict=True):
        if len(value) > MOST_VALUE:
            text = f"the value of {name} has {len(value):,} characters, Athena takes {MOST_VALUE:,}"
            raise DataInvalid(text, situation="sql_parameter_long", parameter=name)
    return values


def _with(part: Part, database: str, rows: Rows) -> str:
    columns = ", ".join(map(identifier, rows.columns)) or "1"
    table = f"{identifier(database)}.{identifier(part.glue)}"
    where = f"{identifier(rows.day_column)} = {literal(rows.day)}"
    return f"{identifier(part.name)} AS (SELECT {columns} FROM {table} WHERE {where})"  # noqa: S608 - quoted names
