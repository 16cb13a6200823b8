"""Whose quality is looked at: the table of the settings first, then every source that is on."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.sources.config import SourceEntry


def judged_tables(table: str, sources: Iterable[SourceEntry]) -> tuple[str, ...]:
    """Names of tables and sources, each once."""
    return tuple(dict.fromkeys((table, *(entry.name for entry in sources if entry.enabled))))
