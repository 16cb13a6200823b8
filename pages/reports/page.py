"""レポート: what is reported, how each report's last run stands, the report itself, and who is told of what.

Renders only; each part fails on its own, as a card, and the rest goes on working.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from functools import partial

import streamlit as st

from pages.reports import chosen, going, known, listing, notices_tab, printed, report, run, told
from pages.reports.editor import editor
from pages.ui import address, guard, notice, reads, skeleton, state
from pipeline.console.app import App
from pipeline.console.reports.told import ReportRun, State
from pipeline.runs.standing import Level
from pipeline.words.catalogue import Words

# What the sentence tells first: of these, the first that any report's last run has.
GRAVEST: tuple[tuple[State, Level, str], ...] = (
    ("failed", "bad", ":material/error:"),
    ("missed", "warn", ":material/event_busy:"),
    ("late", "warn", ":material/hourglass_bottom:"),
    ("running", "busy", ":material/progress_activity:"),
    ("waiting", "busy", ":material/schedule:"),
)


def render() -> None:
    """The page."""
    address.come_to("reports.title")
    if chosen.printing():
        printed.render()
    else:
        skeleton.render(skeleton.Skeleton("reports.title", "reports.caption", _look, _page, going.primary))


def _look(console: App, words: Words, at_most: float | None) -> skeleton.Look:
    kept, runs = known.reports(console, at_most), known.runs(console, at_most)
    last = told.newest(runs)
    level, icon, said = sentence(words, len(kept), [last[one.name] for one in kept if one.name in last])
    by_itself = sum(map(told.asked_for, kept))
    graded = words("reports.by_themselves", count=by_itself) if by_itself else words("reports.none_by_itself")
    history = reads.history(console, reads.WINDOW_DAYS).runs
    mark = tuple((one.name, one.seen) for one in kept), tuple(map(_mark, runs))
    return skeleton.Look(level, icon, said, graded, known.as_of(console), mark, history)


def _mark(one: ReportRun) -> Hashable:
    return one.run_id, one.state


def sentence(words: Words, reports: int, last: list[ReportRun]) -> tuple[Level, str, str]:
    """How the last runs of so many reports stand: level, icon, and the gravest in one sentence."""
    states = Counter(one.state for one in last)
    for state_, level, icon in GRAVEST:
        if states[state_]:
            return level, icon, words(f"reports.look.{state_}", count=states[state_], all=reports)
    if last:
        return "good", ":material/check_circle:", words("reports.look.good", count=len(last), all=reports)
    return "quiet", ":material/inbox:", words("reports.look.none", all=reports)


def _page(console: App, words: Words) -> None:
    notice.begin()
    notice.draw(words, notice.PAGE)
    drawn: dict[str, Callable[[App, Words], None]] = {"reports": _reports, "notices": notices_tab.render}
    names = {words(f"tabs.{name}"): name for name in drawn}
    labels, key = list(names), f"report-tabs-{words.language}"
    address.chosen(key, state.TAB, labels, names.__getitem__)
    tabs = st.tabs(labels, key=key, on_change=partial(address.keep, key, state.TAB, labels[0], names.__getitem__))
    for tab, name in zip(tabs, names.values(), strict=True):
        if tab.open:
            # Only the open one is drawn: the other would read what nobody looks at.
            with tab, guard.apart(words, words(f"tabs.{name}")):
                drawn[name](console, words)
    notice.draw_stray(words)


def _reports(console: App, words: Words) -> None:
    name, run_id = chosen.report(), chosen.run()
    if chosen.editing():
        st.button(words("reports.leave"), key="close-editor", icon=":material/arrow_back:", on_click=_left)
        editor.render(console, words, name, _saved)
    elif name and run_id:
        run.render(console, words, name, run_id)
    elif name:
        report.render(console, words, name)
    else:
        listing.render(console, words)


def _left() -> None:
    # A draft stays in the session, and is there when somebody comes back.
    chosen.close_editor()


def _saved(name: str) -> None:
    """The draft has been kept under this name."""
    chosen.open_report(name)
