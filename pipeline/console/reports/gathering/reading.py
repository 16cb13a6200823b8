"""What one block reads of the lake: each object at one version, which is pinned, and read again at that version.

A report that is made again sees what its pins name and nothing else, whatever the lake has become meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.console.reports.told import Asked, Pin
from pipeline.lake.bucket import Lake


def never() -> bool:
    """Whether it is to end; it is not."""
    return False


@dataclass
class Reading:
    """The lake as block number ``block`` (from 0) sees it. ``held`` are the block's pins where a report is made again,
    None where it is made of the newest there is. ``over`` says that it is to end. Raises what Lake raises; NotFound
    (``report_version_gone``) for a pinned version that is no more, DataInvalid (``report_version_changed``) for one
    with another checksum, FunctionFailed (``report_cancelled``), TimedOut (``report_block_late``)."""

    lake: Lake
    block: int
    held: tuple[Pin, ...] | None = None
    over: Callable[[], bool] = never
    pins: list[Pin] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def again(self) -> bool:
        """Whether a report is made again, from its pins."""
        return self.held is not None

    def keys(self, prefix: str, first: date, last: date) -> tuple[str, ...]:
        """Keys ``<prefix>dt=<day>/…`` of these UTC days, oldest first: what the lake lists, or what is pinned."""
        raise NotImplementedError

    def read(self, key: str) -> bytes | None:
        """A small object, pinned; None where there is none (or none was)."""
        raise NotImplementedError

    def json(self, key: str) -> Any | None:
        """The same as JSON. Raise SchemaMismatch, which names its key, for what is none."""
        raise NotImplementedError

    def all(self, keys: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        """Those of several objects that there are, read beside each other, in the order that was asked for."""
        raise NotImplementedError

    def pin(self, key: str, version_id: str | None, checksum: str | None = None) -> None:
        """Say that a version was read by somebody else (an engine that reads tables)."""
        raise NotImplementedError

    def version(self, key: str) -> Pin | None:
        """What is pinned of a key where a report is made again; None where nothing is."""
        raise NotImplementedError

    def ask(self, sql: str, parameters: Sequence[tuple[str, str]] = ()) -> None:
        """Say which SQL the block was made by, and its parameters."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise what ends a block: FunctionFailed (``report_cancelled``), TimedOut (``report_block_late``)."""
        raise NotImplementedError
