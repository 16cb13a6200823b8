"""Does the history's index repeat what the ledger says? It is never the truth, and can be taken away at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.check.findings import Finding
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.history_keys import HISTORY, is_history_key
from pipeline.runs.folded.index import Folded, Mark, unpacked


@dataclass(frozen=True)
class IndexCheck:
    """The indexes of one lake, all of them. Raises what Lake raises."""

    lake: Lake

    def findings(self) -> Iterator[Finding]:
        """What is no index, and entries that are not the ledger's though they pretend to be."""
        listed = frozenset[Mark]()
        for held in self.lake.list_after(HISTORY, ""):
            again = f"aws s3 rm {self.lake.location(held.key)}"
            if not is_history_key(held.key):
                yield Finding("foreign_object", held.key, "indexes of the history only", f"{held.size} bytes", again)
                continue
            listed = listed or frozenset((one.key, one.etag) for one in self.lake.list_after(keys.RUNS, ""))
            entries = unpacked(b"".join(self.lake.stream(held.key)))
            odd = [one.key for one in entries if one.mark in listed and not self._is_true(one)]
            if odd or not entries:
                found = f"{len(odd)} others, first {odd[0]}" if odd else "nothing that can be read"
                yield Finding("index_differs", held.key, "entries of the ledger", found, again)

    def _is_true(self, one: Folded) -> bool:
        """Under SSE-KMS no ETag says it: the entry itself does."""
        stored = None if one.is_whole else self.lake.read_small(one.key)
        return one.is_whole or (stored is not None and (stored[1] != one.etag or stored[0] == one.body.encode()))
