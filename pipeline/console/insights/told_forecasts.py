"""What the forecasts' room hands to whoever asks: a person's newest, the exports' growth, what a run came to. Shapes.

Numbers and words are made of these by page and commands; everything in here is as it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.analysis.forecast.result import Forecast
from pipeline.errors import PipelineError


@dataclass(frozen=True)
class ProjectForecast:
    """When a project will be done, as ``forecast.completion`` says; ``forecast.project`` has its id, its name, and
    whether tasks and minutes are the project's own or the person's."""

    id: str
    name: str
    forecast: Forecast


@dataclass(frozen=True)
class PersonForecasts:
    """The newest forecasts of one person that can be read: ``targets`` by name (focus_minutes, sessions, mood; what was
    never foreseen is not there), the morning's, the open projects' by name; ``left_out`` projects beyond the bound."""

    person: str
    targets: Mapping[str, Forecast] = field(default_factory=dict)
    morning: Forecast | None = None
    projects: tuple[ProjectForecast, ...] = ()
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever foreseen of this person."""
        return not self.targets and self.morning is None and not self.projects


@dataclass(frozen=True)
class GrowthForecasts:
    """The newest forecasts of the export's growth that can be read, in records and in bytes a day."""

    records: Forecast | None = None
    bytes: Forecast | None = None


@dataclass(frozen=True)
class Refused:
    """A person, or the exports, of whom nothing could be foreseen, and why."""

    person: str
    error: PipelineError


@dataclass(frozen=True)
class Made:
    """What run ``run_id`` came to: ``foreseen`` people; ``unchanged`` ones, foreseen today of the same data already;
    ``refused`` ones; ``left_out`` beyond the bound; ``forecasts`` written, growth among them; ``old`` days of the
    mart beyond what is fresh; the ``unread`` keys of earlier forecasts that nobody can read."""

    run_id: str
    at: datetime
    foreseen: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_out: int = 0
    forecasts: int = 0
    old: int = 0
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Going:
    """A run that goes on: ``done`` of ``people``, both None where another process has it (``here`` is False)."""

    run_id: str
    done: int | None = None
    people: int | None = None
    here: bool = True


@dataclass(frozen=True)
class Ended:
    """The last run that was started here: what it ``made``, or the ``error`` that ended it."""

    run_id: str
    made: Made | None = None
    error: PipelineError | None = None
