"""The engines of one console by their names: a query goes to the one that it asks for.

What is not there is refused by its setting, before anything is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.analysis.query.face import Engine, EngineName, Query, Result, Watch
from pipeline.errors import ConfigInvalid
from pipeline.tables.manifest import Manifest

_ENVIRONMENT = ".env.local, environment"


@dataclass(frozen=True)
class Engines:
    """An engine of engines. ``missing`` is the setting that the others lack."""

    by_name: Mapping[EngineName, Engine]
    missing: str = "PIPELINE_ATHENA_WORKGROUP"

    @property
    def names(self) -> tuple[EngineName, ...]:
        """The engines that are there."""
        return tuple(self.by_name)

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        """Raise ConfigInvalid (``query_athena``) for an engine that is not there, else what that engine raises."""
        return self.named(query.engine).run(query, days, watch)

    def named(self, name: EngineName) -> Engine:
        """The engine of a name. Raise ConfigInvalid (``query_athena``)."""
        if name not in self.by_name:
            text = f"the engine {name} is not set up here: {self.missing}"
            raise ConfigInvalid(text, variable=self.missing, looked_in=_ENVIRONMENT, situation="query_athena")
        return self.by_name[name]
