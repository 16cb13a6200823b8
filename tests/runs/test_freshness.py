"""pipeline.runs.freshness: when the next run is and how the days went; the same under any time zone of the host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.runs.freshness import Schedule, days
from pipeline.runs.run import Run, Spoiled

# 15:00 in Asia/Tokyo.
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def run(started: datetime, status: str = "succeeded", mode: str = "full") -> Run:
    made = Run("r", "t-1", started.date(), started, started, finished_at=started, records=10, bytes=100)
    return replace(made, status=status, mode=mode)  # type: ignore[arg-type]


def test_the_next_run_is_the_schedule_s_first_time_after_now() -> None:
    assert Schedule().next(NOW) == DUE + timedelta(days=1)
    assert Schedule(18, 30).next(NOW) == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_host_s_time_zone_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time  # noqa: PLC0415

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert Schedule().last(NOW) == DUE
        assert days([run(DUE)], NOW, 2)[-1].day == date(2026, 11, 23)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_day_shows_its_newest_success_and_its_failures() -> None:
    runs = [run(NOW), run(DUE, "failed"), run(DUE - timedelta(hours=1))]
    today = days(runs, NOW, 3)[-1]
    assert (today.day, today.records, today.failed, today.late) == (date(2026, 11, 23), 10, 1, False)


def test_a_past_day_without_a_success_is_late_but_not_before_the_first_run() -> None:
    found = days([run(NOW), run(NOW - timedelta(days=2))], NOW, 5)
    assert [day.late for day in found] == [False, False, False, True, False]


def test_a_run_late_in_the_evening_of_utc_is_tomorrows_in_tokyo() -> None:
    assert days([run(datetime(2026, 11, 22, 15, 0, tzinfo=UTC))], NOW, 1)[0].records == 10


def test_a_day_of_which_only_a_document_is_known_is_unchecked_and_not_late() -> None:
    found = replace(run(DUE - timedelta(days=1)), legacy=True, key="k")
    assert [(day.unchecked, day.late, day.bytes) for day in days([run(NOW), found], NOW, 2)] == [
        (True, False, 100),
        (False, False, 100),
    ]


@pytest.mark.parametrize(("spoiled", "unchecked"), [("gone", False), ("replaced", True)])
def test_a_day_whose_document_is_gone_is_missing_and_an_overwritten_one_unchecked(
    spoiled: Spoiled, unchecked: bool
) -> None:
    runs = [run(NOW), replace(run(DUE - timedelta(days=1)), spoiled=spoiled), run(NOW - timedelta(days=2))]
    yesterday = days(runs, NOW, 2)[0]
    assert (yesterday.unchecked, yesterday.late) == (unchecked, not unchecked)


def test_a_file_that_is_no_export_fills_no_day() -> None:
    foreign = replace(run(DUE - timedelta(days=1)), legacy=True, foreign=True, key="k")
    assert [(day.late, day.bytes) for day in days([run(NOW), foreign, run(NOW - timedelta(days=2))], NOW, 2)] == [
        (True, None),
        (False, 100),
    ]
