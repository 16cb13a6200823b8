"""What the console does about notices and reports without a person: the same look as the function's, and findings.

Whoever sees a change first tells it; a console beside the function looks less often, one without it every time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.looks import read_marks
from pipeline.analysis.quality.marks import muted_ids
from pipeline.analysis.quality.store import Results
from pipeline.console.app import App
from pipeline.console.reports.finding_notices import finding_notices
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.notices.log import Sent
from pipeline.notices.looks.ticking import Ticking
from pipeline.notices.notice import Notice
from pipeline.notices.wiring import notices_of

# As often as the function's schedule.
REST: Final = timedelta(minutes=5)
# What was found before that is nobody's news; days that are looked at late are older.
WINDOW: Final = timedelta(days=1)
_DAYS: Final = timedelta(days=8)
_log = logging.getLogger(__name__)
# Bucket, table, day and run id.
Look = tuple[str, str, date, str]


@dataclass
class NoticeDuty:
    """The duty of one process: when it looked last, and which looks at quality it has told of."""

    looked: dict[str, datetime] = field(default_factory=dict)
    told: frozenset[Look] = frozenset()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, app: App) -> None:
        """Mark what is due, tell whom there is to tell. Raise the first of what went wrong, once all was tried."""
        with self.lock:
            ticking, problems = ticking_of(app), list[PipelineError]()
            if self._is_time(app):
                found = ticking.look()
                say(found.sent)
                problems += found.problems
            else:
                problems += _tried(ticking.mark)
            if ticking.notices:
                problems += _tried(lambda: self._tell_findings(app, ticking))
        if problems:
            raise problems[0]

    def _is_time(self, app: App) -> bool:
        last, now = self.looked.get(app.lake.bucket), app.now()
        if not app.embedded and last and last <= now < last + REST:
            return False
        self.looked[app.lake.bucket] = now
        return True

    def _tell_findings(self, app: App, ticking: Ticking) -> None:
        looks = [look for table in (app.settings.table, MODELS) for look in _looks(app, table)]
        new = [look for look in looks if look not in self.told]
        say(ticking.tell([notice for look in new for notice in _notices(app, look)]))
        self.told = frozenset(looks)


DUTY: Final = NoticeDuty()


def ticking_of(app: App) -> Ticking:
    """Looks of an App's lake; without channels nobody is told."""
    settings = app.settings
    notices = notices_of(settings, app.cloud, app.lake, app.now, app.unsettled) if settings.notices.channels else None
    return Ticking(app.lake, app.ledger, settings.table, app.now, app.plan, notices)


def say(sent: Sequence[Sent]) -> None:
    """What did not arrive, as lines of the log."""
    for one in sent:
        if one.outcome != "sent":
            _log.warning("%s to %s: %s (%s)", one.kind, one.channel, one.outcome, one.code)


def _looks(app: App, table: str) -> Iterator[Look]:
    today = app.now().date()
    for day, run_id in Results(app.lake).listed(table, today - _DAYS, today):
        yield app.lake.bucket, table, day, run_id


def _notices(app: App, look: Look) -> Iterator[Notice]:
    _, table, day, run_id = look
    try:
        result = Results(app.lake).load(table, day, run_id)
    except SchemaMismatch:
        # The page names it.
        return
    if result and result.made_at > app.now() - WINDOW:
        yield from finding_notices(result, muted_ids(read_marks(app.lake, table)[0], app.now()))


def _tried(part: Callable[[], object]) -> list[PipelineError]:
    try:
        part()
    except PipelineError as error:
        return [error]
    return []
