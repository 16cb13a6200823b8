"""The charts of this page, and the same as tables: a model's last runs, and 30 days of a table's quality. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.models import rows
from pages.ui import format as fmt
from pipeline.analysis.models.builds import NodeRun
from pipeline.analysis.models.shapes import State
from pipeline.analysis.quality.standing import Grade
from pipeline.console import models as telling
from pipeline.console.analysis.trend import TrendDay
from pipeline.words.catalogue import Words

HEIGHT = 240
FEW = 6
# Read on white and on near-black alike (contrast 3:1 and more on both).
COLOURS: dict[State, str] = {
    "ok": "#1FA97A",
    "warn": "#C77700",
    "bad": "#D64545",
    "skipped": "#7A869A",
    "none": "#7A869A",
}
ERRORS, WARNINGS = "#D64545", "#C77700"
SIGNS: dict[Grade, tuple[str, str]] = {
    "good": ("#1FA97A", "circle"),
    "learning": ("#4C86E0", "diamond"),
    "not_run": ("#7A869A", "line-ew-open"),
}


def runs(words: Words, found: Sequence[NodeRun]) -> go.Figure:
    """Seconds of each run, oldest first, coloured by how it ended."""
    shown = list(reversed(found))
    drawn = go.Figure()
    drawn.add_bar(
        x=list(range(1, len(shown) + 1)),
        y=[run.seconds for run in shown],
        marker_color=[COLOURS[run.shown] for run in shown],
        hovertext=[_told(words, run) for run in shown],
        hoverinfo="text",
    )
    drawn.update_layout(**_layout(), xaxis={"visible": False, "fixedrange": True})
    drawn.update_yaxes(title=words("dbt.axis_seconds"))
    return drawn


def run_rows(words: Words, found: Sequence[NodeRun]) -> list[dict[str, object]]:
    """The same as a table, newest first."""
    return [
        {
            words("buildlog.run_id"): run.run_id,
            rows.title(words, "models.column_state"): _state(words, run),
            rows.title(words, "models.column_rows"): fmt.number(run.rows, words.language),
            rows.title(words, "models.column_seconds"): fmt.duration(run.seconds, words.language),
            rows.title(words, "models.column_tests"): f"{run.tests_ok}/{run.tests}" if run.tests else fmt.NOTHING,
        }
        for run in found
    ]


def trend(words: Words, days: Sequence[TrendDay]) -> go.Figure:
    """Findings of each day as bars; a sign where there are none, and where nobody has looked."""
    drawn = go.Figure()
    for name, colour in (("error", ERRORS), ("warning", WARNINGS)):
        drawn.add_bar(
            x=[day.day for day in days],
            y=[day.errors if name == "error" else day.warnings for day in days],
            name=words(f"quality.grade.{name}"),
            marker_color=colour,
            hovertext=[_day(words, day) for day in days],
            hoverinfo="text",
        )
    for grade in SIGNS:
        _sign(drawn, words, grade, [day for day in days if day.grade == grade])
    drawn.update_layout(
        **(_layout() | {"showlegend": True}),
        barmode="stack",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"tickformat": "%m/%d", "fixedrange": True},
    )
    if max((day.errors + day.warnings for day in days), default=0) <= FEW:
        # There is no half a finding.
        drawn.update_yaxes(dtick=1)
    return drawn


def trend_rows(words: Words, days: Sequence[TrendDay]) -> list[dict[str, object]]:
    """The same as a table, newest first."""
    return [
        {
            words("inspect.day"): f"{day.day:%Y/%m/%d}",
            words("inspect.grade"): words(f"quality.grade.{day.grade}"),
            words("quality.finding.error"): day.errors,
            words("quality.finding.warning"): day.warnings,
            words("inspect.records"): fmt.number(day.records, words.language),
        }
        for day in reversed(days)
    ]


def _sign(drawn: go.Figure, words: Words, grade: Grade, days: Sequence[TrendDay]) -> None:
    colour, symbol = SIGNS[grade]
    drawn.add_scatter(
        x=[day.day for day in days],
        y=[0 for _ in days],
        name=words(f"quality.grade.{grade}"),
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9},
        hovertext=[_day(words, day) for day in days],
        hoverinfo="text",
        cliponaxis=False,
    )


def _layout() -> dict[str, object]:
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "bargap": 0.25,
        "showlegend": False,
        "yaxis": {"rangemode": "tozero", "automargin": True, "fixedrange": True},
    }


def _state(words: Words, run: NodeRun) -> str:
    told = f"{telling.MARKS[run.shown]} {words(telling.STATES[run.shown])}"
    return f"{told} · {words('models.affected')}" if run.affected else told


def _told(words: Words, run: NodeRun) -> str:
    lines = [_state(words, run), fmt.duration(run.seconds, words.language)]
    if run.rows is not None:
        lines.append(words("dbt.rows", number=fmt.number(run.rows, words.language)))
    return "<br>".join(lines)


def _day(words: Words, day: TrendDay) -> str:
    told = f"{day.day:%Y/%m/%d}<br>{words(f'quality.grade.{day.grade}')}"
    return f"{told}<br>{words('inspect.counted', errors=day.errors, warnings=day.warnings)}"
