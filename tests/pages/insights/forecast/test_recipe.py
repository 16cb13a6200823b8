"""pages.insights.forecast.recipe: a reader with the SQL and the lines of the page comes to the figures of the page."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.insights.forecast import recipe
from pipeline.analysis.builds.marts import CurrentMarts
from pipeline.analysis.forecast.completion import Completion
from pipeline.analysis.forecast.growth import RECORDS, growth
from pipeline.analysis.forecast.morning import Morning, morning
from pipeline.analysis.forecast.series import series_of
from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.insights.foreseeing.morning_days import mornings
from pipeline.console.insights.foreseeing.tasks import completed, open_projects
from pipeline.lake.bucket import Lake
from tests.pages.insights.forecast.conftest import (
    PERSON,
    keep,
    minutes,
    occasion,
    opened,
    publish_days,
    series,
    today,
)
from tests.support.lakes.marts import publish_tasks, publish_wellness
from tests.support.places import ROOT


def codes(page: AppTest) -> list[str]:
    return [code.value for code in page.code]


def answered(lake: Lake, current: CurrentMarts, sql: str, values: dict[str, str], folder: Path) -> str:
    """What the SQL gives over the published files, as an export has it."""
    engine = duckdb.connect()
    for mart in current.marts:
        path = folder / f"{mart.name}.parquet"
        path.write_bytes(lake.s3.get_object(Bucket=lake.bucket, Key=mart.key)["Body"].read())
        engine.read_parquet(str(path)).create_view(mart.name)
    whole = re.sub(r"\{\{(\w+)\}\}", lambda name: f"'{values[name[1]]}'", sql)
    cursor = engine.execute(whole)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column[0] for column in cursor.description or ()])
    writer.writerows(cursor.fetchall())
    return "\ufeff" + out.getvalue()


def values_of(page: AppTest) -> dict[str, str]:
    """The parameters as the page has them."""
    told = (re.fullmatch(r"値「(\w+)」: (.*)", text.value) for text in page.text)
    return {found[1]: found[2] for found in told if found}


def recomputed(page: AppTest, lake: Lake, current: CurrentMarts, folder: Path) -> str:
    """What the page's Python prints, run by somebody who has nothing but the page, its data and the package."""
    asked = [code for code in codes(page) if code.startswith("select")]
    files = [recipe.DAYS] if len(asked) == 1 else [recipe.TASKS, recipe.DAYS]
    for name, sql in zip(files, asked, strict=True):
        (folder / name).write_text(answered(lake, current, sql, values_of(page), folder), "utf-8")
    (lines,) = [code for code in codes(page) if code.startswith("import csv")]
    return ran(lines, folder)


def ran(lines: str, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", lines]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_outlook_is_computed_again(on_aws: pytest.MonkeyPatch, lake: Lake, tmp_path: Path) -> None:
    days: list[float | None] = [*minutes(140)]
    days[3], days[50], days[-1] = None, 1e9, None
    current = publish_days(lake, days)
    made = keep(lake, current, days)
    assert recomputed(opened(), lake, current, tmp_path) == repr(made.outlook)


def test_a_morning_is_computed_again(on_aws: pytest.MonkeyPatch, lake: Lake, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(size=(150, 2)).tolist()
    rows: list[dict[str, Any]] = [
        {
            "user_id": PERSON,
            "day": today() - timedelta(days=149 - at),
            "sleep_hours": 7 + slept,
            "focus": None if at == 149 else 6 + 0.8 * slept + 0.5 * other,
            "focus_minutes": 100.0 + at,
            "temperature_c": 20.0,
        }
        for at, (slept, other) in enumerate(noise)
    ]
    current = publish_wellness(lake, rows, tables_day=datetime.now(UTC).date())
    told: Morning = morning(mornings(PERSON, rows, today()))
    assert told.verdict == "better"
    Forecasts(lake).save(occasion(current).forecast("good_focus", morning=told))
    assert recomputed(opened(target="good_focus"), lake, current, tmp_path) == repr(told)


def test_a_project_is_computed_again(on_aws: pytest.MonkeyPatch, lake: Lake, tmp_path: Path) -> None:
    days = minutes(60)
    publish_days(lake, days)
    told = {"user_id": PERSON, "project_id": "it's p", "project": "site", "project_status": "active"}
    rows = [
        {**told, "big_task_id": f"t{at:02}", "status": "completed", "estimated_minutes": 60.0, "actual_minutes": value}
        for at, value in enumerate((50.0, 60.0, 75.0, 90.0, 55.0, 66.0, 80.0, 120.0, 61.0))
    ]
    rows += [{**told, "big_task_id": f"u{at}", "status": "open", "estimated_minutes": 600.0} for at in range(3)]
    current = publish_tasks(lake, rows)
    plain = [{**row, "minutes": row.get("actual_minutes")} for row in rows]
    (project,) = open_projects(plain).projects
    worked = series(days).values
    completion: Completion
    completion, whose = completed(project, worked, today(), 7)
    assert completion.answer == "foreseen"
    Forecasts(lake).save(occasion(current).forecast(project.target, completion=completion, project=whose))
    page = opened(target="projects")
    assert recomputed(page, lake, current, tmp_path) == repr((completion, whose))


def test_a_person_s_name_is_a_value_and_never_sql(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    person = "o'brien {{x}}"
    days = minutes(30)
    current = publish_days(lake, days, person)
    made = occasion(current, person=person).forecast("focus_minutes", outlook=None)
    ahead = keep(lake, current, days).outlook
    Forecasts(lake).save(replace(made, outlook=ahead, run_id="run-9"))
    page = opened()
    assert not page.exception and values_of(page)["person"] == person
    assert all(person not in code for code in codes(page))


def test_growth_is_computed_again_from_the_numbers_that_stand_in_the_lines(tmp_path: Path) -> None:
    dates = [today() - timedelta(days=back) for back in range(40, 0, -1) if back % 9]
    told = growth(RECORDS, dates, [1000.0 + 7 * at for at in range(len(dates))], today())
    exports = series_of(RECORDS, dates, [1000.0 + 7 * at for at in range(len(dates))], today())
    lines = recipe.of_growth("records", exports, told.outlook.end)
    assert ran(lines, tmp_path) == repr(told)
