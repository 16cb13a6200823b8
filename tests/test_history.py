"""pipeline.history: what the cards and the result card show, from runs newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.history import shown_status, summarise, watched
from pipeline.models import Run

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
        (run(1, legacy=True), "legacy"),
    ],
)
def test_a_run_without_progress_past_the_timeout_is_lost(entry: Run, shown: str) -> None:
    assert shown_status(entry, NOW) == shown


def test_the_summary_counts_the_window_and_names_the_failed() -> None:
    failed = run(30, status="failed")
    found = summarise([run(1, bytes=150), run(25), failed, run(24 * 9)], NOW)
    assert (found.total, found.failed, found.size_change) == (3, (failed,), 50)


def test_the_newest_export_is_the_newest_full_success() -> None:
    good = run(5)
    found = summarise([run(1, status="failed"), run(2, mode="incremental"), good], NOW)
    assert found.latest == good


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
