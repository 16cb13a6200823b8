"""pipeline.console.analysis.overview: what builds say of models, what stands published, and the one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from pipeline.analysis.models.builds import Brief, BuildIndex, NodeRun, Withheld
from pipeline.analysis.models.standing import Judged, Tally
from pipeline.console.analysis import overview as overviews
from pipeline.console.analysis.overview import overview
from pipeline.words.catalogue import Words
from tests.analysis.models.shop import judged, manifest_of, results_of

NOON = datetime(2026, 11, 29, 6, tzinfo=UTC)


def project() -> Judged:
    made = manifest_of({"a": [], "b": ["a"]}, {"t": ("a", "error")})
    return judged(made, results_of({"model.p.a": "success", "model.p.b": "success", "test.p.t": "fail"}))


def brief(number: int = 0, **more: object) -> Brief:
    at = NOON - timedelta(days=number)
    made = Brief(f"run-{number}", at.date(), at, 6.5, "manual", "good", Tally(ok=2), Tally(ok=1), 1.0, True)
    return replace(made, **more)  # type: ignore[arg-type]


def runs(*rows: int | None) -> tuple[NodeRun, ...]:
    return tuple(NodeRun(f"run-{at}", "ok", rows=count, seconds=1.0 + at) for at, count in enumerate(rows))


def test_rows_are_told_with_their_change_since_the_build_that_counted_them_before() -> None:
    index = BuildIndex((brief(),), {"model.p.a": runs(120, None, 100), "model.p.b": runs(5)})
    a, b = overview(project(), index).models
    assert (a.records, a.change) == (120, 20)
    assert (b.records, b.change) == (5, None)


def test_a_foreign_project_has_no_past_and_nobody_knows_of_its_marts() -> None:
    one = overview(project())
    assert {(model.runs, model.change, model.trend) for model in one.models} == {((), None, "")}
    assert one.newest is None and one.published is None


@pytest.mark.parametrize(("minutes", "behind"), [(0, False), (5, True), (-5, False)])
def test_an_index_from_before_the_artifacts_own_build_is_behind(minutes: int, behind: bool) -> None:
    made = project()
    assert made.standing.built_at
    ended = made.standing.built_at - timedelta(minutes=minutes)
    newest = brief(started_at=ended - timedelta(seconds=6), seconds=6.5)
    assert overview(made, BuildIndex((newest,))).behind is behind
    assert not overview(made).behind


def test_what_failed_and_what_it_reaches_wants_a_look() -> None:
    one = overview(project())
    assert {model.row.node.name for model in one.models if model.wanting} == {"a", "b"}
    assert one.chosen(None, "ok", "") == ()
    assert [model.row.node.name for model in one.chosen("marts", "wanting", " B ")] == ["b"]
    assert one.chosen("staging", "all", "") == ()


def test_the_published_build_is_the_newest_that_was() -> None:
    index = BuildIndex((brief(published=False, withheld="tests"), brief(1), brief(2)))
    one = overview(project(), index)
    assert one.newest and one.newest.run_id == "run-0"
    assert one.published and one.published.run_id == "run-1"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_for_not_publishing_has_its_words(language: str) -> None:
    told = {overviews.withheld(Words(language), brief(withheld=why)) for why in (*get_args(Withheld), None)}
    assert len(told) == len(get_args(Withheld)) + 1
    blocked = overviews.withheld(Words(language), brief(withheld="tests", blocked_by=("unique_a", "unique_b")))
    assert "unique_a, unique_b" in blocked


def test_a_build_that_left_no_artifacts_is_told_instead_of_the_older_ones() -> None:
    later = brief(started_at=datetime(2026, 11, 29, 6, tzinfo=UTC), published=False, withheld="parse", level="bad")
    one = overview(project(), BuildIndex((later,)))
    told = overviews.sentence(Words("ja"), "p", one, NOON + timedelta(days=1))
    assert told == "p: 最新のビルドは結果を残せませんでした（昨日 15:00）"
    assert overviews.level(one.judged.standing, one.newest) == "bad"


def test_a_build_whose_tests_failed_is_told_by_its_artifacts() -> None:
    one = overview(project(), BuildIndex((brief(published=False, withheld="tests", level="bad"),)))
    assert "失敗があります" in overviews.sentence(Words("ja"), "p", one, NOON)


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([1.0, 2.0], ""),
        ([0.0, 0.0, 0.0], ""),
        ([1.0, None, 2.0, 4.0], "▃▅█"),
        ([0.0, 4.0, 2.0], "▁█▅"),
    ],
)
def test_a_trend_is_bars_from_zero_up(values: list[float | None], bars: str) -> None:
    assert overviews.bars(values) == bars


@pytest.mark.parametrize("withheld", [None, "tests"])
def test_artifacts_of_somebody_else_make_nothing_of_ours_green(withheld: Withheld | None) -> None:
    made = manifest_of({"a": []}, {"t": ("a", "error")})
    well = judged(made, results_of({"model.p.a": "success", "test.p.t": "pass"}))
    newest = brief(level="bad", published=not withheld, withheld=withheld)
    one = overview(well, BuildIndex((newest,)))
    assert well.standing.level == "good" and overviews.level(well.standing, one.newest) == "bad"
    assert overviews.sentence(Words("en"), "p", one, NOON) == "p: something failed (built today at 15:00)."
