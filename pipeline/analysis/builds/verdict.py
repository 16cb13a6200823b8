"""What a build came to: whether its marts may be published, what kept them from it, and its record. Pure.

Judged as the page judges any project: by its artifacts, in which what nobody knows is never green.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.analysis.builds.artifacts import Artifacts
from pipeline.analysis.builds.inputs import Inputs
from pipeline.analysis.models.builds import Brief, Build, NodeRun, Withheld
from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.results import run_results, source_freshness
from pipeline.analysis.models.standing import Judged, Row, Tally, judge
from pipeline.errors import PipelineError
from pipeline.runs.run import Run

MOST_NAMES = 10
_PASSED = frozenset(("ok", "warn"))
# What a run that failed had come to, by its error's situation.
_WITHHELD: Mapping[str, Withheld] = {"build_nothing": "no_tables", "build_parse": "parse"}


@dataclass(frozen=True)
class Verdict:
    """``withheld``: why nothing may be published; ``blocked_by``: whose doing that is."""

    judged: Judged
    withheld: Withheld | None
    blocked_by: tuple[str, ...] = ()


def verdict(artifacts: Artifacts) -> Verdict:
    """Judge a build. Raise SchemaMismatch for artifacts that cannot be read."""
    bodies = artifacts.bodies()
    results, clean = run_results(bodies["run_results"])
    freshness = source_freshness(bodies["sources"], clean) if "sources" in bodies else None
    judged = judge(project(bodies["manifest"], clean), [results], freshness)
    if models := tuple(_unbuilt(judged)):
        return Verdict(judged, "models", models[:MOST_NAMES])
    tests = tuple(_failed(judged))
    # Of nothing to be published nobody could say that it is in order.
    return Verdict(judged, "tests" if tests else None if artifacts.marts else "models", tests[:MOST_NAMES])


def record_of(run: Run, at: datetime, inputs: Inputs, found: Verdict, rows: Mapping[str, int]) -> Build:
    """The record of a build that went through, without the files of its marts."""
    standing = found.judged.standing
    brief = Brief(
        run_id=run.run_id,
        day=run.day,
        started_at=run.started_at,
        seconds=max(0.0, (at - run.started_at).total_seconds()),
        trigger=run.trigger,
        level=standing.level,
        models=standing.models,
        tests=standing.tests,
        share=standing.share,
        published=found.withheld is None,
        withheld=found.withheld,
        blocked_by=found.blocked_by,
    )
    nodes = {row.node.unique_id: _node_run(run.run_id, row, rows) for row in found.judged.rows}
    return Build(brief, inputs.recorded(), nodes=nodes)


def record_of_failure(run: Run, at: datetime, error: PipelineError, inputs: Inputs | None) -> Build:
    """The record of a build that came to nothing."""
    withheld = _WITHHELD.get(error.state, "interrupted")
    seconds = max(0.0, (at - run.started_at).total_seconds())
    facts = (run.run_id, run.day, run.started_at, seconds, run.trigger)
    brief = Brief(*facts, "bad", Tally(), Tally(), None, published=False, withheld=withheld, blocked_by=(error.code,))
    return Build(brief, inputs.recorded() if inputs else ())


def _unbuilt(judged: Judged) -> Iterator[str]:
    """Models that failed come first: the others only follow from them."""
    models = [row for row in judged.rows if row.node.builds and row.state not in _PASSED]
    yield from (row.node.name for row in models if row.state == "bad")
    yield from (row.node.name for row in models if row.state != "bad")


def _failed(judged: Judged) -> Iterator[str]:
    for unique_id, test in judged.project.tests.items():
        outcome = judged.outcomes.get(unique_id)
        if outcome is None or outcome.state not in _PASSED:
            yield test.name


def _node_run(run_id: str, row: Row, rows: Mapping[str, int]) -> NodeRun:
    unique_id, outcome = row.node.unique_id, row.outcome
    return NodeRun(
        run_id=run_id,
        shown=row.shown,
        affected=row.affected,
        rows=rows.get(unique_id),
        seconds=outcome.seconds if outcome else None,
        tests_ok=row.tally.ok,
        tests=row.tally.total,
    )
