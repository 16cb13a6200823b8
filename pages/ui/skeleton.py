"""What every page stands on: its title, its buttons, as of when, one sentence, and a quiet look every half minute.

A page left open never lies: what it looked at is looked at again, and the page is drawn anew when that has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from pages.sign_in import signed_in
from pages.ui import address, reads, show, state, watch
from pipeline.console.app import App
from pipeline.errors import Forbidden, PipelineError
from pipeline.runs.run import Run
from pipeline.runs.standing import Level
from pipeline.words.catalogue import Words
from pipeline.words.moments import jst_hour

LOOK_SECONDS = 30.0
# Half a look: of several sessions that look at different moments, one in two asks AWS.
AT_MOST_SECONDS = 15.0
DRAWS: dict[Level, Callable[..., object]] = {
    "good": st.success,
    "busy": st.info,
    "quiet": st.info,
    "warn": st.warning,
    "bad": st.error,
}
MARKS: dict[Level, str] = {"good": "✓", "busy": "…", "quiet": "–", "warn": "!", "bad": "✕"}


@dataclass(frozen=True)
class Look:
    """What a page shows at a glance: its one sentence, what to do, and ``mark``, which differs when it is to be drawn
    anew; ``runs`` are those whose end is told of."""

    level: Level
    icon: str
    sentence: str
    step: str
    at: datetime
    mark: Hashable
    runs: Sequence[Run] = ()


@dataclass(frozen=True)
class Skeleton:
    """A page: the keys of its texts; ``look`` at most so many seconds old (None: as it is), which raises PipelineError;
    ``primary`` draws its one button and gives what is to be done beside it; ``draw`` draws the rest."""

    title: str
    caption: str
    look: Callable[[App, Words, float | None], Look]
    draw: Callable[[App, Words], None]
    primary: Callable[[App, Words], Callable[[], None] | None] = lambda console, words: None


def render(page: Skeleton) -> None:
    """Draw the page."""
    words = state.words()
    address.come_to(page.title)
    st.title(words(page.title), anchor=False)
    st.caption(words(page.caption))
    try:
        with st.spinner(words("app.starting"), show_time=False):
            console = signed_in.app()
    except PipelineError as error:
        show.failure(words, error)
        return
    try:
        _page(page, console, words)
    except Forbidden as error:
        show.failure(words, error)


def _page(page: Skeleton, console: App, words: Words) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(words("exports.refresh"), icon=":material/refresh:", key="refresh"):
            reads.refresh()
        then = page.primary(console, words)
        as_of = st.empty()
    if then:
        then()
    st.session_state.pop(state.SEEN, None)
    st.fragment(_look, run_every=LOOK_SECONDS)(page, console, words, as_of)
    page.draw(console, words)


def _look(page: Skeleton, console: App, words: Words, as_of: st.delta_generator.DeltaGenerator) -> None:
    first = state.SEEN not in st.session_state
    try:
        look = page.look(console, words, None if first else AT_MOST_SECONDS)
    except PipelineError as error:
        # The page says what stands in the way; here only that it has come, or gone.
        st.caption(words("look.failed"))
        _anew_when_changed((error.code, error.state))
        return
    as_of.caption(words("look.as_of", time=jst_hour(look.at)))
    st.set_page_config(page_title=f"{MARKS[look.level]} {words(page.title)}")
    DRAWS[look.level](look.sentence, icon=look.icon)
    if look.step:
        st.caption(look.step)
    watch.tell_ended(words, look.runs, console.now())
    _anew_when_changed(look.mark)


def _anew_when_changed(mark: Hashable) -> None:
    before = st.session_state.setdefault(state.SEEN, mark)
    if before != mark:
        st.rerun()
