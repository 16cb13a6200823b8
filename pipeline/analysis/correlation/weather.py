"""One weather for all: people's days under one sky are no independent witnesses, so they are averaged first. Pure.

Each person's residual ranks are averaged a day, then one series is tested against one weather.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from pipeline.analysis.correlation.detrend import residuals
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.ranks import Floats, ranks


def shared(frames: Sequence[Frame], measures: Sequence[str]) -> tuple[date, Floats]:
    """The first day and days × measures: the mean over people of their residual ranks, each person's with mean 0 and
    spread 1; NaN on days on which nobody has a value. Raise ValueError without any frame."""
    first = min(frame.first for frame in frames)
    end = max(frame.first + timedelta(days=len(frame.values)) for frame in frames)
    total = np.zeros(((end - first).days, len(measures)))
    people = np.zeros_like(total)
    for frame in frames:
        own = residuals(ranks(np.column_stack([frame.column(name) for name in measures])), frame.first.weekday()).values
        start = (frame.first - first).days
        here = slice(start, start + len(own))
        total[here] += np.where(np.isnan(own), 0.0, own)
        people[here] += ~np.isnan(own)
    return first, np.where(people > 0, total / np.maximum(people, 1), np.nan)
