"""Which days a report is about, from its definition and the day that it is made on. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.analysis.reports.definitions.definition import Period

_DAY = timedelta(days=1)


def span(period: Period, today: date) -> tuple[date, date]:
    """First and last day. A week is Monday to Sunday; ``today`` is never among the days that are counted back, for it
    is not over."""
    if period.first and period.last:
        return period.first, period.last
    if period.kind == "last_week":
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + 6 * _DAY
    if period.kind == "last_month":
        last = today.replace(day=1) - _DAY
        return last.replace(day=1), last
    return today - timedelta(days=period.days or 1), today - _DAY
