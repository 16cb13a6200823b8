"""One model whole: what it is, its columns, SQL, tests, what is next to it, and its last runs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.models import charts, chosen, failing, known, rows
from pages.ui import format as fmt
from pages.ui import links, show, state
from pipeline.analysis.models.builds import BuildIndex
from pipeline.analysis.models.shapes import Outcome, Test
from pipeline.analysis.models.standing import Judged, Row, state_of
from pipeline.console.analysis import detail as details
from pipeline.console.analysis.detail import Detail
from pipeline.console.analysis.model_sql import runnable
from pipeline.console.analysis.overview import ModelRow
from pipeline.console.app import App
from pipeline.words.catalogue import Words

MOST_NEIGHBOURS = 30


def render(console: App, words: Words, project: str, judged: Judged) -> None:
    """Draw the node that is open; where the project has none of that id, say so."""
    unique_id = chosen.model() or ""
    index = known.index(console, project)
    one = details.detail(judged, unique_id, index)
    st.button(words("dbt.back"), key="close-model", icon=":material/arrow_back:", on_click=chosen.close)
    if one is None:
        st.warning(words("dbt.no_such_model"), icon=":material/search_off:")
        st.code(unique_id, language=None, wrap_lines=True)
        return
    st.header(show.plain(one.row.node.name), anchor=False)
    _facts(words, project, one)
    _published(words, one, index)
    if one.row.node.kind not in rows.READERS:
        _tests(console, words, project, one)
    _neighbours(words, one)
    _columns(words, project, one)
    _sql(words, judged, one)
    _runs(words, one)


def _facts(words: Words, project: str, one: Detail) -> None:
    row, node = one.row, one.row.node
    st.markdown(rows.badges(words, row))
    if node.description:
        st.text(details.described(node.description, words.language, project))
    shown = ModelRow(row, one.runs)
    facts = [
        ("dbt.kind", words(f"dbt.kinds.{node.kind}")),
        ("models.column_layer", node.layer),
        ("dbt.materialized", node.materialized),
        ("models.column_rows", "" if shown.records is None else fmt.number(shown.records, words.language)),
        ("models.seconds_label", "" if shown.seconds is None else fmt.duration(shown.seconds, words.language)),
        ("dbt.relation", node.relation),
        ("dbt.loaded_at", fmt.jst(row.outcome.loaded_at) if row.outcome and row.outcome.loaded_at else ""),
    ]
    with st.container(horizontal=True):
        for label, value in facts:
            if value:
                show.fact(rows.title(words, label), value)
    _message(words, row.outcome)


def _message(words: Words, outcome: Outcome | None) -> None:
    """What dbt has said, where it has said anything but that all is well."""
    if outcome and outcome.message and outcome.state != "ok":
        st.caption(words("dbt.message"))
        st.code(outcome.message, language=None, wrap_lines=True)


def _tests(console: App, words: Words, project: str, one: Detail) -> None:
    st.subheader(words("dbt.tests_label"), anchor=False)
    if not one.row.tests:
        st.caption(words("dbt.no_tests"))
    for test, outcome in one.row.tests:
        with st.container(border=True):
            _test(words, project, test, outcome)
            failing.render(console, words, project, test, outcome)


def _test(words: Words, project: str, test: Test, outcome: Outcome | None) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(rows.badge(words, state_of(outcome)), width=110)
        st.markdown(show.plain(test.column or test.kind), width=220)
        st.markdown(f":small[:gray[{show.plain(test.kind)} · {words(f'dbt.severity.{test.severity}')}]]", width=230)
        if outcome and outcome.failures:
            st.markdown(words("dbt.failures", number=fmt.number(outcome.failures, words.language)), width=130)
    if test.description:
        st.text(details.described(test.description, words.language, project))
    st.caption(show.plain(test.name))
    _message(words, outcome)


def _neighbours(words: Words, one: Detail) -> None:
    for name, near in (("above", one.above), ("below", one.below)):
        st.subheader(words(f"dbt.{name}"), anchor=False)
        if not near:
            st.caption(words(f"dbt.none_{name}"))
        for row in near[:MOST_NEIGHBOURS]:
            _neighbour(words, name, row)
        if len(near) > MOST_NEIGHBOURS:
            more = fmt.number(len(near) - MOST_NEIGHBOURS, words.language)
            st.caption(words("dbt.more_neighbours", number=more))


def _neighbour(words: Words, name: str, row: Row) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(rows.badges(words, row), width=rows.STATE)
        rows.name(words, row, rows.NAME, name)


def _columns(words: Words, project: str, one: Detail) -> None:
    node = one.row.node
    if node.kind in rows.READERS:
        return
    st.subheader(words("dbt.columns"), anchor=False)
    if not node.columns:
        st.caption(words("dbt.no_columns"))
        return
    table = [
        {
            words("dbt.column"): column.name,
            words("dbt.column_type"): column.type or fmt.NOTHING,
            words("dbt.description"): details.described(column.description, words.language, project),
        }
        for column in node.columns
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("dbt.columns"))
    if node.left_out:
        st.caption(words("dbt.columns_left_out", number=fmt.number(node.left_out, words.language)))


def _sql(words: Words, judged: Judged, one: Detail) -> None:
    node = one.row.node
    if not node.sql:
        return
    with st.expander(words("dbt.sql"), icon=":material/code:"):
        # The colours of highlighted SQL have too little contrast on a light ground.
        st.code(node.sql, language=None, wrap_lines=True)
        sql = runnable(judged, node.unique_id)
        if sql and not details.fits_into_an_address(sql):
            st.caption(words("dbt.sql_long"))
            st.code(sql, language=None, wrap_lines=True)
        else:
            _open(words, "dbt.open_sql", sql or node.sql)
            st.caption(words("dbt.open_sql_about" if sql else "dbt.open_sql_as_it_is"))


def _published(words: Words, one: Detail, index: BuildIndex | None) -> None:
    """The rows of a mart that was published: a table of 分析 like the others."""
    if details.is_published(one.row.node, index):
        _open(words, "dbt.open_mart", details.all_rows(one.row.node))


def _open(words: Words, label: str, sql: str) -> None:
    if details.fits_into_an_address(sql):
        language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
        links.link("explore", words(label), ":material/query_stats:", sql=sql, **language)


def _runs(words: Words, one: Detail) -> None:
    if not one.runs or one.row.node.kind in rows.READERS:
        return
    st.subheader(words("dbt.runs", number=len(one.runs)), anchor=False)
    st.plotly_chart(
        charts.runs(words, one.runs),
        key="model-runs",
        config={"displayModeBar": False},
        alt=words("dbt.runs", number=len(one.runs)),
    )
    with st.expander(words("dbt.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(charts.run_rows(words, one.runs)), hide_index=True, alt=words("dbt.as_table"))
