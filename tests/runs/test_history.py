"""pipeline.runs.history: what the cards and the result card show, from runs newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.runs.history import (
    SORTS,
    Filter,
    before,
    select,
    shared_days,
    shown_status,
    summarise,
    watched,
    with_newer,
)
from pipeline.runs.run import History, Run

NOW = datetime(2024, 2, 8, 12, 0, tzinfo=UTC)


def run(hours_ago: float, **fields: object) -> Run:
    at = NOW - timedelta(hours=hours_ago)
    base = Run(f"r{hours_ago}", "t-1", at.date(), at, at, status="succeeded", trigger="schedule", bytes=100)
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (run(1), "succeeded"),
        (run(1, status="failed"), "failed"),
        (run(0.2, status="running"), "running"),
        (run(0.3, status="running"), "lost"),
        (run(1, status="running", updated_at=NOW + timedelta(days=900)), "lost"),
        (run(1, spoiled="gone"), "gone"),
        (run(1, spoiled="replaced"), "replaced"),
        (run(1, legacy=True), "legacy"),
        (run(1, legacy=True, foreign=True), "foreign"),
    ],
)
def test_a_run_without_progress_past_the_timeout_is_lost(entry: Run, shown: str) -> None:
    assert shown_status(entry, NOW) == shown


def test_the_summary_counts_the_window_and_names_the_failed() -> None:
    failed = run(30, status="failed")
    found = summarise([run(1, bytes=150), run(25), failed, run(24 * 9)], NOW)
    assert (found.total, found.failed, found.size_change) == (3, (failed,), 50)


def test_the_newest_export_is_the_newest_success_and_a_person_s_incremental_one_beside_full_ones_is_none() -> None:
    good = run(5)
    found = summarise([run(1, status="failed"), run(2, mode="incremental", trigger="manual"), good], NOW)
    assert (found.latest, found.sized) == (good, good)


def test_the_size_is_that_of_the_newest_whole_export() -> None:
    planned, full, before = run(2, mode="incremental", bytes=3), run(30), run(60, bytes=90)
    found = summarise([planned, full, before], NOW)
    assert (found.latest, found.sized, found.size_change) == (planned, full, 10)


def test_where_only_incremental_exports_are_they_are_the_newest_ones() -> None:
    newest = run(2, mode="incremental", trigger="manual")
    assert summarise([newest, run(30, mode="incremental")], NOW).latest == newest


def test_documents_that_no_run_tells_of_stand_in_where_there_is_nothing_better() -> None:
    found, foreign = run(3, legacy=True, key="k"), run(1, legacy=True, foreign=True, key="f")
    alone = summarise([foreign, found], NOW)
    assert (alone.total, alone.latest) == (1, found)
    assert summarise([foreign, found, run(50)], NOW).latest == run(50)


def test_an_empty_history_has_an_empty_summary() -> None:
    assert summarise([], NOW).latest is None


def test_a_run_that_is_going_is_watched_before_any_other() -> None:
    going = run(0.1, status="running")
    assert watched([run(0.05, trigger="manual"), going], NOW) == going


def test_otherwise_the_newest_manual_run_is_watched() -> None:
    manual = run(2, trigger="manual")
    assert watched([run(1), manual, run(3, trigger="manual")], NOW) == manual


def test_without_a_manual_run_there_is_nothing_to_watch() -> None:
    assert watched([run(1), run(2, legacy=True)], NOW) is None


def test_a_filter_lets_through_what_it_names() -> None:
    runs = [
        run(23, run_id="r1"),
        replace(run(47, run_id="r2"), status="failed"),
        replace(run(71, run_id="r3"), table="other"),
    ]
    assert [found.run_id for found in select(runs, Filter(), NOW)] == ["r1", "r2", "r3"]
    assert [found.run_id for found in select(runs, Filter(status="failed"), NOW)] == ["r2"]
    assert [found.run_id for found in select(runs, Filter(table="other"), NOW)] == ["r3"]
    assert [found.run_id for found in select(runs, Filter(days=1), NOW)] == ["r1"]


def test_an_order_is_kept() -> None:
    runs = [replace(run(23, run_id="r1"), bytes=5), replace(run(47, run_id="r2"), bytes=9)]
    orders = {sort: [found.run_id for found in select(runs, Filter(sort=sort), NOW)] for sort in SORTS}
    assert orders == {
        "newest": ["r1", "r2"],
        "oldest": ["r2", "r1"],
        "largest": ["r2", "r1"],
        "longest": ["r1", "r2"],
    }


def test_the_run_before_comes_first_among_those_to_compare_with() -> None:
    runs = [replace(run(n * 24), run_id=f"r{n}", key="k") for n in (1, 2, 3)]
    assert [found.run_id for found in before(runs, runs[1])] == ["r3", "r1"]
    assert before([replace(found, table="other") for found in runs], runs[1]) == []


def test_a_newer_reading_of_a_run_takes_its_place_and_one_that_is_not_known_comes_in() -> None:
    found = History((run(1), run(25)), ())
    ended = run(25, records=7)
    assert with_newer(found, ended).runs == (run(1), ended)
    assert with_newer(found, run(0)).runs == (run(0), run(1), run(25))
    assert with_newer(found, None) is found


def of_days(first: int, last: int) -> Run:
    return run(1, first_day=date(2026, 10, first), last_day=date(2026, 10, last))


def test_the_days_that_two_runs_of_a_source_share() -> None:
    shared = shared_days(of_days(1, 20), of_days(16, 25))
    assert shared and (shared.first.day, shared.last.day, shared.partly, shared.none) == (16, 20, True, False)
    same = shared_days(of_days(1, 20), of_days(1, 20))
    assert same and (same.partly, same.none) == (False, False)
    apart = shared_days(of_days(1, 5), of_days(16, 25))
    assert apart and apart.none


def test_runs_of_a_table_are_not_of_days() -> None:
    assert shared_days(run(1), run(25)) is None
