"""Moments as a person says them, in Asia/Tokyo whatever the host's zone: today at 14:00, in two hours. Pure.

The pages and the command line speak of times with these; what is stored stays UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.words.catalogue import Words

TOKYO = ZoneInfo("Asia/Tokyo")
_MINUTE, _HOUR = 60, 60
_DAY_MINUTES = 24 * 60


def jst(moment: datetime) -> str:
    """Date and time in Asia/Tokyo."""
    return f"{jst_minute(moment)} JST"


def jst_minute(moment: datetime) -> str:
    """Date and time in Asia/Tokyo under a heading that says so."""
    return moment.astimezone(TOKYO).strftime("%Y/%m/%d %H:%M")


def jst_hour(moment: datetime) -> str:
    """Hours and minutes in Asia/Tokyo."""
    return moment.astimezone(TOKYO).strftime("%H:%M")


def jst_date(moment: datetime) -> str:
    """The date in Asia/Tokyo."""
    return moment.astimezone(TOKYO).strftime("%Y/%m/%d")


def days_ago(moment: datetime, now: datetime) -> int:
    """How many calendar days of Asia/Tokyo lie between."""
    return (now.astimezone(TOKYO).date() - moment.astimezone(TOKYO).date()).days


def when(words: Words, moment: datetime, now: datetime) -> str:
    """A moment as a person says it: today, yesterday or tomorrow with the time, else the date."""
    names = {0: "today", 1: "yesterday", -1: "tomorrow"}
    name = names.get(days_ago(moment, now))
    return words(f"day.{name}", time=jst_hour(moment)) if name else jst(moment)


def span(words: Words, passed: timedelta) -> str:
    """A length of time to the minute, from 24 hours on to the hour; less than a minute is none."""
    minutes = max(0, round(passed.total_seconds() / _MINUTE))
    if minutes < _HOUR:
        return words("span.minutes", minutes=minutes)
    days, rest = divmod(minutes, _DAY_MINUTES)
    hours, minutes = divmod(rest, _HOUR)
    if days:
        return words("span.days", days=days, hours=hours) if hours else words("span.whole_days", days=days)
    return words("span.hours", hours=hours, minutes=minutes) if minutes else words("span.whole_hours", hours=hours)
