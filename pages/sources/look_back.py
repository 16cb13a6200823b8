"""How many days back a source looks again in each run: a number within the bounds of its kind."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.sources.setting import Setup
from pipeline.sources.kinds import MOST_LOOK_BACK_DAYS


def render(here: Setup) -> None:
    """Draw the number that is set. What stands there by somebody's own hand and is none is a failure in its place."""
    entry, words, kind = here.entry, here.words, here.kind
    days = kind.look_back(entry.options)
    with st.form(f"look-back-form-{entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            wanted = st.number_input(
                words("look_back.days"),
                kind.least_look_back_days,
                MOST_LOOK_BACK_DAYS,
                days,
                width=240,
                key=f"look-back-{entry.name}-{here.config.etag}",
            )
            pressed = here.submit("setting.keep", f"look-back-of-{entry.name}", ":material/save:")
    st.caption(words("look_back.about", least=kind.least_look_back_days, most=MOST_LOOK_BACK_DAYS))
    keep = partial(here.console.board.set_look_back, here.config, entry, int(wanted))
    here.act(pressed, "look-back", "setting.kept", keep, kind.title.of(words.language))
    here.notice("look-back")
