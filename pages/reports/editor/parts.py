"""One block of a draft: its kind, its plain values, and what it cannot be without. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pipeline.analysis.reports.definitions.definition import AnyBlock
from pipeline.analysis.reports.document import FormatName

Plain = dict[str, Any]
KINDS: Final[tuple[str, ...]] = tuple(each.__struct_config__.tag for each in get_args(AnyBlock))
FORMATS: Final[tuple[str, ...]] = get_args(FormatName)
# What a block of a kind begins with, and what it cannot be without.
FIRST: Final[Mapping[str, Plain]] = {
    "chart": {"sql": "", "x": "", "y": [], "shape": "line"},
    "table": {"sql": ""},
    "forecast": {"measure": "focus_minutes"},
    "text": {"text": ""},
}
_NEEDED: Final = {"chart": ("sql", "x", "y"), "table": ("sql",), "forecast": ("measure",)}


@dataclass
class Part:
    """A block of a draft. ``number`` stays its own wherever it is moved: its fields are found again by it."""

    number: int
    plain: Plain

    @property
    def kind(self) -> str:
        """Which of KINDS."""
        return str(self.plain.get("kind", ""))

    @property
    def wanting(self) -> tuple[str, ...]:
        """The fields that it cannot be without, and has not yet."""
        return tuple(name for name in _NEEDED.get(self.kind, ()) if not self.plain.get(name))
