"""The demo's export function has tables made by itself, as the stack's does: by its environment, without a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.clock import utc_now
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from pipeline.runs.starter import LambdaStarter
from pipeline.tables.manifest import Manifests
from tests.support.demo import NAMES
from tests.support.eventually import eventually


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(dict.fromkeys(NAMES, "tables-of-itself"))


def runs(app: App, engine: str) -> list[Run]:
    """Those of today, newest first, that have ended."""
    return [run for run in app.history(1).runs if run.engine == engine and run.status != "running"]


def test_an_export_of_the_demo_has_its_tables_made_once(app: App) -> None:
    LambdaStarter(app.cloud.invoker, app.settings.function).start({"runId": "by-hand"})
    assert eventually(lambda: any(run.run_id == "by-hand" for run in runs(app, "scan")), seconds=30)
    (export,) = [run for run in runs(app, "scan") if run.run_id == "by-hand"]
    assert eventually(lambda: bool(runs(app, "tables")), seconds=30)
    assert [run.status for run in runs(app, "tables")] == ["succeeded"]
    made = Manifests(Lake(app.cloud.s3, app.settings.bucket)).newest(export.table, utc_now().date() - timedelta(days=1))
    assert made and (made.source_version_id, made.records) == (export.version_id, export.records)


def test_one_that_fails_has_none_made(app: App) -> None:
    before = len(runs(app, "tables"))
    LambdaStarter(app.cloud.invoker, app.settings.function).start({"runId": "failing", "tableName": "no-such-table"})
    assert eventually(
        lambda: any((run.run_id, run.status) == ("failing", "failed") for run in app.history(1).runs), seconds=30
    )
    assert len(runs(app, "tables")) == before
