"""The schedules that the function reads, kept true to the definitions that people write.

Only what is kept is ever due: nobody has asked for the product's own reports until somebody saves them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.clock import parse_utc, utc_text
from pipeline.console.reports.shelf import Shelf, meant
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import SCHEDULES
from pipeline.notices.schedules import Scheduled, Schedules


@dataclass(frozen=True)
class Wrong:
    """Where the schedules are not what definitions say: how often, what they are to be, what was seen."""

    count: int
    wanted: Mapping[str, Scheduled]
    seen: str | None


@dataclass(frozen=True)
class Plan:
    """The schedules of one lake's shelf. Raises what Lake and Schedules raise."""

    lake: Lake
    shelf: Shelf
    now: Callable[[], datetime]

    def change(self, name: str) -> None:
        """Make one report's schedule what its definition says now: it is read again in each try, so that of two who
        save at once the later definition is the one that stays."""
        try:
            Schedules(self.lake).change(name, lambda known: self._of(name, known))
        except SchemaMismatch as error:
            # An index that is none is made anew of all definitions, not of this one.
            if error.state != "schedules_unread":
                raise
            self.set_right(self.wrong())

    def wrong(self) -> Wrong:
        """What a look at all definitions finds. The index is read first: who changes it meanwhile is not undone."""
        known, seen, unread = self._known()
        kept = [one for one in self.shelf.all() if one.definition or one.name in known]
        wanted = {one.name: self._scheduled(one.name, one.definition, known.get(one.name)) for one in kept}
        found = {name: one for name, one in wanted.items() if one}
        count = sum(known.get(name) != found.get(name) for name in known.keys() | found.keys())
        return Wrong(count or unread, found, seen)

    def set_right(self, wrong: Wrong) -> bool:
        """Write what was found; False where somebody was faster."""
        return Schedules(self.lake).replace(wrong.wanted.values(), wrong.seen)

    def _known(self) -> tuple[dict[str, Scheduled], str | None, int]:
        try:
            entries, seen = Schedules(self.lake).read()
        except SchemaMismatch:
            held = self.lake.head(SCHEDULES)
            return {}, held.etag if held else None, 1
        return {one.name: one for one in entries}, seen, 0

    def _of(self, name: str, known: Scheduled | None) -> Scheduled | None:
        held = self.shelf.read(name)
        if held is None or not held.text:
            return None
        return self._scheduled(name, meant(held.text)[0], known)

    def _scheduled(self, name: str, definition: Definition | None, known: Scheduled | None) -> Scheduled | None:
        if definition is None:
            # Broken past the console: it stays due, so that somebody is told why it cannot be built.
            return known
        when = definition.schedule
        if when is None or when.paused:
            return None
        made = Scheduled(name, definition.title, when.days, when.at, when.zone, self._moment())
        # A new title or block takes no moment away that was waited for.
        since = known.since if known and made.same_times(known) else made.since
        return Scheduled(name, definition.title, when.days, when.at, when.zone, since)

    def _moment(self) -> datetime:
        # As it will be read again.
        return parse_utc(utc_text(self.now()))
