"""How a reader recomputes what a pair's page shows: SQL, the version of the data, and a script of nothing of ours."""

from __future__ import annotations

import streamlit as st

from pages.ui import links, show, state
from pipeline.analysis.correlation.answer import Answer
from pipeline.console.analysis.detail import fits_into_an_address
from pipeline.console.app import App
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.pairs import Closely
from pipeline.console.insights.recipes import Recipe, recipe
from pipeline.words.catalogue import Words


def render(console: App, words: Words, report: Report, one: Closely) -> None:
    """Draw the steps, closed."""
    found = recipe(console.insights.daily.shown(report.person), report, one.answer)
    with st.expander(words("pair.recompute"), icon=":material/calculate:"):
        st.text(words("pair.recipe.about" if found.python else "pair.recipe.nothing"))
        _sql(words, found)
        if found.python:
            _python(words, report, found, one)
        _version(words, report)


def _sql(words: Words, found: Recipe) -> None:
    st.text(words("pair.recipe.first"))
    # The colours of highlighted code have too little contrast on a light ground.
    st.code(found.sql, language=None, wrap_lines=True)
    if fits_into_an_address(found.sql):
        language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
        links.link("explore", words("pair.recipe.open"), ":material/query_stats:", sql=found.sql, **language)
    else:
        st.caption(words("pair.recipe.long"))


def _python(words: Words, report: Report, found: Recipe, one: Closely) -> None:
    st.text(words("pair.recipe.second"))
    st.code(found.python, language=None, wrap_lines=True)
    if report.person is None:
        st.caption(words("pair.recipe.slow"))
    st.text(words("pair.recipe.third"))
    st.code(printed(one.answer, one.asked), language=None)


def printed(answer: Answer, asked: bool) -> str:
    """What the script prints, as far as the page keeps it."""
    case = answer.case
    figures = {"r": case.r, "days": case.days, "effective_days": case.worth, "low": case.low, "high": case.high}
    figures |= {"p": case.p} | ({"corrected_p": answer.corrected} if asked else {})
    return "\n".join(f"{name}={figure:.6g}" for name, figure in figures.items())


def _version(words: Words, report: Report) -> None:
    version = report.version
    st.caption(words("pair.recipe.data"))
    facts = (
        ("run", version.run_id),
        ("key", version.key),
        ("version", version.version_id or ""),
        ("checksum", version.checksum),
    )
    for label, value in facts:
        if value:
            show.copyable(words(f"pair.recipe.{label}"), value)
    st.caption(words("pair.recipe.moving"))
