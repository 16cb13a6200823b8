"""How far a check is, for whoever waits: documents and bytes, counted by many threads, told as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Looked:
    """Documents that were looked at to their end, of how many, and the bytes that were read of them so far."""

    documents: int = 0
    of: int = 0
    bytes: int = 0


@dataclass
class Tally:
    """``tell`` is called at each step, one call at a time; whoever wants fewer leaves some out."""

    tell: Callable[[Looked], None] = lambda looked: None
    _looked: Looked = Looked()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begins(self, documents: int) -> None:
        """So many documents are to be looked at."""
        self._count(of=documents)

    def read(self, size: int) -> None:
        """So many bytes have been read."""
        self._count(size=size)

    def done(self) -> None:
        """A document has been looked at."""
        self._count(documents=1)

    def _count(self, documents: int = 0, of: int = 0, size: int = 0) -> None:
        with self._lock:
            seen = self._looked
            self._looked = replace(seen, documents=seen.documents + documents, of=seen.of + of, bytes=seen.bytes + size)
            self.tell(self._looked)
