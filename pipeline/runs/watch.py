"""How far the run is that a screen follows. Pure.

What a session remembers of its own start is the screen's; the ledger stays the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.runs.history import shown_status
from pipeline.runs.run import Run

NOT_SEEN_SECONDS = 90
Phase = Literal["none", "waiting", "unseen", "going", "ended"]


@dataclass(frozen=True)
class Watching:
    """The run of the result card and how far it is; ``unseen`` is a start that has not reported for too long."""

    phase: Phase
    run: Run | None = None
    own: bool = False

    @property
    def live(self) -> bool:
        """Whether there is something to wait for."""
        return self.phase in {"waiting", "going"}


def followed(run: Run, now: datetime, own: bool = False) -> Watching:
    """A run that the ledger tells of; ``own``: this session started or joined it."""
    return Watching("going" if shown_status(run, now) == "running" else "ended", run, own)


def own_start(run: Run | None, at: datetime, now: datetime) -> Watching:
    """What this session started or joined ``at`` a time; no ``run``: the ledger does not tell of it yet."""
    if run:
        return followed(run, now, own=True)
    return Watching("unseen" if (now - at).total_seconds() > NOT_SEEN_SECONDS else "waiting", own=True)
