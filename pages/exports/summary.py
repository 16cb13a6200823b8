"""The sentence that answers, the three cards, and the five declared settings. Draws what it is given."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.ui import format as fmt
from pages.ui import show
from pipeline.config import Settings
from pipeline.runs.freshness import NextRuns, State, Verdict
from pipeline.runs.history import Summary
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words

HEADLINE_ICONS: dict[State, str] = {
    "ok": ":material/check_circle:",
    "starting": ":material/progress_activity:",
    "running": ":material/progress_activity:",
    "never": ":material/info:",
    "late": ":material/schedule:",
    "failed": ":material/error:",
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
        held = summary.latest.bytes if summary.latest else None
        _card(words("cards.size"), fmt.size(held, language), _size_note(words, summary))


def _card(label: str, value: str, note: str) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, value)
        st.caption(note)


def _latest_facts(words: Words, latest: Run | None, now: datetime) -> tuple[str, str]:
    if latest is None:
        return fmt.NOTHING, words("cards.latest_none")
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


def headline(words: Words, verdict: Verdict, plan: NextRuns, now: datetime) -> None:
    """The sentence that answers "is it all right?", what to do about it, and when the next run is."""
    loud = {"ok": st.success, "late": st.warning, "failed": st.error}
    draw = loud.get(verdict.state, st.info)
    moment = verdict.run.started_at if verdict.run and verdict.state != "late" else verdict.due
    draw(words(f"headline.{verdict.state}", time=show.when(words, moment, now)), icon=HEADLINE_ICONS[verdict.state])
    step = "" if verdict.state == "ok" else words(f"headline.{verdict.state}_step")
    coming = words(
        "headline.next", time=show.when(words, verdict.next_at, now), left=_left(words, verdict.next_at, now)
    )
    st.caption(f"{step} {coming if plan.enabled else words('headline.disabled')}".strip())


def _left(words: Words, moment: datetime, now: datetime) -> str:
    minutes = max(0, round((moment - now).total_seconds() / 60))
    return words("headline.left", hours=minutes // 60, minutes=minutes % 60)


def setting_values(words: Words, values: Settings) -> dict[str, str]:
    """The five declared settings."""
    return {
        "bucket": values.bucket,
        "function": values.function,
        "schedule": words("settings.schedule_value"),
        "table": values.table,
        "region": values.region,
    }
