"""The outbox and the marks of what was told, in the lake: by compare-and-set, so that two who tell at once do not both.

An outbox that nobody can read is begun anew: a broken object must not silence the console.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from pipeline.clock import utc_text
from pipeline.errors import RateLimited, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake, parsed
from pipeline.notices.addresses import OUTBOX, told_key
from pipeline.notices.sending.outbox import Outbox, Waiting
from pipeline.notices.sending.outbox_json import as_json, of_json

ATTEMPTS = 20
_THREADS = 8


@dataclass(frozen=True)
class KeptOutbox:
    """The outbox of one lake. Raises what Lake raises, and RateLimited where others always came first."""

    lake: Lake

    def change(self, of: Callable[[Outbox], Outbox]) -> Outbox:
        """What it becomes: ``of`` what is there, and asked anew when somebody was faster; not written where nothing
        changes. A mark that ``of`` looks for is looked for after the outbox was read, and a change leaves it after its
        mark is there: so it is always seen in one of the two."""
        for _ in range(ATTEMPTS):
            box, etag = self._load()
            changed = of(box)
            if changed == box:
                return box
            with suppress(Conflict):
                self.lake.write_json(OUTBOX, as_json(changed.next()), etag)
                return changed
        raise RateLimited(f"{OUTBOX} was changed {ATTEMPTS} times by others meanwhile")

    def told(self, changes: Collection[str]) -> frozenset[str]:
        """Those of these that were told before."""
        with ThreadPoolExecutor(_THREADS) as pool:
            found = pool.map(lambda change: self.lake.head(told_key(change)) is not None, changes)
            return frozenset(change for change, there in zip(changes, found, strict=True) if there)

    def mark(self, waiting: Iterable[Waiting]) -> None:
        """Mark these as told, for good."""
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._mark, waiting))

    def _mark(self, one: Waiting) -> None:
        mark = {"change": one.notice.change, "kind": one.notice.kind, "at": utc_text(one.notice.at)}
        with suppress(Conflict):
            self.lake.write_json(told_key(one.notice.change), mark, None)

    def _load(self) -> tuple[Outbox, str | None]:
        stored = self.lake.read_small(OUTBOX)
        if stored is None:
            return Outbox(), None
        try:
            return of_json(parsed(stored[0], OUTBOX)), stored[1]
        except (KeyError, TypeError, AttributeError, ValueError, SchemaMismatch):
            return Outbox(), stored[1]
