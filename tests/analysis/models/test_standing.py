"""pipeline.analysis.models.standing: what failed, what that reaches, and what is only not known."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.analysis.models.standing import Judged, Row, Tally
from tests.analysis.models.shop import judged, large, manifest_of, results_of, schema

#   a → b → c,  d
CHAIN = {"a": [], "b": ["a"], "c": ["b"], "d": []}
TESTS = {"ta": ("a", "error"), "tb": ("b", "warn")}
ALL_GOOD = {f"model.p.{name}": "success" for name in CHAIN} | {"test.p.ta": "pass", "test.p.tb": "pass"}


def of(statuses: dict[str, str], **more: Any) -> Judged:
    return judged(manifest_of(CHAIN, TESTS), results_of(ALL_GOOD | statuses, **more))


def row(found: Judged, name: str) -> Row:
    return next(row for row in found.rows if row.node.name == name)


def affected(found: Judged) -> set[str]:
    return {row.node.name for row in found.rows if row.affected}


def kinds(found: Judged) -> dict[str, int]:
    return {notice.kind: notice.number for notice in found.standing.notices}


def test_a_build_without_a_fault_is_good() -> None:
    standing = of({}).standing
    assert (standing.level, standing.share, standing.seconds, standing.affected) == ("good", 1.0, 2.5, 0)
    assert standing.models == Tally(ok=4) and standing.tests == Tally(ok=2)
    assert standing.built_at is not None and standing.built_at.isoformat() == "2026-11-29T05:00:00+00:00"
    assert standing.published is None and standing.notices == ()


def test_everything_below_a_failed_test_is_affected_however_green() -> None:
    found = of({"test.p.ta": "fail"})
    assert affected(found) == {"b", "c"}
    assert (row(found, "a").state, row(found, "a").shown, row(found, "b").shown) == ("ok", "bad", "ok")
    assert found.standing.level == "bad"


def test_a_test_of_severity_warn_affects_nothing_and_is_a_warning() -> None:
    found = of({"test.p.tb": "warn"})
    assert affected(found) == set()
    assert (row(found, "b").shown, found.standing.level) == ("warn", "warn")


@pytest.mark.parametrize("status", ["error", "partial success", "who knows"])
def test_everything_below_a_failed_model_is_affected(status: str) -> None:
    found = of({"model.p.b": status, "model.p.c": "skipped"})
    assert affected(found) == {"c"}
    assert found.standing.models == Tally(ok=2, bad=1, skipped=1)


def test_a_status_that_is_not_known_is_never_green_and_is_told() -> None:
    found = of({"model.p.d": "Splendid"})
    assert (row(found, "d").shown, found.standing.level) == ("bad", "bad")
    assert [(notice.kind, notice.told) for notice in found.standing.notices] == [("unknown_status", "Splendid")]


def test_what_was_planned_and_has_no_result_is_none_and_the_rest_is_no_whole() -> None:
    found = judged(manifest_of(CHAIN, TESTS), results_of({"model.p.a": "success", "test.p.ta": "pass"}))
    assert [row.node.name for row in found.rows if row.state == "ok"] == ["a"]
    assert found.standing.models == Tally(ok=1, none=3)
    assert (found.standing.level, found.standing.share) == ("part", 1.0)


def test_ephemeral_models_are_not_waited_for() -> None:
    made = manifest_of({"a": [], "b": ["a"]})
    made["nodes"]["model.p.a"]["config"]["materialized"] = "ephemeral"
    found = judged(made, results_of({"model.p.b": "success"}))
    assert (found.standing.level, found.standing.models) == ("good", Tally(ok=1))


def test_compiled_results_are_no_build_whatever_they_say() -> None:
    found = of({}, command="generate")
    assert (found.standing.level, found.standing.built_at, found.standing.models) == ("none", None, Tally(none=4))
    assert kinds(found)["not_a_build"] == 1


def test_without_results_no_build_is_known() -> None:
    assert judged(manifest_of(CHAIN, TESTS)).standing.level == "none"


def test_a_run_and_a_test_of_one_build_are_put_together() -> None:
    models = {name: status for name, status in ALL_GOOD.items() if name.startswith("model.")}
    tests = {name: status for name, status in ALL_GOOD.items() if name.startswith("test.")}
    found = judged(manifest_of(CHAIN, TESTS), results_of(models, "run"), results_of(tests, "test"))
    assert (found.standing.level, found.standing.seconds) == ("good", 5.0)


def test_results_of_another_run_are_told() -> None:
    made = manifest_of(CHAIN, TESTS)
    made["metadata"]["invocation_id"] = "another"
    assert kinds(judged(made, results_of(ALL_GOOD))) == {"invocations": 2}


@pytest.mark.parametrize(("status", "level"), [("success", "good"), ("error", "bad")])
def test_results_about_nodes_that_the_manifest_lacks_are_told(status: str, level: str) -> None:
    found = of({"model.p.stranger": status})
    assert (found.standing.level, kinds(found)) == (level, {"strangers": 1})


@pytest.mark.parametrize(("status", "level"), [("success", "good"), ("error", "bad")])
def test_a_hook_is_no_stranger_unless_it_failed(status: str, level: str) -> None:
    assert of({"operation.p.on-run-end-0": status}).standing.level == level


@pytest.mark.parametrize(("passed", "below"), [(90, False), (89, True), (100, False)])
def test_the_share_is_held_against_the_target(passed: int, below: bool) -> None:
    tests = {f"t{n}": ("a", "warn") for n in range(100)}
    statuses = {f"test.p.t{n}": "pass" if n < passed else "warn" for n in range(100)}
    found = judged(manifest_of({"a": []}, tests), results_of({"model.p.a": "success", **statuses}))
    assert (found.standing.share, found.standing.below_target) == (passed / 100, below)


def test_a_late_source_counts_and_is_no_stranger() -> None:
    made = manifest_of({"a": []})
    made["sources"] = {"source.p.s.t": {"name": "t", "source_name": "s"}}
    late = {"metadata": schema("sources", 3), "results": [{"unique_id": "source.p.s.t", "status": "warn"}]}
    found = judged(made, results_of({"model.p.a": "success"}), sources=late)
    assert (found.standing.level, found.standing.sources) == ("warn", Tally(warn=1))


def test_a_cycle_is_told_and_shown() -> None:
    found = judged(manifest_of({"a": ["b"], "b": ["a"]}), results_of({"model.p.a": "error", "model.p.b": "skipped"}))
    assert [(n.kind, n.told) for n in found.standing.notices if n.kind == "cycles"] == [("cycles", "a, b")]
    assert affected(found) == {"a", "b"}


def test_a_project_of_5_000_models_is_judged() -> None:
    made = large(5000)
    statuses = {name: "pass" if name.startswith("test.") else "success" for name in made["nodes"]}
    found = judged(made, results_of(statuses | {"test.p.t0_0": "fail"}))
    assert found.standing.affected == 4999
