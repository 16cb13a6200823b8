"""The tab 通知: who can be told, of what, in which language; a test of each; what was sent. An operator's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from pages.reports import known, told
from pages.ui import format as fmt
from pages.ui import notice, press, show
from pipeline.console.app import App
from pipeline.errors import BY_CODE, FunctionFailed
from pipeline.notices.channels import Channel
from pipeline.notices.log import Sent
from pipeline.notices.notice import Kind
from pipeline.notices.preferences import KINDS, Language, Preferences
from pipeline.words.catalogue import Words

PLACE = "notices"
SPOKEN: tuple[Language, ...] = ("ja", "en")


def render(console: App, words: Words) -> None:
    """Draw the tab. Raise what reading it raises."""
    if not console.may("reports"):
        st.info(words("reports.notices.not_for_viewers"), icon=":material/lock:")
        return
    board = console.reports.notices
    channels, kept = board.channels(), known.preferences(console)
    st.caption(words("reports.notices.about"))
    notice.draw(words, PLACE)
    if channels and not board.links:
        st.warning(words("reports.notices.no_links"), icon=":material/link_off:")
    if kept.problem:
        show.failure(words, kept.problem)
    if not channels:
        st.info(words("reports.notices.none"), icon=":material/notifications_off:")
        st.code(words("reports.notices.example"), language=None, wrap_lines=True)
    else:
        _channels(console, words, channels)
        _kinds(console, words, channels, kept)
    _sent(words, known.sent(console))


def _channels(console: App, words: Words, channels: Sequence[Channel]) -> None:
    st.header(words("reports.notices.channels"), anchor=False)
    for one in channels:
        with st.container(horizontal=True, vertical_alignment="center", key=f"channel-{one.name}"):
            st.markdown(f"**{show.plain(one.name)}**  \n:small[:gray[{told.KIND_NAMES[one.kind]}]]", width=140)
            with st.container(width=400):
                st.text(one.target)
            pressed = press.button(words("reports.notices.test"), f"test-{one.name}", icon=":material/notifications:")
        notice.act(words, pressed, PLACE, partial(_tested, console, one.name), one.name)


def _tested(console: App, name: str) -> str:
    sent = console.reports.notices.test(name)
    if sent.outcome == "sent":
        return "reports.notices.tested"
    # The outcome says why; its cause and remedy are in the catalogue under its state.
    raise BY_CODE.get(sent.code, FunctionFailed)(sent.why or sent.code, situation=sent.state or "notices_test")


def _kinds(console: App, words: Words, channels: Sequence[Channel], kept: Preferences) -> None:
    st.header(words("reports.notices.kinds"), anchor=False)
    with st.form("notice-preferences"):
        # Named by what is kept: what somebody else has saved is drawn anew, not what was left here.
        of = f"{kept.seen}-{words.language}"
        language: Language | None = st.selectbox(
            words("reports.notices.language"),
            SPOKEN,
            index=SPOKEN.index(kept.language),
            format_func=lambda name: words(f"reports.languages.{name}"),
            key=f"notice-language-{of}",
            width=220,
        )
        chosen = {one.name: _of_channel(words, one, kept, of) for one in channels}
        pressed = press.submit(words("reports.notices.save"), "save-notices", type="primary")
    # What is said of a channel that the settings do not name now is kept: it may come back.
    others = tuple(pair for pair in kept.kinds if pair[0] not in chosen)
    wanted = replace(kept, language=language or kept.language, kinds=(*others, *chosen.items()))
    action = partial(console.reports.notices.save, wanted, kept.seen)
    notice.act(words, pressed, PLACE, notice.saying("reports.notices.saved", action))
    if kept.changed_at:
        st.caption(show.plain(told.changed(words, kept.changed_at, kept.changed_by)))


def _of_channel(words: Words, one: Channel, kept: Preferences, of: str) -> tuple[Kind, ...]:
    st.markdown(words("reports.notices.kinds_of", name=show.plain(one.name)))
    with st.container(horizontal=True):
        picked = {
            kind: st.checkbox(
                words(f"reports.notices.kind.{kind}"), kept.wants(one.name, kind), key=f"told-{one.name}-{kind}-{of}"
            )
            for kind in KINDS
        }
    return tuple(kind for kind in KINDS if picked[kind])


def _sent(words: Words, sent: Sequence[Sent]) -> None:
    st.header(words("reports.notices.sent"), anchor=False)
    if not sent:
        st.info(words("reports.notices.nothing_sent", days=known.SENT_DAYS), icon=":material/inbox:")
        return
    st.dataframe(pd.DataFrame([_row(words, one) for one in sent]), hide_index=True, alt=words("reports.notices.sent"))
    newest = next((one for one in sent if one.outcome != "sent"), None)
    if newest:
        st.warning(show.plain(_why(words, newest)), icon=":material/warning:")


def _why(words: Words, one: Sent) -> str:
    title, cause, remedy = words.error_of_code(one.code, one.state)
    what = words("reports.notices.why", channel=one.channel, time=fmt.jst_minute(one.told_at), title=title)
    return f"{what} {cause} {remedy}"


def _row(words: Words, one: Sent) -> dict[str, object]:
    kind = words(f"reports.notices.kind.{one.kind}")
    return {
        words("reports.notices.time"): fmt.jst_minute(one.told_at),
        words("reports.notices.what"): words("reports.notices.many", kind=kind, count=one.count)
        if one.count > 1
        else kind,
        words("reports.notices.of"): one.about,
        words("reports.notices.channel"): one.channel,
        words("reports.notices.outcome"): words(f"reports.notices.outcomes.{one.outcome}"),
        words("reports.notices.tries"): one.tries,
    }
