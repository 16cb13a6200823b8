"""pipeline.notices.moments: which moment a schedule means, on odd days and at odd times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.reports.definitions.definition import Schedule
from pipeline.notices.moments import due, next_due, wrong_day

DAYS = st.one_of(st.integers(1, 31), st.sampled_from(["every", "last", "monday", "sunday", "02-29", "12-31"]))
ZONES = st.sampled_from(["Asia/Tokyo", "America/New_York", "Pacific/Apia", "Europe/London", "Australia/Lord_Howe"])
SCHEDULES = st.builds(
    Schedule,
    st.lists(DAYS, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["00:00", "02:30", "14:30", "23:59"]),
    ZONES,
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def first(days: str | int, at: str, zone: str, after: str) -> str:
    return next_due(Schedule((days,), at, zone), datetime.fromisoformat(after)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("days", "after", "wanted"),
    [
        ("monday", "2026-11-30T00:00+00:00", "2026-12-07 00:00"),
        ("monday", "2026-11-29T23:59+00:00", "2026-11-30 00:00"),
        (31, "2026-02-01T00:00+00:00", "2026-02-28 00:00"),
        ("last", "2028-02-01T00:00+00:00", "2028-02-29 00:00"),
        ("02-29", "2026-03-01T00:00+00:00", "2027-02-28 00:00"),
        ("02-29", "2027-03-01T00:00+00:00", "2028-02-29 00:00"),
        ("every", "2026-11-30T00:00+00:00", "2026-12-01 00:00"),
    ],
)
def test_a_day_that_a_month_has_not_is_its_last(days: str | int, after: str, wanted: str) -> None:
    assert first(days, "00:00", "UTC", after) == wanted


@pytest.mark.parametrize(
    ("at", "zone", "after", "wanted"),
    [
        # 02:00 becomes 03:00 in New York on 8 March 2026: 07:00 UTC is the first moment after the jump.
        ("02:30", "America/New_York", "2026-03-08T05:00+00:00", "2026-03-08 07:00"),
        # 01:30 comes twice on 1 November 2026; the first is at 05:30 UTC, and there is none at 06:30.
        ("01:30", "America/New_York", "2026-11-01T04:00+00:00", "2026-11-01 05:30"),
        ("01:30", "America/New_York", "2026-11-01T05:30+00:00", "2026-11-02 06:30"),
        # Lord Howe jumps by half an hour.
        ("02:15", "Australia/Lord_Howe", "2026-10-03T00:00+00:00", "2026-10-03 15:30"),
        # Samoa had no 30 December 2011: that day's report comes as the 31st begins.
        ("09:00", "Pacific/Apia", "2011-12-29T20:00+00:00", "2011-12-30 10:00"),
        ("09:00", "Asia/Tokyo", "2026-11-29T20:00+00:00", "2026-11-30 00:00"),
    ],
)
def test_a_time_that_is_not_there_or_twice_is_one_moment(at: str, zone: str, after: str, wanted: str) -> None:
    assert first("every", at, zone, after) == wanted


@given(SCHEDULES, MOMENTS, st.integers(0, 60))
def test_moments_are_in_order_each_once_and_within(schedule: Schedule, after: datetime, days: int) -> None:
    until = after + timedelta(days=days)
    moments = list(due(schedule, after, until))
    assert moments == sorted(set(moments))
    assert all(after < moment <= until for moment in moments)


@given(SCHEDULES, MOMENTS, st.integers(1, 40), st.integers(0, 40))
def test_ticks_see_together_what_one_look_sees(schedule: Schedule, after: datetime, days: int, cut: int) -> None:
    between, until = after + timedelta(hours=cut), after + timedelta(days=days + 2)
    parts = [*due(schedule, after, between), *due(schedule, between, until)]
    assert parts == list(due(schedule, after, until))


@given(SCHEDULES, MOMENTS)
def test_there_is_always_a_next_one(schedule: Schedule, after: datetime) -> None:
    assert timedelta() < next_due(schedule, after) - after <= timedelta(days=367)


@pytest.mark.parametrize("day", [0, 32, -1, "02-30", "13-01", "00-10", "04-31", "Monday", "", "1", "2-9", "٠١-٠١"])
def test_other_days_are_wrong(day: str | int) -> None:
    assert wrong_day(day)
