"""One chart as an SVG element: axes, lines, bands, bars and points, each series with a colour and a stroke of its own.

Of elements, never of strings: no value can be markup. Colours are attributes, which the style of a page may override.
Colours of the series: Okabe and Ito, "Color Universal Design", darkened where white would swallow them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from pipeline.analysis.reports.charts.scale import Axis, Scale, axis, is_shown, places, runs, spread, thinned
from pipeline.analysis.reports.document import Chart, Series, Value, clean
from pipeline.analysis.reports.shown import Shown

WIDTH: Final = 680
HEIGHT: Final = 260
FONTS: Final = "Noto Sans CJK JP, Noto Sans JP, sans-serif"
_COLOURS: Final = ("#0072b2", "#b34d00", "#00795a", "#8f4a77", "#555555", "#8a6d00")
_DASHES: Final = ("", "6 3", "2 2", "8 2 2 2", "10 4", "1 3")
_TOP, _BOTTOM, _RIGHT = 30, 34, 14
_LETTER: Final = 6.2
_WIDE: Final = 11.0
_LONGEST_LABEL: Final = 14
_LONGEST_NAME: Final = 24
# Narrower bars than this are a smear: a line says the same.
_MOST_BARS: Final = 300
_ASCII: Final = 127


@dataclass(frozen=True)
class _Field:
    """The part of the picture that values lie in."""

    x: Scale
    y: Scale
    places: tuple[float, ...]

    def point(self, index: int, value: float | None) -> tuple[str, str]:
        return _pixel(self.x.at(self.places[index])), _pixel(self.y.at(float(value or 0.0)))


def svg(chart: Chart, shown: Shown) -> Element:
    """The picture, 680 by 260; its name for whoever cannot see it is the chart's ``about``."""
    steps = axis(chart)
    labels = [shown.number(tick, steps.decimals) for tick in steps.ticks]
    field = _field(chart, steps, 16 + max(map(_length, labels)))
    size = {"width": str(WIDTH), "height": str(HEIGHT), "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    picture = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "font-family": FONTS})
    picture.set("aria-label", clean(chart.about).strip() or clean(chart.title).strip() or shown.words("report.chart"))
    _grid(picture, field, steps, labels, clean(chart.unit))
    if not any(is_shown(value) for one in chart.series for value in one.values):
        _text(picture, WIDTH / 2, HEIGHT / 2, shown.words("report.no_values"), "middle")
        return picture
    _x_labels(picture, chart, field, shown)
    for number, one in enumerate(chart.series):
        _series(picture, chart, field, one, number)
    _legend(picture, chart)
    return picture


def _field(chart: Chart, steps: Axis, left: float) -> _Field:
    at = places(chart)
    inset = (WIDTH - left - _RIGHT) / max(len(at), 1) / 2 if _is_bars(chart) else 6
    across = Scale(min(at, default=0.0), max(at, default=0.0), left + inset, WIDTH - _RIGHT - inset)
    return _Field(across, Scale(steps.ticks[0], steps.ticks[-1], HEIGHT - _BOTTOM, _TOP), at)


def _is_bars(chart: Chart) -> bool:
    return chart.shape == "bar" and len(chart.x) * len(chart.series) <= _MOST_BARS


def _grid(picture: Element, field: _Field, steps: Axis, labels: Sequence[str], unit: str) -> None:
    left = 10 + max(map(_length, labels))
    for tick, label in zip(steps.ticks, labels, strict=True):
        y = field.y.at(tick)
        ends = {"x1": _pixel(left), "x2": str(WIDTH - _RIGHT), "y1": _pixel(y), "y2": _pixel(y)}
        SubElement(picture, "line", {"class": "grid", **ends, "stroke": "#d5d5d5"})
        _text(picture, left - 5, y + 4, label, "end")
    _text(picture, 2, 13, _short(unit, _LONGEST_NAME), "start")


def _x_labels(picture: Element, chart: Chart, field: _Field, shown: Shown) -> None:
    labels = [_short(_label(value, shown), _LONGEST_LABEL) for value in chart.x]
    room = (WIDTH - 60) / (max(map(_length, labels)) + 12)
    for index in spread(len(labels), max(1, int(room))):
        x = field.x.at(field.places[index])
        half = _length(labels[index]) / 2
        _text(picture, min(max(x, half + 2), WIDTH - half - 2), HEIGHT - 12, labels[index], "middle")


def _series(picture: Element, chart: Chart, field: _Field, one: Series, number: int) -> None:
    group = SubElement(picture, "g", {"class": f"series-{number + 1}"})
    if one.low and one.high:
        _band(group, field, one, number)
    if _is_bars(chart):
        _bars(group, chart, field, one, number)
        return
    for run in runs(one.values):
        _line(group, field, [(at, one.values[at]) for at in thinned(run, one.values)], number)


def _line(group: Element, field: _Field, points: Sequence[tuple[int, float | None]], number: int) -> None:
    if len(points) == 1:
        x, y = field.point(*points[0])
        SubElement(group, "circle", {"class": "dot", "cx": x, "cy": y, "r": "3.5", "fill": _COLOURS[number]})
        return
    drawn = " ".join(",".join(field.point(at, value)) for at, value in points)
    look = {"fill": "none", "stroke": _COLOURS[number], "stroke-width": "1.8", "stroke-linejoin": "round"}
    look |= {"stroke-dasharray": _DASHES[number]} if _DASHES[number] else {}
    SubElement(group, "polyline", {"class": "line", "points": drawn, **look})


def _band(group: Element, field: _Field, one: Series, number: int) -> None:
    both = [low if is_shown(high) else None for low, high in zip(one.low, one.high, strict=True)]
    for run in runs(both):
        kept = spread(len(run), 600)
        there = [field.point(run[at], one.high[run[at]]) for at in kept]
        back = [field.point(run[at], one.low[run[at]]) for at in reversed(kept)]
        drawn = " ".join(",".join(point) for point in (*there, *back))
        SubElement(
            group, "polygon", {"class": "band", "points": drawn, "fill": _COLOURS[number], "fill-opacity": "0.2"}
        )


def _bars(group: Element, chart: Chart, field: _Field, one: Series, number: int) -> None:
    width = (WIDTH - field.x.begin - _RIGHT) / max(len(chart.x), 1) * 0.8 / len(chart.series)
    zero = field.y.at(0.0)
    for index, value in enumerate(one.values):
        if is_shown(value):
            x = field.x.at(field.places[index]) + (number - len(chart.series) / 2) * width
            y = field.y.at(float(value or 0.0))
            box = {"x": _pixel(x), "y": _pixel(min(y, zero)), "width": _pixel(width), "height": _pixel(abs(y - zero))}
            SubElement(group, "rect", {"class": "bar", **box, "fill": _COLOURS[number]})


def _legend(picture: Element, chart: Chart) -> None:
    x = 10.0 + _length(_short(chart.unit, _LONGEST_NAME)) + 10
    for number, one in enumerate(chart.series if len(chart.series) > 1 else ()):
        name = _short(clean(one.name), _LONGEST_NAME)
        group = SubElement(picture, "g", {"class": f"series-{number + 1}"})
        ends = {"x1": _pixel(x), "x2": _pixel(x + 20), "y1": "9", "y2": "9", "stroke": _COLOURS[number]}
        dashes = {"stroke-dasharray": _DASHES[number]} if _DASHES[number] else {}
        SubElement(group, "line", {"class": "line", **ends, "stroke-width": "2.5", **dashes})
        _text(picture, x + 25, 13, name, "start")
        x += 25 + _length(name) + 14


def _text(picture: Element, x: float, y: float, text: str, anchor: str) -> None:
    look = {"class": "label", "font-size": "11", "text-anchor": anchor, "fill": "#444444"}
    SubElement(picture, "text", {"x": _pixel(x), "y": _pixel(y), **look}).text = text


def _label(value: Value, shown: Shown) -> str:
    if isinstance(value, datetime):
        local = shown.local(value)
        return f"{local.month}/{local.day} {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.month}/{value.day}"
    return shown.value(value).replace("\n", " ")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _length(text: str) -> float:
    return sum(_LETTER if ord(each) <= _ASCII else _WIDE for each in text)


def _pixel(value: float) -> str:
    return f"{value:.1f}"
