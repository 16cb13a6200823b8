"""What is kept of a dbt project's artifacts: nodes, tests, and what became of each. Plain values.

Only what is shown is kept: no arguments, variables, environment, macros, paths; every text is bounded and redacted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["model", "seed", "snapshot", "source", "exposure", "metric", "semantic_model", "saved_query"]
# none: planned, and no result says what became of it.
State = Literal["ok", "warn", "bad", "skipped", "none"]
Severity = Literal["error", "warn"]
BUILDS = frozenset("build run test seed snapshot retry".split())


@dataclass(frozen=True)
class Column:
    """A column as the project describes it."""

    name: str
    description: str = ""
    type: str = ""


@dataclass(frozen=True)
class Threshold:
    """How old a source's newest row may be: ``count`` of ``period`` (minute, hour, day)."""

    count: int
    period: str


@dataclass(frozen=True)
class Node:
    """A model, seed, snapshot, source, exposure… ``layer`` is its folder (staging, marts), ``parents`` the unique ids
    of what it is made of; ``sql`` as compiled, cut at 20,000 characters; ``left_out`` counts columns beyond
    the bound."""

    unique_id: str
    name: str
    kind: Kind
    layer: str = ""
    description: str = ""
    parents: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    left_out: int = 0
    materialized: str = ""
    tags: tuple[str, ...] = ()
    sql: str = ""
    relation: str = ""
    warn_after: Threshold | None = None
    error_after: Threshold | None = None

    @property
    def builds(self) -> bool:
        """Whether a build has a result for it; an ephemeral model is a part of others' SQL."""
        return self.kind in {"model", "seed", "snapshot"} and self.materialized != "ephemeral"


@dataclass(frozen=True)
class Test:
    """A data test or a unit test. ``on`` are the nodes whose trust it decides; ``kind`` what it tests (``unique``,
    ``singular``, ``unit``)."""

    # pytest collects what is called so.
    __test__ = False

    unique_id: str
    name: str
    on: tuple[str, ...] = ()
    kind: str = "singular"
    severity: Severity = "error"
    column: str = ""
    description: str = ""
    sql: str = ""


@dataclass(frozen=True)
class Project:
    """A manifest. ``damaged`` counts entries that are no nodes."""

    name: str
    version: int
    dbt_version: str
    adapter: str
    generated_at: datetime | None
    invocation: str
    nodes: Mapping[str, Node] = field(default_factory=dict)
    tests: Mapping[str, Test] = field(default_factory=dict)
    damaged: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one node or test. ``status`` is the writer's own word, ``known`` whether it is one of dbt's;
    ``failures`` rows that failed a test, ``rows`` that a model has written."""

    unique_id: str
    state: State
    status: str
    known: bool = True
    seconds: float | None = None
    message: str = ""
    failures: int | None = None
    rows: int | None = None
    loaded_at: datetime | None = None


@dataclass(frozen=True)
class Results:
    """A run-results or a sources artifact. ``command`` is empty where the writer does not say; ``is_build`` whether
    something was built or tested: compiling is neither."""

    version: int
    command: str
    generated_at: datetime | None
    invocation: str
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    seconds: float | None = None
    is_build: bool = True
    damaged: int = 0
