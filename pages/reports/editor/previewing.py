"""What a draft would look like, made beside whoever types: once typing rests, within limits. No Streamlit.

What is wished for last wins: an older one that is still being made is told to end, and is never shown after it.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.document import Document, Paragraph, Part, Table
from pipeline.analysis.reports.forms.html import html
from pipeline.clock import utc_now
from pipeline.console.analysis.builds import CREW
from pipeline.console.app import App
from pipeline.console.reports.told import BlockFailed
from pipeline.errors import FunctionFailed, PipelineError, TimedOut
from pipeline.redaction import blank
from pipeline.words.catalogue import Words

LOG = logging.getLogger(__name__)
REST_SECONDS: Final = 0.4
MOST_SECONDS: Final = 60.0
# Rows of a table that are looked at; the report itself has more.
MOST_ROWS: Final = 30
# However many sessions edit: the process has other things to do.
_SEATS: Final = threading.BoundedSemaphore(2)
_WAIT_SECONDS: Final = 0.05
Over = Callable[[], bool]


@dataclass(frozen=True)
class Shown:
    """A preview of the text ``of``: one file of HTML and the blocks that failed, or why there is none."""

    of: str
    at: datetime
    html: bytes = b""
    failed: tuple[BlockFailed, ...] = ()
    error: PipelineError | None = None


@dataclass(frozen=True)
class Wish:
    """A preview of a text: ``make`` makes it, unless ``over`` says that it is to end, or raises PipelineError."""

    of: str
    make: Callable[[Over], Shown]


class Desk:
    """One draft's preview: what is wished for, what is shown. Safe to use from several threads."""

    def __init__(
        self,
        take: Callable[[Callable[[Over], None]], None] = CREW.take,
        rest: float = REST_SECONDS,
        most: float = MOST_SECONDS,
    ) -> None:
        self._take, self._rest, self._most = take, rest, most
        self._lock = threading.Lock()
        self._wish: Wish | None = None
        self._wished = 0.0
        self._busy = False
        self._shown: Shown | None = None

    @property
    def shown(self) -> Shown | None:
        """What is shown, whatever is wished for by now."""
        with self._lock:
            return self._shown

    @property
    def is_going(self) -> bool:
        """Whether one is being made, or waits for typing to rest."""
        with self._lock:
            return self._busy

    def is_stale(self, text: str) -> bool:
        """Whether what is shown is of another text."""
        with self._lock:
            return self._shown is not None and self._shown.of != text

    def want(self, wish: Wish) -> None:
        """Have this made, unless it is wished for already."""
        with self._lock:
            if self._wish and self._wish.of == wish.of:
                return
            self._wish, self._wished = wish, time.monotonic()
            begin, self._busy = not self._busy, True
        if begin:
            self._take(self._work)

    def again(self) -> None:
        """Forget what was wished for: the next wish is made, also of the same text."""
        with self._lock:
            self._wish = None

    def _work(self, over: Over) -> None:
        wish = self._rested(over)
        while wish:
            shown = self._made(wish, over)
            wish = self._rested(over) if self._is_newer(wish, shown) else None

    def _rested(self, over: Over) -> Wish | None:
        """The wish that has been the last one for long enough; None once all is to end."""
        while True:
            with self._lock:
                if self._wish is None or over():
                    # Together with the look: whoever wishes after it begins anew.
                    self._busy = False
                    return None
                if time.monotonic() - self._wished >= self._rest:
                    return self._wish
            time.sleep(_WAIT_SECONDS)

    def _made(self, wish: Wish, over: Over) -> Shown | None:
        ends = time.monotonic() + self._most

        def unwanted() -> bool:
            return over() or self._wish is not wish

        def ended() -> bool:
            return unwanted() or time.monotonic() > ends

        if not _seated(ended):
            return None if unwanted() else _failed(wish, _late(self._most))
        try:
            return wish.make(ended)
        except BaseException as error:  # noqa: BLE001 - nobody waits here; whoever looks is told of it
            if unwanted():
                return None
            return _failed(wish, _late(self._most) if ended() else _told(error))
        finally:
            _SEATS.release()

    def _is_newer(self, wish: Wish, shown: Shown | None) -> bool:
        """Show what was made, unless something else is wished for by now: whether it is."""
        with self._lock:
            if self._wish is wish:
                self._shown, self._busy = shown or self._shown, False
                return False
            return True


def preview(console: App, words: Words, name: str, text: str, definition: Definition) -> Wish:
    """The wish to see ``definition``, which ``text`` says, in the hands of whoever it is now."""
    person = console.actor.who()
    held = console.for_person(lambda: person)

    def make(over: Over) -> Shown:
        gathered = held.reports.maker.preview(definition, over, name).gathered
        return Shown(text, held.now(), html(shortened(gathered.document, words)), gathered.failed)

    return Wish(text, make)


def shortened(document: Document, words: Words) -> Document:
    """As much of a report as is looked at: the first rows of its tables, and a sentence that says so."""
    parts: list[Part] = []
    for part in document.parts:
        if isinstance(part, Table) and len(part.rows) > MOST_ROWS:
            parts.append(replace(part, rows=part.rows[:MOST_ROWS]))
            left = words("report_editor.rows_left", shown=MOST_ROWS, all=f"{len(part.rows):,}")
            parts.append(Paragraph(left, "note"))
        else:
            parts.append(part)
    return replace(document, parts=tuple(parts))


def _seated(ended: Over) -> bool:
    while not ended():
        if _SEATS.acquire(timeout=_WAIT_SECONDS):
            return True
    return False


def _failed(wish: Wish, error: PipelineError) -> Shown:
    return Shown(wish.of, utc_now(), error=error)


def _told(error: BaseException) -> PipelineError:
    if isinstance(error, PipelineError):
        return error
    # Nobody foresaw it: whole in the log, in short to whoever looks.
    LOG.error(blank(f"a preview stopped\n{''.join(traceback.format_exception(error))}"))
    return FunctionFailed(f"the preview stopped on {type(error).__name__}", situation="report_preview")


def _late(seconds: float) -> TimedOut:
    return TimedOut(f"the preview was not ready after {seconds:.0f} s", situation="report_preview_late")
