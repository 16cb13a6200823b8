"""Rows that a test has failed for: asked for by an operator's press, one audit line each; never before."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.models import known
from pages.ui import press, records, show
from pipeline.analysis.models.builds import Brief
from pipeline.analysis.models.shapes import Outcome, Test
from pipeline.console.analysis.detail import build_of
from pipeline.console.analysis.failing import FailingRows, failing_rows
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render(console: App, words: Words, project: str, test: Test, outcome: Outcome | None) -> None:
    """A button that shows them, where there are any; of a foreign project nobody has kept them."""
    index = known.index(console, project)
    newest = build_of(test, index) if index else None
    if newest is None or outcome is None or not outcome.failures:
        return
    allowed = console.may("download")
    pressed = press.button(
        words("dbt.failing"),
        f"failing-{newest.run_id}-{test.unique_id}",
        icon=":material/table_view:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )
    # What an operator has seen is not shown on to whoever is none any more.
    if allowed:
        _shown(words, press.outcome(pressed, partial(_read, console, newest, test), words("app.working")))


def _read(console: App, newest: Brief, test: Test) -> FailingRows:
    return failing_rows(console.builds.failing(newest.day, newest.run_id), test.unique_id)


def _shown(words: Words, came: press.Outcome[FailingRows] | None) -> None:
    if came is None:
        return
    if came.error:
        show.failure(words, came.error)
    elif came.value and came.value.rows:
        table = [dict(zip(came.value.columns, row, strict=True)) for row in came.value.rows]
        st.dataframe(records.table(table), hide_index=True, placeholder="", alt=words("dbt.failing"))
        st.caption(words("dbt.failing_about"))
    else:
        st.caption(words("dbt.failing_none"))
