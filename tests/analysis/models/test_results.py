"""pipeline.analysis.models.results: a status is what dbt means by it, and none that is unknown is green."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.models.results import STATES, run_results, source_freshness
from pipeline.analysis.models.shapes import Outcome, Results
from pipeline.errors import SchemaMismatch
from tests.analysis.models.shop import body, results_of, schema


def read(*results: Any, **more: Any) -> Results:
    metadata = schema("run-results", 6)
    return run_results(body({"metadata": metadata, "args": {"which": "build"}, "results": results, **more}))[0]


def outcome(**fields: Any) -> Outcome:
    return read({"unique_id": "model.p.a", **fields}).outcomes["model.p.a"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *STATES.items(),
        ("Pass", "ok"),
        ("SUCCESS", "ok"),
        ("Warn", "warn"),
        ("succeeded", "bad"),
        ("passed", "bad"),
        ("", "bad"),
        (None, "bad"),
        (7, "bad"),
        ("ok", "bad"),
    ],
)
def test_a_status_has_its_state(status: Any, state: str) -> None:
    assert outcome(status=status).state == state


@given(st.text(max_size=20))
def test_no_unknown_status_is_green(status: str) -> None:
    found = outcome(status=status)
    assert found.state == "bad" or status.lower() in STATES
    assert found.known == (status.lower() in STATES)


@pytest.mark.parametrize("command", ["build", "run", "test", "seed", "snapshot", "retry", "Build"])
def test_what_builds_or_tests_is_a_build(command: str) -> None:
    assert run_results(body(results_of({"model.p.a": "success"}, command)))[0].is_build


@pytest.mark.parametrize("command", ["compile", "generate", "docs", "show", "run-operation", "list", "parse", "clone"])
def test_what_compiles_or_looks_is_none(command: str) -> None:
    assert not run_results(body(results_of({"model.p.a": "success"}, command)))[0].is_build


@pytest.mark.parametrize(
    ("more", "is_build"),
    [
        ({}, False),
        ({"message": "OK"}, True),
        ({"adapter_response": {"rows_affected": 1}}, True),
        ({"failures": 0}, True),
    ],
)
def test_where_no_command_is_named_a_result_must_show_that_something_was_done(
    more: dict[str, Any], is_build: bool
) -> None:
    found = {"unique_id": "model.p.a", "status": "success", **more}
    assert read(found, args=None).is_build == is_build


def test_of_two_results_of_one_node_the_worse_counts() -> None:
    bad, good = ({"unique_id": "model.p.a", "status": status} for status in ("error", "success"))
    assert read(bad, good).outcomes["model.p.a"].state == read(good, bad).outcomes["model.p.a"].state == "bad"


@pytest.mark.parametrize("seconds", [-1, 1e300, True, "1", None, [], 10**30])
def test_a_time_that_none_can_be_is_none(seconds: Any) -> None:
    assert outcome(status="success", execution_time=seconds).seconds is None


@pytest.mark.parametrize("results", [None, {}, "x", 7])
def test_results_that_are_no_list_are_refused(results: Any) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        run_results(body({"metadata": schema("run-results", 6), "results": results}))
    assert caught.value.facts["expected"] == "a list of results"


def test_results_of_nothing_are_counted() -> None:
    found = read(None, [], {}, {"unique_id": 7}, {"unique_id": "x" * 600}, {"node": {"unique_id": "model.p.a"}})
    assert (list(found.outcomes), found.damaged) == (["model.p.a"], 5)


def test_a_time_with_nanoseconds_is_read_and_none_is_made_up() -> None:
    said = {"2026-11-29T05:00:41.123456789Z": 5, "2026-11-29T14:00:41+09:00": 5, "yesterday": None}
    for text, hour in said.items():
        found = read(metadata=schema("run-results", 6, generated_at=text)).generated_at
        assert (found.hour if found else None) == hour


def test_a_look_at_sources_is_no_build() -> None:
    found = source_freshness(body({"metadata": schema("sources", 3), "results": []}))
    assert not found.is_build and found.outcomes == {}
