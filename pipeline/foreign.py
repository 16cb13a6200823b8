"""What foreign hands may have written, held at the door: times and days, counts, values to quote. Pure.

A value that is let in here breaks nothing far away, when it is drawn or written again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

# Times that every zone of a host can hold, and to which days can be added; our own are far inside.
YEARS = range(1970, 9000)
# What JSON's readers elsewhere keep exactly.
MOST_COUNT = 2**53


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 time; one without an offset is taken as UTC. Raise ValueError, TypeError."""
    moment = datetime.fromisoformat(text)
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"no time that there is: {text!r:.60}") from error
    if moment.year not in YEARS:
        raise ValueError(f"no time of ours: {text!r:.60}")
    return moment


def parse_day(text: str) -> date:
    """Read an ISO 8601 day. Raise ValueError otherwise, TypeError for no text."""
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(f"no day of ours: {text!r:.60}")
    return day


def is_count(value: Any) -> bool:
    """Whether it is a whole number that something can be counted by."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_COUNT


def quoted(value: Any, limit: int = 80) -> str:
    """The value as an error may show it: the beginning of it, whatever it is."""
    try:
        return repr(value)[:limit]
    except RecursionError:
        return f"{type(value).__name__}, nested too deep to be shown"
