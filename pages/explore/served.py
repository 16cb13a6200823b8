"""What the workbench asks of the server, one thing at a time, and how far it is: a frame that the browser reads.

The work goes on beside the script; each rerun of the fragment looks at it, and says so with the browser's own count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import streamlit as st

from pages.ui import state
from pipeline.analysis.query.face import Watch
from pipeline.console import bench
from pipeline.console.app import App
from pipeline.console.asking import Asking
from pipeline.console.bench import Answer
from pipeline.console.explore import Offer
from pipeline.errors import PipelineError
from pipeline.untrusted import is_count
from pipeline.words.catalogue import Words

# A short answer comes with the run of the script that was asked for it.
_WAIT_SECONDS = 0.2
_LONGEST_ID = 100


@dataclass
class _Held:
    """One request of this session: its work, and its answer once it is there."""

    id: str
    asking: Asking[Answer] | None
    frame: bytes | None = None

    def take(self, frame: bytes) -> bytes:
        """Keep the answer as it is sent, and not a second time as it came."""
        self.asking, self.frame = None, frame
        return frame


def answered(console: App, words: Words, offer: Offer, asked: object) -> bytes | None:
    """The answer to the browser's last request; None where it has none open. Another one ends the one before it."""
    held: _Held | None = st.session_state.get(state.EXPLORE_ASKED)
    if not isinstance(asked, Mapping) or not _is_id(asked.get("id")):
        _end(held)
        st.session_state.pop(state.EXPLORE_ASKED, None)
        return None
    if held is None or held.id != asked["id"]:
        _end(held)
        held = st.session_state[state.EXPLORE_ASKED] = _begun(console, words, offer, asked)
    if asked.get("cancel") is True:
        _end(held)
    tick = asked.get("tick")
    return held.frame or _looked(words, held, tick if is_count(tick) else None)


def framed(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """The head's length (4 bytes, little-endian), the head (JSON), the body."""
    told = orjson.dumps(head)
    return b"".join((len(told).to_bytes(4, "little"), told, body))


def _is_id(value: object) -> bool:
    # It goes back in every answer: a word of the browser's, and no more.
    return isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= _LONGEST_ID


def _begun(console: App, words: Words, offer: Offer, asked: Mapping[str, Any]) -> _Held:
    if "request" not in asked:
        # Another session's: the connection was lost meanwhile.
        return _Held(asked["id"], None, framed({"id": asked["id"], "state": "gone"}))
    try:
        request = bench.parse(asked["request"])
    except PipelineError as error:
        return _Held(asked["id"], None, framed(_failed(words, asked["id"], error)))

    def work(watch: Watch) -> Answer:
        return bench.answer(console, words, offer, request, watch)

    return _Held(asked["id"], Asking(work))


def _looked(words: Words, held: _Held, tick: object) -> bytes:
    look = partial(held.asking.answer, _WAIT_SECONDS) if held.asking else lambda: None
    try:
        answer = look()
    except PipelineError as error:
        return held.take(framed(_failed(words, held.id, error)))
    if answer is None:
        place = held.asking.place if held.asking else None
        return framed({"id": held.id, "state": "waiting", "place": place, "tick": tick})
    return held.take(framed({"id": held.id, "state": "done", **answer.head}, answer.body))


def _failed(words: Words, name: str, error: PipelineError) -> dict[str, Any]:
    title, cause, remedy = words.error(error)
    told = {"title": f"{error.code} {title}", "cause": cause, "remedy": remedy, "detail": error.message}
    return {"id": name, "state": "failed", "situation": error.facts.get("situation", ""), **told}


def _end(held: _Held | None) -> None:
    if held and held.asking:
        held.asking.cancel()
