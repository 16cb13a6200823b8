"""How far the run is that a screen follows. Pure.

What a session remembers of its own start is the screen's; the ledger stays the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
