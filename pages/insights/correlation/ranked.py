"""探索 as a list, the strongest evidence first: what holds or all that was asked, a page at a time, and as a file."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from pages.insights.correlation import asked, told
from pages.ui import address, download, paging, show, state
from pipeline.analysis.correlation.answer import Answer
from pipeline.console.app import App
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.sheet import ranked
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 25
SHOWN = "pairs"
HOLDS, ALL = "holds", "all"
# On one line at 1280, beside the sidebar.
NAME, R, INTERVAL, DAYS, WORTH, P = 296, 54, 134, 50, 92, 90
FIGURES = R + INTERVAL + DAYS + WORTH + P + 4 * 8


def render(console: App, words: Words, report: Report) -> None:
    """Draw the list."""
    st.subheader(words("corr.ranked"), anchor=False)
    every = ranked(report.page.explored)
    if not every:
        st.info(words("corr.none_asked"), icon=":material/inbox:")
        _file(console, words, report)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = [answer for answer in every if answer.holds] if _filter(words) == HOLDS else list(every)
        part = paging.pager(words, state.INSIGHTS_PAGE, len(shown), ROWS_A_PAGE)
    if not shown:
        st.info(words("corr.none_hold"), icon=":material/search_off:")
    if any(answer.holds for answer in shown):
        st.caption(words("corr.no_cause"))
    with st.container(gap="xsmall"):
        for answer in shown[part]:
            _row(words, answer)
    _file(console, words, report)


def _row(words: Words, answer: Answer) -> None:
    name = asked.text(answer.question)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"pair-row-{name}"):
        with st.container(width=NAME):
            st.button(
                told.pair(words, answer.question),
                key=f"open-pair-{name}",
                type="tertiary",
                icon=":material/chevron_right:",
                help=words("corr.open"),
                on_click=asked.open_pair,
                args=(answer.question,),
            )
        # One element a row: five of them cost a browser most of the list's time.
        st.html(figures(words, answer), width=FIGURES)
        if answer.holds_by_itself_only:
            st.caption(words("corr.one_pair"))


def figures(words: Words, answer: Answer) -> str:
    """r and all that it is worth, a column each, as HTML."""
    value = "b" if answer.holds else "span"
    cells = (
        f'<div style="width:{width}px"><small>{escape(label)}</small> <{value}>{escape(shown)}</{value}></div>'
        for (label, shown), width in zip(told.facts(words, answer), (R, INTERVAL, DAYS, WORTH, P), strict=True)
    )
    return f'<div class="pair-figures">{"".join(cells)}</div>'


def _filter(words: Words) -> str:
    choices, key = (HOLDS, ALL), address.spoken(words, state.INSIGHTS_HELD)
    address.chosen(key, SHOWN, choices)
    return st.radio(
        words("corr.shown"),
        choices,
        key=key,
        horizontal=True,
        format_func=lambda name: words(f"corr.filter.{name}"),
        on_change=address.keep,
        args=(key, SHOWN, choices[0]),
    )


def _file(console: App, words: Words, report: Report) -> None:
    """Everything that was asked, the named questions too."""
    get = partial(console.insights.correlations.csv, words, report.person, report.days)
    of = (report.version.key, report.version.version_id, report.person, report.days, report.questions.version)
    fetch = download.fetch(("correlations", words.language, *of), "csv", get)
    name = f"correlations-{report.page.last.isoformat()}.csv"
    allowed = console.may("download")
    pressed = st.download_button(
        words("corr.download"),
        data=fetch.named(name, "text/csv"),
        file_name=fetch.name,
        mime=fetch.mime,
        key="download-correlations",
        icon=":material/download:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )
    download.follow(words, fetch, pressed)
