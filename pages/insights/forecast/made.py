"""Where a forecast comes from: run, moment, data, code, seed; the SQL, and how a reader computes it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from pages.ui import format as fmt
from pages.ui import links, show, state
from pipeline.analysis.forecast.result import Forecast
from pipeline.console.insights.daily import ZONE, Shown, Version
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


def computed(words: Words, shown: Mapping[str, Shown], lines: str, is_newest: bool) -> None:
    """The SQL whose rows went in, by the file that a reader keeps them in, and the Python that makes the figures."""
    with st.expander(words("foreseen.made.recipe"), icon=":material/calculate:"):
        for file, one in shown.items():
            _sql(words, file, one)
        st.caption(words("foreseen.made.recipe_about"))
        st.code(lines, language=None, wrap_lines=True)
        if not is_newest:
            st.caption(words("foreseen.made.recipe_version"))


def computed_of(words: Words, lines: str) -> None:
    """The same where no SQL tells the numbers: they stand in the Python."""
    with st.expander(words("foreseen.made.recipe"), icon=":material/calculate:"):
        st.caption(words("foreseen.made.recipe_whole"))
        st.code(lines, language=None, wrap_lines=True)


def _sql(words: Words, file: str, one: Shown) -> None:
    st.caption(words("foreseen.made.sql_about", csv=file))
    # The colours of highlighted code have too little contrast on a light ground.
    st.code(one.sql, language=None, wrap_lines=True)
    for name, value in one.parameters.items():
        st.text(words("foreseen.made.parameter", name=name, value=value))
    language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
    links.link("explore", words("foreseen.made.open_sql"), ":material/query_stats:", sql=one.sql, **language)


def day_of(made: Forecast) -> date:
    """The day that it was made on, where the people are."""
    return made.made_at.astimezone(ZONE).date()


def is_of(made: Forecast, version: Version) -> bool:
    """Whether it was made of the file that is published now."""
    return any((one.key, one.version_id) == (version.key, version.version_id) for one in made.data)


def age(words: Words, made: Forecast, version: Version) -> None:
    """When it was made; and that newer records have arrived since, where they have."""
    st.caption(words("foreseen.made_at", time=fmt.jst(made.made_at)))
    if made.data and not is_of(made, version):
        st.info(words("foreseen.older_data"), icon=":material/update:")
