"""What is measured of a day: the mart's columns that correlations look at, with their units. Read once.

They are written in ``measures.toml`` beside this module.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

_FILE = Path(__file__).with_name("measures.toml")


@dataclass(frozen=True)
class Measure:
    """A column. ``unit``: a sign, or a word of ``insights.unit.*``; ``origin``: measures of one thing stand together;
    ``weather``: one series for all people; ``since_yesterday``: made of the day before, too."""

    name: str
    role: Literal["driver", "outcome", "asked"]
    origin: str
    unit: str
    weather: bool = False
    since_yesterday: bool = False


@cache
def measures() -> dict[str, Measure]:
    """Those of the file beside this module by name, in its order. Raise TypeError where it is wrong."""
    return {name: Measure(name, **raw) for name, raw in tomllib.loads(_FILE.read_text("utf-8")).items()}
