"""What a report is called, of which days and whom it is, in which language and forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, partial
from typing import Any, Final, get_args, get_type_hints
from zoneinfo import available_timezones

import streamlit as st

from pages.reports.editor import places
from pages.reports.editor.drafts import Draft
from pages.reports.editor.parts import FORMATS
from pages.ui import reads
from pipeline.analysis.reports.definitions.definition import MOST_DAYS, Period
from pipeline.analysis.reports.definitions.period import span
from pipeline.console.app import App
from pipeline.console.insights.daily import ZONE
from pipeline.errors import NotFound
from pipeline.words.catalogue import LANGUAGES, Words

PERIODS: Final[tuple[str, ...]] = get_args(get_type_hints(Period)["kind"])
EVERYBODY: Final = ""
USUAL_ZONES: Final = ("Asia/Tokyo", "UTC")
NAMES: Final = {"html": "HTML", "pdf": "PDF", "xlsx": "XLSX", "md": "Markdown"}


def render(console: App, words: Words, draft: Draft) -> None:
    """Draw them."""
    title = places.key(draft, "title")
    st.text_input(
        words("report_editor.title"),
        draft.plain.get("title", ""),
        key=title,
        max_chars=200,
        live=True,
        on_change=places.put,
        args=(draft, "title", title),
    )
    today = console.now().astimezone(ZONE).date()
    _period(words, draft, today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _person(console, words, draft)
        _language(words, draft)
        held = draft.plain.get("zone", USUAL_ZONES[0])
        zone(draft, "zone", words("report_editor.zone"), held, partial(places.put, draft, "zone"))
    _formats(words, draft)


def zone(draft: Draft, name: str, label: str, held: str, put: Callable[[str], None]) -> None:
    """A time zone of the world; one that this machine does not know stays among the choices. ``put`` takes the key."""
    choices = zones() if held in zones() else (held, *zones())
    key = places.key(draft, name)
    st.selectbox(label, choices, choices.index(held), key=key, on_change=put, args=(key,), width=220)


@cache
def zones() -> tuple[str, ...]:
    """Names of time zones, those that are usual here first."""
    return (*USUAL_ZONES, *sorted(name for name in available_timezones() if "/" in name and name not in USUAL_ZONES))


def _period(words: Words, draft: Draft, today: date) -> None:
    period = draft.plain.get("period", {})
    kind = period.get("kind", PERIODS[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = places.key(draft, "period")
        st.selectbox(
            words("report_editor.period"),
            PERIODS,
            PERIODS.index(kind),
            key=key,
            format_func=lambda one: words(f"report_editor.periods.{one}"),
            on_change=_put_period,
            args=(draft, key, today),
            width=260,
        )
        if kind == "last_days":
            _days(words, draft, period)
        elif kind == "fixed":
            _day(words, draft, period, "first")
            _day(words, draft, period, "last")
    _told(words, period, today)


def _put_period(draft: Draft, key: str, today: date) -> None:
    draft.put_period(places.typed(key), today)


def _days(words: Words, draft: Draft, period: dict[str, Any]) -> None:
    key = places.key(draft, "days")
    st.number_input(
        words("report_editor.days"),
        min_value=1,
        max_value=MOST_DAYS,
        value=period.get("days", 1),
        key=key,
        on_change=places.put_into,
        args=(draft, "period", "days", key),
        width=160,
    )


def _day(words: Words, draft: Draft, period: dict[str, Any], name: str) -> None:
    key = places.key(draft, name)
    st.date_input(
        words(f"report_editor.{name}"),
        date.fromisoformat(period[name]),
        key=key,
        min_value=date(2000, 1, 1),
        max_value=date(2100, 1, 1),
        on_change=_put_day,
        args=(draft, name, key),
        width=160,
    )


def _put_day(draft: Draft, name: str, key: str) -> None:
    draft.put_into("period", **{name: places.typed(key).isoformat()})


def _told(words: Words, plain: dict[str, Any], today: date) -> None:
    """Which days that were, were it made today."""
    fixed = {name: date.fromisoformat(plain[name]) for name in ("first", "last") if name in plain}
    first, last = span(Period(plain.get("kind", PERIODS[0]), plain.get("days"), **fixed), today)
    if first <= last <= first + timedelta(days=MOST_DAYS):
        st.caption(words("report_editor.span", first=first, last=last))


def _person(console: App, words: Words, draft: Draft) -> None:
    held = draft.plain.get("person", EVERYBODY)
    names = list(dict.fromkeys([EVERYBODY, *people(console), held]))
    key = places.key(draft, "person")
    st.selectbox(
        words("report_editor.person"),
        names,
        names.index(held),
        key=key,
        format_func=lambda name: name or words("insights.everybody"),
        on_change=places.put,
        args=(draft, "person", key),
        width=220,
    )


def people(console: App) -> tuple[str, ...]:
    """Who has days in the marts; nobody while none are published."""
    try:
        return tuple(one.person for one in reads.people(console, reads.mart(console)))
    except NotFound:
        return ()


def _language(words: Words, draft: Draft) -> None:
    key = places.key(draft, "language")
    st.selectbox(
        words("report_editor.language"),
        LANGUAGES,
        LANGUAGES.index(draft.plain.get("language", LANGUAGES[0])),
        key=key,
        format_func=lambda language: words(f"reports.languages.{language}"),
        on_change=places.put,
        args=(draft, "language", key),
        width=140,
    )


def _formats(words: Words, draft: Draft) -> None:
    held = draft.plain.get("formats", FORMATS)
    st.caption(words("report_editor.formats"))
    with st.container(horizontal=True):
        for name in FORMATS:
            key = places.key(draft, f"format-{name}")
            st.checkbox(NAMES[name], name in held, key=key, on_change=_put_format, args=(draft, name, key))


def _put_format(draft: Draft, name: str, key: str) -> None:
    held = {*draft.plain.get("formats", FORMATS)}
    held = held | {name} if places.typed(key) else held - {name}
    draft.plain["formats"] = [one for one in FORMATS if one in held]
