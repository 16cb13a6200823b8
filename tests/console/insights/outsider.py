"""An outsider: has the mart's Parquet file, DuckDB, numpy and scipy, and what the page shows; nothing of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from pipeline.access import Person
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.ranks import Floats
from pipeline.analysis.models.kept import Kept
from pipeline.analysis.query.engines import Engines
from pipeline.console.audit import Actor, Audit
from pipeline.console.insights.correlations import Correlations
from pipeline.console.insights.daily import Daily
from pipeline.console.insights.questions import NamedQuestions
from pipeline.console.insights.recipes import Recipe
from pipeline.console.queries import Queries
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests
from tests.analysis.correlation import worlds
from tests.analysis.query.days import engine

NOW = datetime(2026, 11, 27, 16, tzinfo=UTC)
TODAY = date(2026, 11, 28)


def correlations(lake: Lake, folder: Path) -> Correlations:
    """What an operator asks."""
    person = Person("p@example.com", verified=True, role="operator")
    actor = Actor(lambda: person, Audit([].append, lambda: NOW))
    queries = Queries(Manifests(lake), Engines({"server": engine(lake, folder)}), lambda: NOW, actor)
    kept = Kept()
    return Correlations(Daily(queries, kept), NamedQuestions(lake, lambda: NOW, actor), kept)


def rows(
    frame: Frame, person: str, absent: float = 0.0, forecast: int = 0, today: date = TODAY
) -> Iterator[dict[str, Any]]:
    """A frame's days as rows of the mart up to the day before ``today``, a share of them ``absent``; each
    ``forecast``-th day's weather is a forecast."""
    random, days = np.random.default_rng(len(person)), len(frame.values)
    for at, values in enumerate(frame.values):
        kind = "forecast" if forecast and at % forecast == 0 else "measured"
        cells = {name: float(value) for name, value in zip(frame.measures, values, strict=True) if not np.isnan(value)}
        if random.random() >= absent:
            yield {"user_id": person, "day": today - timedelta(days=days - at), "weather_kind": kind, **cells}


def world(seed: int, days: int, **columns: Floats) -> Frame:
    """A person's days with what worlds.py plants, and with these columns."""
    random = np.random.default_rng(seed)
    frame = worlds.page(random, days, worlds.STRENGTHS)
    kept = [name for name in frame.measures if name not in columns]
    values = np.column_stack([*(frame.column(name) for name in kept), *columns.values()])
    return worlds.framed(values, [*kept, *columns])


def recomputed(lake: Lake, key: str, recipe: Recipe, folder: Path) -> dict[str, float]:
    """What the shown script prints over the CSV of the shown SQL, which DuckDB alone runs over the file."""
    mart, table = folder / "mart.parquet", folder / "result.csv"
    mart.write_bytes(lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read())
    with duckdb.connect() as alone:
        alone.execute(f"create view mart_daily_wellness as select * from read_parquet('{mart}')")  # noqa: S608 - a file of the test's own
        alone.execute(f"copy ({recipe.sql}\n) to '{table}' (format csv, header)")
    (folder / "recipe.py").write_text(recipe.python, "utf-8")
    # Apart, so that nothing of ours can be imported.
    command = [sys.executable, "-W", "error", "-I", "recipe.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert not done.stderr, done.stderr
    printed = (part.partition("=") for part in done.stdout.split())
    return {name: float(value) for name, equals, value in printed if equals}
