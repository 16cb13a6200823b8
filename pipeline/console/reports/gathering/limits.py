"""What ends the reading of a block: whoever asked for the report, or the time that one block may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.errors import FunctionFailed, PipelineError, TimedOut
from pipeline.untrusted import quoted

BLOCK_SECONDS: Final = 120.0


def never() -> bool:
    """Whether it is to end; it is not."""
    return False


@dataclass(frozen=True)
class Limits:
    """Of the report ``name``; ``over`` says that nobody wants it any more; ``clock`` gives seconds."""

    name: str
    over: Callable[[], bool] = never
    seconds: float = BLOCK_SECONDS
    clock: Callable[[], float] = time.monotonic

    def ended(self) -> None:
        """Raise FunctionFailed (``report_cancelled``) once nobody wants it."""
        if self.over():
            raise FunctionFailed(f"the report {quoted(self.name)} was cancelled", situation="report_cancelled")

    def begin(self) -> Limit:
        """What a block asks from now on."""
        return Limit(self, self.clock() + self.seconds)


@dataclass(frozen=True)
class Limit:
    """One block's: it may read ``until`` the clock says so."""

    limits: Limits
    until: float

    def over(self) -> bool:
        """Whether to end, for whichever reason."""
        return self.limits.over() or self._late()

    def check(self) -> None:
        """Raise what ``ended`` raises, and TimedOut (``report_block_late``)."""
        self.limits.ended()
        if self._late():
            raise self._too_late()

    def why(self, error: PipelineError) -> PipelineError:
        """What a block has really failed of: an engine that was stopped says only that it was."""
        return self._too_late() if self._late() else error

    def _late(self) -> bool:
        return self.limits.clock() > self.until

    def _too_late(self) -> TimedOut:
        text = f"a block of the report {quoted(self.limits.name)} took longer than {self.limits.seconds:.0f} seconds"
        return TimedOut(text, situation="report_block_late")
