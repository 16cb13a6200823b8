"""Whose days are looked at, and which of them: both stand in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.ui import address, reads, show, state
from pages.ui import format as fmt
from pipeline.console.app import App
from pipeline.console.insights.daily import PersonDays, Version
from pipeline.words.catalogue import Words

EVERYBODY = ""
# The days up to yesterday that are looked at; 0: all that there are. (A select box shows None as nothing chosen.)
PERIODS = (0, 365, 180, 90)


@dataclass(frozen=True)
class Chosen:
    """What is looked at: of which version, whose days (None: 全員), the last ``period`` of them (None: all)."""

    version: Version
    person: str | None
    period: int | None


def chosen(console: App, words: Words) -> Chosen:
    """What is looked at; the person with the most days where nothing is said. Raise what reading people raises."""
    version = reads.mart(console)
    person = address.chosen(state.INSIGHTS_PERSON, "person", _names(reads.people(console, version)))
    period = address.chosen(_period_key(words), "period", PERIODS, of=_of)
    return Chosen(version, person or None, period or None)


def select(console: App, words: Words) -> Chosen:
    """Draw both choices, and give them."""
    version = reads.mart(console)
    people = reads.people(console, version)
    now = chosen(console, words)
    names = _names(people)
    told = {one.person: words("insights.person_days", person=one.person, days=one.days) for one in people}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            words("insights.person"),
            names,
            key=state.INSIGHTS_PERSON,
            format_func=lambda name: told.get(name, words("insights.everybody")),
            on_change=address.keep,
            args=(state.INSIGHTS_PERSON, "person", names[0]),
            width=280,
        )
        st.selectbox(
            words("insights.period"),
            PERIODS,
            key=_period_key(words),
            format_func=lambda days: words("insights.last_days", days=days) if days else words("insights.all_days"),
            on_change=address.keep,
            args=(_period_key(words), "period", PERIODS[0], _of),
            width=200,
        )
    st.caption(_of_version(words, now.version))
    return now


def _of_version(words: Words, version: Version) -> str:
    told = words("insights.data", day=version.tables_day.isoformat(), time=fmt.jst(version.published_at))
    # As text: code in a caption is too pale to be read on white.
    return f"{told} · {show.plain(version.run_id)}"


def _names(people: tuple[PersonDays, ...]) -> tuple[str, ...]:
    return (*(one.person for one in people), EVERYBODY)


def _period_key(words: Words) -> str:
    return address.spoken(words, state.INSIGHTS_PERIOD)


def _of(days: int) -> str:
    return str(days or "all")
