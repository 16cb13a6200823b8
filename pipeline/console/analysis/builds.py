"""Builds of our own models for people: whoever may see the console sees them, an operator sees rows that failed tests.

An audit line says which build and test; never a value of a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.analysis.models.builds import OUR_PROJECT, Build, BuildIndex, Builds
from pipeline.console.audit import Actor
from pipeline.errors import SchemaMismatch
from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake
from pipeline.untrusted import quoted

MOST_FAILING = 20


@dataclass(frozen=True)
class FailingRows:
    """Rows that a test has failed for, at most 20, every cell as text (None: NULL)."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()


@dataclass(frozen=True)
class BuildBoard:
    """Builds in somebody's hands. Every method raises Forbidden for a person who may not, what the lake raises, and
    SchemaMismatch, which names its key, for what is no record."""

    lake: Lake
    actor: Actor

    def index(self) -> BuildIndex:
        """The newest builds in short, and each node's last runs."""
        self.actor.require("see")
        return Builds(self.lake).index()

    def load(self, day: date, run_id: str) -> Build | None:
        """One build whole; None where there is none."""
        self.actor.require("see")
        return Builds(self.lake).load(day, run_id)

    def failing(self, day: date, run_id: str, test: str) -> FailingRows:
        """Rows that a test of a build has failed for; none where none were kept."""
        with self.actor.doing("download", f"failing rows of {quoted(test, 200)}") as tell:
            key = model_keys.failing_key(OUR_PROJECT, day, run_id)
            stored = self.lake.read_json(key)
            found = _failing(stored[0], test, key) if stored else FailingRows()
            tell(f"{run_id}, {len(found.rows)} rows")
            return found


def _failing(raw: Any, test: str, key: str) -> FailingRows:
    try:
        told: Mapping[str, Any] = raw["tests"].get(test, {"columns": (), "rows": ()})
        columns = tuple(map(str, told["columns"]))
        rows = tuple(tuple(map(_cell, row)) for row in told["rows"][:MOST_FAILING])
        if raw["version"] != 1 or any(len(row) != len(columns) for row in rows):
            raise ValueError(f"version {quoted(raw['version'])}, {len(columns)} columns")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = f"{key} holds no failing rows: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, key=key, expected="failing rows of a build", found=quoted(raw)) from error
    return FailingRows(columns, rows)


def _cell(cell: object) -> str | None:
    return None if cell is None else str(cell)
