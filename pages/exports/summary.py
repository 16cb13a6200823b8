"""The sentence that answers, the three cards, and the five declared settings. Draws what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from pages.ui import format as fmt
from pages.ui.skeleton import Look
from pipeline.config import Settings
from pipeline.console import telling
from pipeline.runs.history import Summary, shown_status
from pipeline.runs.run import Run
from pipeline.runs.standing import Standing, State
from pipeline.words.catalogue import Words

ICONS: dict[State, str] = {
    "ok": ":material/check_circle:",
    "starting": ":material/progress_activity:",
    "running": ":material/progress_activity:",
    "never": ":material/info:",
    "unseen": ":material/error:",
    "stopped": ":material/pause_circle:",
    "late": ":material/schedule:",
    "failed": ":material/error:",
    "lost": ":material/help:",
    "gone": ":material/delete:",
    "replaced": ":material/edit_document:",
    "unchecked": ":material/history:",
}


def cards(words: Words, summary: Summary, now: datetime, days: int) -> None:
    """The three metric cards."""
    language = words.language
    total, latest, size = st.columns(3)
    with total:
        _card(words("cards.total"), fmt.number(summary.total, language), _total_note(words, summary, days))
    with latest:
        _card(words("cards.latest"), *_latest_facts(words, summary.latest, now))
    with size:
        held = summary.sized.bytes if summary.sized else None
        _card(words("cards.size"), fmt.size(held, language), _size_note(words, summary))


def _card(label: str, value: str, note: str) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, value)
        st.caption(note)


def _latest_facts(words: Words, latest: Run | None, now: datetime) -> tuple[str, str]:
    if latest is None:
        return fmt.NOTHING, words("cards.latest_none")
    if latest.legacy:
        return fmt.jst_date(latest.started_at), words("cards.latest_unchecked")
    ago = fmt.ago(latest.started_at, now, words.language)
    return fmt.jst_date(latest.started_at), words("cards.latest_at", time=fmt.jst_time(latest.started_at), ago=ago)


def _total_note(words: Words, summary: Summary, days: int) -> str:
    if not summary.total:
        return words("cards.total_none", days=days)
    if not summary.failed:
        return words("cards.total_ok", days=days)
    count = fmt.number(len(summary.failed), words.language)
    # A day is named once, however often it failed.
    days_named = dict.fromkeys(fmt.jst_day(run.started_at) for run in summary.failed)
    return words("cards.total_failed", days=days, count=count, failed=", ".join(days_named))


def _size_note(words: Words, summary: Summary) -> str:
    change = summary.size_change
    if change is None:
        return words("cards.size_none")
    if change == 0:
        return words("cards.size_same")
    return words("cards.size_change", change=fmt.change(change, words.language))


def look(words: Words, standing: Standing, runs: Sequence[Run], at: datetime) -> Look:
    """The sentence that answers "is it all right?", what to do about it, and when the next run is."""
    step = f"{telling.step(words, standing)} {telling.coming(words, standing)}".strip()
    # Progress is drawn where it is watched; all else that changes in a run is a reason to draw the page anew.
    mark = (standing.state, standing.due, tuple((run.run_id, shown_status(run, at), run.key) for run in runs))
    sentence = telling.sentence(words, standing)
    return Look(standing.level, ICONS[standing.state], sentence, step, at, mark, runs)


def setting_values(words: Words, values: Settings) -> dict[str, str]:
    """The five declared settings, and the tables' function; empty where there is none."""
    return {
        "bucket": values.bucket,
        "function": values.function,
        "tables": values.tables_function or "",
        "schedule": words("settings.schedule_value"),
        "table": values.table,
        "region": values.region,
    }
