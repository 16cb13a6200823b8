"""What a build of our own models found: its failed tests and models, and its late sources, as findings that live on.

They are the results of a table of their own, MODELS: the same list, the same marks, beside the table's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, Builds
from pipeline.analysis.models.projects import Projects
from pipeline.analysis.models.shapes import Node, Outcome, Test
from pipeline.analysis.models.standing import Judged as Project
from pipeline.analysis.models.standing import state_of
from pipeline.analysis.quality.anomaly import LEARNED_DAYS
from pipeline.analysis.quality.findings import Check, Finding, Grade, subject_of
from pipeline.analysis.quality.looks import Look, keep
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.rules import Judged
from pipeline.errors import NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.untrusted import quoted

MODELS = f"{OUR_PROJECT}.models"
_OF_BUILD: frozenset[Check] = frozenset(("test_failed", "model_failed", "late_input"))
_COMMAND = f"python -m pipeline models --project {OUR_PROJECT}"
_AGAIN = "python -m pipeline build"
_PERIODS = {"minute": "min", "hour": "h", "day": "d"}
_LONGEST = 60


@dataclass(frozen=True)
class BuildInspection:
    """Looks at the builds of one lake. ``now`` gives aware UTC times. Raises what the lake raises."""

    lake: Lake
    now: Callable[[], datetime]

    def look(self) -> Result:
        """Keep what the newest build found. Raise NotFound (``quality_no_build``) where nothing was built yet."""
        brief = next(iter(newest_builds(self.lake)), None)
        try:
            project = Projects(self.lake, self.now).judged(OUR_PROJECT, (brief.day, brief.run_id) if brief else None)
        except NotFound as error:
            if brief is None:
                text = "nothing has been built yet"
                raise NotFound(text, resource=MODELS, situation="quality_no_build") from error
            return self._keep(brief, without_artifacts(brief), brief.started_at)
        except SchemaMismatch as error:
            return self._keep(brief, _unreadable(error), brief.started_at if brief else self.now())
        built_at = project.standing.built_at
        if brief and (built_at is None or built_at < brief.started_at):
            return self._keep(brief, without_artifacts(brief), brief.started_at)
        return self._keep(brief, of_project(project), built_at or self.now())

    def _keep(self, brief: Brief | None, judged: Judged, at: datetime) -> Result:
        # Artifacts that somebody has put there are of no build of ours.
        run = brief.run_id if brief else f"{at:%Y%m%dT%H%M%SZ}-artifacts"
        return keep(self.lake, self.now, Look(MODELS, min(at, self.now()).date(), run, judged))


def newest_builds(lake: Lake) -> tuple[Brief, ...]:
    """Our builds in short, newest first; none where nothing was built here, or where the index of builds is none."""
    try:
        return Builds(lake).index().builds
    except SchemaMismatch:
        # The next build begins it anew.
        return ()


def of_project(project: Project) -> Judged:
    """What a project's newest build found. Pure. What it skipped heals nothing."""
    outcomes = project.outcomes
    tests = [(_of_test(one, outcomes.get(one.unique_id)), outcomes.get(one.unique_id)) for one in _tests(project)]
    nodes = [(_of_node(one, outcomes.get(one.unique_id)), outcomes.get(one.unique_id)) for one in _nodes(project)]
    bad = [one for one, outcome in (*tests, *nodes) if state_of(outcome) in {"warn", "bad"}]
    unjudged = frozenset(one.id for one, outcome in (*tests, *nodes) if state_of(outcome) in {"skipped", "none"})
    return _judged(bad, unjudged=unjudged)


def without_artifacts(brief: Brief) -> Judged:
    """What a build found that has not come so far as to leave results."""
    why = brief.withheld or brief.level
    return _judged([Finding("build_failed", OUR_PROJECT, "success", why, _AGAIN)], _OF_BUILD)


def _unreadable(error: SchemaMismatch) -> Judged:
    key = subject_of(str(error.facts.get("key", OUR_PROJECT)))
    return _judged([Finding("unreadable", key, "JSON", "?", _AGAIN)], _OF_BUILD)


def _judged(
    found: list[Finding], skipped: frozenset[Check] = frozenset(), unjudged: frozenset[str] = frozenset()
) -> Judged:
    ordered = sorted(found, key=lambda one: (one.grade != "error", one.check, one.subject))
    # Nothing is learned from days before: a test knows what it expects.
    return Judged(tuple(ordered), skipped, LEARNED_DAYS, unjudged)


def _tests(project: Project) -> Iterator[Test]:
    yield from project.project.tests.values()


def _nodes(project: Project) -> Iterator[Node]:
    """Those of which a build says something: what it makes, and sources that may be late."""
    nodes = project.project.nodes.values()
    yield from (one for one in nodes if one.builds or one.warn_after or one.error_after)


def _of_test(test: Test, outcome: Outcome | None) -> Finding:
    failures = outcome.failures if outcome else None
    grade: Grade = "error" if state_of(outcome) == "bad" and test.severity == "error" else "warning"
    # Without a number it could not be run at all, or is a unit test: dbt's own word.
    found = f"{failures:,}" if failures is not None else _status(outcome)
    return Finding("test_failed", subject_of(test.unique_id), "0", found, _COMMAND, failures or 0, grade)


def _of_node(node: Node, outcome: Outcome | None) -> Finding:
    if node.kind != "source":
        return Finding("model_failed", subject_of(node.unique_id), "success", _status(outcome), _COMMAND)
    grade: Grade = "error" if state_of(outcome) == "bad" else "warning"
    loaded = outcome.loaded_at if outcome else None
    found = f"{loaded:%Y-%m-%d %H:%M}Z" if loaded else _status(outcome)
    return Finding("late_input", subject_of(node.unique_id), _threshold(node, grade), found, _COMMAND, 0, grade)


def _threshold(node: Node, grade: Grade) -> str:
    most = (node.error_after if grade == "error" else node.warn_after) or node.warn_after or node.error_after
    return f"≤ {most.count} {_PERIODS.get(most.period, most.period)}" if most else "?"


def _status(outcome: Outcome | None) -> str:
    return quoted(outcome.status, _LONGEST) if outcome else "–"
