"""What an action on a source led to: kept over the drawing anew that follows it, and shown where it was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from pages.ui import press, reads, script, show, state
from pipeline.errors import PipelineError
from pipeline.words.catalogue import Words

PAGE = ""


@dataclass(frozen=True)
class Notice:
    """``where`` names the part of the page that was used (a source's name, ``weather/search``, PAGE); ``key`` the text
    of a success, with ``name`` in it; without it there is nothing to say."""

    where: str
    key: str = ""
    name: str = ""
    error: PipelineError | None = None


@dataclass
class Kept:
    """The session's notice and whether it has yet to be brought into sight, how many actions have failed (a switch that
    could not be moved becomes a new one), and the parts of the page that this run has drawn."""

    notice: Notice | None = None
    failed: int = 0
    fresh: bool = False
    drawn: set[str] = field(default_factory=set)

    def tell(self, where: str, action: Callable[[], str], name: str) -> None:
        """Do something, keep what came of it, and let the next reading be a new one."""
        try:
            self.notice = Notice(where, action(), name)
        except PipelineError as error:
            self.notice = Notice(where, error=error)
            self.failed += 1
        self.fresh = True
        reads.refresh()


def act(words: Words, pressed: str, where: str, action: Callable[[], str], name: str = "") -> None:
    """If the press waits: do what it asks for, keep what came of it, and draw the page anew.

    ``action`` draws nothing and gives the key of the text that tells of its success, "" when there is nothing to tell.
    """
    here, kept = press.desk(), _kept()
    if here.waits(pressed):
        with st.spinner(words("app.working")):
            here.once(pressed, lambda: kept.tell(where, action, name))
        st.rerun()


def arrived(words: Words, action: Callable[[], str]) -> None:
    """The same for somebody who comes back from elsewhere: the address is the press."""
    kept = _kept()
    with st.spinner(words("app.working")):
        kept.tell(PAGE, action, "")
    st.rerun()


def saying(key: str, do: Callable[[], object]) -> Callable[[], str]:
    """An action that ends in one text, whatever it gives."""

    def action() -> str:
        do()
        return key

    return action


def reveal(key: str) -> None:
    """Bring the container of this key into sight, once."""
    # A button at a small screen's lower edge has what came of it below that edge. The time makes it a new script.
    script.run("reveal", key=key, time=str(time.monotonic_ns()))


def failed(words: Words, error: PipelineError) -> None:
    """What stood in the way: a slip of the person's own is told with what to type, anything else with all its facts."""
    if not error.is_mistake:
        show.failure(words, error)
        return
    title, cause, remedy = words.error(error)
    with st.container(border=True):
        st.error(cause, title=f"{error.code} {error.slug} {title}", icon=":material/edit:")
        st.markdown(f"**{words('failure.remedy')}**: {remedy}")


def gap(at: int) -> str:
    """The place before the card at this position."""
    return f"/{at}"


def turn() -> int:
    """How many actions have failed in this session."""
    return _kept().failed


def begin() -> None:
    """The page is about to be drawn from its top."""
    _kept().drawn.clear()


def draw(words: Words, where: str) -> None:
    """The notice that belongs here, with a button that puts it away."""
    kept = _kept()
    kept.drawn.add(where)
    if kept.notice and kept.notice.where == where:
        _draw(words, kept, kept.notice)


def draw_stray(words: Words) -> None:
    """The notice whose own place is gone: a source that somebody else has taken out, a part that is not open."""
    kept = _kept()
    if kept.notice and kept.notice.where not in kept.drawn:
        _draw(words, kept, kept.notice)


def _draw(words: Words, kept: Kept, shown: Notice) -> None:
    if not (shown.key or shown.error):
        return
    if kept.fresh:
        kept.fresh = False
        reveal("notice")
    with st.container(horizontal=shown.error is None, vertical_alignment="center", key="notice"):
        if shown.error:
            failed(words, shown.error)
        else:
            st.success(words(shown.key, name=show.plain(shown.name)), icon=":material/check_circle:")
        closed = st.button(words("history.close"), key=f"close-notice-{shown.where}", icon=":material/close:")
    if closed:
        kept.notice = None
        st.rerun()


def _kept() -> Kept:
    if state.SOURCE_NOTICE not in st.session_state:
        st.session_state[state.SOURCE_NOTICE] = Kept()
    kept: Kept = st.session_state[state.SOURCE_NOTICE]
    return kept
