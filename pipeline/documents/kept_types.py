"""What the columns of a table hold on its kept days, so that the files of any two of them have the same types.

A version of a document never changes: what was seen in it is remembered, and read once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cachetools import LRUCache

from pipeline.errors import PipelineError
from pipeline.runs.run import Run
from pipeline.tables import types
from pipeline.tables.types import Schema

# Read anew for one file: a few seconds' work. The next file goes on where this one stopped.
READ_BYTES = 32 * 1024 * 1024
VERSIONS = 2_000
Version = tuple[str, str | None, int | None, datetime]


@dataclass
class KeptTypes:
    """Facts of the columns of documents, by version; shared by everybody who uses the App."""

    _seen: LRUCache[Version, Schema] = field(default_factory=lambda: LRUCache(VERSIONS))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, runs: Iterable[Run], records: Callable[[Run], Iterable[dict[str, Any]]]) -> Schema:
        """The facts of all that these runs wrote, newest first, as far as 32 MB of documents unknown so far go. What
        cannot be read (archived, damaged, gone) is left out."""
        return types.widened(self._each(runs, records))

    def _each(self, runs: Iterable[Run], records: Callable[[Run], Iterable[dict[str, Any]]]) -> Iterator[Schema]:
        left = READ_BYTES
        for run in runs:
            held = self._held(run)
            if held is None and run.bytes is not None and run.bytes <= left:
                left -= run.bytes
                held = self._look(run, records)
            yield held or {}

    def _held(self, run: Run) -> Schema | None:
        with self._lock:
            return self._seen.get(_version(run))

    def _look(self, run: Run, records: Callable[[Run], Iterable[dict[str, Any]]]) -> Schema:
        try:
            found = types.observed(records(run))
        except PipelineError:
            return {}
        with self._lock:
            self._seen[_version(run)] = found
        return found


def _version(run: Run) -> Version:
    return run.key or "", run.version_id, run.bytes, run.updated_at
