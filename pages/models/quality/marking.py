"""確認済み and ミュート: a dialog that asks why and for how long, and what came of it beside the finding."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui import notice, press, reads, show, state
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.marks import LONGEST_REASON, MOST_DAYS, Kind, Wanted
from pipeline.analysis.quality.standing import Seen, Standing
from pipeline.console.app import App
from pipeline.words.catalogue import Words

USUAL_DAYS: dict[Kind, int] = {"acknowledged": MOST_DAYS, "muted": 30}
KINDS: dict[Kind, str] = {"acknowledged": ":material/done_all:", "muted": ":material/notifications_off:"}


def place(finding: Finding) -> str:
    """Where what came of marking this finding is told."""
    return f"finding-{finding.id}"


def buttons(console: App, words: Words, table: str, one: Seen) -> None:
    """Marks that somebody may make, or take back."""
    finding, allowed = one.open.finding, console.may("quality")
    hint = show.why_not(words, allowed)
    with st.container(horizontal=True):
        for kind, icon in KINDS.items():
            st.button(
                words(f"inspect.mark.{kind}"),
                key=f"mark-{kind}-{finding.id}",
                icon=icon,
                disabled=not allowed,
                help=hint,
                on_click=_ask,
                args=(finding.id, kind),
            )
        if one.mark is None:
            return
        pressed = press.button(
            words("inspect.unmark"),
            f"unmark-{finding.id}",
            icon=":material/undo:",
            disabled=not allowed,
            help=hint,
        )
    undo = partial(console.quality.unmark, table, finding.id)
    notice.act(words, pressed, place(finding), notice.saying("inspect.unmarked", undo))


def dialog(console: App, words: Words, seen: Standing) -> None:
    """The dialog of the mark that is being made, if one is."""
    asked: tuple[str, Kind] | None = st.session_state.get(state.QUALITY_MARKING)
    if asked is None or not console.may("quality"):
        return
    name, kind = asked
    for one in seen.findings:
        if one.open.finding.id == name:
            title = words(f"inspect.mark.{kind}")
            st.dialog(title, on_dismiss=_drop)(_form)(console, words, seen.table, one.open.finding, kind)


def _form(console: App, words: Words, table: str, finding: Finding, kind: Kind) -> None:
    st.markdown(f"**{words(f'quality.check.{finding.check}')}**")
    st.text(finding.subject)
    st.caption(words(f"inspect.mark_about.{kind}"))
    with st.form(f"mark-{finding.id}", border=False):
        reason = st.text_area(words("inspect.reason"), max_chars=LONGEST_REASON, key=f"reason-{finding.id}-{kind}")
        days = st.number_input(
            words("inspect.days", most=MOST_DAYS),
            min_value=1,
            max_value=MOST_DAYS,
            value=USUAL_DAYS[kind],
            key=f"days-{finding.id}-{kind}",
        )
        pressed = press.submit(words("inspect.save"), f"save-{kind}-{finding.id}", type="primary")
    mark = partial(console.quality.mark, table, finding.id, Wanted(kind, reason or "", int(days or 0)))
    came = press.outcome(pressed, mark, words("app.working"))
    if came is None:
        return
    press.forget(pressed)
    if came.error:
        notice.failed(words, came.error)
        return
    _drop()
    reads.refresh()
    st.rerun()


def _ask(name: str, kind: Kind) -> None:
    st.session_state[state.QUALITY_MARKING] = (name, kind)


def _drop() -> None:
    st.session_state.pop(state.QUALITY_MARKING, None)
