"""pipeline.runs.standing: one answer for every state that a table's exports can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.runs.freshness import NextRuns, Schedule
from pipeline.runs.run import Run, Spoiled
from pipeline.runs.standing import standing

# 15:00 in Asia/Tokyo.
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DAILY = NextRuns(Schedule())
STOPPED = NextRuns(Schedule(), enabled=False)


def run(started: datetime, status: str = "succeeded", **fields: object) -> Run:
    made = Run("r", "t-1", started.date(), started, started, finished_at=started, records=10, bytes=100)
    return replace(made, status=status, trigger="schedule", **fields)  # type: ignore[arg-type]


def found(day: datetime, **fields: object) -> Run:
    return run(day.replace(hour=0), legacy=True, key="k", **fields)


def test_an_export_of_today_is_fine() -> None:
    seen = standing([run(DUE)], DAILY, NOW)
    assert (seen.state, seen.level, seen.due, seen.next_at) == ("ok", "good", DUE, DUE + DAY)


def test_from_half_an_hour_after_its_time_a_missed_export_is_late() -> None:
    yesterday = [run(DUE - DAY)]
    assert standing(yesterday, DAILY, DUE + timedelta(minutes=29)).state == "ok"
    assert standing(yesterday, DAILY, DUE + timedelta(minutes=30)).state == "late"


def test_before_the_time_of_day_yesterdays_export_is_fine() -> None:
    assert standing([run(DUE - DAY)], DAILY, DUE - timedelta(hours=1)).state == "ok"


def test_the_newest_run_decides() -> None:
    failed = run(NOW - timedelta(minutes=1), "failed")
    assert standing([failed, run(DUE)], DAILY, NOW).state == "failed"
    assert standing([run(NOW), failed], DAILY, NOW).state == "ok"


def test_a_run_that_goes_on_is_running_and_one_without_progress_is_lost() -> None:
    assert standing([run(NOW - timedelta(minutes=1), "running")], DAILY, NOW).state == "running"
    lost = standing([run(NOW - timedelta(hours=1), "running")], DAILY, NOW)
    assert (lost.state, lost.level) == ("lost", "bad")


@pytest.mark.parametrize(("start", "state"), [("waiting", "starting"), ("unseen", "unseen"), ("ended", "ok")])
def test_a_start_that_has_not_reported_is_no_answer_of_yesterday(start: str, state: str) -> None:
    assert standing([run(DUE)], DAILY, NOW, start).state == state  # type: ignore[arg-type]


def test_without_a_run_there_never_was_one() -> None:
    assert standing([], DAILY, NOW).state == "never"


def test_a_person_s_incremental_export_makes_up_for_no_full_one() -> None:
    by_hand = run(DUE, mode="incremental")
    assert standing([replace(by_hand, trigger="manual"), run(DUE - DAY)], DAILY, NOW).state == "late"


def test_a_full_export_that_failed_is_not_hidden_by_an_incremental_one_after_it() -> None:
    runs = [run(NOW, mode="incremental"), run(DUE, "failed"), run(DUE - DAY)]
    assert standing(runs, DAILY, NOW).state == "failed"


def test_a_full_export_that_failed_days_ago_is_made_up_for_by_a_full_one_only() -> None:
    failed = [run(DUE - days * DAY, "failed") for days in (1, 2, 3)]
    by_hand = replace(run(NOW, mode="incremental"), trigger="manual")
    assert standing([by_hand, *failed], DAILY, NOW).state == "failed"
    assert standing([run(NOW, mode="incremental"), *failed], DAILY, NOW).state == "failed"
    assert standing([run(NOW), by_hand, *failed], DAILY, NOW).state == "ok"


def test_an_incremental_export_that_failed_is_made_up_for_by_any_success() -> None:
    failed = run(DUE - DAY, "failed", mode="incremental")
    assert standing([run(DUE), failed], DAILY, NOW).state == "ok"
    assert standing([run(DUE, mode="incremental"), failed], DAILY, NOW).state == "ok"


def test_where_full_exports_are_daily_a_planned_incremental_one_makes_up_for_none() -> None:
    fulls = [run(DUE - days * DAY) for days in range(1, 8)]
    assert standing([run(DUE, mode="incremental"), *fulls], DAILY, NOW).state == "late"


def test_a_run_that_begins_in_the_future_is_not_believed() -> None:
    future = run(NOW + 300 * DAY)
    assert standing([future, run(DUE, "failed")], DAILY, NOW).state == "failed"
    assert standing([replace(future, status="running")], DAILY, NOW).state == "never"


def test_incremental_exports_are_fine_where_the_schedule_makes_them_or_nothing_else_is_there() -> None:
    weekly = [run(DUE, mode="incremental"), run(DUE - DAY, mode="incremental"), run(DUE - 6 * DAY)]
    assert standing(weekly, DAILY, NOW).state == "ok"
    only = [replace(run(DUE, mode="incremental"), trigger="manual")]
    assert standing(only, DAILY, NOW).state == "ok"


def test_a_stopped_schedule_is_a_warning_however_good_the_last_export_was() -> None:
    seen = standing([run(DUE)], STOPPED, NOW)
    assert (seen.state, seen.level, seen.next_at, seen.good) == ("stopped", "warn", None, run(DUE))
    assert standing([run(DUE - 9 * DAY)], STOPPED, NOW).state == "stopped"


def test_a_failure_is_told_before_the_stopped_schedule() -> None:
    assert standing([run(DUE, "failed")], STOPPED, NOW).state == "failed"


@pytest.mark.parametrize(("spoiled", "level"), [("gone", "bad"), ("replaced", "warn")])
def test_a_success_whose_document_is_spoiled_is_told_of_and_no_longer_fine(spoiled: Spoiled, level: str) -> None:
    newest = run(DUE, spoiled=spoiled)
    seen = standing([newest, run(DUE - DAY)], DAILY, NOW)
    assert (seen.state, seen.level, seen.run, seen.good) == (spoiled, level, newest, run(DUE - DAY))
    assert standing([newest], STOPPED, NOW).state == spoiled


def test_a_spoiled_document_is_made_up_for_as_a_failure_is() -> None:
    full, changes = run(DUE - DAY, spoiled="gone"), run(DUE - DAY, mode="incremental", spoiled="gone")
    assert standing([run(DUE), full], DAILY, NOW).state == "ok"
    assert standing([run(DUE, mode="incremental"), full], DAILY, NOW).state == "gone"
    assert standing([run(DUE, mode="incremental"), changes], DAILY, NOW).state == "ok"


def test_a_document_that_no_run_tells_of_is_unchecked_and_never_fine() -> None:
    seen = standing([found(DUE)], DAILY, NOW)
    assert (seen.state, seen.level, seen.good) == ("unchecked", "warn", None)


def test_documents_that_have_stopped_coming_are_late() -> None:
    assert standing([found(DUE - 3 * DAY)], DAILY, NOW).state == "late"


def test_a_document_beside_recorded_runs_makes_up_for_none_of_them_silently() -> None:
    seen = standing([found(DUE), run(DUE - 3 * DAY)], DAILY, NOW)
    assert (seen.state, seen.good) == ("unchecked", run(DUE - 3 * DAY))


def test_a_file_that_is_no_export_counts_for_nothing() -> None:
    assert standing([found(DUE, foreign=True)], DAILY, NOW).state == "never"
    assert standing([found(DUE, foreign=True), run(DUE - 3 * DAY)], DAILY, NOW).state == "late"


def test_a_run_that_failed_its_own_check_is_failed_whatever_it_left() -> None:
    left = run(DUE, "failed", key="raw/internal/dynamodb-exports/dt=2026-11-23/t-1.json")
    seen = standing([left, run(DUE - DAY)], DAILY, NOW)
    assert (seen.state, seen.good) == ("failed", run(DUE - DAY))


def test_a_schedule_of_another_time_is_judged_by_that_time() -> None:
    seen = standing([run(DUE)], NextRuns(Schedule(18, 30)), NOW)
    assert (seen.state, seen.next_at) == ("ok", datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
