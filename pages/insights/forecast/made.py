"""Where a forecast comes from: run, moment, data, code, seed; the SQL, and how a reader computes it again."""

from __future__ import annotations

import streamlit as st

from pages.insights.forecast import recipe
from pages.ui import format as fmt
from pages.ui import links, show, state
from pipeline.analysis.forecast.result import Forecast
from pipeline.console.insights.daily import Shown, Version
from pipeline.words.catalogue import Words


def facts(words: Words, made: Forecast) -> None:
    """What it was made of, as it is kept; closed until somebody asks."""
    with st.expander(words("foreseen.made.title"), icon=":material/database:"):
        with st.container(horizontal=True):
            show.fact(words("foreseen.made.at"), fmt.jst(made.made_at))
            show.fact(words("foreseen.made.seed"), str(made.seed))
        show.copyable(words("foreseen.made.run"), made.run_id)
        for one in made.data:
            show.copyable(words("foreseen.made.data"), one.key)
            show.copyable(words("foreseen.made.version"), one.version_id or fmt.NOTHING)
            show.copyable(words("foreseen.made.checksum"), one.checksum or fmt.NOTHING)
        show.copyable(words("foreseen.made.code"), made.code)
        if made.predictions:
            rows = fmt.number(made.predictions.rows, words.language)
            show.copyable(words("foreseen.made.predictions", rows=rows), made.predictions.key)


def computed(words: Words, shown: Shown, lines: str, is_newest: bool) -> None:
    """The SQL whose rows went in, and the Python that makes the figures of them."""
    with st.expander(words("foreseen.made.recipe"), icon=":material/calculate:"):
        st.caption(words("foreseen.made.sql_about"))
        for name, value in shown.parameters.items():
            st.text(words("foreseen.made.parameter", name=name, value=value))
        # The colours of highlighted code have too little contrast on a light ground.
        st.code(shown.sql, language=None, wrap_lines=True)
        language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
        links.link("explore", words("foreseen.made.open_sql"), ":material/query_stats:", sql=shown.sql, **language)
        st.caption(words("foreseen.made.recipe_about", csv=recipe.CSV))
        st.code(lines, language=None, wrap_lines=True)
        if not is_newest:
            st.caption(words("foreseen.made.recipe_version"))


def is_of(made: Forecast, version: Version) -> bool:
    """Whether it was made of the file that is published now."""
    return any((one.key, one.version_id) == (version.key, version.version_id) for one in made.data)


def age(words: Words, made: Forecast, version: Version) -> None:
    """When it was made; and that newer records have arrived since, where they have."""
    st.caption(words("foreseen.made_at", time=fmt.jst(made.made_at)))
    if made.data and not is_of(made, version):
        st.info(words("foreseen.older_data"), icon=":material/update:")
