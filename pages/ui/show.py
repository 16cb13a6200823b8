"""Draws what it is given: failures, cards, the result of a run, settings. Decides and fetches nothing.

Data (names, messages) go through st.text, st.code or tables, which show Markdown and HTML as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import streamlit as st

from pages.ui import format as fmt
from pipeline.clock import parse_utc
from pipeline.errors import PipelineError, says_all
from pipeline.runs.run import RunError, Shown
from pipeline.words.catalogue import Words

# More cards than these would hide the history that can be read.
MOST_PROBLEMS = 3
MOST_ALIKE = 20
Colour = Literal["green", "red", "orange", "blue", "gray"]
COLOURS: dict[Shown, Colour] = {
    "running": "blue",
    "succeeded": "green",
    "failed": "red",
    "lost": "orange",
    "gone": "red",
    "replaced": "orange",
    "legacy": "gray",
    "foreign": "gray",
}
ICONS: dict[Shown, str] = {
    "running": ":material/progress_activity:",
    "succeeded": ":material/check_circle:",
    "failed": ":material/error:",
    "lost": ":material/help:",
    "gone": ":material/delete:",
    "replaced": ":material/edit_document:",
    "legacy": ":material/history:",
    "foreign": ":material/draft:",
}


def failure(words: Words, error: PipelineError) -> None:
    """A red card: code and title, cause, remedy, the facts, and what only the message tells, as plain text."""
    with st.container(border=True):
        _failure_facts(words, f"{error.code} {error.slug}", RunError.of(error), words.facts(error))


def unless_told(words: Words, error: PipelineError, told: Collection[tuple[str, ...]]) -> None:
    """The card of an error, or where its cause is told already, a word of that."""
    if error.cause in told:
        st.caption(words("failure.told"))
    else:
        failure(words, error)


def alike(words: Words, error: PipelineError, names: Sequence[str]) -> None:
    """The card of one cause, with everything that fails for it."""
    with st.container(border=True):
        _failure_facts(words, f"{error.code} {error.slug}", RunError.of(error), words.facts(error))
        st.caption(words("failure.alike"))
        shown = names[:MOST_ALIKE]
        more = [words("failure.more", count=fmt.number(len(names) - len(shown), words.language))]
        st.code("\n".join([*shown, *(more if len(names) > len(shown) else [])]), language=None, wrap_lines=True)


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
    if not says_all(error.state):
        st.caption(words("failure.details"))
        st.code(error.message, language=None, wrap_lines=True)


def why_not(words: Words, allowed: bool) -> str | None:
    """The hint of a button that the person's role does not allow."""
    return None if allowed else words("gate.not_for_viewers")


def badge(words: Words, shown: Shown) -> str:
    """A run's status, inside a text."""
    return f":{COLOURS[shown]}-badge[{ICONS[shown]} {words(f'status.{shown}')}]"


def problems(words: Words, errors: Sequence[PipelineError]) -> None:
    """What could not be read while the rest was."""
    if not errors:
        return
    st.warning(words("history.problems"), icon=":material/warning:")
    groups: dict[tuple[str, ...], list[PipelineError]] = {}
    for error in errors:
        groups.setdefault(error.cause, []).append(error)
    told = list(groups.values())
    for same in told[:MOST_PROBLEMS]:
        if len(same) > 1:
            alike(words, same[0], [error.facts.get("resource", error.message) for error in same])
        else:
            failure(words, same[0])
    if len(told) > MOST_PROBLEMS:
        more = fmt.number(sum(map(len, told[MOST_PROBLEMS:])), words.language)
        st.caption(words("history.problems_more", count=more))


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


def plain(name: str) -> str:
    """A name as it is, in a text that Streamlit reads as Markdown."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+-.!|$~:" else sign for sign in name)
