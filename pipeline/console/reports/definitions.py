"""Definitions of reports in somebody's hands: kept in the lake, changed by compare-and-set, each change audited.

A change says what it has seen. What was before is kept; a deleted one can be brought back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.console.audit import Actor
from pipeline.console.reports.told import Earlier, KeptReport
from pipeline.lake.bucket import Lake


@dataclass(frozen=True)
class Definitions:
    """The definitions of one lake. Every method raises Forbidden for who may not, and what Lake raises; every one that
    takes a name DataInvalid (``report_name``) for what is none."""

    lake: Lake
    now: Callable[[], datetime]
    actor: Actor

    def listed(self) -> tuple[KeptReport, ...]:
        """All, by name: those that are kept, and the product's own where nothing is kept under their name. An object
        that is no definition has a ``problem`` (and, where its key is no report's, that as its name)."""
        raise NotImplementedError

    def get(self, name: str) -> KeptReport:
        """One of them. Raise NotFound (``report_unknown``)."""
        raise NotImplementedError

    def check(self, text: str) -> Definition:
        """What a YAML text defines. Raise DataInvalid, which says where and what is wrong."""
        raise NotImplementedError

    def save(self, name: str, text: str, seen: str) -> KeptReport:
        """Keep this text in the place of what was ``seen`` (``KeptReport.seen``; empty: of nothing, or of the product's
        own). Raise DataInvalid: ``report_definition``, ``report_secret``; ``report_changed`` where somebody was faster;
        ``report_shelf_full``."""
        raise NotImplementedError

    def duplicate(self, name: str, as_: str) -> KeptReport:
        """The same under another name, paused where it has a schedule. Raise NotFound (``report_unknown``), DataInvalid
        (``report_taken``)."""
        raise NotImplementedError

    def pause(self, name: str, paused: bool, seen: str) -> KeptReport:
        """Take a report's schedule away for a while, or let it be due again from now on. Raise NotFound
        (``report_unknown``), DataInvalid (``report_changed``, ``report_no_schedule``)."""
        raise NotImplementedError

    def delete(self, name: str, seen: str) -> None:
        """Take one off the list; its history stays. One of the product's is the product's own again. Raise NotFound
        (``report_unknown``), DataInvalid (``report_changed``)."""
        raise NotImplementedError

    def deleted(self) -> tuple[str, ...]:
        """Names of what was deleted and can be restored, in order."""
        raise NotImplementedError

    def restore(self, name: str) -> KeptReport:
        """Keep a deleted one again as it was last, paused where it has a schedule. Raise NotFound (``report_unknown``),
        DataInvalid (``report_taken``)."""
        raise NotImplementedError

    def history(self, name: str) -> tuple[Earlier, ...]:
        """What a definition was before, newest first, at most MOST_EARLIER; of a deleted one all that it was."""
        raise NotImplementedError

    def settle(self) -> int:
        """Make the schedules what the definitions say, where a change was killed between the two; return how many
        were not. For the watcher."""
        raise NotImplementedError
