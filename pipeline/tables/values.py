"""A value in the forms that columns hold: its text, its moment, and how many digits a number has. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from pipeline.lake.document import exact

Number = int | Decimal
# ISO 8601 with a zone, to the microsecond at most: what a timestamp of a Parquet file holds whole.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
# Every whole number up to here is a double.
_DOUBLES = 2**53
_HALF = re.compile(r"[\ud800-\udfff]")


def text(value: Any) -> str:
    """A value as text: strings as they are, numbers with every digit, the rest as JSON."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(exactly(value)) if isinstance(value, int | Decimal | float) else _json(value)


def whole(value: str) -> str:
    """Text that every file can hold: a lone half of a surrogate pair becomes U+FFFD."""
    return value if value.isascii() else _HALF.sub("\ufffd", value)


def moment(value: str) -> datetime | None:
    """The UTC time that a text says to the microsecond and with its zone; None for any other text."""
    if not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def exactly(number: Number | float) -> Number:
    """A number whose digits can be counted; a float's are those that its shortest text has."""
    return Decimal(repr(number)) if isinstance(number, float) else number


def digits(number: Number) -> tuple[int, int]:
    """Digits before and behind the point, zeros at either end left out."""
    if isinstance(number, int):
        return (len(str(abs(number))) if number else 0), 0
    _, figures, exponent = number.as_tuple()
    if not isinstance(exponent, int) or not any(figures):
        return 0, 0
    written = "".join(map(str, figures)).lstrip("0")
    kept = written.rstrip("0")
    exponent += len(written) - len(kept)
    return max(0, len(kept) + exponent), max(0, -exponent)


def fits_double(number: Number) -> bool:
    """Whether a double gives the number back digit by digit."""
    try:
        return Decimal(repr(float(number))) == number
    except (OverflowError, ValueError):
        return False


def boolean(value: Any) -> bool:
    """The value when it is a boolean. Raise ValueError otherwise."""
    if not isinstance(value, bool):
        raise ValueError("no boolean")
    return value


def time(value: str) -> datetime:
    """The UTC time that a text says. Raise ValueError where it says none."""
    at = moment(value)
    if at is None:
        raise ValueError("no time")
    return at


def whole_number(number: Number | float) -> int:
    """The number as an int. Raise ValueError for one with a fraction."""
    if isinstance(number, bool) or number != int(number):
        raise ValueError("no whole number")
    return int(number)


def double(number: Number | float) -> float:
    """The number as a double. Raise ValueError for one that has more digits."""
    if isinstance(number, bool):
        raise ValueError("no number")
    if isinstance(number, int) and -_DOUBLES <= number <= _DOUBLES:
        return float(number)
    if not isinstance(number, float) and not fits_double(number):
        raise ValueError("more digits than a double has")
    return float(number)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(exact(value)).decode()
    except TypeError:
        # A lone half of a surrogate pair somewhere inside, which orjson refuses.
        return orjson.dumps(exact(_whole(value))).decode()


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {whole(name): _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return whole(value) if isinstance(value, str) else value
