"""The settings tab: declared values, what AWS says of them, permissions, the schedule, the doctor and the log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, time
from functools import partial

import streamlit as st

from pages.exports import log_tail, summary
from pages.ui import format as fmt
from pages.ui import press, reads, show, state
from pipeline.console import telling
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.monitor.causes import Cause, causes
from pipeline.monitor.facts import SAID, SUBJECTS, Fact, Move, State, Subject, Value, worst
from pipeline.monitor.plan import Plan
from pipeline.runs.standing import Standing
from pipeline.words.catalogue import Words

MARKS: dict[State, tuple[str, show.Colour]] = {
    "ok": (":material/check_circle:", "green"),
    "warn": (":material/warning:", "orange"),
    "bad": (":material/error:", "red"),
    "unknown": (":material/help:", "gray"),
}
ROWS: tuple[tuple[str, Subject | None], ...] = (
    ("bucket", "bucket"),
    ("function", "function"),
    ("tables", "tables"),
    ("schedule", "schedule"),
    ("table", "table"),
    ("region", None),
)


def render(console: App, words: Words) -> None:
    """Draw the tab. Facts are asked in parallel, and at most once a minute."""
    with st.spinner(words("settings.asking")):
        facts = reads.facts(console)
    found = [cause for cause in causes(facts) if cause.subject not in {"log", "permission"}]
    for cause in found:
        if cause.subject is None:
            _cause(words, cause)
    values = summary.setting_values(words, console.settings)
    for name, subject in ROWS:
        if not values[name]:
            continue
        about = [fact for fact in facts if subject and fact.subject == subject]
        _row(words, name, values[name], about, [cause for cause in found if subject and cause.subject == subject])
    st.caption(words("settings.about"))
    _permissions(words, [fact for fact in facts if fact.subject == "permission"])
    told = frozenset(cause.error.cause for cause in found)
    _schedule(console, words, told)
    _doctor(console, words)
    log_tail.render(console, words, told)


def _cause(words: Words, cause: Cause) -> None:
    if len(cause.facts) == 1:
        show.failure(words, cause.error)
    else:
        names = [f"{words(f'health.{fact.subject}.title')} · {fact.action}" for fact in cause.facts]
        show.alike(words, cause.error, names)


def _row(words: Words, name: str, value: str, facts: Sequence[Fact], own: Sequence[Cause]) -> None:
    with st.container(border=True):
        label, shown, about = st.columns([3, 6, 5], vertical_alignment="center")
        label.markdown(f"**{words(f'settings.{name}')}**")
        shown.code(value, language=None, wrap_lines=True)
        about.caption(words(f"settings.{name}_about"))
        if facts:
            _facts(words, facts)
        for cause in own:
            _cause(words, cause)


def _facts(words: Words, facts: Sequence[Fact]) -> None:
    # Several questions that fail alike have one and the same badge.
    badges = dict.fromkeys((_said(words, fact), *MARKS[fact.state]) for fact in facts)
    with st.container(horizontal=True, gap="small"):
        for said, icon, colour in badges:
            st.badge(said, icon=icon, color=colour)
    for fact in facts:
        if not fact.error and fact.state in {"bad", "warn"}:
            st.caption(f"{words(f'health.{fact.subject}.{fact.name}')}: {words(f'remedy.{fact.subject}.{fact.name}')}")


def _said(words: Words, fact: Fact) -> str:
    label = words(f"health.{fact.subject}.{fact.name}")
    # That it exists says enough where its name stands above; of a table and a schedule AWS says more.
    named = fact.name == "exists" and fact.subject not in {"schedule", "table"}
    value = "" if named else _value(words, fact.name, fact.value)
    return f"{label} {value}" if value else label


def _value(words: Words, name: str, value: Value) -> str:
    if isinstance(value, Standing):
        return telling.sentence(words, value)
    if isinstance(value, datetime):
        return fmt.jst(value)
    if isinstance(value, int):
        written = {
            "size": fmt.size(value, words.language),
            "timeout": fmt.duration(value, words.language),
            "memory": f"{value} MB",
        }
        return written.get(name, fmt.number(value, words.language))
    if isinstance(value, Move):
        age = [] if value.days is None else [words("settings.after_days", days=value.days)]
        return " → ".join([*age, value.storage_class])
    # AWS's own states in the person's language; what else it says stays as it is.
    return words(f"said.{SAID[value]}") if value in SAID else str(value or "")


def _permissions(words: Words, facts: Sequence[Fact]) -> None:
    with st.container(border=True):
        st.header(words("permissions.title"), anchor=False)
        lacking = [fact for fact in facts if fact.state != "ok"]
        if not lacking:
            st.success(words("permissions.all", count=len(facts)), icon=":material/verified_user:")
        for fact in lacking:
            st.badge(fact.action, icon=MARKS[fact.state][0], color=MARKS[fact.state][1])
        if any(fact.state == "bad" for fact in lacking):
            st.markdown(words("permissions.lacking"))
        if any(fact.state != "bad" for fact in lacking):
            st.caption(words("permissions.unknown"))
        with st.expander(words("permissions.list", count=len(facts))):
            st.code("\n".join(fact.action for fact in facts), language=None)


def _schedule(console: App, words: Words, told: Collection[tuple[str, ...]]) -> None:
    with st.container(border=True):
        st.header(words("schedule.title"), anchor=False)
        try:
            plan = console.schedules.current()
        except PipelineError as error:
            show.unless_told(words, error, told)
            return
        st.caption(words("schedule.about", expression=plan.expression, timezone=plan.timezone))
        with st.form("schedule", border=False):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                at = st.time_input(words("schedule.time"), time(plan.hour or 0, plan.minute or 0), width=160)
                enabled = st.toggle(words("schedule.enabled"), plan.enabled)
                allowed = console.may("schedule")
                pressed = press.submit(
                    words("schedule.save"),
                    "save-schedule",
                    icon=":material/save:",
                    disabled=not allowed,
                    help=show.why_not(words, allowed),
                )
        _change(words, pressed, partial(console.schedules.change, enabled, at.hour, at.minute))


def _change(words: Words, pressed: str, action: Callable[[], Plan]) -> None:
    acts_now = press.waits(pressed)
    came = press.outcome(pressed, action, words("app.working"))
    if came is None:
        return
    if came.value and acts_now:
        # Everything above was drawn of the schedule as it was: draw it anew, and say so at the end of that.
        reads.refresh()
        st.rerun()
    if came.error:
        show.failure(words, came.error)
    elif came.value:
        _saved(words, came.value)
    press.forget(pressed)


def _saved(words: Words, plan: Plan) -> None:
    key = "schedule.saved" if plan.enabled else "schedule.stopped"
    st.success(words(key, time=f"{plan.hour or 0:02}:{plan.minute or 0:02}"), icon=":material/check_circle:")


def _doctor(console: App, words: Words) -> None:
    with st.container(border=True):
        st.header(words("doctor.title"), anchor=False)
        st.caption(words("doctor.about"))
        if st.button(words("doctor.run"), key="doctor", icon=":material/stethoscope:"):
            st.session_state[state.DOCTOR] = _examined(console, words)
        report: Sequence[Fact] | None = st.session_state.get(state.DOCTOR)
        if report is not None:
            _report(words, report)


def _examined(console: App, words: Words) -> list[Fact]:
    checks = console.health.checks()
    bar = st.progress(0.0, words("doctor.running", action=""))
    facts: list[Fact] = []
    for number, check in enumerate(checks, 1):
        bar.progress(number / len(checks), words("doctor.running", action=check[1]))
        facts += console.health.ask(*check)
    bar.empty()
    return facts


def _report(words: Words, facts: Sequence[Fact]) -> None:
    with st.container(horizontal=True, gap="small"):
        for subject in SUBJECTS:
            about = [fact for fact in facts if fact.subject == subject]
            if not about:
                continue
            icon, colour = MARKS[worst(about)]
            st.badge(f"{words(f'health.{subject}.title')}: {words(f'state.{worst(about)}')}", icon=icon, color=colour)
    st.caption(words("doctor.copy"))
    st.code("\n".join(_lines(words, facts)), language=None, wrap_lines=True)


def _lines(words: Words, facts: Iterable[Fact]) -> Iterable[str]:
    for fact in facts:
        name = fact.action if fact.subject == "permission" else words(f"health.{fact.subject}.{fact.name}")
        value = _value(words, fact.name, fact.value)
        cause = f" — {fact.error.code} {fact.error.message}" if fact.error else ""
        subject, state = words(f"health.{fact.subject}.title"), words(f"state.{fact.state}")
        yield f"[{state}] {subject} · {name} {value}{cause}".rstrip()
