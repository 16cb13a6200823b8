"""From start to end of the server: the App is wired at once, beside the answering, and all that runs for it is ended.

uvicorn ends the process by the signal that it was sent, without Python's own ending: whatever is to be cleaned up is
cleaned up here.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from anyio import CapacityLimiter, to_thread

from pages.door import connections
from pipeline.errors import PipelineError

STARTING = "STARTING"
# Ending takes a second; what is still being filled is not waited for longer.
END_SECONDS = 5.0


class Wiring:
    """Whether the App can be had; ``wire`` makes it, or gives the one that is there, or raises PipelineError."""

    def __init__(self, wire: Callable[[], object]) -> None:
        self._wire = wire
        self._first = threading.Event()
        self._one_asks = CapacityLimiter(1)

    def begin(self) -> None:
        """Wire the App beside everything else."""
        threading.Thread(target=self._begin, name="wiring", daemon=True).start()

    async def state(self) -> str:
        """Empty when the App is there; else the code of what stands in the way, or STARTING."""
        if not self._first.is_set():
            return STARTING
        return await to_thread.run_sync(self._code, limiter=self._one_asks)

    def _begin(self) -> None:
        try:
            self._code()
            settle()
        finally:
            self._first.set()

    def _code(self) -> str:
        try:
            self._wire()
        except PipelineError as error:
            # The pages tell it whole, to those who may see it.
            return error.code
        return ""


def _wire() -> object:
    # Imported here, beside the answering: the pages take longer to load than the server to open its port.
    from pages import addresses  # noqa: F401, PLC0415 - the first visitor's pages are loaded by then
    from pages.ui import reads  # noqa: PLC0415
    from pipeline.console.analysis import watcher  # noqa: PLC0415

    app = reads.base()
    # It is loaded for the demo only; what comes of it is ended by _end.
    backend = sys.modules.get("pipeline.embedded.backend")
    if backend and app.settings.demo_schedule:
        backend.keep_time()
    if backend and app.settings.demo_sources:
        backend.fill_sources()
    # A demo that keeps still does nothing by itself.
    if not app.embedded or app.settings.demo_schedule:
        # Its sources' half year comes meanwhile: models of a part of it would warn of gaps.
        demo = replace(watcher.DEMO, ready=backend.sources_are_filled) if backend else None
        watcher.begin(reads.base, demo if app.embedded and demo else watcher.Rhythm())
    return app


def settle() -> None:
    """Take what is there by now out of the garbage collector's rounds: it stays, and a round that walks all of it holds
    every page up for a quarter of a second. Python's documentation, "gc - Garbage Collector interface" (freeze)."""
    gc.collect()
    gc.freeze()


WIRING = Wiring(_wire)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncGenerator[None]:
    """What happens before the first and after the last request."""
    server = connections.running_server()
    if server:
        connections.bound(server.config)
    WIRING.begin()
    yield
    ending = threading.Thread(target=_end, name="ending", daemon=True)
    ending.start()
    await to_thread.run_sync(partial(ending.join, END_SECONDS))


def _end() -> None:
    # First who starts builds, then builds, which say in their entries that they ended, while the lake is there.
    watcher = sys.modules.get("pipeline.console.analysis.watcher")
    if watcher:
        watcher.stop()
    builds = sys.modules.get("pipeline.console.analysis.builds")
    if builds:
        builds.CREW.close()
    backend = sys.modules.get("pipeline.embedded.backend")
    if backend:
        backend.stop()
