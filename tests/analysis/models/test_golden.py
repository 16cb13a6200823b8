"""The public shapes of every schema version, as golden files of our own making: each shows the same shop."""

from __future__ import annotations

import re

import pytest

from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.results import run_results, source_freshness
from pipeline.analysis.models.shapes import Threshold
from pipeline.analysis.models.standing import Tally, judge
from tests.analysis.models.shop import GOLDEN, INVOCATION, golden

MANIFESTS = (*range(1, 13), 20)
RESULTS = (*range(1, 7), 20)
SOURCES = (1, 2, 3)
# Which results a dbt of the manifest's version wrote.
BESIDE = {1: 1, 2: 2, 3: 3, 11: 5, 12: 6, 20: 20}


def test_there_is_a_golden_file_of_every_version() -> None:
    names = {f"manifest-v{n}" for n in MANIFESTS} | {f"run_results-v{n}" for n in RESULTS}
    assert {path.stem for path in GOLDEN.glob("*.json")} == names | {f"sources-v{n}" for n in SOURCES}


@pytest.mark.parametrize("version", MANIFESTS)
def test_a_manifest_of_every_version_has_the_same_nodes(version: int) -> None:
    read = project(golden(f"manifest-v{version}"))
    assert (read.name, read.version, read.invocation, read.damaged) == ("shop", version, INVOCATION, 0)
    assert read.generated_at is not None and read.generated_at.isoformat() == "2026-11-29T05:00:41.123456+00:00"
    models = {node.name: node for node in read.nodes.values() if node.kind == "model"}
    assert {name: node.layer for name, node in models.items()} == {
        "stg_users": "staging",
        "stg_orders": "staging",
        "mart_orders": "marts",
    }
    assert models["mart_orders"].parents == ("model.shop.stg_orders", "model.shop.stg_users")
    assert models["mart_orders"].sql.startswith("select id, count(*)")
    assert [column.name for column in models["mart_orders"].columns] == ["id"]
    assert read.nodes["exposure.shop.weekly"].parents == ("model.shop.mart_orders",)
    source = read.nodes["source.shop.app.orders"]
    assert (source.name, source.error_after) == ("app.orders", Threshold(2, "day"))


@pytest.mark.parametrize("version", MANIFESTS)
def test_a_test_of_every_version_knows_its_model_and_its_severity(version: int) -> None:
    tests = project(golden(f"manifest-v{version}")).tests.values()
    found = {test.kind: (test.on, test.severity, test.column) for test in tests if test.kind != "unit"}
    assert found == {
        "not_null": (("model.shop.stg_orders",), "error", "id"),
        "relationships": (("model.shop.mart_orders",), "warn", "user_id"),
        "singular": (("model.shop.mart_orders",), "error", ""),
    }
    assert any(test.kind == "unit" for test in tests) == (version >= 12)


@pytest.mark.parametrize("version", RESULTS)
def test_results_of_every_version_say_the_same(version: int) -> None:
    read, _ = run_results(golden(f"run_results-v{version}"))
    assert (read.version, read.command, read.is_build, read.seconds) == (version, "build", True, 1.75)
    by_name = {re.sub(r"^(\w+\.shop\.[a-z_]+).*", r"\1", one.unique_id): one for one in read.outcomes.values()}
    states = [one.state for one in by_name.values()]
    assert states == ["ok", "ok", "ok", "bad", "ok", "warn", "ok"]
    assert by_name["test.shop.not_null_stg_orders_id"].failures == 3
    assert by_name["model.shop.mart_orders"].rows == 7
    assert bool(by_name["model.shop.mart_orders"].message) == (version != 20)


@pytest.mark.parametrize("version", SOURCES)
def test_sources_of_every_version_say_the_same(version: int) -> None:
    read = source_freshness(golden(f"sources-v{version}"))
    late, gone = read.outcomes.values()
    assert (late.state, late.loaded_at and late.loaded_at.day) == ("warn", 27)
    assert (gone.state, gone.message) == ("bad", "Table with name gone does not exist")


@pytest.mark.parametrize("version", MANIFESTS)
def test_every_version_is_judged_alike(version: int) -> None:
    results, clean = run_results(golden(f"run_results-v{BESIDE.get(version, 4)}"))
    judged = judge(project(golden(f"manifest-v{version}"), clean), [results])
    assert judged.standing.models == Tally(ok=3)
    assert (judged.standing.level, judged.standing.affected) == ("bad", 2)
    assert {row.node.name for row in judged.rows if row.affected} == {"mart_orders", "weekly"}
