"""Who reads which kind of block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.analysis.reports.definitions import definition as kinds
from pipeline.console.reports.gathering import exports, insights, models, quality, queries
from pipeline.console.reports.gathering.scope import Reader

READERS: Final[Mapping[type[kinds.Block], Reader]] = {
    kinds.Status: exports.status,
    kinds.History: exports.history,
    kinds.Quality: quality.quality,
    kinds.Models: models.models,
    kinds.ChartOfQuery: queries.chart,
    kinds.TableOfQuery: queries.table,
    kinds.Correlation: insights.correlation,
    kinds.Forecast: insights.forecast,
    kinds.FreeText: queries.text,
}
