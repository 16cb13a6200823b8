"""What happens without a person while the console runs: quality, builds, forecasts, notices, reports.

One thread looks once a minute for what is due. Of several consoles on one lake one does it: it holds a lease meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.access import SCHEDULE
from pipeline.analysis.builds.inputs import SOURCES
from pipeline.analysis.models.builds import MartFile
from pipeline.analysis.query.face import Watch
from pipeline.console.analysis.duties import SETTLED, Duties
from pipeline.console.app import App
from pipeline.console.reports import duties as notice_duties
from pipeline.console.reports import settling_duty
from pipeline.console.reports.building_duty import BuildingDuty
from pipeline.errors import AlreadyRunning, PipelineError
from pipeline.runs.lease import Lease
from pipeline.runs.run import new_run_id

END_SECONDS = 2.0
LEASE = "pipeline.quality"
# What goes wrong each time is tried less and less often.
_RESTS = tuple(timedelta(minutes=minutes) for minutes in (2, 4, 8, 15, 30, 60))
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """Seconds from look to look; for how long no tables have come when they are built of; ``ready`` says whether
    anything may be built of yet."""

    pause: float = 60.0
    settled: timedelta = SETTLED
    ready: Callable[[], bool] = lambda: True


# Looking costs a few requests to this machine, and somebody is waiting for the page to fill.
DEMO = Rhythm(10.0, timedelta(seconds=20))


@dataclass
class _Trouble:
    """A duty that has gone wrong ``times`` in a row: what was told of it, and when it is tried again."""

    times: int
    told: str
    again: datetime


class Watcher:
    """Does what is due of the App that ``app`` gives, from ``begin`` to ``close``."""

    def __init__(self, app: Callable[[], App], rhythm: Rhythm = Rhythm()) -> None:
        self._app, self._rhythm = app, rhythm
        self._troubles: dict[str, _Trouble] = {}
        self._built: datetime | None = None
        self._foreseen: MartFile | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._reports = BuildingDuty(self._ended.is_set)
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Look at once, and from then on; nothing when it does already."""
        with self._lock:
            if self._thread is None:
                self._ended.clear()
                self._thread = threading.Thread(target=self._keep, name="watcher", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Begin nothing any more; a look that goes on is ended."""
        with self._lock:
            self._ended.set()
            if self._thread:
                self._thread.join(END_SECONDS)
            self._thread = None

    def look(self) -> None:
        """Do what is due now. What goes wrong is told in the log, once as long as it stays the same."""
        try:
            app = self._app().for_person(lambda: SCHEDULE)
        except PipelineError as error:
            # The pages tell it whole; nothing can be done meanwhile.
            _log.debug("no App: %s", error.code)
            return
        duties: dict[str, Callable[[App], None]] = {
            "tables": self._tables,
            "build": self._build,
            "models": self._models,
            "forecasts": self._forecasts,
            "schedules": settling_duty.DUTY,
            "notices": notice_duties.DUTY.look,
            "reports": self._reports,
        }
        for name, duty in duties.items():
            self._try(app, name, duty)

    def _keep(self) -> None:
        with ThreadPoolExecutor(1, "watcher-look") as pool:
            while not self._ended.is_set():
                # In a thread of its own: whatever goes wrong there, this one goes on.
                wrong = pool.submit(self.look).exception()
                if wrong:
                    _log.error("a look for what is due ended with %s", type(wrong).__name__)
                self._ended.wait(self._rhythm.pause)

    def _try(self, app: App, name: str, duty: Callable[[App], None]) -> None:
        trouble = self._troubles.get(name)
        if self._ended.is_set() or (trouble and app.now() < trouble.again):
            return
        try:
            duty(app)
            self._troubles.pop(name, None)
        except AlreadyRunning:
            # Another console does it.
            return
        except PipelineError as error:
            self._tell(name, error, app.now())

    def _tell(self, name: str, error: PipelineError, now: datetime) -> None:
        before, told = self._troubles.get(name), _said(name, error)
        times = before.times + 1 if before else 1
        self._troubles[name] = _Trouble(times, told, now + _RESTS[min(times, len(_RESTS)) - 1])
        if not self._ended.is_set() and (before is None or before.told != told):
            _log.warning("without a person (%s): %s", name, told)

    def _tables(self, app: App) -> None:
        table = app.settings.table
        if not Duties(app.lake, app.now()).days(table):
            return
        with self._leased(app) as still_ours:
            # Asked again: another console may have been faster.
            wrong = [self._look_at(app, day, still_ours) for day in Duties(app.lake, app.now()).days(table)]
        for error in filter(None, wrong):
            raise error

    def _look_at(self, app: App, day: date, still_ours: Callable[[], None]) -> PipelineError | None:
        """A day, or what went wrong there: the days after it are looked at all the same."""
        still_ours()
        if self._ended.is_set():
            return None
        try:
            app.quality.look(app.settings.table, day, Watch(cancelled=self._ended.is_set))
        except PipelineError as error:
            return error
        return None

    def _build(self, app: App) -> None:
        """Once for the same tables: a build that fails each time is a person's."""
        if not app.settings.models.build_after_tables or not self._rhythm.ready():
            return
        made = Duties(app.lake, app.now(), self._rhythm.settled).tables_to_build((app.settings.table, *SOURCES))
        if made and made != self._built and app.builds.running() is None:
            app.builds.start(trigger="schedule")
            self._built = made

    def _models(self, app: App) -> None:
        if Duties(app.lake, app.now()).build_to_look_at() is None:
            return
        with self._leased(app):
            if Duties(app.lake, app.now()).build_to_look_at():
                app.quality.look_after_build()

    def _forecasts(self, app: App) -> None:
        """Once for each version of the days; another console that has done it is found out by what it kept."""
        made = Duties(app.lake, app.now()).mart_to_foresee()
        if made is None or made == self._foreseen:
            return
        if app.embedded:
            app.insights.forecasts.past(self._ended.is_set)
        app.insights.forecasts.foresee(over=self._ended.is_set)
        self._foreseen = made

    @contextmanager
    def _leased(self, app: App) -> Iterator[Callable[[], None]]:
        """Nobody else does it meanwhile; what is handed over prolongs that. Raise AlreadyRunning."""
        now = app.now()
        held = [app.leases.take(LEASE, new_run_id(now), now.date())]

        def prolong() -> None:
            held.append(app.leases.renew(held[-1]))

        try:
            yield prolong
        finally:
            _release(app, held[-1])


class _Here:
    """This process's watcher, once it has begun."""

    watcher: Watcher | None = None


def begin(app: Callable[[], App], rhythm: Rhythm) -> None:
    """Let this process's watcher do what is due, from now on; once is enough."""
    if _Here.watcher is None:
        _Here.watcher = Watcher(app, rhythm)
    _Here.watcher.begin()


def stop() -> None:
    """End it."""
    if _Here.watcher:
        _Here.watcher.close()


def _said(name: str, error: PipelineError) -> str:
    """For the log, which more people read than may see others' days: what forecasts raise names keys and people."""
    if name != "forecasts":
        return f"{error.code} {error.message}"
    return f"{error.code} {error.state} {error.facts.get('action', '')}".strip()


def _release(app: App, lease: Lease) -> None:
    try:
        app.leases.release(lease)
    except PipelineError as error:
        # It ends by itself.
        _log.debug("the lease was not given back: %s", error.code)
