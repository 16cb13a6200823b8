"""Where both of a pair wander, their changes from day to day are compared, not their levels. Pure.

Two random walks seem related most of the time; how often, and by which rule less: this room's README.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.analysis.correlation.lags import Lagged, Prepared, lagged, prepared
from pipeline.analysis.correlation.ranks import Floats, Masks, changes

# A series wanders whose ranks resemble those of the day before more than this, weekday, trend and season put aside.
WANDERING = 0.85


@dataclass(frozen=True, eq=False)
class Study:
    """All variables prepared: by their levels, the wandering ones (their columns in ``wandering``) by their changes,
    too."""

    levels: Prepared
    changes: Prepared
    wandering: tuple[int, ...]

    @property
    def pairs(self) -> Masks:
        """variables × variables: whether a pair is compared by its changes."""
        does = np.isin(np.arange(self.levels.residuals.shape[1]), self.wandering)
        return np.logical_and.outer(does, does)

    def of(self, left: int, right: int) -> Floats:
        """days × 2: the residual ranks by which two columns are compared."""
        if {left, right} <= set(self.wandering):
            return self.changes.residuals[:, [self.wandering.index(left), self.wandering.index(right)]]
        return self.levels.residuals[:, [left, right]]


def studied(values: Floats, weekday: int) -> Study:
    """Prepare days × variables. ``weekday`` is the first day's, Monday 0."""
    levels = prepared(values, weekday)
    own = levels.autocorrelation[0] if len(levels.autocorrelation) else np.zeros(values.shape[1])
    wandering = tuple(int(column) for column in np.flatnonzero(own > WANDERING))
    return Study(levels, prepared(changes(values[:, wandering]), weekday), wandering)


def correlations(study: Study, lags: Iterable[int]) -> list[Lagged]:
    """Each lag's correlations, each pair by the rule. A lag is from 0 to the days less one."""
    wanted = list(lags)
    found = lagged(study.levels, wanted)
    if len(study.wandering) < 2:  # noqa: PLR2004 - a pair
        return found
    return [
        _merged(level, moved, study.wandering)
        for level, moved in zip(found, lagged(study.changes, wanted), strict=True)
    ]


def _merged(level: Lagged, moved: Lagged, wandering: tuple[int, ...]) -> Lagged:
    where = np.ix_(wandering, wandering)
    put = {}
    for name in ("r", "days", "worth", "degrees", "p", "low", "high"):
        figures = getattr(level, name).copy()
        figures[where] = getattr(moved, name)
        put[name] = figures
    return replace(level, **put)
