"""The options of a source that are typed: a field each, as its kind names them."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.sources.setting import Setup


def render(here: Setup) -> None:
    """Draw the form with what is set."""
    entry, language = here.entry, here.words.language
    with st.form(f"fields-form-{entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            typed = {
                field.name: st.text_input(
                    field.label.of(language),
                    str(entry.options.get(field.name, "")),
                    max_chars=field.most,
                    width=240,
                    key=f"field-{entry.name}-{field.name}-{here.config.etag}",
                ).strip()
                for field in here.kind.fields
            }
            pressed = here.submit("setting.keep", f"set-up-{entry.name}", ":material/save:")
    set_up = partial(here.console.board.set_up, here.config, entry, typed)
    here.act(pressed, "fields", "setting.kept", set_up, here.kind.title.of(language))
    here.notice("fields")
