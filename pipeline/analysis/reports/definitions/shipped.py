"""The three definitions that come with the product, by name; a lake's own of the same name stands before them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.analysis.reports.definitions.definition import Definition, read

_FOLDER: Final = Path(__file__).parent


@cache
def definitions() -> MappingProxyType[str, Definition]:
    """The definitions by name, as they stand in the package."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return MappingProxyType({path.stem: read(path.read_text("utf-8")) for path in files})
