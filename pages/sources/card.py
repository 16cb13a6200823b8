"""A source's card: how it stands, what stands in its way, what can be done now, and one part of what it has.

A fragment of its own: pressing something in it draws it alone; while its run goes on it is drawn every second.
"""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.sources import live, parts
from pages.ui import format as fmt
from pages.ui import guard, notice, press, reads, show, state
from pipeline.console.app import App
from pipeline.errors import FunctionFailed, PipelineError
from pipeline.runs.run import RunError
from pipeline.sources.config import SourceConfig
from pipeline.sources.open_meteo.api import ATTRIBUTION_LINK, ATTRIBUTION_TEXT, LICENCE_LINK, LICENCE_TEXT
from pipeline.sources.status import Card, State
from pipeline.words.catalogue import Words

LOOKS: dict[State, tuple[str, show.Colour]] = {
    "off": (":material/toggle_off:", "gray"),
    "lacking": (":material/link_off:", "orange"),
    "running": (":material/progress_activity:", "blue"),
    "failed": (":material/error:", "red"),
    "late": (":material/schedule:", "orange"),
    "ok": (":material/check_circle:", "green"),
    "never": (":material/pending:", "gray"),
}
OPEN_METEO = {"weather", "air-quality"}


def render(console: App, words: Words, config: SourceConfig, card: Card) -> None:
    """Draw the card; what cannot be read is a failure in its place."""
    try:
        going = live.watching(console, card).live
    except PipelineError:
        # The card itself says why.
        going = False
    polled = st.fragment(_guarded, run_every=live.POLL_SECONDS if going else None)
    polled(console, words, config, card, going)


def _guarded(console: App, words: Words, config: SourceConfig, card: Card, was_live: bool) -> None:
    # Once more around the box: of two sources of one name the second has none of its own.
    with guard.apart(words, card.entry.name), st.container(border=True, key=f"source-{card.entry.name}"):
        with guard.apart(words, card.entry.name):
            _card(console, words, config, card, was_live)


def _card(console: App, words: Words, config: SourceConfig, card: Card, was_live: bool) -> None:
    state = live.watching(console, card)
    if state.phase == "ended" or (was_live and not state.live):
        # What was read before knows nothing of the end: the page is drawn anew by what the ledger says now.
        if state.phase == "ended":
            live.forget(card.entry.name)
        reads.refresh()
        st.rerun()
    _head(console, words, config, card, state.live)
    notice.draw(words, card.entry.name)
    if state.live:
        live.progress(words, state.run, console.board.recent(card.entry), console)
    else:
        with guard.apart(words, card.entry.name):
            _facts(console, words, card)
        _trouble(words, card, state.phase == "unseen")
    _actions(console, words, card, state.live)
    parts.render(console, words, config, card, state.live)
    if card.entry.kind in OPEN_METEO:
        source = f"[{ATTRIBUTION_TEXT}]({ATTRIBUTION_LINK})"
        st.markdown(words("source.attribution", source=source, licence=f"[{LICENCE_TEXT}]({LICENCE_LINK})"))


def _head(console: App, words: Words, config: SourceConfig, card: Card, going: bool) -> None:
    entry = card.entry
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(words(f"source_kind.{entry.kind}"), anchor=False, width="content")
        shown: State = "running" if going else card.state
        icon, colour = LOOKS[shown]
        st.badge(words(f"source_state.{shown}"), icon=icon, color=colour)
        allowed = console.may("sources")
        # Another configuration, or a failed try, makes it a new switch that tells the truth.
        switch = f"enabled-{entry.name}-{config.etag}-{notice.turn()}"
        enabled = st.toggle(
            words("source.enabled"),
            entry.enabled,
            key=switch,
            on_change=press.desk().note,
            args=(switch,),
            disabled=not allowed,
            help=show.why_not(words, allowed),
        )
    if enabled != entry.enabled:
        said = "sources.switched_on" if enabled else "sources.switched_off"
        deed = notice.saying(said, lambda: console.board.switch(config, entry, enabled))
        notice.act(words, switch, entry.name, deed)


def _facts(console: App, words: Words, card: Card) -> None:
    language, now = words.language, console.now()
    last = card.last
    with st.container(horizontal=True, gap="medium"):
        if card.entry.kind == "table":
            show.fact(words("history.table"), card.entry.name)
        show.fact(words("source.success"), _when(words, card.success.started_at if card.success else None, now))
        if card.entry.kind != "table":
            show.fact(words("source.newest_day"), f"{card.newest_day:%Y/%m/%d}" if card.newest_day else fmt.NOTHING)
        show.fact(words("history.records"), fmt.number(last.records if last else None, language))
        if card.entry.kind != "table":
            show.fact(words("source.rejected"), fmt.number(last.rejected if last else None, language))
        show.fact(words("source.next"), _coming(words, card.state, console.board.next_run(), now))


def _coming(words: Words, state: State, planned: datetime, now: datetime) -> str:
    # Its time comes all the same, but nothing can be fetched then.
    waits = {"off": words("source.next_off"), "lacking": words("source.next_lacking")}
    return waits.get(state) or show.when(words, planned, now)


def _when(words: Words, moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return words("source.success_none")
    return f"{fmt.jst(moment)} ({fmt.ago(moment, now, words.language)})"


def _trouble(words: Words, card: Card, unseen: bool) -> None:
    if unseen:
        show.failure(words, FunctionFailed(words("result.not_seen")))
    elif isinstance(card.error, PipelineError):
        show.failure(words, card.error)
    elif isinstance(card.error, RunError):
        with st.container(border=True):
            show.run_failure(words, card.error)
    elif card.state == "failed":
        st.warning(words("result.message_lost"), icon=":material/help:")
    elif card.state == "late":
        st.warning(words("source.late"), icon=":material/schedule:")


def _actions(console: App, words: Words, card: Card, going: bool) -> None:
    entry = card.entry
    allowed = console.may("export")
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = press.button(
            words("source.running" if going else "source.run"),
            f"run-{entry.name}",
            type="primary" if card.state in {"never", "failed", "late"} else "secondary",
            icon=":material/play_arrow:",
            disabled=going or not allowed or card.state == "lacking",
            help=show.why_not(words, allowed),
        )
        page = st.Page(_elsewhere, title=words("source.history"), url_path="pipeline")
        st.page_link(
            page,
            label=words("source.history"),
            icon=":material/history:",
            query_params=_history_query(words, entry.name),
        )
    notice.draw(words, f"{entry.name}/run")
    parts.start(console, words, pressed, entry)


def _history_query(words: Words, name: str) -> dict[str, str]:
    # The tabs of the other page begin where its address says, not where this session left them.
    if state.FIRST_TABS in st.session_state:
        del st.session_state[state.FIRST_TABS]
    return {"tab": "history", "table": name, "lang": words.language}


def _elsewhere() -> None:
    """The other page is known to the frame; only its address counts here."""
