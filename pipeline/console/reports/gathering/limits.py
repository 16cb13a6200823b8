"""What ends the reading of a block: whoever asked for the report, or the time that one block may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.console.reports.gathering.reading import never
from pipeline.errors import FunctionFailed, TimedOut
from pipeline.untrusted import quoted

BLOCK_SECONDS: Final = 120.0


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

    def begin(self) -> Callable[[], None]:
        """What a block asks from now on: it raises what ``ended`` raises, and TimedOut (``report_block_late``)."""
        until = self.clock() + self.seconds

        def check() -> None:
            self.ended()
            if self.clock() > until:
                text = f"a block of the report {quoted(self.name)} took longer than {self.seconds:.0f} seconds"
                raise TimedOut(text, situation="report_block_late")

        return check
