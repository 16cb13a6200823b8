"""Forecasts that are being made: the page's button, how far they are, and what they came to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.insights.forecast import asked
from pages.ui import format as fmt
from pages.ui import notice, press, reads, show, state
from pipeline.console.app import App
from pipeline.console.insights.told_forecasts import Going, Made, Refused
from pipeline.errors import PipelineError
from pipeline.words.catalogue import Words

POLL_SECONDS = 1.0
PLACE = "foresee"
# People of whom nothing could be foreseen, with the reason; more would hide the forecasts.
MOST_REFUSED = 10


def primary(console: App, words: Words) -> Callable[[], None]:
    """The button, and what is drawn under it on either tab."""
    allowed, run = console.may("insights"), going(console)
    pressed = press.button(
        words("foreseen.busy" if run else "foreseen.start"),
        "foresee",
        type="primary",
        icon=":material/online_prediction:",
        disabled=run is not None or not allowed,
        help=words("foreseen.busy_hint") if run else show.why_not(words, allowed),
    )
    return partial(_act, console, words, pressed)


def going(console: App) -> Going | None:
    """The run that goes on; None also where nobody can say."""
    try:
        return asked.going(console) if console.may("query") else None
    except PipelineError:
        # Whatever stands in the way is told by what is drawn below; the button stays usable.
        return None


def mark(console: App) -> str | None:
    """Differs once a run has begun or ended."""
    run = going(console)
    return run.run_id if run else None


def _act(console: App, words: Words, pressed: str) -> None:
    # Progress says that it was started.
    notice.act(words, pressed, PLACE, notice.saying("", partial(_start, console)))
    notice.draw(words, PLACE)
    run = going(console)
    if run:
        st.fragment(_progress, run_every=POLL_SECONDS)(console, words, run)
    elif st.session_state.get(state.FORECAST_STARTED):
        _ended(console, words, st.session_state[state.FORECAST_STARTED])


def _start(console: App) -> None:
    st.session_state[state.FORECAST_STARTED] = console.insights.forecasts.start(anew=True).run_id


def _progress(console: App, words: Words, was: Going) -> None:
    run = going(console)
    if run is None or run.run_id != was.run_id:
        # It has ended: everything is drawn anew.
        reads.refresh()
        st.rerun()
        return
    if run.people:
        done = min(run.done or 0, run.people)
        st.progress(done / run.people, words("foreseen.progress", done=done, all=run.people))
    else:
        st.progress(0.0, words("foreseen.preparing" if run.here else "foreseen.elsewhere"))


def _ended(console: App, words: Words, run_id: str) -> None:
    ended = console.insights.forecasts.ended()
    if ended is None or ended.run_id != run_id:
        # Another process had it: what it made is below.
        return
    with st.container(key="foreseen-ended"):
        if ended.error:
            notice.failed(words, ended.error)
        elif ended.made:
            _made(words, ended.made)
        st.button(words("history.close"), key="close-foreseen", icon=":material/close:", on_click=_put_away)


def _put_away() -> None:
    st.session_state.pop(state.FORECAST_STARTED, None)


def _made(words: Words, made: Made) -> None:
    numbers = {"foreseen": len(made.foreseen), "unchanged": len(made.unchanged), "refused": len(made.refused)}
    shown = {name: fmt.number(number, words.language) for name, number in numbers.items()}
    st.success(words("foreseen.ended", **shown), icon=":material/check_circle:")
    if made.left_out:
        st.caption(words("foreseen.left_out", number=fmt.number(made.left_out, words.language)))
    if made.unread:
        unread(words, made.unread)
    if made.refused:
        st.warning(words("foreseen.refused", number=shown["refused"]), icon=":material/warning:")
        st.code("\n".join(_why(words, one) for one in made.refused[:MOST_REFUSED]), language=None, wrap_lines=True)


def unread(words: Words, keys: tuple[str, ...]) -> None:
    """Forecasts that nobody can read, by their keys."""
    st.warning(words("foreseen.unread", number=fmt.number(len(keys), words.language)), icon=":material/warning:")
    st.code("\n".join(keys), language=None, wrap_lines=True)


def _why(words: Words, one: Refused) -> str:
    title, cause, _ = words.error(one.error)
    return f"{one.person}: {one.error.code} {title}: {cause}"
