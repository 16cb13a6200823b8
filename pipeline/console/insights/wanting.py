"""Why a question has no answer: which measure has no value, or never changes, and how many days are missing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import ceil

import numpy as np

from pipeline.analysis.correlation.cases import FEWEST_WORTH, Case
from pipeline.analysis.correlation.cells import Missing
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.questions import Question

_UNWRITTEN = {Missing.NO_ROW, Missing.NOT_RECORDED, Missing.BEFORE_FIRST, Missing.AFTER_LAST, Missing.NEVER}


def without_values(frames: Mapping[str, Frame], question: Question) -> dict[str, Missing]:
    """The question's measures of which nobody has a value, and the most frequent reason."""
    return {
        name: _reason(frames, name)
        for name in (question.driver, question.outcome)
        if all(np.isnan(frame.column(name)).all() for frame in frames.values())
    }


def unchanging(frames: Mapping[str, Frame], question: Question) -> tuple[str, ...]:
    """The question's measures of which everybody's value is the same on every day."""
    return tuple(
        name
        for name in (question.driver, question.outcome)
        if all(len(np.unique(known)) <= 1 for known in _known(frames, name))
    )


def more_days(case: Case) -> int:
    """How many more days like these a TOO_FEW case needs, at least 1."""
    wanted = FEWEST_WORTH - case.days
    if case.worth > 0:
        wanted = max(wanted, ceil(FEWEST_WORTH * case.days / case.worth) - case.days)
    return max(wanted, 1)


def _reason(frames: Mapping[str, Frame], name: str) -> Missing:
    told = Counter(reason for frame in frames.values() for reason in frame.missing(name).values())
    # A reason that says more than that nothing was written.
    special = Counter({reason: days for reason, days in told.items() if reason not in _UNWRITTEN})
    return (special or told or Counter([Missing.NEVER])).most_common(1)[0][0]


def _known(frames: Mapping[str, Frame], name: str) -> list[np.ndarray]:
    return [column[~np.isnan(column)] for column in (frame.column(name) for frame in frames.values())]
