"""The chart of the last 30 days: records as bars, bytes as a line, failed and late days marked. Pure (plotly only)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import plotly.graph_objects as go

from pages.ui import format as fmt
from pipeline.runs.freshness import Day
from pipeline.words.catalogue import Words

HEIGHT = 300
SIZE_STEPS = 3
# Read on white and on near-black alike (contrast 3:1 and more on both).
RECORDS, SIZE = "#4C86E0", "#1FA97A"
MARKS = {"failed": ("#D64545", "x"), "late": ("#C77700", "diamond")}


def figure(words: Words, days: Sequence[Day]) -> go.Figure:
    """Days from left to right; hovering tells a day's figures in words.
    Drawn once for everybody who sees these days."""
    return _figure(words.language, tuple(days))


@lru_cache(maxsize=16)
def _figure(language: str, days: tuple[Day, ...]) -> go.Figure:
    words = Words(language)
    dates = [day.day for day in days]
    drawn = go.Figure()
    drawn.add_bar(
        x=dates,
        y=[day.records for day in days],
        name=words("chart.records"),
        marker_color=RECORDS,
        hovertext=[_told(words, day) for day in days],
        hoverinfo="text",
    )
    drawn.add_scatter(
        x=dates,
        y=[day.bytes for day in days],
        name=words("chart.size"),
        yaxis="y2",
        mode="lines+markers",
        line_color=SIZE,
        connectgaps=False,
        # The old function's exports have no bar to hover over.
        hovertext=[_told(words, day) if day.records is None else "" for day in days],
        hoverinfo="text",
    )
    _mark(drawn, words, "failed", [day for day in days if day.failed])
    _mark(drawn, words, "late", [day for day in days if day.late and not day.failed])
    drawn.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0.25,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"tickformat": "%m/%d", "fixedrange": True},
        yaxis={"rangemode": "tozero", "automargin": True, "fixedrange": True},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "automargin": True,
            "fixedrange": True,
            **_size_ticks(words, days),
        },
    )
    return drawn


def told(words: Words, days: Sequence[Day]) -> str:
    """The chart in one sentence, for those who do not see it."""
    exported = sum(day.bytes is not None for day in days)
    failed, late = sum(bool(day.failed) for day in days), sum(day.late for day in days)
    return words("chart.alt", days=len(days), exported=exported, failed=failed, late=late)


def _size_ticks(words: Words, days: Sequence[Day]) -> dict[str, list[float] | list[str]]:
    top = max((day.bytes or 0 for day in days), default=0)
    values = [top * step / SIZE_STEPS for step in range(SIZE_STEPS + 1)]
    return {"tickvals": values, "ticktext": [fmt.size(round(value), words.language) for value in values]}


def _mark(drawn: go.Figure, words: Words, name: str, days: Sequence[Day]) -> None:
    colour, symbol = MARKS[name]
    drawn.add_scatter(
        x=[day.day for day in days],
        y=[0 for _ in days],
        name=words(f"chart.{name}"),
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 11},
        hovertext=[_told(words, day) for day in days],
        hoverinfo="text",
        cliponaxis=False,
    )


def _told(words: Words, day: Day) -> str:
    language = words.language
    lines = [f"{day.day:%Y/%m/%d} (JST)"]
    if day.bytes is not None:
        lines.append(words("chart.day", records=fmt.number(day.records, language), size=fmt.size(day.bytes, language)))
    if day.failed:
        lines.append(words("chart.day_failed", count=day.failed))
    if day.late:
        lines.append(words("chart.day_late"))
    return "<br>".join(lines)
