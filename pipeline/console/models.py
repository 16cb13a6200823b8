"""What the page モデルと品質 and the command models ask: dbt projects, and how each stands, also in words.

Seeing them is the viewer's. One project that cannot be read keeps nobody from the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.analysis.models.projects import Projects
from pipeline.analysis.models.standing import PASS_TARGET, Judged, Level, Notice, Row, Standing, Tally, Telling
from pipeline.analysis.quality.builds import newest_builds
from pipeline.console.audit import Actor
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.words.catalogue import Words
from pipeline.words.moments import when

MARKS = {"ok": "✓", "warn": "!", "bad": "✗", "skipped": "–", "none": "–"}
STATES = {
    "ok": "models.ok",
    "warn": "models.warn",
    "bad": "models.bad",
    "skipped": "models.skipped",
    "none": "models.no_result",
}
_SENTENCES: dict[Level, str] = {
    "good": "models.all_good",
    "part": "models.in_part",
    "warn": "models.warned",
    "bad": "models.failed",
    "none": "models.no_build",
}
_NOTICES: dict[Telling, str] = {
    "not_a_build": "models.not_a_build",
    "invocations": "models.invocations",
    "strangers": "models.strangers",
    "unknown_status": "models.unknown_status",
    "damaged": "models.damaged",
    "cycles": "models.cycles",
    "untested": "models.untested",
}


@dataclass(frozen=True)
class Models:
    """dbt projects in somebody's hands. Every method raises Forbidden, and what the lake raises."""

    projects: Projects
    actor: Actor

    def names(self) -> tuple[str, ...]:
        """The projects that have artifacts."""
        self.actor.require("see")
        return self.projects.names()

    def judged(self, name: str) -> Judged:
        """One project. Raise NotFound, SchemaMismatch, DataInvalid."""
        self.actor.require("see")
        newest = next(iter(newest_builds(self.projects.lake)), None) if name == OUR_PROJECT else None
        return self.projects.judged(name, (newest.day, newest.run_id) if newest else None)

    def all(self) -> Iterator[tuple[str, Judged | PipelineError]]:
        """Every project, or why it cannot be read."""
        for name in self.names():
            try:
                yield name, self.judged(name)
            except SchemaMismatch as error:
                yield name, error
            except PipelineError as error:
                # Rights and outages are everybody's; a folder without a manifest is its own.
                if error.state != "dbt_manifest":
                    raise
                yield name, error


def sentence(words: Words, name: str, standing: Standing, now: datetime) -> str:
    """How a project stands, in one sentence."""
    at = when(words, standing.built_at, now) if standing.built_at else words("models.time_unknown")
    return words(_SENTENCES[standing.level], project=name, when=at)


def marks(tally: Tally) -> str:
    """The marks and their numbers: ✓ 12  ! 1  ✗ 0  – 3."""
    return f"✓ {tally.ok}  ! {tally.warn}  ✗ {tally.bad}  – {tally.skipped + tally.none}"


def counts(words: Words, tally: Tally) -> str:
    """The same, and what the last of them is made of."""
    left, told = tally.skipped + tally.none, marks(tally)
    return words("models.left", counts=told, skipped=tally.skipped, none=tally.none) if left else told


def share(words: Words, standing: Standing) -> str:
    """The share of tests that passed, beside the target; cut, not rounded: 89.99 % is below 90 %."""
    if standing.share is None:
        return words("models.no_share")
    percent = f"{int(1000 * standing.tests.ok / standing.tests.judged) / 10:g}"
    return words("models.share", percent=percent, target=f"{PASS_TARGET:.0%}".rstrip("%"))


def publication(words: Words, standing: Standing) -> str:
    """Whether its marts are published; nobody but the project itself knows of a foreign one."""
    if standing.published is None:
        return words("models.published_unknown")
    return words("models.published" if standing.published else "models.withheld")


def state(words: Words, row: Row) -> str:
    """A node's mark and word; what a failure above reaches says so, however it went by itself."""
    told = f"{MARKS[row.shown]} {words(STATES[row.shown])}"
    return f"{told} · {words('models.affected')}" if row.affected else told


def notices(words: Words, standing: Standing) -> Iterator[str]:
    """What a reader should know beside the verdict."""
    yield from (_notice(words, one) for one in standing.notices)


def _notice(words: Words, notice: Notice) -> str:
    return words(_NOTICES[notice.kind], number=notice.number, told=notice.told or "?")
