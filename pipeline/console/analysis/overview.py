"""What the tab 実行 shows of a project: its models, what builds before say of them, whether they are published. Pure.

The newest build may know nothing of its models: one that did not parse left no artifacts, and is told all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pipeline.analysis.models.builds import Brief, BuildIndex, NodeRun
from pipeline.analysis.models.standing import Judged, Level, Row, Standing
from pipeline.console import models as telling
from pipeline.words.catalogue import Words
from pipeline.words.moments import when

BUILT_KINDS = frozenset(("model", "seed", "snapshot"))
TREND_RUNS = 6
_RANKS: dict[Level, int] = {"none": 0, "good": 0, "part": 1, "warn": 2, "bad": 3}
_BARS = "▁▂▃▄▅▆▇█"
Wanted = Literal["all", "wanting", "ok"]


@dataclass(frozen=True)
class ModelRow:
    """A model as the table has it: ``runs`` of our builds, newest first; none of a foreign project's."""

    row: Row
    runs: tuple[NodeRun, ...] = ()

    @property
    def records(self) -> int | None:
        """Rows that it holds: as they were counted after the build, else as its adapter has told."""
        if self.runs and self.runs[0].rows is not None:
            return self.runs[0].rows
        return self.row.outcome.rows if self.row.outcome else None

    @property
    def change(self) -> int | None:
        """Rows more or fewer than in the build before that counted them."""
        counted = [run.rows for run in self.runs if run.rows is not None]
        return counted[0] - counted[1] if len(counted) > 1 else None

    @property
    def seconds(self) -> float | None:
        """How long it took in the newest build."""
        return self.row.outcome.seconds if self.row.outcome else None

    @property
    def trend(self) -> str:
        """Its last runs as bars, oldest first; nothing where there are fewer than three."""
        return bars([run.seconds for run in reversed(self.runs[:TREND_RUNS])])

    @property
    def wanting(self) -> bool:
        """Whether somebody should look at it."""
        return self.row.affected or self.row.shown != "ok"


@dataclass(frozen=True)
class Overview:
    """A project at a glance. ``newest`` build of ours and the one that is ``published``; None of a foreign project."""

    judged: Judged
    models: tuple[ModelRow, ...]
    newest: Brief | None = None
    published: Brief | None = None

    @property
    def behind(self) -> bool:
        """Whether the artifacts are of a build after the newest that is known."""
        built, newest = self.judged.standing.built_at, self.newest
        return bool(newest and built and built > newest.started_at + timedelta(seconds=newest.seconds))

    @property
    def started_at(self) -> datetime | None:
        """When ours began, as in the history; of others dbt says when they ended."""
        standing, newest = self.judged.standing, self.newest
        return newest.started_at if newest and not _is_later(newest, standing) else standing.built_at

    @property
    def seconds(self) -> float | None:
        """How long the build took: ours from its start to its end, of others what dbt itself says."""
        standing, newest = self.judged.standing, self.newest
        return newest.seconds if newest and not _is_later(newest, standing) else standing.seconds

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers of its models, in the order of building."""
        return tuple(dict.fromkeys(one.row.node.layer for one in self.models if one.row.node.layer))

    def chosen(self, layer: str | None, wanted: Wanted, text: str) -> tuple[ModelRow, ...]:
        """The models of a layer (None: of all) that stand so and are called so."""
        return tuple(one for one in self.models if _is(one, layer, wanted, text.strip().casefold()))


def overview(judged: Judged, index: BuildIndex | None = None) -> Overview:
    """Put together what artifacts and builds tell; ``index`` None: the project is none of ours."""
    runs = index.nodes if index else {}
    models = tuple(
        ModelRow(row, runs.get(row.node.unique_id, ())) for row in judged.rows if row.node.kind in BUILT_KINDS
    )
    if index is None:
        return Overview(judged, models)
    return Overview(judged, models, next(iter(index.builds), None), published(index))


def level(standing: Standing, newest: Brief | None) -> Level:
    """How it stands by the newest that is known: artifacts, or a build that has left none. Never better than the newest
    build itself: artifacts that somebody else has put there make nothing of ours green."""
    return newest.level if newest and (_is_later(newest, standing) or _is_worse(newest, standing)) else standing.level


def sentence(words: Words, name: str, one: Overview, now: datetime) -> str:
    """How a project stands, in one sentence."""
    standing, newest = one.judged.standing, one.newest
    if newest and _is_later(newest, standing):
        return left_nothing(words, name, newest, now)
    if newest and _is_worse(newest, standing):
        standing = replace(standing, level=newest.level, built_at=newest.started_at)
    return telling.sentence(words, name, replace(standing, built_at=one.started_at), now)


def left_nothing(words: Words, name: str, newest: Brief, now: datetime) -> str:
    """That the newest build has left no artifacts, in one sentence."""
    return words("dbt.no_artifacts", project=name, when=when(words, newest.started_at, now))


def withheld(words: Words, brief: Brief) -> str:
    """Why a build's marts were not published, and what kept them back."""
    why = words(f"dbt.withheld.{brief.withheld}" if brief.withheld else "dbt.withheld.unknown")
    return words("dbt.blocked", why=why, names=", ".join(brief.blocked_by)) if brief.blocked_by else why


def bars(values: Sequence[float | None]) -> str:
    """Values as a row of small bars from zero up; nothing for fewer than three."""
    known = [value for value in values if value is not None]
    top = max(known, default=0.0)
    if len(known) < 3 or top <= 0:  # noqa: PLR2004 - two bars are no trend
        return ""
    return "".join(_BARS[min(int(value / top * len(_BARS)), len(_BARS) - 1)] for value in known)


def published(index: BuildIndex) -> Brief | None:
    """The build whose marts are the published ones."""
    return next((one for one in index.builds if one.published), None)


def _is_later(newest: Brief, standing: Standing) -> bool:
    """Whether a build has failed before it could leave artifacts."""
    unread = newest.withheld in {"parse", "no_tables", "interrupted"}
    return unread and (standing.built_at is None or newest.started_at > standing.built_at)


def _is_worse(newest: Brief, standing: Standing) -> bool:
    return _RANKS[newest.level] > _RANKS[standing.level]


def _is(one: ModelRow, layer: str | None, wanted: Wanted, text: str) -> bool:
    if layer is not None and one.row.node.layer != layer:
        return False
    if wanted != "all" and one.wanting != (wanted == "wanting"):
        return False
    return text in one.row.node.name.casefold()
