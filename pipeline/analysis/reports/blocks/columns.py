"""The columns of the blocks' tables, by their words in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pipeline.analysis.reports.document import Column
from pipeline.analysis.reports.shown import Shown

_DECIMALS: Final = {"seconds": 1}


def columns(names: Iterable[str], shown: Shown) -> tuple[Column, ...]:
    """A column for each of the names of ``report_blocks.column``."""
    return tuple(Column(shown.words(f"report_blocks.column.{name}"), _DECIMALS.get(name)) for name in names)
