"""What was found, one line each; the one that is open says what to do, and may be acknowledged or muted."""

from __future__ import annotations

import streamlit as st

from pages.models import chosen, known, rows
from pages.models.quality import marking
from pages.ui import address, links, notice, show, state
from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.result import Change
from pipeline.analysis.quality.standing import Seen, Standing
from pipeline.console.analysis import detail as details
from pipeline.console.app import App
from pipeline.words.catalogue import Words
from pipeline.words.moments import jst_date

FINDING = "finding"
COLOURS: dict[str, show.Colour] = {"error": "red", "warning": "orange"}


def render(console: App, words: Words, seen: Standing) -> None:
    """All findings, the open one whole, and what has healed."""
    st.header(words("inspect.findings", number=len(seen.findings)), anchor=False)
    if not seen.findings:
        st.success(words("inspect.no_findings"), icon=":material/check_circle:")
    for one in seen.findings:
        with st.container(border=True, key=f"finding-{one.open.finding.id}"):
            _finding(console, words, seen.table, one)
    healed = [one for one in seen.changes if one.kind == "healed"]
    for change in healed:
        with st.container(border=True):
            _healed(words, change)
    marking.dialog(console, words, seen)


def _finding(console: App, words: Words, table: str, one: Seen) -> None:
    finding = one.open.finding
    opened = address.opened(state.QUALITY_FINDING, FINDING) == finding.id
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f":{COLOURS[finding.grade]}-badge[{words(f'quality.finding.{finding.grade}')}]", width="content")
        _toggle(words, finding, opened)
        st.markdown(_badges(words, one), width="content")
    notice.draw(words, marking.place(finding))
    if opened:
        _whole(words, one)
        _model(console, words, table, finding)
        marking.buttons(console, words, table, one)


def _toggle(words: Words, finding: Finding, opened: bool) -> None:
    title = words(f"quality.check.{finding.check}")
    st.button(
        f"**{title}** {show.plain(finding.subject)}",
        key=f"open-finding-{finding.id}",
        type="tertiary",
        icon=":material/expand_less:" if opened else ":material/expand_more:",
        on_click=address.open_or_close,
        args=(state.QUALITY_FINDING, FINDING, finding.id),
    )


def _badges(words: Words, one: Seen) -> str:
    told = f":blue-badge[{words(f'quality.state.{one.open.state}', days=one.open.days)}]"
    return f"{told} :gray-badge[{words(f'quality.fact.{one.mark.kind}')}]" if one.mark else told


def _whole(words: Words, one: Seen) -> None:
    finding = one.open.finding
    with st.container(horizontal=True):
        show.fact(rows.title(words, "quality.fact.expected"), finding.expected)
        show.fact(rows.title(words, "quality.fact.found"), finding.found)
        show.fact(rows.title(words, "quality.fact.first_seen"), f"{one.open.first_seen:%Y/%m/%d}")
        show.fact(rows.title(words, "quality.fact.id"), finding.id)
    st.markdown(f"**{rows.title(words, 'quality.fact.step')}**: {words(f'quality.step.{finding.check}')}")
    show.copyable(rows.title(words, "quality.fact.next"), finding.next_command)
    if one.mark:
        until = words("quality.mark", until=jst_date(one.mark.until), by=one.mark.by, reason=one.mark.reason)
        show.fact(rows.title(words, f"quality.fact.{one.mark.kind}"), until)


def _model(console: App, words: Words, table: str, finding: Finding) -> None:
    """What a build has found leads to the model that it is about, with its failing rows."""
    judged = known.judged(console, chosen.OURS) if table == MODELS else None
    unique_id = details.about(judged, finding.subject) if judged else None
    if unique_id and judged:
        name = show.plain(judged.project.nodes[unique_id].name)
        language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
        query = {"tab": "runs", chosen.MODEL: unique_id, **language}
        links.link("models", words("inspect.to_model", model=name), ":material/account_tree:", **query)


def _healed(words: Words, change: Change) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f":green-badge[:material/healing: {words('quality.state.healed')}]", width="content")
        st.markdown(words(f"quality.check.{change.finding.check}"), width="content")
        st.markdown(show.plain(change.finding.subject), width="content")
