"""pipeline.analysis.quality.inspection: days of a real lake, with faults planted in them, each of which is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.aws import Cloud
from pipeline.errors import NotFound
from pipeline.lake import analysis_keys, keys
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests
from tests.analysis.quality.world import USER, World, changed, session, told, usual, world
from tests.conftest import Clock
from tests.support.tables.workshop import TABLE


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


def test_a_wrong_head_is_told_though_no_tables_can_be_made_of_it(here: World) -> None:
    here.look(usual())
    here.tomorrow()
    here.export(usual(), announced=882)
    result = here.look()
    assert told(result) == {("count_differs", "*"), ("no_tables", "*")}
    assert [(one.finding.expected, one.finding.found) for one in result.findings][0] == ("882", "24")
    assert result.profile is None and result.run_id == "q0001-no-tables"
    here.tomorrow()
    assert changed(here.look(usual())) == [("healed", "count_differs"), ("healed", "no_tables")]


def test_a_finding_lives_from_its_first_day_to_the_day_that_heals_it(here: World) -> None:
    fault = session(99, focus_level=11)
    results = []
    for records in (usual(), [*usual(), fault], [*usual(), fault], usual()):
        results.append(here.look(records))
        here.tomorrow()
    assert [[(one.state, one.days) for one in result.findings] for result in results] == [
        [],
        [("new", 1)],
        [("continuing", 2)],
        [],
    ]
    assert [changed(result) for result in results] == [[], [("new", "out_of_range")], [], [("healed", "out_of_range")]]


def test_two_looks_at_the_same_moment_tell_each_change_once(here: World) -> None:
    here.export([*usual(), session(99, focus_level=11)])
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: here.look(), range(2)))
    assert sorted(one.run_id[:5] for one in both) == ["q0001", "q0002"]
    assert sorted(map(changed, both)) == [[], [("new", "out_of_range")]]


def test_the_counts_of_days_that_nobody_looked_at_are_learned_from(here: World) -> None:
    manifest = here.tables_of(usual())
    for back in range(20, 0, -1):
        day = here.day - timedelta(days=back)
        known = [replace(file, records=file.records - back) for file in manifest.files if file.entity == "session"]
        files = (*known, *(file for file in manifest.files if file.entity not in {None, "session"}))
        Manifests(here.lake).save(replace(manifest, day=day, records=manifest.records - back, files=files), None)
    here.tomorrow()
    result = here.look(usual(60))
    assert result.learned == 21
    assert told(result) == {("count_anomaly", "*"), ("count_anomaly", "session")}
    assert {one.finding.grade for one in result.findings} == {"warning"}


def test_damaged_results_and_manifests_are_named_and_stop_nothing(here: World) -> None:
    here.look(usual())
    result, manifest = analysis_keys.quality_key(TABLE, here.day, "q0002-t"), keys.table_day_key(TABLE, here.day)
    here.tomorrow()
    here.export(usual())
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=result, Body=b"{")
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=manifest, Body=b"[]")
    found = here.look()
    assert told(found) == {("unreadable", result), ("unreadable", manifest)}
    assert {one.finding.next_command for one in found.findings} == {
        "python -m pipeline check",
        "python -m pipeline quality --table things --day 2024-02-01",
    }


def test_where_nothing_is_there_nothing_can_be_looked_at(here: World) -> None:
    with pytest.raises(NotFound) as raised:
        here.look()
    assert raised.value.state == "no_tables"
    here.export(usual())
    with pytest.raises(NotFound, match="2020-01-01"):
        here.inspection.look(TABLE, date(2020, 1, 1))


def test_an_old_day_is_looked_at_as_it_was(here: World) -> None:
    here.export(usual())
    first = here.day
    here.tomorrow(9)
    here.export([*usual(), {"PK": "x", "SK": "y", "entity_type": "alien"}])
    result = here.inspection.look(TABLE, first)
    assert result.day == first and told(result) == set()
    assert {"late_table", "late_source"} <= result.skipped
