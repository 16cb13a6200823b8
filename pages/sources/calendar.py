"""The calendar of a source's days as a heat map: weeks from left to right, weekdays from Monday down. Pure.

No day is told by its colour alone: each cell has a sign, hovering tells the day in words, and the counts stand above.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import plotly.graph_objects as go
from babel.dates import format_date, get_day_names

from pages.ui import format as fmt
from pipeline.sources.calendar import DayEntry
from pipeline.words.catalogue import Words

Shown = Literal["got", "partial", "missing", "failed", "unknown"]
SHOWN: tuple[Shown, ...] = ("got", "partial", "missing", "failed", "unknown")
SIGNS: dict[Shown, str] = {"got": "✓", "partial": "◐", "missing": "–", "failed": "✕", "unknown": ""}
BADGES: dict[Shown, Literal["green", "orange", "gray", "red", "blue"]] = {
    "got": "green",
    "partial": "orange",
    "missing": "blue",
    "failed": "red",
    "unknown": "gray",
}
# Read on white and on near-black alike (contrast 3:1 and more on both), with near-black signs on them.
COLOURS: dict[Shown, str] = {
    "got": "#2E9E6B",
    "partial": "#C77700",
    "missing": "#5B86C9",
    "failed": "#D64545",
    "unknown": "rgba(128, 138, 160, 0.22)",
}
SIGN_COLOUR = "#05070D"
HEIGHT = 210
MOST_LARGE = 30
WEEK = 7


def weeks(today: date, count: int) -> tuple[date, date]:
    """The last ``count`` weeks, this one included, from a Monday to today."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=count - 1), today


def shown(entry: DayEntry | None) -> Shown:
    """How a day is drawn; a day of which only the newest try failed is failed, whatever stood before."""
    if entry is None:
        return "unknown"
    return "failed" if entry.error else entry.state


def counted(days: Mapping[date, DayEntry], first: date, last: date) -> dict[Shown, int]:
    """How many days of the range stand how; kinds that do not occur are left out."""
    states = [shown(days.get(day)) for day in _range(first, last)]
    return {state: states.count(state) for state in SHOWN if state in states}


def told(words: Words, days: Mapping[date, DayEntry], first: date, last: date) -> str:
    """The calendar in one sentence, for those who do not see it."""
    counts = counted(days, first, last)
    listed = ", ".join(f"{words(f'source_day.{state}')} {count}" for state, count in counts.items())
    return words("source.calendar_alt", first=f"{first:%Y/%m/%d}", last=f"{last:%Y/%m/%d}", counts=listed)


def figure(words: Words, days: Mapping[date, DayEntry], first: date, last: date, partly: str = "") -> go.Figure:
    """A cell a day, from the Monday at or before ``first``; ``days`` are those that are known, ``partly`` says what a
    partial one is."""
    monday = first - timedelta(days=first.weekday())
    columns = (last - monday).days // WEEK + 1
    grid = [[monday + timedelta(days=WEEK * column + row) for column in range(columns)] for row in range(WEEK)]
    inside = [[first <= day <= last for day in line] for line in grid]
    states = [[shown(days.get(day)) for day in line] for line in grid]
    drawn = go.Figure()
    drawn.add_heatmap(
        z=_where(inside, [[SHOWN.index(state) for state in line] for line in states], None),
        text=_where(inside, [[SIGNS[state] for state in line] for line in states], ""),
        hovertext=_where(inside, [[_hover(words, day, days.get(day), partly) for day in line] for line in grid], ""),
        hoverinfo="text",
        texttemplate="%{text}",
        textfont={"color": SIGN_COLOUR, "size": 9 if columns <= MOST_LARGE else 7},
        colorscale=_scale(),
        zmin=-0.5,
        zmax=len(SHOWN) - 0.5,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    marks = _months(words, first, last)
    names = get_day_names("abbreviated", locale=words.language)
    drawn.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "tickvals": list(marks),
            "ticktext": list(marks.values()),
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "side": "top",
            "tickangle": 0,
        },
        yaxis={
            "tickvals": list(range(0, WEEK, 2)),
            "ticktext": [names[row] for row in range(0, WEEK, 2)],
            "autorange": "reversed",
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
    )
    return drawn


def _hover(words: Words, day: date, entry: DayEntry | None, partly: str) -> str:
    lines = [format_date(day, "full", locale=words.language), words(f"source_day.{shown(entry)}")]
    if shown(entry) == "partial":
        lines += partly.splitlines()
    if entry and entry.has_document:
        records = words.count("runs.records", entry.records, fmt.number(entry.records, words.language))
        lines.append(words("source.day_records", records=records))
    if entry and entry.rejected:
        lines.append(words("source.day_rejected", count=entry.refused or len(entry.rejected)))
    if entry and entry.error:
        lines.append(f"{entry.error.code} {words.error_of_code(entry.error.code, entry.error.state)[0]}")
    return "<br>".join(lines)


def _months(words: Words, first: date, last: date) -> dict[int, str]:
    """Where each month that begins in the range has its first day, by the column."""
    monday = first - timedelta(days=first.weekday())
    begins = [day for day in _range(first, last) if day.day == 1]
    return {(day - monday).days // WEEK: format_date(day, "MMM", locale=words.language) for day in begins}


def _scale() -> list[list[float | str]]:
    steps = len(SHOWN)
    return [[edge / steps, COLOURS[state]] for at, state in enumerate(SHOWN) for edge in (at, at + 1)]


def _where(inside: list[list[bool]], values: list[list[object]], otherwise: object) -> list[list[object]]:
    return [
        [v if good else otherwise for good, v in zip(*line, strict=True)] for line in zip(inside, values, strict=True)
    ]


def _range(first: date, last: date) -> list[date]:
    return [first + timedelta(days=passed) for passed in range((last - first).days + 1)]
