"""What one block reads: objects at pinned versions, facts that no object tells, and the SQL that it was made by.

A report that is made again sees what its pins name and nothing else, whatever the lake has become meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, Final

from pipeline.console.reports.gathering.limits import Limit, Limits
from pipeline.console.reports.gathering.pinned import Objects, PinnedLake
from pipeline.console.reports.told import Asked, Pin
from pipeline.errors import NotFound
from pipeline.lake import keys as lake_keys
from pipeline.lake.bucket import Lake, parsed

READERS: Final = 16
# Of what no object tells (a setting, a schedule): no key of the lake begins so. Its "version" is what it said.
FACT: Final = "fact:"


class Reading:
    """The lake as block number ``block`` (from 0) sees it. ``held`` are the block's pins where a report is made again,
    None where it is made of the newest there is; ``limit`` is what ends it. ``lake`` is a Lake that any room may read:
    what it reads is pinned. Raises what PinnedLake raises."""

    def __init__(
        self,
        lake: Lake,
        block: int,
        held: Sequence[Pin] | None = None,
        limit: Limit | None = None,
        objects: Objects | None = None,
    ) -> None:
        self.block = block
        self._limit = limit or Limits("").begin()
        self.held = None if held is None else tuple(pin for pin in held if pin.block == block)
        by_key = None if self.held is None else {pin.key: pin for pin in self.held}
        self.lake = PinnedLake(lake, by_key, objects or Objects(), self.check)
        self._asked: list[Asked] = []

    @property
    def again(self) -> bool:
        """Whether a report is made again, from its pins."""
        return self.held is not None

    def over(self) -> bool:
        """Whether to end: nobody wants the report any more, or the block has taken too long."""
        return self._limit.over()

    def check(self) -> None:
        """Raise what ends a block: FunctionFailed (``report_cancelled``), TimedOut (``report_block_late``)."""
        self._limit.check()

    @property
    def pins(self) -> tuple[Pin, ...]:
        """What was read, by key."""
        return tuple(Pin(self.block, key, *version) for key, version in sorted(self.lake.read.items()))

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What was asked, in that order."""
        return tuple(self._asked)

    def keys(self, prefix: str, first: date, last: date) -> tuple[str, ...]:
        """Keys ``<prefix>dt=<day>/…`` of these UTC days, oldest first: what the lake lists, or what is pinned."""
        end, found = lake_keys.before_day(prefix, last + timedelta(days=1)), []
        for stored in self.lake.list_after(prefix, lake_keys.before_day(prefix, first)):
            if stored.key >= end:
                break
            found.append(stored.key)
        return tuple(found)

    def read(self, key: str) -> bytes | None:
        """A small object, pinned; None where there is none (or none was)."""
        found = self.lake.read_small(key)
        return found[0] if found else None

    def json(self, key: str) -> Any | None:
        """The same as JSON. Raise SchemaMismatch, which names its key, for what is none."""
        found = self.read(key)
        return None if found is None else parsed(found, key)

    def all(self, keys: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        """Those of several objects that there are, read beside each other, in the order that was asked for."""
        with ThreadPoolExecutor(READERS) as pool:
            read = zip(keys, pool.map(self.read, keys), strict=True)
            return tuple((key, body) for key, body in read if body is not None)

    def fact(self, name: str, ask: Callable[[], str]) -> str:
        """What no object tells (a setting's value, a schedule): asked once and pinned; made again, what it was then.
        Raise NotFound (``report_version_gone``) where that is not pinned."""
        held = self.version(f"{FACT}{name}")
        if self.again and (held is None or held.version_id is None):
            text = f"{name} is not among what the report was made of"
            raise NotFound(text, resource=name, situation="report_version_gone")
        said = held.version_id if held and held.version_id is not None else ask()
        self.lake.pin(f"{FACT}{name}", said, None)
        return said

    def pin(self, key: str, version_id: str | None, checksum: str | None = None) -> None:
        """Say that a version was read by somebody else (an engine that reads tables)."""
        self.lake.pin(key, version_id, checksum)

    def version(self, key: str) -> Pin | None:
        """What is pinned of a key where a report is made again; None where nothing is."""
        return (self.lake.held or {}).get(key)

    def ask(self, sql: str, parameters: Sequence[tuple[str, str]] = ()) -> None:
        """Say which SQL the block was made by, and its parameters."""
        self._asked.append(Asked(self.block, sql, tuple(parameters)))
