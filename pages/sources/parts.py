"""The parts of a source's card: its calendar with the backfill, newest records, refused fields, and its setup.

Each is asked for when it is chosen; while a run goes on the calendar fills.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from pages.sources import calendar, live, setup
from pages.ui import format as fmt
from pages.ui import guard, notice, press, records, show, state
from pipeline.console.app import App
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.protocol import LONGEST_SPAN_DAYS
from pipeline.sources.status import Card, rejected_of
from pipeline.words.catalogue import Words

BACKFILL_DAYS = 30
WEEKS = (26, 52)
YEARS_BACK = 3


def render(console: App, words: Words, config: SourceConfig, card: Card, going: bool) -> None:
    """Draw the part that is chosen; of a table there is only the setup, and of a run that goes on its days."""
    entry, has_days = card.entry, console.board.kind(card.entry).has_days
    if going or not has_days:
        with guard.apart(words, entry.name):
            if has_days:
                _days(console, words, card, going)
            elif not going:
                setup.render(console, words, config, entry)
        return
    drawn: dict[str, Callable[[], None]] = {
        "days": lambda: _days(console, words, card, going),
        "newest": lambda: _newest(console, words, card),
        "rejected": lambda: _rejected(console, words, card),
        "setup": lambda: setup.render(console, words, config, entry),
    }
    # What is lacking is mended in the setup. The first choice stays: another one would make other tabs.
    first = _first_parts().setdefault(entry.name, "setup" if card.state == "lacking" else "days")
    labels = {part: words(f"source_part.{part}") for part in drawn}
    tabs = st.tabs(list(labels.values()), default=labels[first], on_change="rerun", key=f"part-{_mark(words, entry)}")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab, guard.apart(words, entry.name):
                draw()


def start(
    console: App,
    words: Words,
    pressed: str,
    entry: SourceEntry,
    days: tuple[date, date] | None = None,
) -> None:
    """Start a run when the press asks for it, of the newest days or of a range, and watch it from here."""
    watch, parts = live.watcher(entry.name, console), _first_parts()

    def begin() -> str:
        watch(console.board.start(entry, *(days or ())))
        parts[entry.name] = "days"
        # The run's progress says that it was started.
        return ""

    notice.act(words, pressed, f"{entry.name}/{'days' if days else 'run'}", begin)


def _first_parts() -> dict[str, str]:
    if state.SOURCE_PARTS not in st.session_state:
        st.session_state[state.SOURCE_PARTS] = {}
    first: dict[str, str] = st.session_state[state.SOURCE_PARTS]
    return first


def _mark(words: Words, entry: SourceEntry) -> str:
    return f"{entry.name}-{words.language}"


def _days(console: App, words: Words, card: Card, going: bool) -> None:
    entry = card.entry
    today = console.board.today(entry)
    periods = {f"weeks-{weeks}": calendar.weeks(today, weeks) for weeks in WEEKS}
    for year in range(today.year - 1, today.year - 1 - YEARS_BACK, -1):
        periods[str(year)] = (date(year, 1, 1), date(year, 12, 31))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            words("source.period"),
            list(periods),
            format_func=lambda name: _period(words, name),
            key=f"period-{_mark(words, entry)}",
            width=150,
        )
        first, last = periods[chosen]
        days = console.board.calendar(entry, first, last).days
        counts = calendar.counted(days, first, last)
        _counts(words, counts)
    partly = console.board.kind(entry).partly.of(words.language)
    st.plotly_chart(
        calendar.figure(words, days, first, last, partly),
        key=f"calendar-{entry.name}",
        config={"displayModeBar": False},
        alt=calendar.told(words, days, first, last),
    )
    if "partial" in counts:
        st.caption(f"{calendar.SIGNS['partial']} {words('source_day.partial')}: {partly}")
    _backfill(console, words, card, today, going)


def _period(words: Words, name: str) -> str:
    weeks = name.partition("weeks-")[2]
    return words("source.weeks", weeks=weeks) if weeks else words("source.year", year=name)


def _counts(words: Words, counts: Mapping[calendar.Shown, int]) -> None:
    with st.container(horizontal=True, gap="small"):
        for state, count in counts.items():
            sign, colour = calendar.SIGNS[state], calendar.BADGES[state]
            st.badge(f"{sign} {words(f'source_day.{state}')} {fmt.number(count, words.language)}".strip(), color=colour)


def _backfill(console: App, words: Words, card: Card, today: date, going: bool) -> None:
    entry = card.entry
    allowed = console.may("export")
    reach, usual = console.board.source(entry).reach, today - timedelta(days=BACKFILL_DAYS - 1)
    with st.form(f"backfill-form-{entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            first = st.date_input(words("source.from"), usual, reach, today, width=150)
            last = st.date_input(words("source.to"), today, reach, today, width=150)
            pressed = press.submit(
                words("source.backfill"),
                f"backfill-of-{entry.name}",
                icon=":material/event_repeat:",
                disabled=going or not allowed or card.state == "lacking",
                help=show.why_not(words, allowed),
            )
    notice.draw(words, f"{entry.name}/days")
    st.caption(words("source.backfill_about"))
    # A field that was emptied means what stood in it at first.
    start(console, words, pressed, entry, (first or usual, last or today))


def _newest(console: App, words: Words, card: Card) -> None:
    with st.spinner(words("preview.loading")):
        newest = console.board.newest(card.entry)
    if not newest:
        st.info(words("source.newest_none"), icon=":material/inbox:")
        return
    st.caption(words("source.newest_about", shown=words.count("runs.records", len(newest), str(len(newest)))))
    st.dataframe(records.table(newest), hide_index=True, placeholder="", alt=words("source_part.newest"))


def _rejected(console: App, words: Words, card: Card) -> None:
    last = card.last
    if last is None or last.first_day is None or last.last_day is None:
        st.info(words("source.newest_none"), icon=":material/inbox:")
        return
    # The days that the card's count is of.
    first = max(last.first_day, last.last_day - timedelta(days=LONGEST_SPAN_DAYS))
    rejected = rejected_of(last, console.board.calendar(card.entry, first, last.last_day).days)
    st.caption(words("source.rejected_about", first=f"{first:%Y/%m/%d}", last=f"{last.last_day:%Y/%m/%d}"))
    if not rejected:
        st.success(words("source.rejected_none"), icon=":material/check_circle:")
        return
    names = [words("source.day"), words("source.field"), words("source.why")]
    table = [dict(zip(names, (f"{day:%Y/%m/%d}", field, why), strict=True)) for day, field, why in rejected]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("source_part.rejected"))
