"""A document on its way to a browser: Streamlit fetches it beside the page, so its failure is handed over here.

Without it a failed download is one English sentence of the framework, with neither code nor remedy.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Hashable

import streamlit as st
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pages.parcels import PARCELS, VISITOR, Parcel, Parcels
from pages.ui import show, state
from pipeline.errors import PipelineError, TimedOut
from pipeline.words.catalogue import Words

BEGIN_SECONDS, FETCH_SECONDS = 10.0, 60.0


class Fetch:
    """Call it for the file that Streamlit is to hand out: a stub, at whose address the document itself waits for the
    browser that has the cookie ``owner``. ``error`` is what the last call met, None when it went well."""

    def __init__(self, get: Callable[[], bytes], parcels: Parcels = PARCELS) -> None:
        self._get, self._parcels = get, parcels
        self._begun, self._done = threading.Event(), threading.Event()
        self.name, self.mime, self.owner = "document", "application/octet-stream", ""
        self.error: PipelineError | None = None

    def named(self, name: str, mime: str) -> Fetch:
        """The same, for a button that gives the file this name and type."""
        self.name, self.mime = name, mime
        return self

    def __call__(self) -> bytes:
        """Get the document ready. Raise what fetching it raises."""
        self.error = None
        self._done.clear()
        self._begun.set()
        try:
            stub = secrets.token_bytes(32)
            self._parcels.put(
                address(stub, self.name, self.mime), Parcel(self.owner, self.name, self.mime, self._get())
            )
            return stub
        except PipelineError as error:
            self.error = error
            raise
        finally:
            self._done.set()

    def wait(self, begin: float, seconds: float) -> None:
        """Wait ``begin`` seconds for the call that a press leads to, and ``seconds`` for its end."""
        if self._begun.wait(begin):
            self._done.wait(seconds)
        else:
            message = f"the browser's request for the file did not come within {begin:g} s of the press"
            self.error = TimedOut(message, situation="download_lost")
        self._begun.clear()


def fetch(of: Hashable, kind: str, get: Callable[[], bytes]) -> Fetch:
    """This session's download of something (of a run: what it wrote), in one form, the same over reruns."""
    if state.FETCHES not in st.session_state:
        st.session_state[state.FETCHES] = {}
    fetches: dict[tuple[Hashable, str], Fetch] = st.session_state[state.FETCHES]
    found = fetches.setdefault((of, kind), Fetch(get))
    found.owner = st.context.cookies.get(VISITOR, "")
    return found


def address(stub: bytes, name: str, mime: str) -> str:
    """Under which path Streamlit hands out a file of these bytes, which makes its address of them."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    store = MemoryMediaFileStorage(f"/{base}/media" if base else "/media")
    return store.get_url(store.load_and_get_id(stub, mime, MediaFileKind.DOWNLOADABLE, name))


def follow(words: Words, fetch: Fetch, pressed: bool) -> None:
    """Draw what became of a download.

    A press draws its row anew, and Streamlit forgets the ids of the drawing before when the new one has ended. The
    browser asks for the file by such an id, in a message of its own after the press: a drawing that ended before that
    message is answered would lose the click. So it ends when the document is there.
    """
    if pressed:
        with st.spinner(words("history.fetching")):
            fetch.wait(BEGIN_SECONDS, FETCH_SECONDS)
    if fetch.error:
        show.failure(words, fetch.error)
