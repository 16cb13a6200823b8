"""pipeline.console.analysis.trend: a grade for each of 30 days, also where nobody has looked."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.profile import ColumnProfile, Profile
from pipeline.analysis.quality.result import Open, Result
from pipeline.analysis.quality.store import Kept
from pipeline.console.analysis.trend import columns, trend

TODAY = date(2026, 11, 30)
PROFILE = Profile(20, 0, {"session": 20, "mood": 0}, {("session", "notes"): ColumnProfile(15, 5, 9, None, None, 0, ())})


def result(day: int, *checks: str, learned: int = 14) -> Result:
    on = date(2026, 11, day)
    found = tuple(Open(Finding(one, "x", "", "", ""), on, on, 1, 0) for one in checks)  # type: ignore[arg-type]
    made_at = datetime(2026, 11, day, 5, tzinfo=UTC)
    return Result("things", on, "q0001-t", made_at, "t", learned, found, profile=PROFILE)


def test_every_day_has_a_grade() -> None:
    kept = Kept((result(26, learned=3), result(27), result(28, "column_new"), result(30, "duplicate_keys", "orphans")))
    days = trend(kept, TODAY, 6)
    assert [one.day.day for one in days] == [25, 26, 27, 28, 29, 30]
    assert [one.grade for one in days] == ["not_run", "learning", "good", "warning", "not_run", "error"]
    assert (days[-1].errors, days[-1].warnings, days[-1].records) == (1, 1, 20)


def test_columns_of_a_kind_are_told_with_the_share_that_lacks_them() -> None:
    (only,) = columns(PROFILE, "session")
    assert (only.name, only.null_rate) == ("notes", 0.5)
    assert columns(PROFILE, "mood") == ()
