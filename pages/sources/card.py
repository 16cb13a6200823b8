"""A source's card: how it stands, what stands in its way, what can be done now, and one part of what it has.

A fragment of its own: pressing something in it draws it alone; while its run goes on it is drawn every second.
"""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.sources import live, parts
from pages.ui import format as fmt
from pages.ui import guard, links, notice, press, reads, show
from pipeline.console.app import App
from pipeline.errors import FunctionFailed, PipelineError
from pipeline.runs.run import RunError
from pipeline.sources.config import SourceConfig
from pipeline.sources.kinds import Credit
from pipeline.sources.status import Card, State
from pipeline.words.catalogue import Words
from pipeline.words.moments import when

LOOKS: dict[State, tuple[str, show.Colour]] = {
    "off": (":material/toggle_off:", "gray"),
    "lacking": (":material/link_off:", "orange"),
    "running": (":material/progress_activity:", "blue"),
    "failed": (":material/error:", "red"),
    "late": (":material/schedule:", "orange"),
    "ok": (":material/check_circle:", "green"),
    "never": (":material/pending:", "gray"),
}


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
    watching = live.watching(console, card)
    if watching.phase == "ended" or (was_live and not watching.live):
        # What was read before knows nothing of the end: the page is drawn anew by what the ledger says now.
        if watching.phase == "ended":
            live.forget(card.entry.name)
        reads.refresh()
        st.rerun()
    _head(console, words, config, card, watching.live)
    notice.draw(words, card.entry.name)
    if watching.live:
        live.progress(words, watching.run, console.board.recent(card.entry), console)
    else:
        with guard.apart(words, card.entry.name):
            _facts(console, words, card)
        _trouble(words, card, watching.phase == "unseen")
    _actions(console, words, card, watching.live)
    parts.render(console, words, config, card, watching.live)
    credit = console.board.kind(card.entry).credit
    if credit:
        _credit(words, credit)


def _credit(words: Words, credit: Credit) -> None:
    source, licence = f"[{credit.text}]({credit.link})", f"[{credit.licence}]({credit.licence_link})"
    st.markdown(words("source.attribution", source=source, licence=licence))


def _head(console: App, words: Words, config: SourceConfig, card: Card, going: bool) -> None:
    entry, kind = card.entry, console.board.kind(card.entry)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(f"{kind.icon} {kind.title.of(words.language)}", anchor=False, width="content")
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
        text = "sources.switched_on" if enabled else "sources.switched_off"
        action = notice.saying(text, lambda: console.board.switch(config, entry, enabled))
        notice.act(words, switch, entry.name, action)


def _facts(console: App, words: Words, card: Card) -> None:
    language, now = words.language, console.now()
    last, has_days = card.last, console.board.kind(card.entry).has_days
    with st.container(horizontal=True, gap="medium"):
        if not has_days:
            show.fact(words("history.table"), card.entry.name)
        show.fact(words("source.success"), _when(words, card.success.started_at if card.success else None, now))
        if has_days:
            show.fact(words("source.newest_day"), f"{card.newest_day:%Y/%m/%d}" if card.newest_day else fmt.NOTHING)
        show.fact(words("history.records"), fmt.number(last.records if last else None, language))
        if has_days:
            show.fact(words("source.rejected"), fmt.number(last.rejected if last else None, language))
            if last and last.updated_days:
                updated = fmt.number(last.updated_days, language)
                show.fact(words("source.updated"), words.count("source.updated_days", last.updated_days, updated))
        show.fact(words("source.next"), _coming(words, card.state, console.board.next_run(), now))


def _coming(words: Words, state: State, planned: datetime, now: datetime) -> str:
    # Its time comes all the same, but nothing can be fetched then.
    waits = {"off": words("source.next_off"), "lacking": words("source.next_lacking")}
    return waits.get(state) or when(words, planned, now)


def _when(words: Words, moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return words("source.success_none")
    return f"{fmt.jst(moment)} ({fmt.ago(moment, now, words.language)})"


def _trouble(words: Words, card: Card, unseen: bool) -> None:
    if unseen:
        show.failure(words, FunctionFailed(words("result.not_seen")))
    elif card.setup:
        _next_step(words, card.setup)
    elif isinstance(card.error, PipelineError):
        show.failure(words, card.error)
    elif isinstance(card.error, RunError):
        with st.container(border=True):
            show.run_failure(words, card.error)
    elif card.state == "failed":
        st.warning(words("result.message_lost"), icon=":material/help:")
    elif card.state == "late":
        st.warning(words("source.late"), icon=":material/schedule:")


def _next_step(words: Words, lacking: PipelineError) -> None:
    title, _, remedy = words.error_of_code(lacking.code, lacking.state or "not_set_up")
    st.info(remedy, title=f"{words('source.next_step')}: {title}", icon=":material/arrow_forward:")
    # Where its remedy points to what stands below; a key of ours helps nobody.
    for label, value in words.facts(lacking) if "variable" in lacking.facts else ():
        show.fact(label, value)


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
        label = words("source.history")
        links.link("pipeline", label, ":material/history:", tab="history", table=entry.name, lang=words.language)
    notice.draw(words, f"{entry.name}/run")
    parts.start(console, words, pressed, entry)
