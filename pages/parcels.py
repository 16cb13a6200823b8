"""Documents that wait at the door for the browser that asked for them: for a minute, and for no other one.

Streamlit hands out the address of a file that it has in memory, serves it to whoever has the address, and drops it when
two scripts have ended meanwhile, whoever's they were. So what it gets is a stub, which gives the address; what the
address leads to is kept here.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# The cookie that tells one browser from another. It says nothing else, and dies with the browser.
VISITOR = "pipeline_visitor"
SECONDS = 60.0
MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Parcel:
    """A document for the browser that has this cookie (``owner``; empty: it has none); ``body`` in bytes."""

    owner: str
    name: str
    mime: str
    body: bytes


class Parcels:
    """Parcels by their path, each kept ``seconds``, together at most ``most`` bytes: the oldest goes first, and the
    newest is taken whatever its size. Safe to use from several threads."""

    def __init__(self, seconds: float = SECONDS, most: int = MOST_BYTES, now: Callable[[], float] = time.monotonic):
        self._seconds, self._most, self._now = seconds, most, now
        self._kept: OrderedDict[str, tuple[float, Parcel]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, path: str, parcel: Parcel) -> None:
        """Keep a parcel from now on."""
        with self._lock:
            self._kept.pop(path, None)
            self._kept[path] = (self._now() + self._seconds, parcel)
            while len(self._kept) > 1 and self._held() > self._most:
                self._kept.popitem(last=False)
        ended = threading.Timer(self._seconds, self.drop_old)
        ended.daemon = True
        ended.start()

    def get(self, path: str, asks: str) -> Parcel | None:
        """The parcel for whom has this cookie; None for anybody else, and when its time is over."""
        self.drop_old()
        with self._lock:
            _, parcel = self._kept.get(path, (0.0, None))
        mine = parcel is not None and secrets.compare_digest(parcel.owner.encode(), asks.encode())
        return parcel if parcel is not None and (mine or not parcel.owner) else None

    def drop_old(self) -> None:
        """Forget those whose time is over."""
        with self._lock:
            for path in [path for path, (until, _) in self._kept.items() if until <= self._now()]:
                del self._kept[path]

    def _held(self) -> int:
        return sum(len(parcel.body) for _, parcel in self._kept.values())


PARCELS = Parcels()
