"""レポート in somebody's hands: the rooms that page, commands and the watcher ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.console.reports.definitions import Definitions
from pipeline.console.reports.making import ReportMaker
from pipeline.console.reports.notices import NoticeBoard

if TYPE_CHECKING:
    from pipeline.console.app import App


@dataclass(frozen=True)
class Reports:
    """What is reported of an App: it is what blocks ask, each question checked against the same person's role."""

    app: App

    @property
    def definitions(self) -> Definitions:
        """What reports are: kept, changed, paused."""
        return Definitions(self.app.lake, self.app.now, self.app.actor)

    @property
    def maker(self) -> ReportMaker:
        """Making them, and what was made."""
        return ReportMaker(self.app)

    @property
    def notices(self) -> NoticeBoard:
        """Who is told of what, and what was."""
        return NoticeBoard(self.app)
