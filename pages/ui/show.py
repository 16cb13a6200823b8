"""Draws what it is given: failures, cards, the result of a run, settings. Decides and fetches nothing.

Data (names, messages) go through st.text, st.code or tables, which show Markdown and HTML as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import streamlit as st

from pages.ui import format as fmt
from pipeline.clock import parse_utc
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.runs.freshness import NextRuns, State, Verdict
from pipeline.runs.history import Summary
from pipeline.runs.run import Run, RunError, Shown
from pipeline.words.catalogue import Words

# More cards than these would hide the history that can be read.
MOST_PROBLEMS = 3
Colour = Literal["green", "red", "orange", "blue", "gray"]
COLOURS: dict[Shown, Colour] = {
    "running": "blue",
    "succeeded": "green",
    "failed": "red",
    "lost": "orange",
    "legacy": "gray",
}
HEADLINE_ICONS: dict[State, str] = {
    "ok": ":material/check_circle:",
    "starting": ":material/progress_activity:",
    "running": ":material/progress_activity:",
    "never": ":material/info:",
    "late": ":material/schedule:",
    "failed": ":material/error:",
}
ICONS: dict[Shown, str] = {
    "running": ":material/progress_activity:",
    "succeeded": ":material/check_circle:",
    "failed": ":material/error:",
    "lost": ":material/help:",
    "legacy": ":material/history:",
}


def failure(words: Words, error: PipelineError) -> None:
    """A red card: code and title, cause, remedy, the facts, and the message as plain text."""
    with st.container(border=True):
        _failure_facts(words, f"{error.code} {error.slug}", RunError.of(error), words.facts(error))


def run_failure(words: Words, error: RunError) -> None:
    """Why a run failed, inside the run's own card."""
    _failure_facts(words, error.code, error, [])


def _failure_facts(words: Words, name: str, error: RunError, facts: list[tuple[str, str]]) -> None:
    title, cause, remedy = words.error_of_code(error.code, error.state)
    st.error(f"**{words('failure.cause')}**: {cause}", title=f"{name} {title}", icon=":material/error:")
    st.markdown(f"**{words('failure.remedy')}**: {remedy}")
    until = [(words("failure.until"), fmt.jst(parse_utc(error.until)))] if error.until else []
    for label, value in [*facts, *until]:
        fact(label, value)
    st.caption(words("failure.details"))
    st.code(error.message, language=None, wrap_lines=True)


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


def headline(words: Words, found: Verdict, plan: NextRuns, now: datetime) -> None:
    """The sentence that answers "is it all right?", what to do about it, and when the next run is."""
    loud = {"ok": st.success, "late": st.warning, "failed": st.error}
    draw = loud.get(found.state, st.info)
    moment = found.run.started_at if found.run and found.state != "late" else found.due
    draw(words(f"headline.{found.state}", time=when(words, moment, now)), icon=HEADLINE_ICONS[found.state])
    step = "" if found.state == "ok" else words(f"headline.{found.state}_step")
    coming = words("headline.next", time=when(words, found.next_at, now), left=_left(words, found.next_at, now))
    st.caption(f"{step} {coming if plan.enabled else words('headline.disabled')}".strip())


def when(words: Words, moment: datetime, now: datetime) -> str:
    """A moment as a person says it: today, yesterday or tomorrow with the time, else the date."""
    names = {0: "today", 1: "yesterday", -1: "tomorrow"}
    name = names.get(fmt.days_ago(moment, now))
    return words(f"day.{name}", time=fmt.jst_hour(moment)) if name else fmt.jst(moment)


