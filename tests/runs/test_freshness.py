"""pipeline.runs.freshness: is it all right, and when is the next run; the same under any time zone of the host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.runs.freshness import Schedule, days, verdict
from pipeline.runs.run import Run

# 15:00 in Asia/Tokyo.
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def run(started: datetime, status: str = "succeeded", mode: str = "full") -> Run:
    made = Run("r", "t-1", started.date(), started, started, finished_at=started, records=10, bytes=100)
    return replace(made, status=status, mode=mode)  # type: ignore[arg-type]


def test_an_export_of_today_is_fine() -> None:
    found = verdict([run(DUE)], NOW)
    assert (found.state, found.due, found.next_at) == ("ok", DUE, DUE + timedelta(days=1))


def test_from_half_an_hour_after_its_time_a_missed_export_is_late() -> None:
    yesterday = [run(DUE - timedelta(days=1))]
    assert verdict(yesterday, DUE + timedelta(minutes=29)).state == "ok"
    assert verdict(yesterday, DUE + timedelta(minutes=30)).state == "late"


def test_before_the_time_of_day_yesterdays_export_is_fine() -> None:
    assert verdict([run(DUE - timedelta(days=1))], DUE - timedelta(hours=1)).state == "ok"


def test_the_newest_run_decides() -> None:
    failed = run(NOW - timedelta(minutes=1), "failed")
    assert verdict([failed, run(DUE)], NOW).state == "failed"
    assert verdict([run(NOW), failed], NOW).state == "ok"


def test_a_run_that_goes_on_is_running_and_one_that_was_lost_has_failed() -> None:
    assert verdict([run(NOW - timedelta(minutes=1), "running")], NOW).state == "running"
    assert verdict([run(NOW - timedelta(hours=1), "running")], NOW).state == "failed"


def test_a_start_that_has_not_reported_yet_is_no_answer_of_yesterday() -> None:
    assert verdict([run(DUE)], NOW, starting=True).state == "starting"


def test_without_a_run_there_never_was_one() -> None:
    assert verdict([], NOW).state == "never"


def test_an_incremental_export_is_no_answer() -> None:
    assert verdict([run(DUE, mode="incremental"), run(DUE - timedelta(days=1))], NOW).state == "late"


def test_a_schedule_of_another_time_is_judged_by_that_time() -> None:
    found = verdict([run(DUE)], NOW, Schedule(18, 30))
    assert found.state == "ok"
    assert found.next_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


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
