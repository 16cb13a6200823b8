"""Reads what the block models tells: the index of our builds, and the newest artifacts of other dbt projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from pipeline.analysis.models.builds import OUR_PROJECT, Builds
from pipeline.analysis.models.projects import Projects
from pipeline.analysis.reports.blocks import models as told
from pipeline.analysis.reports.definitions.definition import Models
from pipeline.analysis.reports.document import Part
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.gathering.scope import Scope
from pipeline.errors import NotFound, SchemaMismatch

if TYPE_CHECKING:
    from pipeline.console.app import App

# Artifacts of a project are megabytes.
MOST_OTHERS: Final = 10


def models(app: App, block: Models, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """Our builds, and how other projects stand."""
    projects = Projects(reading.lake, lambda: scope.as_of)
    names = orjson.loads(reading.fact("projects", lambda: orjson.dumps(projects.names()).decode()))
    others = [name for name in names if name != OUR_PROJECT]
    read = told.Models(
        Builds(reading.lake).index(),
        scope.as_of,
        scope.since,
        scope.until,
        tuple(_other(projects, name) for name in others[:MOST_OTHERS]),
        max(0, len(others) - MOST_OTHERS),
    )
    return told.models(read, scope.shown)


def _other(projects: Projects, name: str) -> told.Other:
    try:
        return told.Other(name, projects.judged(name).standing)
    except SchemaMismatch as error:
        return told.Other(name, error)
    except NotFound as error:
        # A folder without a manifest is its own; a pinned version that is gone is the block's.
        if error.state != "dbt_manifest":
            raise
        return told.Other(name, error)
