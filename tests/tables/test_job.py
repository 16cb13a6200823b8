"""pipeline.tables.job: whole exports become tables of their days, once, whatever is cut off or widens meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from pipeline.tables.manifest import ALL_RECORDS
from tests.conftest import Clock
from tests.support.tables import Workshop

USERS: list[dict[str, Any]] = [
    {"PK": "U#1", "SK": "PROFILE", "entity_type": "user", "name": "Ada", "born": "1815-12-10T00:00:00Z"},
    {"PK": "U#2", "SK": "PROFILE", "entity_type": "user", "name": "Bo", "weight": Decimal("61.5")},
]
TASKS: list[dict[str, Any]] = [{"PK": "U#1", "SK": "TASK#1", "minutes": 25}, {"PK": "U#1", "SK": "note", "minutes": 3}]


@pytest.fixture
def shop(lake: Lake, clock: Clock) -> Workshop:
    return Workshop(lake, clock)


def states(run: Run) -> dict[str, int]:
    return dict(run.day_states)


def test_every_record_stands_in_one_table_of_its_kind_and_in_all_records(shop: Workshop) -> None:
    export = shop.export(USERS + TASKS)
    run = shop.convert().run
    manifest = shop.manifest()
    assert manifest
    assert {file.name: file.records for file in manifest.files} == {"user": 2, "task": 1, "records": 1, ALL_RECORDS: 4}
    assert (manifest.records, manifest.run_id) == (4, "t1")
    assert (manifest.source_key, manifest.source_version_id) == (export.key, export.version_id)
    assert (run.status, run.records, run.table, run.engine) == ("succeeded", 4, "things.tables", "tables")
    assert shop.rows("task") == [TASKS[0]]
