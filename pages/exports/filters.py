"""The history's filters: kept in the URL, so that a filtered view can be shared and reloaded. Decides nothing.

What the URL says is checked against what may be chosen; anything else is the default.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui import address, state
from pipeline.config import TABLE_NAME
from pipeline.runs.history import SORTS, STATUSES, Filter
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words

PERIODS = (7, 30, 90)
ALL = "all"


def bar(words: Words, runs: Sequence[Run], default_days: int) -> Filter:
    """Draw the four filters, and give what they say."""
    tables = [ALL, *sorted({run.table for run in runs} | _asked_for())]
    with st.container(horizontal=True):
        table = _choice(words, state.FILTER_TABLE, tables, "filters.table", 260)
        status = _choice(words, state.FILTER_STATUS, [ALL, *STATUSES], "filters.status", 150)
        days = _choice(words, state.FILTER_DAYS, [str(n) for n in period_choices(default_days)], "filters.days", 140)
        sort = _choice(words, state.FILTER_SORT, list(SORTS), "filters.sort", 170)
    return Filter(None if table == ALL else table, None if status == ALL else status, int(days), sort)


def period(words: Words, default_days: int) -> int:
    """How many days the filters ask for, before they are drawn."""
    choices = [str(days) for days in period_choices(default_days)]
    return int(address.chosen(address.spoken(words, state.FILTER_DAYS), state.FILTER_DAYS, choices))


def period_choices(default_days: int) -> list[int]:
    """The setting's window first, then the usual ones."""
    return [default_days, *(days for days in PERIODS if days != default_days)]


def _asked_for() -> set[str]:
    # A table or source without runs is a choice, too: a link to it must not show the runs of others.
    asked = st.query_params.get(state.FILTER_TABLE, "")
    return {asked} if asked != ALL and TABLE_NAME.fullmatch(asked) and asked.strip(".") else set()


def _choice(words: Words, name: str, choices: list[str], label: str, width: int) -> str:
    key = address.spoken(words, name)
    address.chosen(key, name, choices)
    return st.selectbox(
        words(label),
        choices,
        key=key,
        format_func=lambda choice: _shown(words, name, choice),
        on_change=address.keep,
        args=(key, name, choices[0]),
        width=width,
    )


def _shown(words: Words, key: str, choice: str) -> str:
    if choice == ALL:
        return words("filters.all")
    if key == state.FILTER_STATUS:
        return words(f"status.{choice}")
    if key == state.FILTER_DAYS:
        return words("filters.last_days", days=choice)
    return words(f"sort.{choice}") if key == state.FILTER_SORT else choice
