"""The three definitions that come with the product, by name; a lake's own of the same name stands before them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.analysis.reports.definitions.definition import Definition, read

_FOLDER: Final = Path(__file__).parent


@cache
def texts() -> MappingProxyType[str, str]:
    """Their YAML by name, as it stands in the package."""
    return MappingProxyType({path.stem: path.read_text("utf-8") for path in sorted(_FOLDER.glob("*.yaml"))})


@cache
def definitions() -> MappingProxyType[str, Definition]:
    """What they define, by name."""
    return MappingProxyType({name: read(text) for name, text in texts().items()})
