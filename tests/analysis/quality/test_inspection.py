"""pipeline.analysis.quality.inspection: days of a real lake, with faults planted in them, each of which is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.analysis.quality.world import USER, World, changed, session, told, usual, world
from tests.conftest import Clock


@pytest.fixture
def here(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> World:
    return world(cloud, lake, clock, tmp_path)


def test_days_without_a_fault_have_no_finding(here: World) -> None:
    first = here.look(usual(20))
    here.tomorrow()
    second = here.look(usual(21))
    assert (told(first), told(second)) == (set(), set())
    assert second.profile and second.profile.records == 25
    assert second.profile.entities == {"session": 21, "small_task": 3, "user": 1}
    column = second.profile.columns["session", "focus_level"]
    assert (column.present, column.nulls, column.low, column.high, column.types) == (21, 0, 1, 10, ("integer",))


def test_all_faults_of_one_day_are_told(here: World) -> None:
    here.look(usual())
    here.tomorrow(2)
    records = [record for record in usual() if record["entity_type"] != "small_task"]
    records = [{name: value for name, value in record.items() if name != "notes"} for record in records]
    stray = session(99, focus_level=11, small_task_id="nowhere")
    stray.pop("notes")
    records += [USER, stray, {"PK": "x", "SK": "y", "entity_type": "alien"}]
    records[1]["focus_level"] = "high"
    result = here.look(records)
    assert told(result) == {
        ("duplicate_keys", "pk, sk"),
        ("entity_vanished", "small_task"),
        ("column_vanished", "session.notes"),
        ("type_changed", "session.focus_level"),
        ("entity_new", "alien"),
        ("out_of_range", "session.focus_level"),
        ("orphans", "session.small_task_id"),
        ("missing_day", str(here.day.replace(day=here.day.day - 1))),
    }
    assert len(result.changes) == 8 and {one.kind for one in result.changes} == {"new"}
    assert changed(here.look()) == []
