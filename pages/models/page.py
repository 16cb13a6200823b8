"""モデルと品質: how dbt's models stand, what they are made of, how good the data are, and every build.

Renders only; each part fails on its own, as a card, and the rest goes on working.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import streamlit as st

from pages.models import building, builds_tab, chosen, graph_tab, known, runs_tab
from pages.models.quality import tab as quality
from pages.ui import address, guard, notice, reads, skeleton, state
from pipeline.analysis.models.standing import Level
from pipeline.console.analysis import overview as telling
from pipeline.console.analysis.overview import Overview
from pipeline.console.app import App
from pipeline.runs.standing import Level as Drawn
from pipeline.words.catalogue import Words

DRAWN: dict[str, Callable[[App, Words, str], None]] = {
    "runs": runs_tab.render,
    "lineage": graph_tab.render,
    "quality": quality.render,
    "builds": builds_tab.render,
}
LEVELS: dict[Level, tuple[Drawn, str]] = {
    "good": ("good", ":material/check_circle:"),
    "part": ("quiet", ":material/help:"),
    "warn": ("warn", ":material/warning:"),
    "bad": ("bad", ":material/error:"),
    "none": ("quiet", ":material/inbox:"),
}


def render() -> None:
    """The page."""
    skeleton.render(skeleton.Skeleton("dbt.title", "dbt.caption", _look, _page, building.primary))


def _look(console: App, words: Words, at_most: float | None) -> skeleton.Look:
    project = chosen.project(console)
    one = known.overview(console, project, at_most)
    graded, mark = quality.verdict(console, words, at_most)
    runs = reads.history(console, reads.WINDOW_DAYS).runs
    going = building.going(console)
    mark = (going and going.run_id, _mark(one), mark)
    at = reads.judged_as_of(console, project)
    if going:
        return skeleton.Look("busy", ":material/progress_activity:", words("dbt.building"), graded, at, mark, runs)
    (level, icon), sentence = _told(console, words, project, one)
    return skeleton.Look(level, icon, sentence, graded, at, mark, runs)


def _told(console: App, words: Words, project: str, one: Overview | None) -> tuple[tuple[Drawn, str], str]:
    if one:
        level = telling.level(one.judged.standing, one.newest)
        return LEVELS[level], telling.sentence(words, project, one, console.now())
    index = known.index(console, project)
    if index and index.builds:
        return LEVELS["bad"], telling.left_nothing(words, project, index.builds[0], console.now())
    return LEVELS["none"], words("dbt.none", project=project)


def _mark(one: Overview | None) -> Hashable:
    """Differs once there is anything new to see."""
    return (one.newest and one.newest.run_id, one.judged.standing.built_at) if one else None


def _page(console: App, words: Words) -> None:
    notice.begin()
    notice.draw(words, notice.PAGE)
    building.follow(console, words)
    with guard.apart(words, words("dbt.title")):
        chosen.select(console, words)
    names = {words(f"tabs.{name}"): name for name in DRAWN}
    labels, key = list(names), f"model-tabs-{words.language}"
    address.chosen(key, state.TAB, labels, names.__getitem__)
    tabs = st.tabs(labels, key=key, on_change=partial(_turned, key, labels[0], names))
    for tab, name in zip(tabs, names.values(), strict=True):
        if tab.open:
            # Only the open one is drawn: the others would read what nobody looks at.
            with tab, guard.apart(words, words(f"tabs.{name}")):
                DRAWN[name](console, words, chosen.project(console))


def _turned(key: str, first: str, names: dict[str, str]) -> None:
    """Another tab begins with nothing open."""
    address.keep(key, state.TAB, first, names.__getitem__)
    chosen.close()
