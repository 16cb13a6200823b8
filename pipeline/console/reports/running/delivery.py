"""Telling people of a report: its recipients that it is there, whoever wants to know that it came to nothing.

A notice has the report's address behind sign-in and no row of it. Whom it went to is kept beside the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from pipeline.analysis.reports.definitions.definition import Recipient
from pipeline.clock import utc_text
from pipeline.console.reports.told import Made
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.report_keys import sent_key
from pipeline.notices.notice import Notice

if TYPE_CHECKING:
    from pipeline.console.app import App

PAGE: Final = "/debug/reports"
TRIES: Final = 10


@dataclass(frozen=True)
class Delivery:
    """The channels that were told of a report, and those that could not be (which a later notice may still reach)."""

    sent: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()

    def after(self, later: Delivery) -> Delivery:
        """What both come to: who was told once was told."""
        sent = tuple(sorted({*self.sent, *later.sent}))
        return Delivery(sent, tuple(sorted({*self.unsent, *later.unsent} - set(sent))))


@dataclass(frozen=True)
class Deliveries:
    """Whom the reports of one lake went to. Raises what Lake raises."""

    lake: Lake

    def load(self, day: date, run_id: str) -> Delivery:
        """Nobody where nothing is kept, or nothing that can be read."""
        return self._read(sent_key(day, run_id))[0]

    def add(self, day: date, run_id: str, delivery: Delivery, at: datetime) -> Delivery:
        """Keep this, too; return what it comes to with what was kept."""
        key, whole = sent_key(day, run_id), delivery
        for _ in range(TRIES):
            known, seen = self._read(key)
            whole = known.after(delivery)
            try:
                self.lake.write_json(key, {"sent": whole.sent, "unsent": whole.unsent, "at": utc_text(at)}, seen)
            except Conflict:
                continue
            break
        return whole

    def _read(self, key: str) -> tuple[Delivery, str | None]:
        try:
            stored = self.lake.read_json(key)
        except SchemaMismatch:
            head = self.lake.head(key)
            return Delivery(), head.etag if head else None
        return (_delivery(stored[0]), stored[1]) if stored else (Delivery(), None)


def address(name: str, run_id: str) -> str:
    """Where a report is looked at, below the console's address."""
    return f"{PAGE}?{urlencode({'report': name, 'run': run_id})}"


def deliver(app: App, made: Made, recipients: Sequence[Recipient], again: str = "") -> Delivery:
    """Tell the recipients that a report is there, each once for a run (and once more for each ``again``). Whom nobody
    could tell is unsent: it is no error of the report."""
    if not recipients:
        return Delivery()
    wanted = {one.name for one in recipients}
    told = wanted - _untold(app, made, recipients, again)
    delivery = Delivery(tuple(sorted(told)), tuple(sorted(wanted - told)))
    return Deliveries(app.lake).add(made.day, made.run_id, delivery, app.now())


def tell_failure(app: App, name: str, run_id: str, code: str) -> None:
    """Tell whoever wants to know that a report came to nothing, once for a run. What goes wrong with that is the
    notices' to say."""
    change, path = f"report_failed:{run_id}", address(name, run_id)
    with suppress(PipelineError):
        app.reports.notices.tell([Notice("report_failed", change, app.now(), name, path, (("code", code),))])


def _untold(app: App, made: Made, recipients: Sequence[Recipient], again: str) -> set[str]:
    """Who cannot be told. Whoever is told later, with others, is told."""
    try:
        known = {(one.kind, one.name) for one in app.reports.notices.channels()}
        lacking = {one.name for one in recipients if (one.kind, one.name) not in known}
        only = tuple(dict.fromkeys(one.name for one in recipients if one.name not in lacking))
        # A notice for nobody in particular would be everybody's.
        return lacking | (_failed(app, _ready(app, made, only, again)) if only else set())
    except PipelineError:
        return {one.name for one in recipients}


def _ready(app: App, made: Made, only: tuple[str, ...], again: str) -> Notice:
    change = f"report_ready:{made.run_id}{f':{again}' if again else ''}"
    path, day = address(made.name, made.run_id), made.as_of.date().isoformat()
    return Notice("report_ready", change, app.now(), made.title, path, (("day", day),), only)


def _failed(app: App, notice: Notice) -> set[str]:
    tried = [one for one in app.reports.notices.tell([notice]) if one.change == notice.change]
    return {one.channel for one in tried} - {one.channel for one in tried if one.outcome == "sent"}


def _delivery(raw: Any) -> Delivery:
    names = raw if isinstance(raw, dict) else {}
    return Delivery(*(tuple(map(str, names.get(which) or ())) for which in ("sent", "unsent")))
