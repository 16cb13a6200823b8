"""Rows that a test has failed for, as a build has kept them: texts, at most twenty, whatever stands there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import SchemaMismatch
from pipeline.untrusted import quoted

MOST_FAILING = 20


@dataclass(frozen=True)
class FailingRows:
    """``columns`` and rows of as many cells, every one as text (None: NULL)."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()


def failing_rows(kept: Mapping[str, Any], test: str) -> FailingRows:
    """The rows of one test (its unique id); none where none were kept. Raise SchemaMismatch for what is no rows."""
    try:
        told = kept.get(test, {"columns": (), "rows": ()})
        columns = tuple(map(str, told["columns"]))
        rows = tuple(tuple(map(_cell, row)) for row in told["rows"][:MOST_FAILING])
        if any(len(row) != len(columns) for row in rows):
            raise ValueError(f"rows of other than {len(columns)} cells")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = f"no failing rows of {quoted(test)}: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, expected="columns and rows", found=quoted(kept)) from error
    return FailingRows(columns, rows)


def _cell(cell: object) -> str | None:
    return None if cell is None else str(cell)
