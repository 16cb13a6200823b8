"""Records of our own builds and their index: what is kept of them, for how long, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.analysis.models.builds import KEPT_BUILDS, KEPT_RUNS, Brief, Build, BuildIndex, Builds, MartFile, NodeRun
from pipeline.analysis.models.standing import Tally
from pipeline.errors import SchemaMismatch
from pipeline.lake import model_keys
from pipeline.lake.bucket import Conflict, Lake

NOON = datetime(2026, 11, 30, 3, tzinfo=UTC)


def build_of(number: int, *nodes: str) -> Build:
    at = NOON + timedelta(minutes=number)
    run_id = f"{at:%Y%m%dT%H%M%SZ}-{number:08x}"
    brief = Brief(run_id, at.date(), at, 6.5, "manual", "good", Tally(ok=17), Tally(ok=70, warn=1), 70 / 71, True)
    return Build(brief, nodes={name: NodeRun(run_id, "ok", rows=number, tests_ok=1, tests=1) for name in nodes})


def test_a_build_is_read_as_it_was_saved(lake: Lake) -> None:
    mart = MartFile("mart_focus_hours", "marts/mart_focus_hours/x.parquet", "v", "abc=", 10, 3)
    withheld = replace(build_of(1, "model.a").brief, published=False, withheld="tests", blocked_by=("unique",))
    saved = replace(build_of(1, "model.a"), brief=withheld, marts=(mart,))
    Builds(lake).save(saved)
    assert Builds(lake).load(date(2026, 11, 30), saved.brief.run_id) == saved
    assert Builds(lake).index() == BuildIndex((withheld,), {"model.a": (saved.nodes["model.a"],)})


def test_a_build_is_written_once(lake: Lake) -> None:
    Builds(lake).save(build_of(1, "a"))
    with pytest.raises(Conflict):
        Builds(lake).save(build_of(1, "another"))


def test_the_index_keeps_the_newest_builds_and_each_nodes_last_runs() -> None:
    index = BuildIndex()
    for number in range(KEPT_BUILDS + 5):
        index = index.with_build(build_of(number, "model.a"))
    assert len(index.builds) == KEPT_BUILDS and index.builds[0].started_at > index.builds[-1].started_at
    assert [run.rows for run in index.nodes["model.a"]] == list(range(KEPT_BUILDS + 4, KEPT_BUILDS + 4 - KEPT_RUNS, -1))


def test_a_node_that_is_gone_from_the_project_is_gone_from_the_index() -> None:
    assert set(BuildIndex().with_build(build_of(1, "a", "b")).with_build(build_of(2, "b")).nodes) == {"b"}


def test_a_build_without_nodes_takes_no_past_away() -> None:
    assert set(BuildIndex().with_build(build_of(1, "a")).with_build(build_of(2)).nodes) == {"a"}


def test_no_build_of_many_at_once_is_lost_from_the_index(lake: Lake) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: Builds(lake).save(build_of(number, "a")), range(8)))
    assert len(Builds(lake).index().builds) == 8


def test_an_index_that_nobody_can_read_is_named_and_begun_anew_by_the_next_build(lake: Lake) -> None:
    key = model_keys.builds_index_key("moderation_craft")
    lake.write_json(key, {"builds": 7}, None)
    with pytest.raises(SchemaMismatch, match="builds.json"):
        Builds(lake).index()
    Builds(lake).save(build_of(1))
    assert len(Builds(lake).index().builds) == 1


def test_three_hundred_models_fit_into_the_index(lake: Lake) -> None:
    names = [f"model.moderation_craft.a_rather_long_name_of_a_model_{number}" for number in range(300)]
    for number in range(KEPT_RUNS + 1):
        Builds(lake).save(build_of(number, *names))
    assert {len(runs) for runs in Builds(lake).index().nodes.values()} == {KEPT_RUNS}
