"""Times and days: now, as text, and read back from text of elsewhere, within bounds. Pure but for ``utc_now``.

What is out of bounds is a ValueError, like what is malformed: each room refuses it with the error of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipeline.untrusted import quoted

# Times that every zone of the host can hold; and the days of a source, which may lie before computers kept time.
_TIMES = range(1970, 9000)
_DAYS = range(1900, 9000)


def utc_now() -> datetime:
    return datetime.now(UTC)


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC with Z, milliseconds only when there are any."""
    moment = moment.astimezone(UTC)
    spec = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 time; one without an offset is taken as UTC. Raise ValueError, also for a year before 1970 or
    after 8999; TypeError for what is no text."""
    return within_time(datetime.fromisoformat(text))


def within_time(moment: datetime) -> datetime:
    """A time in UTC (one without an offset is taken as that) that every zone can hold. Raise ValueError."""
    try:
        there = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{quoted(str(moment))} is no time in UTC") from error
    if there.year not in _TIMES:
        raise ValueError(f"{quoted(str(moment))} is not between {_TIMES.start} and {_TIMES.stop - 1}")
    return there


def parse_day(text: str) -> date:
    """Read an ISO 8601 day that days can be added to. Raise ValueError, also for a year before 1900 or after 8999;
    TypeError for what is no text."""
    return within_days(date.fromisoformat(text))


def within_days(day: date) -> date:
    """A day that days can be added to. Raise ValueError."""
    if day.year not in _DAYS:
        raise ValueError(f"{quoted(str(day))} is not between {_DAYS.start} and {_DAYS.stop - 1}")
    return day
