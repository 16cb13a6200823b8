"""How a project stands: each model with its tests, what a failure reaches, and the facts of the one sentence. Pure.

Planned without a result is "none", whatever else went well; what a failure reaches is affected, however green it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.analysis.models.lineage import Lineage, lineage
from pipeline.analysis.models.shapes import Node, Outcome, Project, Results, State, Test

# part: what was built is fine, and not everything was; none: no build is known.
Level = Literal["good", "part", "warn", "bad", "none"]
Telling = Literal["not_a_build", "invocations", "strangers", "unknown_status", "damaged", "cycles", "untested"]
PASS_TARGET = 0.9


@dataclass(frozen=True)
class Notice:
    """Something that a reader should know beside the verdict; ``number`` of what it is about, ``told`` its name."""

    kind: Telling
    number: int = 1
    told: str = ""


@dataclass(frozen=True)
class Tally:
    """How many stand how."""

    ok: int = 0
    warn: int = 0
    bad: int = 0
    skipped: int = 0
    none: int = 0

    @property
    def judged(self) -> int:
        """Those that have a verdict."""
        return self.ok + self.warn + self.bad

    @property
    def total(self) -> int:
        """All of them."""
        return self.judged + self.skipped + self.none


@dataclass(frozen=True)
class Row:
    """One node: ``state`` of its own run, ``shown`` with its tests' verdicts, ``affected`` by a failure above it."""

    node: Node
    state: State
    shown: State
    affected: bool = False
    outcome: Outcome | None = None
    tests: tuple[tuple[Test, Outcome | None], ...] = ()

    @property
    def tally(self) -> Tally:
        """Its tests."""
        return tally(state_of(outcome) for _, outcome in self.tests)


@dataclass(frozen=True)
class Standing:
    """The facts of the sentence. ``seconds`` of the whole run; ``share`` of the judged tests that passed (None: none
    was judged), against a target of 0.9; ``published`` is known of our own project only."""

    level: Level
    built_at: datetime | None
    command: str
    models: Tally
    tests: Tally
    sources: Tally
    affected: int
    share: float | None
    seconds: float | None
    published: bool | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def below_target(self) -> bool:
        """Whether fewer tests passed than should."""
        return self.share is not None and self.share < PASS_TARGET


@dataclass(frozen=True)
class Judged:
    """A project with its rows in the order of building, its graph and its standing."""

    project: Project
    rows: tuple[Row, ...]
    graph: Lineage
    standing: Standing
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


def judge(project: Project, results: Sequence[Results] = (), freshness: Results | None = None) -> Judged:
    """Put together what belongs together: runs of one build (a later one's word counts), and the sources' freshness."""
    builds = [one for one in results if one.is_build]
    run: dict[str, Outcome] = {}
    for one in builds:
        run |= one.outcomes
    outcomes = {**run, **(freshness.outcomes if freshness else {})}
    graph = lineage({unique_id: node.parents for unique_id, node in project.nodes.items()})
    affected = graph.below(_failed(project, run))
    rows = tuple(_rows(project, outcomes, graph, affected))
    notices = (*_of_results(project, results, freshness, outcomes), *_of_project(project, graph))
    return Judged(project, rows, graph, _standing(project, builds, run, rows, notices), outcomes)


def tally(states: Iterable[State]) -> Tally:
    """Count states."""
    return Tally(**Counter[str](states))


def state_of(outcome: Outcome | None) -> State:
    """Planned without a result is none."""
    return outcome.state if outcome else "none"


def _failed(project: Project, run: Mapping[str, Outcome]) -> Iterator[str]:
    """Nodes that may be wrong: those that failed, and those that a failed test of severity error is about."""
    bad = [one for one in run.values() if one.state == "bad"]
    yield from (one.unique_id for one in bad if one.unique_id in project.nodes)
    tests = (project.tests.get(one.unique_id) for one in bad)
    yield from (node for test in tests if test and test.severity == "error" for node in test.on)


