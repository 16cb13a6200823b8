"""The demo's sources get half a year behind them: backfills as a person starts them, in the background.

The function fetches the days in a process of its own; here is only waited for. What is odd is the providers' doing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.embedded.odd_days import OddDays
from pipeline.embedded.sources import providers
from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake
from pipeline.runs.freshness import JST
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Started
from pipeline.runs.start_once import StartOnce
from pipeline.runs.starter import LambdaStarter
from pipeline.sources.kinds import GOOGLE_HEALTH, WEATHER

WEEKS = 26
# First and last day of each backfill, in days ago, oldest first. The day that fails is in none of the last: the newest
# run of each source is a good one. Short ones, with a rest between them: what they write is kept by this process.
RANGES = ((181, 131), (130, 81), (80, 31), (30, 0))
# The daily run of a source may be faster: then it is waited for.
ATTEMPTS = 3
END_SECONDS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """Seconds: before the first backfill (the first visitors' pages come first), from look to look at one, of rest
    after each; after how many one that is not to be seen is started again, and one that does not end is left alone."""

    begin: float = 5.0
    look: float = 0.5
    rest: float = 1.0
    unseen: float = 30.0
    longest: float = 300.0


@dataclass(frozen=True)
class _Filling:
    """One demo's backfills; ``wait`` waits so many seconds and says whether there is nothing more to wait for."""

    pace: Pace
    ledger: Ledger
    start_once: StartOnce
    today: date
    wait: Callable[[float], bool]

    def fill(self) -> None:
        """Every range of every source to its end. Raise what S3 or the function raises."""
        for source, first, last in self._wanted():
            self._backfill(source, {"source": source, "from": first, "to": last, "trigger": "backfill"})
            if self.wait(self.pace.rest):
                return

    def _wanted(self) -> Iterator[tuple[str, str, str]]:
        for ago in RANGES:
            first, last = ((self.today - timedelta(days=days)).isoformat() for days in ago)
            yield from ((source, first, last) for source in (WEATHER.name, GOOGLE_HEALTH.name))

    def _backfill(self, source: str, event: Mapping[str, str]) -> None:
        for _ in range(ATTEMPTS):
            started = self.start_once.start_or_join(source, lambda: dict(event))
            if self._has_ended(started) and not started.joined:
                return

    def _has_ended(self, started: Started) -> bool:
        """Whether there is nothing more to wait for of it; not so of a run that nobody has seen."""
        pace, days = self.pace, (started.day, started.day + timedelta(days=1))
        for looks in range(1, int(pace.longest / pace.look) + 1):
            if self.wait(pace.look):
                return True
            entry = self.ledger.find(started.run_id, days)
            if entry and entry.run.status != "running":
                return True
            if entry is None and looks * pace.look >= pace.unseen:
                return False
        return True


class Backfills:
    """Fills the demos that ``demos`` gives, each once, from ``begin`` to ``close``."""

    def __init__(
        self,
        demos: Callable[[], Mapping[Settings, Cloud]],
        now: Callable[[], datetime] = utc_now,
        pace: Pace = Pace(),
    ) -> None:
        self._demos, self._now, self._pace = demos, now, pace
        self._filled: set[Settings] = set()
        self._over: set[Settings] = set()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Fill what there is in a moment, and what comes to be; nothing when it does already."""
        with self._lock:
            if self._thread is None:
                self._ended.clear()
                self._thread = threading.Thread(target=self._keep, name="demo-backfills", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Start nothing any more."""
        with self._lock:
            self._ended.set()
            if self._thread:
                self._thread.join(END_SECONDS)
            self._thread = None

    def are_over(self) -> bool:
        """Whether nothing more comes: every demo has been filled, or nobody fills them."""
        return self._thread is None or set(self._demos()) <= self._over

    def fill(self, settings: Settings, cloud: Cloud) -> None:
        """One demo, to the end. Raise what S3 or the function raises."""
        lake = Lake(cloud.s3, settings.bucket)
        ledger = Ledger(lake)
        starter = LambdaStarter(cloud.invoker, settings.function)
        odd = self._made_odd()
        start_once = StartOnce(ledger, Leases(lake, self._now), starter, self._now)
        _Filling(self._pace, ledger, start_once, odd.today, self._ended.wait).fill()
        odd.mended = True

    def _made_odd(self) -> OddDays:
        odd, here = OddDays(self._now().astimezone(JST).date()), providers()
        here.google.alter, here.open_meteo.lacking = odd.altered, odd.lacking
        return odd

    def _keep(self) -> None:
        while not self._ended.wait(self._pace.begin):
            for settings, cloud in self._demos().items():
                if settings not in self._filled and not self._ended.is_set():
                    self._filled.add(settings)
                    self._try_to_fill(settings, cloud)

    def _try_to_fill(self, settings: Settings, cloud: Cloud) -> None:
        try:
            self.fill(settings, cloud)
        except PipelineError as error:
            _log.warning("the demo's sources: %s %s", error.code, error.message)
        finally:
            self._over.add(settings)
