"""Reads single fields of Google Health's JSON with care: what cannot be taken over is refused by its path. Pure.

Conventions: int64 as strings, doubles as numbers, RFC 3339 times, offsets as ``"32400s"``, civil dates
``{year, month, day}``. Source: ProtoJSON format, "JSON representation"; google.type.Date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from pipeline.sources.protocol import Rejected

_WHOLE = re.compile(r"-?\d{1,18}")
_OFFSET = re.compile(r"(-?\d{1,5})(?:\.0+)?s")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
LARGEST = 10**18


@dataclass
class Notes:
    """What was refused of a day's answer, in the order in which it was met."""

    day: date
    rejected: list[Rejected] = field(default_factory=list)

    def refuse(self, path: str, found: Any, why: str, takes_value: bool = True) -> None:
        self.rejected.append(Rejected(self.day, path, shown(found), why, takes_value))

    def known(self, path: str, value: dict[str, Any], names: Iterable[str]) -> None:
        """Refuse every field whose name is none of these."""
        for name in sorted(value.keys() - set(names)):
            self.refuse(f"{path}.{name}"[:200], value[name], "unknown field", takes_value=False)

    def mapping(self, path: str, value: Any, names: Iterable[str]) -> dict[str, Any]:
        """An object with these fields; an empty one when it is none."""
        if not isinstance(value, dict):
            self.refuse(path, value, "missing" if value is None else "expected an object")
            return {}
        self.known(path, value, names)
        return value

    def listing(self, path: str, value: Any) -> list[Any]:
        """A list; an absent one is empty."""
        if value is None or isinstance(value, list):
            return value or []
        self.refuse(path, value, "expected a list")
        return []

    def whole(self, path: str, value: Any) -> int | None:
        """A whole number: a string of digits, as int64 is written, or a number."""
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
            return value
        self.refuse(path, value, "missing" if value is None else "expected a whole number")
        return None

    def number(self, path: str, value: Any) -> float | None:
        """A finite number."""
        if isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST < value < LARGEST:
            return float(value)
        self.refuse(path, value, "missing" if value is None else "expected a finite number")
        return None

    def moment(self, path: str, value: Any) -> datetime | None:
        """A moment with its zone."""
        found = moment(value)
        if found is None:
            self.refuse(path, value, "missing" if value is None else "expected an RFC 3339 time")
        return found


def shown(value: Any) -> str:
    """A short text of what was found."""
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    try:
        return orjson.dumps(value).decode()[:80]
    except TypeError:
        return f"a {type(value).__name__} too deep or too large"


def moment(value: Any) -> datetime | None:
    """An RFC 3339 time that every zone can say."""
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if 1970 < found.year < 9000 else None  # noqa: PLR2004 - room for any offset


def offset(value: Any) -> timedelta | None:
    """An offset from UTC such as ``"32400s"``; none beyond a day."""
    match = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    shift = timedelta(seconds=int(match[1])) if match else None
    return shift if shift is not None and abs(shift) < timedelta(days=1) else None


def civil_day(value: Any) -> date | None:
    """A google.type.Date."""
    parts = [value.get(name) for name in ("year", "month", "day")] if isinstance(value, dict) else [None]
    if any(not isinstance(part, int) or isinstance(part, bool) for part in parts):
        return None
    try:
        return date(*parts)
    except (ValueError, OverflowError):
        return None