def _rows(project: Project, outcomes: Mapping[str, Outcome], graph: Lineage, affected: frozenset[str]) -> Iterator[Row]:
    on: dict[str, list[tuple[Test, Outcome | None]]] = {}
    for test in project.tests.values():
        for tested in test.on:
            on.setdefault(tested, []).append((test, outcomes.get(test.unique_id)))
    for unique_id in graph.order():
        outcome, tests = outcomes.get(unique_id), tuple(on.get(unique_id, ()))
        state = state_of(outcome)
        yield Row(project.nodes[unique_id], state, _shown(state, tests), unique_id in affected, outcome, tests)


def _shown(state: State, tests: Sequence[tuple[Test, Outcome | None]]) -> State:
    """A node is never better than its tests: what a warning is for the project is one here."""
    found = {
        "bad" if outcome.state == "bad" and test.severity == "error" else "warn"
        for test, outcome in tests
        if outcome and outcome.state in {"bad", "warn"}
    }
    if state == "bad" or "bad" in found:
        return "bad"
    return "warn" if "warn" in found and state == "ok" else state


def _standing(
    project: Project,
    builds: Sequence[Results],
    run: Mapping[str, Outcome],
    rows: Sequence[Row],
    notices: tuple[Notice, ...],
) -> Standing:
    models = tally(row.state for row in rows if row.node.kind == "model" and row.node.builds)
    tests = tally(state_of(run.get(unique_id)) for unique_id in project.tests)
    times = [one.seconds for one in builds if one.seconds is not None]
    share = tests.ok / tests.judged if tests.judged else None
    return Standing(
        level=_level(builds, rows, tests, share, notices),
        built_at=max((one.generated_at for one in builds if one.generated_at), default=None),
        command=builds[-1].command if builds else "",
        models=models,
        tests=tests,
        sources=tally(row.state for row in rows if row.node.kind == "source"),
        affected=sum(row.affected for row in rows),
        share=share,
        seconds=sum(times) if times else None,
        notices=notices,
    )


def _level(
    builds: Sequence[Results],
    rows: Sequence[Row],
    tests: Tally,
    share: float | None,
    notices: Sequence[Notice],
) -> Level:
    if not builds:
        return "none"
    if tests.bad or any("bad" in {row.state, row.shown} for row in rows) or _strange_failure(notices):
        return "bad"
    if tests.warn or (share is not None and share < PASS_TARGET) or any(row.shown == "warn" for row in rows):
        return "warn"
    whole = all(row.state == "ok" for row in rows if row.node.builds) and tests.ok == tests.total
    return "good" if whole and not any(one.kind == "damaged" for one in notices) else "part"


def _strange_failure(notices: Sequence[Notice]) -> bool:
    return any(one.kind == "strangers" and one.told for one in notices)


def _of_results(
    project: Project, results: Sequence[Results], freshness: Results | None, outcomes: Mapping[str, Outcome]
) -> Iterator[Notice]:
    """What is odd of the results, also beside the manifest."""
    yield from (Notice("not_a_build", told=one.command) for one in results if not one.is_build)
    known = project.nodes.keys() | project.tests.keys()
    # Operations and hooks run, too, and are no nodes: one that failed is told of.
    strangers = [
        one
        for one in outcomes.values()
        if one.unique_id not in known and (one.state == "bad" or not one.unique_id.startswith("operation."))
    ]
    if strangers:
        failed = next((one.unique_id for one in strangers if one.state == "bad"), "")
        yield Notice("strangers", len(strangers), failed)
    # A look at freshness is always an invocation of its own.
    apart = {one.invocation for one in results if one.invocation} - {project.invocation}
    if apart and project.invocation:
        yield Notice("invocations", len(apart) + 1)
    if unknown := [one for one in outcomes.values() if not one.known]:
        yield Notice("unknown_status", len(unknown), unknown[0].status)
    damaged = sum(one.damaged for one in results) + (freshness.damaged if freshness else 0)
    if damaged:
        yield Notice("damaged", damaged)


def _of_project(project: Project, graph: Lineage) -> Iterator[Notice]:
    if project.damaged:
        yield Notice("damaged", project.damaged)
    if cycles := graph.cycles():
        yield Notice("cycles", len(cycles), ", ".join(project.nodes[one].name for one in cycles[0][:5]))
    if not project.tests:
        yield Notice("untested")
