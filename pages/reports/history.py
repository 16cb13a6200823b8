"""The runs of one report, newest first: how each stands, what it left, who was told."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.reports import chosen, told
from pages.ui import format as fmt
from pages.ui import paging, script, show, state
from pipeline.console.reports.making import HISTORY_DAYS
from pipeline.console.reports.told import ReportRun
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 20
TIME, STATE, TRIGGER, FORMS = 176, 200, 110, 200


def render(words: Words, runs: Sequence[ReportRun]) -> None:
    """Draw them."""
    st.header(words("reports.history"), anchor=False)
    if not runs:
        st.info(words("reports.no_runs", days=HISTORY_DAYS), icon=":material/inbox:")
        return
    part = paging.pager(words, state.REPORT_PAGE, len(runs), ROWS_A_PAGE)
    script.style("models")
    with st.container(gap="xsmall"):
        for run in runs[part]:
            _row(words, run)


def _row(words: Words, run: ReportRun) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"report-row-{run.run_id}"):
        with st.container(width=TIME):
            st.button(
                fmt.jst_minute(run.started_at),
                key=f"open-report-run-{run.run_id}",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=chosen.open_run,
                args=(run.run_id,),
            )
        st.markdown(told.badges(words, run), width=STATE)
        st.markdown(f":small[{show.plain(trigger(words, run))}]", width=TRIGGER)
        if run.made:
            st.markdown(f":small[{' · '.join(form.upper() for form, *_ in run.made.files)}]", width=FORMS)
        elif run.code:
            st.markdown(show.plain(run.code), width=FORMS)


def trigger(words: Words, run: ReportRun) -> str:
    """Who or what has started it."""
    known = run.trigger in {"schedule", "manual", "backfill"}
    return words(f"trigger.{run.trigger}") if known else run.trigger
