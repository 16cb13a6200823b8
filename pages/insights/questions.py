"""The named questions in an operator's hands: which there are, who changed them, and a draft of others.

They are named before anybody looks; whoever changes them is told what that costs, and is told of whoever was faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from pages.insights.drafts import LAGS, Draft, draft, outcomes
from pages.ui import format as fmt
from pages.ui import notice, press, show
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import MOST_QUESTIONS, Question, questions
from pipeline.console.app import App
from pipeline.console.insights.questions import QuestionSet, added, question_of, title
from pipeline.errors import SchemaMismatch
from pipeline.words.catalogue import Words

PLACE = "asked"
_DRIVER, _OUTCOME, _LAG, _RESTORED = "asked-driver", "asked-outcome", "asked-lag", "asked-restored"


def render(console: App, words: Words) -> None:
    """Draw who named the questions, and their draft where one is open. Raise what reading them raises."""
    st.header(words("asked.heading"), anchor=False)
    st.caption(words("asked.why"))
    notice.draw(words, PLACE)
    try:
        history = console.insights.questions.history()
    except SchemaMismatch as error:
        show.failure(words, error)
        st.info(words("asked.meanwhile"), icon=":material/info:")
        return
    _standing(words, history[0])
    held = draft()
    if held.seen is None:
        st.button(
            words("asked.edit"),
            key="asked-edit",
            icon=":material/edit:",
            disabled=not console.may("insights"),
            help=show.why_not(words, console.may("insights")),
            on_click=held.begin,
            args=(history[0],),
        )
    else:
        with st.container(border=True):
            _editing(console, words, held, history)
    _history(console, words, held, history)


def _standing(words: Words, now: QuestionSet) -> None:
    count = len(now.questions)
    if now.changed_at is None:
        st.text(words("asked.stock", count=count))
    else:
        when = fmt.jst_minute(now.changed_at)
        st.text(words("asked.changed", time=when, person=now.changed_by, version=now.version, count=count))


def _editing(console: App, words: Words, held: Draft, history: Sequence[QuestionSet]) -> None:
    for one in held.questions:
        _row(words, held, one)
    if not held.questions:
        st.warning(words("asked.empty"), icon=":material/warning:")
    _add(words, held)
    if held.changed and held.seen:
        _changes(words, held.seen, held.wanted)
    _save(console, words, held)


def _row(words: Words, held: Draft, one: Question) -> None:
    name, key = title(words, one), f"{one.driver}-{one.outcome}-{one.lag}"
    lags = held.lags(one)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None, width=480):
            st.markdown(name)
            st.caption(f"{_measured(words, one.driver)} → {_measured(words, one.outcome)}")
        widget = f"asked-lag-{key}"
        st.selectbox(
            words("asked.lag_of", title=name),
            lags,
            index=lags.index(one.lag),
            key=widget,
            format_func=partial(_lag, words),
            label_visibility="collapsed",
            on_change=_moved,
            args=(held, one, widget),
            width=140,
        )
        st.button(
            words("asked.remove"),
            key=f"asked-remove-{key}",
            icon=":material/close:",
            help=words("asked.remove_this", title=name),
            on_click=held.remove,
            args=(one,),
        )


def _moved(held: Draft, one: Question, widget: str) -> None:
    held.ask_later(one, st.session_state[widget])


def _add(words: Words, held: Draft) -> None:
    st.markdown(f"**{words('asked.more')}**")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        driver = _select(words, "asked.driver", _DRIVER, tuple(measures()))
        outcome = _select(words, "asked.outcome", _OUTCOME, outcomes())
        lag = st.selectbox(words("asked.lag"), LAGS, key=_LAG, format_func=partial(_lag, words), width=140)
        against = held.against(driver, outcome, lag)
        hint = words(against, most=MOST_QUESTIONS) if against else None
        st.button(
            words("asked.add"),
            key="asked-add",
            icon=":material/add:",
            disabled=bool(against),
            help=hint,
            on_click=held.add,
            args=(question_of(driver, outcome, lag),),
        )
    if hint:
        st.caption(hint)


def _select(words: Words, label: str, key: str, names: tuple[str, ...]) -> str:
    chosen: str = st.selectbox(words(label), names, key=key, format_func=partial(_measured, words), width=230)
    return chosen


def _changes(words: Words, seen: QuestionSet, wanted: QuestionSet) -> None:
    new, gone = added(seen, wanted), added(wanted, seen)
    lines = [words("asked.new", title=title(words, one)) for one in new]
    lines += [words("asked.gone", title=title(words, one)) for one in gone]
    st.warning("  \n".join([words("asked.family"), *lines]), icon=":material/warning:")


def _save(console: App, words: Words, held: Draft) -> None:
    with st.container(horizontal=True):
        idle = not held.changed or not held.questions
        pressed = press.button(words("asked.save"), "asked-save", type="primary", disabled=idle)
        ending = "asked.drop" if held.changed else "asked.close"
        st.button(words(ending), key="asked-drop", on_click=held.end)
        st.button(
            words("asked.back"),
            key="asked-back",
            icon=":material/restart_alt:",
            disabled=held.questions == questions(),
            on_click=held.take,
            args=(questions(),),
        )
    notice.act(words, pressed, PLACE, partial(_saved, console, held))


def _saved(console: App, held: Draft) -> str:
    if held.seen:
        console.insights.questions.save(held.questions, held.seen)
        held.end()
    return "asked.saved"


def _history(console: App, words: Words, held: Draft, history: Sequence[QuestionSet]) -> None:
    if len(history) == 1:
        return
    with st.expander(words("asked.history", count=len(history) - 1), icon=":material/manage_history:"):
        before = [*history[1:], None]
        rows = [_told(words, one, older) for one, older in zip(history, before, strict=True)]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt=words("asked.heading"))
        if console.may("insights"):
            _restore(words, held, history)


def _restore(words: Words, held: Draft, history: Sequence[QuestionSet]) -> None:
    versions = {one.version: one for one in history[1:]}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        version = st.selectbox(words("asked.version"), list(versions), key=_RESTORED, width=140)
        chosen = versions[version].questions
        st.button(words("asked.restore"), key="asked-restore", on_click=held.begin, args=(history[0], chosen))


def _told(words: Words, one: QuestionSet, older: QuestionSet | None) -> dict[str, str]:
    new, gone = (added(older, one), added(one, older)) if older else ((), ())
    return {
        words("asked.version"): str(one.version),
        words("asked.time"): fmt.jst_minute(one.changed_at) if one.changed_at else fmt.NOTHING,
        words("asked.person"): one.changed_by or words("asked.console"),
        words("asked.new_ones"): " / ".join(title(words, question) for question in new) or fmt.NOTHING,
        words("asked.gone_ones"): " / ".join(title(words, question) for question in gone) or fmt.NOTHING,
    }


def _lag(words: Words, lag: int) -> str:
    return words(f"asked.lags.{'later' if lag > 1 else ('same_day', 'next_day')[lag]}", lag=lag)


def _measured(words: Words, name: str) -> str:
    return words(f"insights.measure.{name}")
