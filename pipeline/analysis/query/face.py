"""The face of every engine: what a person asks, what comes back, and how it is watched meanwhile.

Values come as texts, so that no digit is lost on the way to a grid, a CSV or a Parquet file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from pipeline.tables.manifest import Manifest

EngineName = Literal["server", "athena"]
Cut = Literal["", "rows", "bytes"]
Row = tuple[str | None, ...]
MOST_TABLES = 8


@dataclass(frozen=True)
class Bounds:
    """How much of a result is taken: ``rows``, and ``bytes`` of its text. ``seconds`` (by the clock, and of processor)
    where the server's engine is to have more than its own: for SQL of ours, never a person's."""

    rows: int = 50_000
    bytes: int = 16 * 1024 * 1024
    seconds: int | None = None


@dataclass(frozen=True)
class Renamed:
    """A table that SQL calls otherwise: its lake table (or source), its name there, and what it is called."""

    of: str
    table: str
    name: str


@dataclass(frozen=True)
class Query:
    """``tables`` are the lake's (or sources), whose days are read: the first one's names win where two have the same
    one, unless ``renamed`` says how another one is called. ``day`` None: the newest of each. ``parameters`` are the
    values of ``{{name}}``: bound, never pasted."""

    sql: str
    tables: tuple[str, ...]
    day: date | None = None
    engine: EngineName = "server"
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    bounds: Bounds = Bounds()
    renamed: tuple[Renamed, ...] = ()


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result; ``type`` as DuckDB writes it (``BIGINT``, ``DECIMAL(38,2)``, ``VARCHAR``…), whichever
    engine says it."""

    name: str
    type: str


@dataclass(frozen=True)
class Result:
    """Rows of texts, None for NULL. ``cut``: which bound ended it early; ``used``: the tables that the SQL names;
    ``seconds`` of the engine's work, without the time in a line; ``bytes`` of the rows as text; ``scanned`` bytes of
    the lake that were read and ``usd`` taken for them (None: nobody takes anything)."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[Row, ...]
    cut: Cut
    seconds: float
    bytes: int
    used: tuple[str, ...] = ()
    scanned: int | None = None
    usd: float | None = None

    @property
    def truncated(self) -> bool:
        """Whether there is more than was taken."""
        return self.cut != ""


@dataclass(frozen=True)
class Watch:
    """What the caller says and hears while a query goes: ``cancelled`` is asked ten times a second and more;
    ``waiting`` is told the place in the line (1: next), and 0 once the query's turn has come."""

    cancelled: Callable[[], bool] = lambda: False
    waiting: Callable[[int], None] = lambda place: None


class Engine(Protocol):
    """Answers a query over the tables of these days. Raises PipelineErrors whose situations begin with ``sql_`` for
    what the SQL's author can mend, with ``query_`` for the rest."""

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        """The result, bounded as the query says."""
        ...
