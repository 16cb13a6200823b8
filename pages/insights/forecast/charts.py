"""The charts of the tab: what came and what is foreseen, earlier forecasts, chances beside what they came to. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import plotly.graph_objects as go

from pages.insights.forecast import figures
from pages.insights.forecast.pairs import Pair
from pages.ui import format as fmt
from pipeline.analysis.forecast.logistic import Bin
from pipeline.analysis.forecast.outlook import DayAhead, Outlook
from pipeline.analysis.forecast.series import Series
from pipeline.words.catalogue import Words

HEIGHT: Final = 320
CAME_DAYS: Final = 60
# Months by their names would be English ones.
DAYS: Final = "%m/%d"
# Read on white and on near-black alike (contrast 3:1 and more on both).
CAME, AHEAD, TRIVIAL, OUTSIDE = "#7A869A", "#4C86E0", "#C77700", "#D64545"
_BAND: Final = "rgba(76, 134, 224, 0.25)"
_MEGA: Final = 2**20


@dataclass(frozen=True)
class Line:
    """How one line of a chart is drawn."""

    name: str
    colour: str
    dash: str = "solid"
    mode: str = "lines"


@dataclass(frozen=True)
class Look:
    """What a chart is of: a target's ``name``, and what its figures are divided by to be read."""

    words: Words
    target: str

    def scaled(self, value: float | None) -> float | None:
        """As it stands at the axis; None leaves a gap."""
        if value is None or not math.isfinite(value):
            return None
        return value / _MEGA if self.target == figures.BYTES else value

    def told(self, day: date, value: float | None) -> str:
        """What hovering tells of a day."""
        return f"{figures.day(day)}<br>{figures.value(self.words, self.target, value)}"


def fan(look: Look, series: Series, ahead: Outlook) -> go.Figure:
    """Two months as they came, two weeks as they are foreseen with their band, and the trivial forecast's line."""
    words, drawn = look.words, go.Figure()
    _band(drawn, look, ahead.days)
    days, values = recent(series, series.end)
    _line(drawn, look, zip(days, values, strict=True), Line(words("foreseen.fan.came"), CAME, mode="lines+markers"))
    trivial = words("foreseen.fan.baseline", name=figures.named(words, ahead.baseline))
    mine = words("foreseen.fan.foreseen", name=figures.named(words, ahead.used))
    _line(drawn, look, ((one.day, one.baseline) for one in ahead.days), Line(trivial, TRIVIAL, "dot"))
    _line(drawn, look, ((one.day, one.value) for one in ahead.days), Line(mine, AHEAD))
    _laid(drawn, words(f"foreseen.axis.{look.target}"))
    drawn.update_xaxes(tickformat=DAYS)
    return drawn


def recent(series: Series, end: date, days: int = CAME_DAYS) -> tuple[list[date], list[float | None]]:
    """The last days of a series before ``end``, and what each came to, None of a missing one."""
    values = [float(value) if math.isfinite(value) else None for value in series.values]
    told = [(series.first + timedelta(days=at), value) for at, value in enumerate(values)]
    shown = [(day, value) for day, value in told if end - timedelta(days=days) <= day < end]
    return [day for day, _ in shown], [value for _, value in shown]


def earlier(look: Look, compared: Sequence[Pair]) -> go.Figure:
    """Each day's newest forecast with its band, and what came: inside, outside, or where there was no band."""
    words, drawn = look.words, go.Figure()
    _band(drawn, look, [one.ahead for one in compared])
    foreseen = ((one.ahead.day, one.ahead.value) for one in compared)
    _line(drawn, look, foreseen, Line(words("foreseen.earlier.foreseen"), AHEAD))
    for held, name, colour, symbol in (
        (True, "inside_name", CAME, "circle"),
        (False, "outside_name", OUTSIDE, "x"),
        (None, "plain_name", CAME, "circle-open"),
    ):
        some = [one for one in compared if one.held is held]
        if some:
            _points(drawn, look, some, words(f"foreseen.earlier.{name}"), {"color": colour, "symbol": symbol})
    _laid(drawn, words(f"foreseen.axis.{look.target}"))
    drawn.update_xaxes(tickformat=DAYS)
    return drawn


def calibration(words: Words, bins: Sequence[Bin]) -> go.Figure:
    """The chances of similar days, and the share of these that had good focus; on the line both are the same."""
    drawn = go.Figure()
    line = {"color": TRIVIAL, "dash": "dot"}
    drawn.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name=words("foreseen.morning.line"), line=line, hoverinfo="skip"
    )
    most = max(one.days for one in bins)
    drawn.add_scatter(
        x=[one.foreseen for one in bins],
        y=[one.came for one in bins],
        mode="lines+markers",
        name=words("foreseen.morning.came"),
        line={"color": AHEAD},
        marker={"size": [8 + 16 * math.sqrt(one.days / most) for one in bins], "opacity": 1},
        hovertext=[_bin(words, one) for one in bins],
        hoverinfo="text",
    )
    _laid(drawn, words("foreseen.morning.came"))
    drawn.update_xaxes(title=words("foreseen.morning.foreseen"), range=[-0.02, 1.02], tickformat=".0%")
    drawn.update_yaxes(range=[-0.05, 1.05], tickformat=".0%", rangemode="normal")
    return drawn


def _bin(words: Words, one: Bin) -> str:
    came = f"{words('foreseen.morning.foreseen')} {figures.share(words, one.foreseen)}"
    came += f"<br>{words('foreseen.morning.came')} {figures.share(words, one.came)}"
    return f"{came}<br>{words('foreseen.morning.days')} {fmt.number(one.days, words.language)}"


def _band(drawn: go.Figure, look: Look, days: Sequence[DayAhead]) -> None:
    """The band behind everything else; days without one leave a gap."""
    if not any(one.low is not None for one in days):
        return
    low = {"line": {"width": 0}, "mode": "lines", "hoverinfo": "skip", "legendgroup": "band"}
    x = [one.day for one in days]
    drawn.add_scatter(x=x, y=[look.scaled(one.low) for one in days], showlegend=False, **low)
    name = look.words("foreseen.fan.range")
    high = [look.scaled(one.high) for one in days]
    drawn.add_scatter(x=x, y=high, name=name, fill="tonexty", fillcolor=_BAND, **low)


def _line(drawn: go.Figure, look: Look, values: Iterable[tuple[date, float | None]], line: Line) -> None:
    told = list(values)
    drawn.add_scatter(
        x=[day for day, _ in told],
        y=[look.scaled(value) for _, value in told],
        name=line.name,
        mode=line.mode,
        line={"color": line.colour, "dash": line.dash, "width": 2},
        marker={"size": 4},
        connectgaps=False,
        hovertext=[f"{look.told(day, value)}<br>{line.name}" for day, value in told],
        hoverinfo="text",
    )


def _points(drawn: go.Figure, look: Look, some: Sequence[Pair], name: str, marker: dict[str, object]) -> None:
    drawn.add_scatter(
        x=[one.ahead.day for one in some],
        y=[look.scaled(one.came) for one in some],
        name=name,
        mode="markers",
        marker={"size": 7, **marker},
        hovertext=[f"{look.told(one.ahead.day, one.came)}<br>{name}" for one in some],
        hoverinfo="text",
    )


def _laid(drawn: go.Figure, title: str) -> None:
    drawn.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"fixedrange": True},
        yaxis={"automargin": True, "fixedrange": True, "title": title},
    )
