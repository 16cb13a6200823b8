"""What a session remembers: every key of session_state, and what of it stands in the address.

No other room names a key; they die with the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pipeline.words.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Words

# A file of our own: of a Material icon the browser would ask a server of Google.
ICON = Path(__file__).parent / "icon.svg"
LANGUAGE = "lang"
STARTED = "started_run"
PREVIEWED = "previewed_run"
EXPANDED = "expanded_preview"
WHOLE = "whole_value"
HISTORY_PAGE = "history_page"
FETCHES = "fetches"
OPENED = "opened_run"
COMPARED = "compared_with"
# Filters of the history; each is in the URL under its own name, too.
FILTER_TABLE = "table"
FILTER_STATUS = "status"
FILTER_DAYS = "days"
FILTER_SORT = "sort"
TAB = "tab"
FIRST_TABS = "first_tabs"
# The page that is open, and all that the frame has.
OPEN_PAGE = "open_page"
PAGES = "pages"
# The log's filters.
LOG_LEVEL = "log_level"
LOG_TEXT = "log_text"
LOG_RUN = "log_run"
LOG_HOURS = "log_hours"
LOG_FOLLOW = "log_follow"
DOCTOR = "doctor_report"
RESULT_LOG = "result_log"
# The sources: runs started here, what the last action led to, and places found by name.
SOURCE_STARTED = "source_started"
SOURCE_NOTICE = "source_notice"
SOURCE_FOUND = "source_found"
SOURCE_PARTS = "source_parts"
# Presses that wait to be acted on.
PRESSES = "presses"
# The sign-in of this session, and what the audit log last said of it.
VISIT = "visit"
AUDITED = "audited"


def words() -> Words:
    """The catalogue in the person's language; Japanese unless the URL or the switch says otherwise."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    return Words(chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE)


def keep_language_in_url() -> None:
    """Write the chosen language into the URL, so that a reload and a shared link keep it."""
    st.query_params[LANGUAGE] = st.session_state[LANGUAGE]


def keep_in_url(key: str, default: str) -> None:
    """Write a widget's choice into the URL; the default leaves no trace there."""
    if st.session_state[key] == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = st.session_state[key]


def from_url(key: str, choices: Sequence[str]) -> str:
    """The URL's choice where it may be chosen, else the first one."""
    chosen = st.session_state.get(key) or st.query_params.get(key)
    return str(chosen) if chosen in choices else choices[0]


def come_to(page: str) -> None:
    """Somebody has come to this page: its tabs begin where its address says, not where the session left them."""
    if st.session_state.get(OPEN_PAGE) != page:
        st.session_state[OPEN_PAGE] = page
        st.session_state[FIRST_TABS] = {}


def first_tab(language: str, names: Sequence[str]) -> str:
    """The tab that this session's tabs in this language begin with: a changed default would make them new ones."""
    if FIRST_TABS not in st.session_state:
        st.session_state[FIRST_TABS] = {}
    first: dict[str, str] = st.session_state[FIRST_TABS]
    return first.setdefault(language, from_url(TAB, names))


def opened_tab(name: str, names: Sequence[str]) -> None:
    """Keep the open tab in the URL; the first one leaves no trace there."""
    if name == names[0]:
        st.query_params.pop(TAB, None)
    elif st.query_params.get(TAB) != name:
        st.query_params[TAB] = name
