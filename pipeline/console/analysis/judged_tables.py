"""Whose quality is looked at: the table of the settings, our models, and every source that is on. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.analysis.quality.builds import MODELS
from pipeline.sources.config import SourceEntry


def judged_tables(table: str, sources: Iterable[SourceEntry]) -> tuple[str, ...]:
    """Names of tables and sources, each once; MODELS is what our builds found."""
    return tuple(dict.fromkeys((table, MODELS, *(entry.name for entry in sources if entry.enabled))))
