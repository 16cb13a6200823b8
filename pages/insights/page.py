"""相関と予測: what moved together, and what can honestly be foreseen. An operator's: these are people's own days.

Renders only; each part fails on its own, as a card, and the rest goes on working.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.insights import known
from pages.insights.correlation import tab as correlation
from pages.insights.forecast import going
from pages.insights.forecast import tab as forecast
from pages.insights.known import Chosen
from pages.ui import address, guard, notice, reads, skeleton, state
from pipeline.console.app import App
from pipeline.errors import NotFound
from pipeline.words.catalogue import Words

DRAWN: dict[str, Callable[[App, Words, Chosen], None]] = {
    "correlation": correlation.render,
    "forecast": forecast.render,
}


def render() -> None:
    """The page."""
    skeleton.render(skeleton.Skeleton("insights.title", "insights.caption", _look, _page, forecast.primary))


def _look(console: App, words: Words, at_most: float | None) -> skeleton.Look:
    if not console.may("query"):
        return skeleton.Look("quiet", ":material/lock:", words("insights.not_for_viewers"), "", console.now(), "viewer")
    try:
        version = reads.mart(console, at_most)
    except NotFound as error:
        if error.state != "insights_no_mart":
            raise
        none = words("insights.no_mart"), words("insights.no_mart_step")
        return skeleton.Look("quiet", ":material/inbox:", *none, reads.mart_as_of(console), None)
    at, mark = reads.mart_as_of(console), (version.run_id, going.mark(console))
    if version.old:
        old = words("insights.old", day=version.tables_day.isoformat())
        return skeleton.Look("warn", ":material/warning:", old, words("insights.old_step"), at, mark)
    told = words("insights.ready", people=len(reads.people(console, version)), day=version.tables_day.isoformat())
    return skeleton.Look("good", ":material/check_circle:", told, "", at, mark)


def _page(console: App, words: Words) -> None:
    notice.begin()
    notice.draw(words, notice.PAGE)
    if not console.may("query"):
        return
    with guard.apart(words, words("insights.title")):
        _tabs(console, words)


def _tabs(console: App, words: Words) -> None:
    try:
        now = known.select(console, words)
    except NotFound as error:
        if error.state != "insights_no_mart":
            raise
        # The sentence on top says so, and what to do.
        return
    names = {words(f"tabs.{name}"): name for name in DRAWN}
    labels, key = list(names), f"insights-tabs-{words.language}"
    address.chosen(key, state.TAB, labels, names.__getitem__)
    tabs = st.tabs(labels, key=key, on_change=partial(address.keep, key, state.TAB, labels[0], names.__getitem__))
    for tab, name in zip(tabs, names.values(), strict=True):
        if tab.open:
            # Only the open one is drawn: the other would compute what nobody looks at.
            with tab, guard.apart(words, words(f"tabs.{name}")):
                DRAWN[name](console, words, now)
