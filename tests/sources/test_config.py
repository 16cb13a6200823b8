"""pipeline.sources.config: one bad entry stops no other and is not lost; changes are checked, and overwrite none."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import SOURCES
from pipeline.sources.config import MOST_SOURCES, SourceConfig, SourceConfigs, SourceEntry
from pipeline.sources.edit import Edit
from tests.conftest import Clock

WEATHER = {"name": "weather", "kind": "weather", "enabled": True, "options": {"places": []}}
FOREIGN: list[Any] = [
    {"name": "tides", "kind": "tides", "enabled": True, "options": {}},
    {"name": "weather-osaka", "kind": "weather", "enabled": True, "options": {}},
    {"name": "../x", "kind": "table", "enabled": True},
    {**WEATHER, "enabled": False},
    "weather",
    None,
    {"kind": ["weather"]},
    {"name": "google-health", "kind": "google-health", "enabled": True, "options": 7},
]


@pytest.fixture
def checked() -> list[str]:
    return []


@pytest.fixture
def configs(lake: Lake, clock: Clock, checked: list[str]) -> SourceConfigs:
    return SourceConfigs(lake, clock, lambda entry: checked.append(entry.name))


def held(lake: Lake) -> Any:
    found = lake.read_json(SOURCES)
    assert found
    return found[0]


def write(lake: Lake, **values: Any) -> None:
    lake.write_json(SOURCES, {"version": 1, "sources": [WEATHER], **values}, None)


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_an_entry_that_nobody_can_read_is_a_problem_alone(lake: Lake, configs: SourceConfigs, foreign: Any) -> None:
    write(lake, sources=[WEATHER, foreign])
    found = configs.load()
    assert [entry.name for entry in found.sources] == ["weather"]
    assert [error.code for error in found.problems] == ["E010"]


def test_what_nobody_can_read_is_kept_over_a_change(lake: Lake, configs: SourceConfigs) -> None:
    write(lake, sources=[FOREIGN[0], WEATHER])
    seen = configs.load()
    configs.change(seen, seen.with_entry(SourceEntry("weather", "weather", enabled=False)), "alice", "switch it off")
    assert FOREIGN[0] in held(lake)["sources"]
    assert [entry.enabled for entry in configs.load().sources] == [False]


def test_more_sources_than_there_may_be_are_problems_too(lake: Lake, configs: SourceConfigs) -> None:
    tables = [{"name": f"table-{number}", "kind": "table", "enabled": True} for number in range(MOST_SOURCES + 2)]
    write(lake, sources=tables)
    assert (len(configs.load().sources), len(configs.load().problems)) == (MOST_SOURCES, 2)


@pytest.mark.parametrize("raw", [[], {}, {"version": 2, "sources": []}, {"version": 1, "sources": {}}, "x", None])
def test_what_is_no_configuration_is_a_schema_mismatch(lake: Lake, configs: SourceConfigs, raw: Any) -> None:
    lake.write_json(SOURCES, raw, None)
    with pytest.raises(SchemaMismatch, match="not a configuration"):
        configs.load()


def test_a_line_of_the_history_that_nobody_can_read_stops_no_source(lake: Lake, configs: SourceConfigs) -> None:
    good = {"at": "2024-02-01T12:00:00Z", "by": "alice", "what": "add weather"}
    write(lake, changes=[good, {"at": "0001-01-01T00:00:00+14:00", "by": "x", "what": "y"}, 5, {}])
    found = configs.load()
    assert [change.what for change in found.changes] == ["add weather"]
    assert [entry.name for entry in found.sources] == ["weather"]


def test_an_edit_is_kept_as_fields_beside_its_line(lake: Lake, configs: SourceConfigs) -> None:
    edit = Edit("place", "weather", "at-1", "家 (仮)")
    configs.change(SourceConfig(), SourceConfig((SourceEntry("weather", "weather"),)), "alice", edit)
    (change,) = configs.load().changes
    assert (change.what, change.edit) == ("add place at-1 (家 (仮)) to weather", edit)


@pytest.mark.parametrize("edit", [None, "on", 5, [], {}, {"kind": "by the moon"}, {"kind": ["on"]}])
def test_an_edit_of_another_version_leaves_its_line(lake: Lake, configs: SourceConfigs, edit: Any) -> None:
    write(lake, changes=[{"at": "2024-02-01T12:00:00Z", "by": "alice", "what": "switch weather on", "edit": edit}])
    (change,) = configs.load().changes
    assert (change.what, change.edit) == ("switch weather on", None)


def test_only_what_a_change_touches_is_checked(configs: SourceConfigs, checked: list[str]) -> None:
    first = configs.change(SourceConfig(), SourceConfig((SourceEntry("weather", "weather"),)), "alice", "add")
    configs.change(first, first.with_entry(SourceEntry("other", "table")), "alice", "add")
    assert checked == ["weather", "other"]


def test_a_second_source_of_a_kind_is_refused(configs: SourceConfigs) -> None:
    two = SourceConfig((SourceEntry("weather", "weather"), SourceEntry("weather-osaka", "weather")))
    with pytest.raises(DataInvalid, match="is called weather"):
        configs.change(SourceConfig(), two, "alice", "add")
