"""What a session remembers: every key of session_state (what of it stands in the address: ``address.py``).

No other room names a key; they die with the session.
"""

from __future__ import annotations

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
# How often the address has changed under the session, and at which of these each widget took its value from there.
ADDRESS_TURN = "address_turn"
ADDRESS_TURNS = "address_turns"
# What the page showed when it last looked again, and the runs that were going then.
SEEN = "seen"
GOING = "going"
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
# The tables that a browser has asked for, until it has them.
EXPLORE_PARCEL = "explore_parcel"
# What it has asked of the server: a query that is going, or its answer.
EXPLORE_ASKED = "explore_asked"
# Definitions of reports that are being edited, by name, and what they would look like.
REPORT_DRAFTS = "report_drafts"
REPORT_DRAFT_PREVIEWS = "report_draft_previews"
# Models and quality: what is chosen and open; the build that was started here; the mark that is being made.
DBT_PROJECT = "project"
DBT_LAYER = "layer"
DBT_WANTED = "state"
DBT_NAME = "model_name"
DBT_PAGE = "model_page"
DBT_MODEL = "opened_model"
DBT_FOCUS = "graph_focus"
DBT_STEPS = "graph_steps"
BUILD_STARTED = "started_build"
BUILD_LEVEL = "build_level"
BUILD_PAGE = "build_page"
BUILD_OPENED = "opened_build"
QUALITY_TABLE = "quality_table"
QUALITY_ENTITY = "quality_entity"
QUALITY_FINDING = "opened_finding"
QUALITY_MARKING = "marking_finding"
# Correlation and forecast: whose days, which, and what is open; the questions that are being edited.
INSIGHTS_PERSON = "person"
INSIGHTS_PERIOD = "period"
INSIGHTS_PAIR = "opened_pair"
INSIGHTS_PART = "pair_part"
INSIGHTS_PAGE = "pairs_page"
INSIGHTS_HELD = "pairs_that_hold"
INSIGHTS_LAG = "matrix_lag"
INSIGHTS_DRAFT = "drafted_questions"
FORECAST_TARGET = "forecast_target"
FORECAST_OPENED = "opened_forecast"
FORECAST_STARTED = "started_forecast"
FORECAST_PROJECT = "forecast_project"
# Up to which a table may grow.
FORECAST_RECORDS = "forecast_bound_records"
FORECAST_BYTES = "forecast_bound_bytes"
# Reports: which one, which of its runs, and whether it is edited; the run that was started here, and the file on show.
REPORT_OPENED = "opened_report"
REPORT_RUN = "opened_report_run"
REPORT_EDITED = "edited_report"
REPORT_PRINTED = "printed_report"
REPORT_PAGE = "report_page"
REPORT_STARTED = "started_report"
REPORT_SHOWN = "shown_report"
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
