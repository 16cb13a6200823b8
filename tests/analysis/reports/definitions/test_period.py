"""pipeline.analysis.reports.definitions.period: which days a report is about."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.analysis.reports.definitions.definition import Period
from pipeline.analysis.reports.definitions.period import span


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        (Period("last_week"), ("2026-11-23", "2026-11-29")),
        (Period("last_month"), ("2026-10-01", "2026-10-31")),
        (Period("last_days", days=7), ("2026-11-23", "2026-11-29")),
        (Period("last_days", days=1), ("2026-11-29", "2026-11-29")),
        (Period("fixed", first=date(2024, 2, 29), last=date(2024, 3, 1)), ("2024-02-29", "2024-03-01")),
    ],
)
def test_a_period_ends_before_today(period: Period, wanted: tuple[str, str]) -> None:
    assert tuple(map(str, span(period, date(2026, 11, 30)))) == wanted


def test_the_month_before_a_january_is_december() -> None:
    assert span(Period("last_month"), date(2028, 1, 31)) == (date(2027, 12, 1), date(2027, 12, 31))
