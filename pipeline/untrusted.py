"""What was written elsewhere and is read here: counts within bounds, nesting, and how it is quoted. Pure.

Out of bounds is a ValueError, like what is malformed: each room refuses it with the error of its own.
"""

from __future__ import annotations

import reprlib
from typing import Any

# What every reader of JSON holds exactly, and orjson writes.
MOST = 2**53
MOST_LEVELS = 100
_FEW = 20


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
