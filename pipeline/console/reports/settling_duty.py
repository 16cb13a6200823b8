"""Schedules are set right where they lag behind definitions: the watcher's, who asks two requests a look for it.

A change that was killed in between, or came past the console, would else be due as it was, or never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pipeline.console.app import App
from pipeline.lake.report_keys import DEFINITIONS, SCHEDULES

# What a look sees of a lake: its definitions' keys and ETags, and the index's ETag.
Seen = tuple[frozenset[tuple[str, str]], str]


@dataclass
class SettlingDuty:
    """Reads all definitions only where one of them, or the index, is not as it was at the last look."""

    seen: dict[str, Seen] = field(default_factory=dict)

    def __call__(self, app: App) -> None:
        """Set right what lags. Raise what ``Definitions.settle`` raises; the next look tries again."""
        found = self._look(app)
        if self.seen.get(app.lake.bucket) != found:
            app.reports.definitions.settle()
            self.seen[app.lake.bucket] = found

    def _look(self, app: App) -> Seen:
        # The index first: what changes between the two is looked at once more.
        index = app.lake.head(SCHEDULES)
        listed = app.lake.list_after(DEFINITIONS, "")
        return frozenset((one.key, one.etag) for one in listed), index.etag if index else ""


DUTY: Final = SettlingDuty()
