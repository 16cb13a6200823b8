"""A document on its way to a browser: Streamlit fetches it beside the page, so its failure is handed over here.

Without it a failed download is one English sentence of the framework, with neither code nor remedy.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import streamlit as st

from pages.ui import state
from pipeline.errors import PipelineError
from pipeline.runs.run import Run


class Fetch:
    """Call it for the bytes; ``error`` is what the last call met, None when it went well."""

    def __init__(self, get: Callable[[], bytes]) -> None:
        self._get = get
        self._done = threading.Event()
        self.error: PipelineError | None = None

    def __call__(self) -> bytes:
        """The document. Raise what fetching it raises."""
        self.error = None
        try:
            return self._get()
        except PipelineError as error:
            self.error = error
            raise
        finally:
            self._done.set()

    def wait(self, seconds: float) -> None:
        """Wait for the call that is going."""
        self._done.wait(seconds)
        self._done.clear()


def fetch(run: Run, kind: str, get: Callable[[], bytes]) -> Fetch:
    """This session's download of what a run wrote, in one form, the same over reruns."""
    if state.FETCHES not in st.session_state:
        st.session_state[state.FETCHES] = {}
    fetches: dict[tuple[Run, str], Fetch] = st.session_state[state.FETCHES]
    return fetches.setdefault((run, kind), Fetch(get))
