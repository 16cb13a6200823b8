"""Every example that 分析 offers for the demo's tables: the browser's engine and the server's give the same grid.

They are of two versions (1.5.1 and 2.0.1): each value is compared, exactly, after each engine's own way to write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from pipeline.analysis.query.face import Query, ResultColumn
from pipeline.console.app import App
from pipeline.console.examples import examples
from pipeline.console.explore import Table
from pipeline.console.wiring import build_app
from tests.browser.conftest import running_server
from tests.browser.test_explore import opened, run
from tests.cli.test_main import pipeline
from tests.support.demo import demo_of

SOURCE, LEDGER = "weather", "pipeline.ledger"
# What the grid shows of a cell.
SHOWN = 500
GRID = """() => [...document.querySelectorAll("*")].flatMap(one => one.shadowRoot ? [one.shadowRoot] : [])
    .concat(document).flatMap(root => [...root.querySelectorAll(".grid tbody tr")])
    .map(row => [...row.children].map(cell => cell.classList.contains("null") ? null : cell.textContent))"""
Cells = list[str | None]


@pytest.fixture(scope="module")
def demo() -> dict[str, str]:
    """A demo with tables of its export, of a source and of its ledger."""
    settings = demo_of("examples-demo")
    for command in (("export",), ("run", SOURCE), ("tables",), ("tables", "--table", SOURCE)):
        done = pipeline(*command, **settings)
        assert done.returncode == 0, done.stderr
    assert pipeline("tables", "--table", LEDGER, **settings).returncode == 0
    return settings


@pytest.fixture(scope="module")
def app(demo: dict[str, str]) -> Iterator[App]:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in demo.items():
            patched.setenv(name, value)
        yield build_app(demo)


@pytest.fixture(scope="module")
def served(demo: dict[str, str]) -> Iterator[str]:
    with running_server(**demo) as url:
        yield url


def on_the_server(app: App, table: Table, number: int) -> tuple[tuple[ResultColumn, ...], list[Cells]]:
    """The same example by the name that the table has among its document's."""
    sql = examples(table.file.name, table.file.columns)[number].sql
    found = app.queries.run(Query(sql, (table.manifest.table,)), [table.manifest])
    return found.columns, [list(row) for row in found.rows]


def meant(cell: str | None, kind: str) -> Any:
    """The value that a cell writes, of whichever engine."""
    if cell is None:
        return None
    if kind == "DOUBLE":
        return float(cell)
    if kind.startswith("DECIMAL") or kind.endswith("INT"):
        return Decimal(cell)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return datetime.fromisoformat(cell.replace("Z", "+00:00") if cell.endswith("Z") else f"{cell}:00")
    if kind.startswith("TIMESTAMP"):
        return datetime.fromisoformat(cell)
    return shown(plain(json.loads(cell)) if kind.endswith("[]") and '["' in cell else cell)


def shown(cell: str) -> str:
    """As much of it as the grid shows: JavaScript counts in units of UTF-16, and half a letter is left out."""
    return cell.encode("utf-16-le")[: 2 * SHOWN].decode("utf-16-le", "ignore")


def plain(value: Any) -> str:
    """A list as the server's engine writes it: without quotes."""
    return f"[{', '.join(map(plain, value))}]" if isinstance(value, list) else str(value)


def test_every_example_gives_the_same_grid_on_both_engines(page: Page, app: App, served: str) -> None:
    tables = app.explore.offer().tables
    assert {table.manifest.table for table in tables} == {app.settings.table, SOURCE, LEDGER} and len(tables) > 10
    opened(page, served)
    different = []
    for table in tables:
        for number, example in enumerate(examples(table.name, table.file.columns)):
            run(page, example.sql)
            grid: list[Cells] = page.evaluate(GRID)
            columns, rows = on_the_server(app, table, number)
            values = [[[meant(cell, column.type) for cell, column in zip(row, columns, strict=True)] for row in each]
                      for each in (grid, rows[:100])]  # fmt: skip
            if values[0] != values[1] or not rows:
                different.append((example.sql, first_difference(columns, grid, rows)))
    assert different == []


def first_difference(columns: tuple[ResultColumn, ...], grid: list[Cells], rows: list[Cells]) -> Any:
    """Where to look: the row, the column, and what each engine wrote."""
    for at, (one, other) in enumerate(zip(grid, rows, strict=False)):
        for column, browser, server in zip(columns, one, other, strict=True):
            if meant(browser, column.type) != meant(server, column.type):
                return at, column, browser, server
    return len(grid), len(rows)
