"""What was written elsewhere and is read here: times, days and counts within bounds, and how it is quoted. Pure.

What is out of bounds is a ValueError, like what is malformed: each room refuses it with the error of its own.
"""

from __future__ import annotations

import reprlib
from datetime import UTC, date, datetime
from typing import Any

# Times that every zone of the host can hold; and the days of a source, which may lie before computers kept time.
_TIMES = range(1970, 9000)
_DAYS = range(1900, 9000)
# What every reader of JSON holds exactly, and orjson writes.
MOST = 2**53
MOST_LEVELS = 100
_FEW = 20


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 time; one without an offset is taken as UTC. Raise ValueError, also for a year before 1970 or
    after 8999; TypeError for what is no text."""
    moment = datetime.fromisoformat(text)
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{quoted(text)} is no time in UTC") from error
    if moment.year not in _TIMES:
        raise ValueError(f"{quoted(text)} is not between {_TIMES.start} and {_TIMES.stop - 1}")
    return moment


def parse_day(text: str) -> date:
    """Read an ISO 8601 day that days can be added to. Raise ValueError, also for a year before 1900 or after 8999;
    TypeError for what is no text."""
    day = date.fromisoformat(text)
    if day.year not in _DAYS:
        raise ValueError(f"{quoted(text)} is not between {_DAYS.start} and {_DAYS.stop - 1}")
    return day


def is_count(value: Any) -> bool:
    """A whole number from 0 up, small enough to be written again."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def count(value: Any) -> int:
    """The value when it is a count. Raise ValueError otherwise."""
    if not is_count(value):
        raise ValueError(f"{quoted(value)} is no count")
    return int(value)


def deeper_than(value: Any, levels: int = MOST_LEVELS) -> bool:
    """Whether a parsed JSON value is nested deeper; nothing that walks through the others runs out of stack."""
    level = [value]
    for _ in range(levels):
        level = [inner for outer in level for inner in _inside(outer)]
    return any(isinstance(inner, dict | list) for inner in level)


def quoted(value: Any, limit: int = 80) -> str:
    """At most ``limit`` characters of any value, for a message. Never raises and never walks deep; what cannot be
    encoded is written as its escape."""
    if isinstance(value, str):
        return value[:limit].encode("utf-8", "backslashreplace").decode()[:limit]
    brief = reprlib.Repr()
    brief.maxlevel, brief.maxdict, brief.maxlist = 4, _FEW, _FEW
    brief.maxstring = brief.maxlong = brief.maxother = limit
    try:
        return brief.repr(value)[:limit]
    except (ValueError, RecursionError):
        # A number of more digits than Python writes, or an object whose own repr goes deep.
        return f"<{type(value).__name__}>"


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
