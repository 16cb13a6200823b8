"""pages.ui.format: figures as a person reads them, in JST whatever the host's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.ui import format as fmt

NOON = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1 KB"),
        (1536, "1.5 KB"),
        (50 * 1024 * 1024, "50 MB"),
        (3 * 1024**4 * 1000, "3,000 TB"),
        (-1536, "-1.5 KB"),
    ],
)
def test_sizes(value: int | None, shown: str) -> None:
    assert fmt.size(value, "en") == shown


def test_a_change_carries_its_sign() -> None:
    assert (fmt.change(2048, "ja"), fmt.change(-2048, "ja")) == ("+2 KB", "-2 KB")


def test_times_are_shown_in_japan() -> None:
    assert fmt.jst(NOON) == "2024/02/01 21:00 JST"
    assert fmt.jst_date(NOON + timedelta(hours=3)) == "2024/02/02"
    assert fmt.jst_time(NOON) == "21:00 JST"
    assert fmt.jst_minute(NOON) == "2024/02/01 21:00"


@pytest.mark.parametrize(
    ("passed", "language", "shown"),
    [
        (timedelta(hours=3), "ja", "3時間前"),
        (timedelta(hours=3), "en", "3 hours ago"),
        (timedelta(seconds=1), "en", "1 second ago"),
        (timedelta(days=2), "ja", "2日前"),
    ],
)
def test_how_long_ago(passed: timedelta, language: str, shown: str) -> None:
    assert fmt.ago(NOON - passed, NOON, language) == shown


def test_a_moment_ahead_of_a_wrong_clock_is_not_in_the_future() -> None:
    assert "ago" in fmt.ago(NOON + timedelta(hours=1), NOON, "en")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, "—"), (0.04, "0 sec"), (2.34, "2.3 sec"), (59.94, "59.9 sec"), (61, "1 min 1 sec")]
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert fmt.duration(seconds, "en") == shown


def test_numbers_are_grouped_and_nothing_is_a_dash() -> None:
    assert (fmt.number(1234567, "ja"), fmt.number(None, "ja")) == ("1,234,567", "—")


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(-0.314, 2, "−0.31"), (0.314, 2, "0.31"), (-0.004, 2, "0.00"), (-1234.5, 0, "−1,234"), (None, 2, "—")],
)
def test_a_signed_figure_has_the_true_minus_sign(value: float | None, digits: int, shown: str) -> None:
    assert fmt.signed(value, digits, "en") == shown


def test_what_is_no_number_is_a_dash() -> None:
    assert (fmt.r(float("nan"), "ja"), fmt.p(float("nan"), "ja"), fmt.p(None, "ja")) == ("—", "—", "—")


def test_a_correlation_carries_its_sign() -> None:
    assert (fmt.r(0.456, "ja"), fmt.r(-0.456, "ja"), fmt.r(0.0, "ja")) == ("+0.46", "−0.46", "0.00")


def test_a_small_p_is_told_by_its_bound() -> None:
    assert (fmt.p(0.0412, "en"), fmt.p(0.0002, "en"), fmt.p(1.0, "ja")) == ("0.041", "< 0.001", "1.000")


def test_a_p_that_does_not_hold_never_reads_as_one_that_does() -> None:
    assert (fmt.p(0.0503, "en"), fmt.p(0.05, "en"), fmt.p(0.0496, "en")) == ("> 0.050", "0.050", "0.050")
