"""What is known beforehand of some columns: bounds of numbers, and which records must be there. Read once.

They are written in ``expectations.toml`` beside this module, in the names of the records themselves.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("expectations.toml")
# They stand in SQL and in commands that people copy.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_PREFIX = re.compile(r"[A-Za-z0-9_#-]{0,40}")


@dataclass(frozen=True)
class Range:
    """A column whose numbers lie from ``low`` to ``high``, both included."""

    entity: str
    column: str
    low: float
    high: float


@dataclass(frozen=True)
class Reference:
    """A column that names another record: the one whose sort key is ``prefix`` and that name."""

    entity: str
    column: str
    prefix: str


@dataclass(frozen=True)
class Expectations:
    """All of them."""

    ranges: tuple[Range, ...] = ()
    references: tuple[Reference, ...] = ()


@cache
def expectations() -> Expectations:
    """Those of the file beside this module. Raise ValueError where it is wrong."""
    return parsed(tomllib.loads(_FILE.read_text("utf-8")))


def parsed(raw: dict[str, Any]) -> Expectations:
    """Read them. Raise KeyError, TypeError, ValueError."""
    ranges = (Range(*_names(one), float(one["low"]), float(one["high"])) for one in raw.get("ranges", ()))
    references = (Reference(*_names(one), _checked(one["prefix"], _PREFIX)) for one in raw.get("references", ()))
    return Expectations(tuple(ranges), tuple(references))


def _names(one: dict[str, Any]) -> tuple[str, str]:
    return _checked(one["entity"], _NAME), _checked(one["column"], _NAME)


def _checked(text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} is not of the form {form.pattern}")
    return text
