"""pipeline.console.analysis.detail: a node with what is next to it, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, BuildIndex, NodeRun
from pipeline.analysis.models.standing import Tally
from pipeline.console.analysis.detail import LONGEST_SHARED, build_of, described, detail, fits_into_an_address
from tests.analysis.models.shop import judged, manifest_of


def test_a_node_is_shown_with_its_neighbours_and_its_runs() -> None:
    project = judged(manifest_of({"a": [], "b": ["a"], "c": ["b"], "d": ["c"]}))
    runs = (NodeRun("run-1", "ok"),)
    one = detail(project, "model.p.b", BuildIndex((), {"model.p.b": runs}))
    assert one and one.runs == runs
    assert [row.node.name for row in one.above] == ["a"] and [row.node.name for row in one.below] == ["c"]


def test_rows_are_kept_by_the_newest_build_that_knows_the_model() -> None:
    project = judged(manifest_of({"a": [], "b": []}, {"t": ("a", "error"), "u": ("b", "error")}))
    at = datetime(2026, 11, 30, 5, tzinfo=UTC)
    tally = Tally(ok=1)
    briefs = [Brief(f"run-{n}", at.date(), at, 1.0, "manual", "bad", tally, tally, 1.0, False) for n in (2, 1)]
    # The newest one did not parse, and knows no model.
    index = BuildIndex(tuple(briefs), {"model.p.a": (NodeRun("run-1", "bad"),)})
    assert build_of(project.project.tests["test.p.t"], index) == briefs[1]
    assert build_of(project.project.tests["test.p.u"], index) is None


def test_what_is_no_node_has_no_detail() -> None:
    assert detail(judged(manifest_of({"a": []})), "model.p.b") is None


@pytest.mark.parametrize(
    ("text", "language", "project", "wanted"),
    [
        ("利用者 / The person", "ja", OUR_PROJECT, "利用者"),
        ("利用者 / The person", "en", OUR_PROJECT, "The person"),
        ("利用者", "en", OUR_PROJECT, "利用者"),
        ("either / or", "ja", "shop", "either / or"),
        ("", "ja", OUR_PROJECT, ""),
    ],
)
def test_our_descriptions_are_in_the_reader_s_language(text: str, language: str, project: str, wanted: str) -> None:
    assert described(text, language, project) == wanted


@pytest.mark.parametrize(
    ("sql", "fits"),
    [("", False), ("select 1", True), ("a" * LONGEST_SHARED, True), ("a" * LONGEST_SHARED + "b", False)],
)
def test_sql_goes_into_an_address_as_long_as_one_is_shared(sql: str, fits: bool) -> None:
    assert fits_into_an_address(sql) == fits


def test_letters_count_as_they_are_written_in_an_address() -> None:
    assert not fits_into_an_address("あ" * (LONGEST_SHARED // 8))
