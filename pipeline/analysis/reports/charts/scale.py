"""From values to places on the picture: where x and y lie, round steps of the axis, and fewer points than pixels. Pure.

A value that is None, not finite or beyond 1e300 is a gap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeGuard

from pipeline.analysis.reports.document import Chart, Series, Value

# The sum and the difference of two such are numbers still.
_MOST: Final = 1e300
# Of a difference below this a quarter is 0 to a machine.
_LEAST: Final = 1e-280
_STEPS: Final = (1, 2, 2.5, 5, 10)
_TICKS: Final = 4
_SECONDS_A_DAY: Final = 86_400
# Of a line so many points are drawn at most: a pixel holds no more than its highest and its lowest.
MOST_POINTS: Final = 1_200


@dataclass(frozen=True)
class Scale:
    """Values from ``low`` to ``high`` on pixels from ``begin`` to ``end``; where all are the same, in the middle."""

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        if self.high <= self.low:
            return (self.begin + self.end) / 2
        return self.begin + (value - self.low) / (self.high - self.low) * (self.end - self.begin)


@dataclass(frozen=True)
class Axis:
    """Round values from below the lowest to above the highest, and the decimals that they are written with."""

    ticks: tuple[float, ...]
    decimals: int


def places(chart: Chart) -> tuple[float, ...]:
    """Where each x lies: by time or size where all of them have one, else one after the other."""
    if chart.shape == "line" and chart.x:
        measured: list[float | None] = [_measure(value) for value in chart.x]
        if None not in measured and len({type(value) is datetime for value in chart.x}) == 1:
            return tuple(value for value in measured if value is not None)
    return tuple(map(float, range(len(chart.x))))


def axis(chart: Chart) -> Axis:
    """The axis of y. Bars begin at 0."""
    held = [float(value) for one in chart.series for value in _all(one) if is_shown(value)]
    values = held + ([0.0] if chart.shape == "bar" else [])
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < _LEAST:
        around = abs(low) / 2 if abs(low) > _LEAST else 1
        low, high = low - around, high + around
    step = _step(high - low)
    first, last = math.floor(low / step), math.ceil(high / step)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if _is_quarter(step) else 0)
    return Axis(tuple(number * step for number in range(first, last + 1)), min(decimals, 12))


def is_shown(value: float | None) -> TypeGuard[float]:
    """Whether a value has a place on the picture."""
    return value is not None and -_MOST <= value <= _MOST


def runs(values: Sequence[float | None]) -> Iterator[list[int]]:
    """The indices of values that stand without a gap, run after run."""
    run: list[int] = []
    for index, value in enumerate(values):
        if is_shown(value):
            run.append(index)
        elif run:
            yield run
            run = []
    if run:
        yield run


def thinned(run: Sequence[int], values: Sequence[float | None]) -> list[int]:
    """As many indices of a run as a picture has room for: the ends, and of each pixel the lowest and the highest."""
    if len(run) <= MOST_POINTS:
        return list(run)
    width = math.ceil(len(run) / (MOST_POINTS // 2))
    kept = {run[0], run[-1]}
    for begin in range(0, len(run), width):
        pixel = run[begin : begin + width]
        kept |= {min(pixel, key=lambda at: values[at] or 0.0), max(pixel, key=lambda at: values[at] or 0.0)}
    return sorted(kept)


def spread(count: int, most: int) -> list[int]:
    """At most so many of ``count`` indices, the first with them, at even distances."""
    step = max(1, math.ceil(count / max(most, 1)))
    return list(range(0, count, step))


def _all(one: Series) -> Iterable[float | None]:
    return (*one.values, *one.low, *one.high)


def _measure(value: Value) -> float | None:
    if isinstance(value, datetime):
        return value.toordinal() + (value.hour * 3600 + value.minute * 60 + value.second) / _SECONDS_A_DAY
    if isinstance(value, date):
        return float(value.toordinal())
    if value is None or isinstance(value, str | bool) or (isinstance(value, Decimal) and not value.is_finite()):
        return None
    return float(value) if -_MOST <= value <= _MOST else None


def _step(width: float) -> float:
    rough = width / _TICKS
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in _STEPS if factor == _STEPS[-1] or factor * power >= rough * (1 - 1e-9))


def _is_quarter(step: float) -> bool:
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    return abs(step / power - _STEPS[2]) < 1e-6 and step < 10  # noqa: PLR2004 - 25 has no decimals