def _left(words: Words, moment: datetime, now: datetime) -> str:
    minutes = max(0, round((moment - now).total_seconds() / 60))
    return words("headline.left", hours=minutes // 60, minutes=minutes % 60)


def progress(words: Words, run: Run | None, now: datetime, expected: int | None = None) -> None:
    """A run that is going: records, bytes, rate, elapsed and remaining time by the table's ``expected`` records; None
    while the function has not reported yet."""
    with st.container(border=True):
        st.header(words("result.title"), anchor=False)
        # Not opened by "with": leaving that would tick it off as complete.
        box = st.status(words("result.running") if run else words("result.waiting"), expanded=True)
        if run is None:
            box.caption(words("result.waiting_about"))
            return
        elapsed = max((now - run.started_at).total_seconds(), 0.0)
        with box.container(horizontal=True):
            fact(words("result.records"), fmt.number(run.records, words.language))
            fact(words("result.bytes"), fmt.size(run.bytes, words.language))
            fact(words("result.elapsed"), fmt.duration(elapsed, words.language))
            fact(words("result.started"), fmt.jst(run.started_at))
            _rate(words, run, elapsed, expected)


def _rate(words: Words, run: Run, elapsed: float, expected: int | None) -> None:
    done = run.records or 0
    if not done or not elapsed:
        return
    rate = done / elapsed
    fact(words("result.rate"), words("result.a_second", count=fmt.number(round(rate), words.language)))
    if expected and expected > done:
        # DynamoDB counts its items about every six hours: an estimate, said to be one.
        fact(words("result.remaining"), fmt.duration((expected - done) / rate, words.language))


def result(words: Words, run: Run, shown: Shown, location: str | None) -> None:
    """The card of a run that has ended."""
    with st.container(border=True):
        st.header(words("result.title"), anchor=False)
        with st.container(horizontal=True):
            _status_code(words, shown)
            fact(words("result.records"), fmt.number(run.records, words.language))
            fact(words("result.started"), fmt.jst(run.started_at))
            fact(words("result.duration"), fmt.duration(run.duration_seconds, words.language))
        if shown == "succeeded":
            fact(words("result.message"), words("result.message_ok"))
        elif shown == "lost":
            fact(words("result.message"), words("result.message_lost"))
        if run.error:
            run_failure(words, run.error)
        if location:
            st.caption(words("result.location"))
            st.code(location, language=None, wrap_lines=True)


def no_result(words: Words) -> None:
    """The empty state of the result card."""
    with st.container(border=True):
        st.header(words("result.title"), anchor=False)
        st.caption(words("result.none"))


def why_not(words: Words, allowed: bool) -> str | None:
    """The hint of a button that the person's role does not allow."""
    return None if allowed else words("gate.not_for_viewers")


def badge(words: Words, shown: Shown) -> None:
    """A run's status."""
    st.badge(words(f"status.{shown}"), icon=ICONS[shown], color=COLOURS[shown])


def setting_values(words: Words, values: Settings) -> dict[str, str]:
    """The five declared settings."""
    return {
        "bucket": values.bucket,
        "function": values.function,
        "schedule": words("settings.schedule_value"),
        "table": values.table,
        "region": values.region,
    }


def problems(words: Words, found: Sequence[PipelineError]) -> None:
    """What could not be read while the rest was."""
    if not found:
        return
    st.warning(words("history.problems"), icon=":material/warning:")
    for error in found[:MOST_PROBLEMS]:
        failure(words, error)
    if len(found) > MOST_PROBLEMS:
        more = fmt.number(len(found) - MOST_PROBLEMS, words.language)
        st.caption(words("history.problems_more", count=more))


def _status_code(words: Words, shown: Shown) -> None:
    with st.container(width=150, gap="xxsmall"):
        st.caption(words("result.status_code"))
        texts = {"succeeded": words("result.ok"), "lost": words("result.lost")}
        st.badge(texts.get(shown, words("result.failed")), icon=ICONS[shown], color=COLOURS[shown])


def fact(label: str, value: str) -> None:
    """A labelled value; both are shown as they are."""
    with st.container(width="content", gap="xxsmall"):
        st.caption(label)
        st.text(value)


def copyable(label: str, value: str) -> None:
    """A labelled name that people take elsewhere; long ones break over lines."""
    with st.container(gap="xxsmall"):
        st.caption(label)
        st.code(value, language=None, wrap_lines=True)
