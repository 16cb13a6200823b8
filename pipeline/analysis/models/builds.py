"""What one build of our own models came to, and the index of all of them: what the artifacts do not know.

A record is written once a build; the index holds the newest builds in short and each node's last runs, in one object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter, ValidationError

from pipeline.analysis.models.shapes import State
from pipeline.analysis.models.standing import Level, Tally
from pipeline.errors import RateLimited, SchemaMismatch
from pipeline.lake import model_keys
from pipeline.lake.bucket import Conflict, Lake, parsed
from pipeline.tables.manifest import Column
from pipeline.untrusted import quoted

OUR_PROJECT: Final = "moderation_craft"
KEPT_BUILDS, KEPT_RUNS = 400, 30
_ATTEMPTS = 20
# Why nothing was published: a test of severity error failed, a model did, the project does not parse, there were no
# tables, dbt came to nothing or was killed, or newer marts stand there already.
Withheld = Literal["tests", "models", "parse", "no_tables", "interrupted", "older"]
# Somebody else may have written what is read: what can be compared, counted and written again.
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
Seconds = Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True)
class InputDocument:
    """What went in: ``records`` as its tables' manifest counts them."""

    table: str
    key: str
    version_id: str | None
    day: date
    records: int


@dataclass(frozen=True)
class MartFile:
    """A mart as it was published; ``checksum`` S3's own SHA-256 (base64), ``size`` in bytes; ``columns`` as tables
    have them."""

    name: str
    key: str
    version_id: str | None
    checksum: str
    size: int
    records: int
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class NodeRun:
    """What became of one node in one build: ``shown`` with its tests' verdicts; ``rows`` that it holds."""

    run_id: str
    shown: State
    affected: bool = False
    rows: int | None = None
    seconds: Seconds | None = None
    tests_ok: int = 0
    tests: int = 0


@dataclass(frozen=True)
class Brief:
    """A build in short. ``share`` of the judged tests that passed; ``blocked_by``: names of what kept it from being
    published, at most ten."""

    run_id: RunId
    day: date
    started_at: Moment
    seconds: Seconds
    trigger: str
    level: Level
    models: Tally
    tests: Tally
    share: Share | None
    published: bool
    withheld: Withheld | None = None
    blocked_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Build:
    """One build whole: in short, what went in, what was published, and every node by its unique id."""

    brief: Brief
    documents: tuple[InputDocument, ...] = ()
    marts: tuple[MartFile, ...] = ()
    nodes: Mapping[str, NodeRun] = field(default_factory=dict)


def _each_once(builds: tuple[Brief, ...]) -> tuple[Brief, ...]:
    return tuple({one.run_id: one for one in reversed(builds)}.values())[::-1]


@dataclass(frozen=True)
class BuildIndex:
    """The newest 400 builds, newest first, and the last 30 runs of every node of the newest one, newest first."""

    builds: Annotated[tuple[Brief, ...], AfterValidator(_each_once)] = ()
    nodes: Mapping[str, tuple[NodeRun, ...]] = field(default_factory=dict)

    def with_build(self, build: Build) -> BuildIndex:
        """This index with one build more; a build that it has is put in its place."""
        others = (one for one in self.builds if one.run_id != build.brief.run_id)
        builds = sorted((build.brief, *others), key=lambda one: (one.started_at, one.run_id), reverse=True)
        nodes = {unique_id: _with_run(self.nodes.get(unique_id, ()), run) for unique_id, run in build.nodes.items()}
        # A build that failed before it knew its nodes takes nobody's past away.
        return BuildIndex(tuple(builds[:KEPT_BUILDS]), nodes or self.nodes)

    def of(self, run_id: str) -> Brief | None:
        """One build in short."""
        return next((one for one in self.builds if one.run_id == run_id), None)


_BUILD: TypeAdapter[Build] = TypeAdapter(Build)
_INDEX: TypeAdapter[BuildIndex] = TypeAdapter(BuildIndex)


@dataclass(frozen=True)
class Builds:
    """Builds of one lake's project. Raises what Lake raises; SchemaMismatch, which names its key, for what is none."""

    lake: Lake
    project: str = OUR_PROJECT

    def save(self, build: Build) -> None:
        """Keep a build, then tell the index of it. Raise Conflict where its run id is taken; RateLimited where others
        changed the index faster each time."""
        brief = build.brief
        key = model_keys.build_key(self.project, brief.day, brief.run_id)
        self.lake.write_json(key, _BUILD.dump_python(build, mode="json"), None)
        self.tell_index(build)

    def tell_index(self, build: Build) -> None:
        """Put a build into the index, beside those of others; an index that nobody can read is begun anew."""
        key = model_keys.builds_index_key(self.project)
        for _ in range(_ATTEMPTS):
            index, etag = self._index_or_empty(key)
            try:
                self.lake.write_json(key, _INDEX.dump_python(index.with_build(build), mode="json"), etag)
            except Conflict:
                continue
            return
        raise RateLimited(f"{key} was changed {_ATTEMPTS} times by others meanwhile")

    def load(self, day: date, run_id: str) -> Build | None:
        """One build whole; None where there is none."""
        key = model_keys.build_key(self.project, day, run_id)
        stored = self.lake.read_json(key)
        return _read(_BUILD, stored[0], key) if stored else None

    def index(self) -> BuildIndex:
        """The index; empty where nothing was built yet."""
        key = model_keys.builds_index_key(self.project)
        stored = self.lake.read_json(key)
        return _read(_INDEX, stored[0], key) if stored else BuildIndex()

    def _index_or_empty(self, key: str) -> tuple[BuildIndex, str | None]:
        stored = self.lake.read_small(key)
        if stored is None:
            return BuildIndex(), None
        try:
            return _read(_INDEX, parsed(stored[0], key), key), stored[1]
        except SchemaMismatch:
            return BuildIndex(), stored[1]


def _with_run(runs: tuple[NodeRun, ...], run: NodeRun) -> tuple[NodeRun, ...]:
    return (run, *(one for one in runs if one.run_id != run.run_id))[:KEPT_RUNS]


def _read(form: TypeAdapter[Any], raw: Any, key: str) -> Any:
    try:
        return form.validate_python(raw)
    except ValidationError as error:
        text = f"{key} is no record of builds: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, key=key, expected="a record of builds", found=quoted(raw)) from error
