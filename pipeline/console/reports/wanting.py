"""What a definition lacks before a report can be whole: somebody whom its blocks are about. Pure."""

from __future__ import annotations

from pipeline.analysis.query import parameters
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, Definition, Forecast, TableOfQuery
from pipeline.console.insights.foreseeing.exports import TARGETS as GROWTH
from pipeline.console.reports.gathering.queries import PERSON


def lacks_person(definition: Definition) -> bool:
    """Whether a block is about one person, and the report about nobody: such a block comes to nothing."""
    return not definition.person and any(map(_is_personal, definition.blocks))


def _is_personal(block: object) -> bool:
    if isinstance(block, Forecast):
        return block.measure not in GROWTH
    return isinstance(block, ChartOfQuery | TableOfQuery) and PERSON in parameters.names(block.sql)
