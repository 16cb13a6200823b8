"""Which dbt projects have artifacts in the lake, and the newest set of each, read and judged.

A set lies flat, or in a folder a run; the newest one that is a build counts, and what it lacks comes from beside it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TypeVar, get_args

from pipeline.analysis.models import fields
from pipeline.analysis.models.artifacts import check_size
from pipeline.analysis.models.fields import Clean
from pipeline.analysis.models.kept import Kept
from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.results import run_results, source_freshness
from pipeline.analysis.models.shapes import Results
from pipeline.analysis.models.standing import Judged, judge
from pipeline.errors import NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.dbt_keys import DBT, Artifact, dbt_key, dbt_run_key, is_project, parse_dbt_key, project_prefix

# More projects than anybody's lake has, and bounds for one that somebody has filled.
MOST_LOOKS, MOST_LISTED, MOST_WALKED, MOST_SETS = 200, 10_000, 100_000, 10
# How far back runs are listed first: a project that is built every day is found by the first look.
_LOOKS = (timedelta(days=7), timedelta(days=90))
_AT = re.compile(rb'"generated_at"\s*:\s*"([^"\\]{1,60})"')
_HEAD_BYTES = 2048
_HEAD = f"bytes=0-{_HEAD_BYTES - 1}"
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True)
class ArtifactSet:
    """The artifacts that lie together: of one run (``day``, ``invocation``), or flat."""

    project: str
    day: date | None = None
    invocation: str | None = None
    files: dict[Artifact, StoredObject] = field(default_factory=dict)


@dataclass(frozen=True)
class Projects:
    """Reads projects. ``now`` gives aware UTC times; ``kept`` is what was read of versions before. Raises what Lake
    raises."""

    lake: Lake
    now: Callable[[], datetime]
    kept: Kept = field(default_factory=Kept)

    def names(self) -> tuple[str, ...]:
        """The projects that have a folder, by name: one listing each, however many runs it has."""
        return tuple(self._names())

    def judged(self, name: str, of: tuple[date, str] | None = None) -> Judged:
        """A project as its newest build left it; as the run ``of`` (its day and id) did where that has left artifacts,
        whatever somebody has put beside them. Raise NotFound without a manifest, SchemaMismatch for an artifact that
        cannot be read, DataInvalid for what no project is called."""
        sets = (self._of_run(name, *of) if of else []) or self._newest_first(name)
        manifest = next((one.files["manifest"] for one in sets if "manifest" in one.files), None)
        if manifest is None:
            where = self.lake.location(f"{project_prefix(name)}manifest.json")
            raise NotFound(f"{where} does not exist", resource=where, situation="dbt_manifest")
        chosen, results, clean = self._build(sets)
        if chosen and "manifest" in chosen.files:
            manifest = chosen.files["manifest"]
        fresh = [one.files["sources"] for one in ([chosen] if chosen else []) + sets if "sources" in one.files]
        used = [manifest, *([chosen.files["run_results"]] if chosen else []), *fresh[:1]]

        def judged() -> Judged:
            read = self._read(manifest, "manifest", lambda body: project(body, clean))
            freshness = self._read(fresh[0], "sources", lambda body: source_freshness(body, clean)) if fresh else None
            return judge(read, [results] if results else [], freshness)

        return self.kept.of(("judged", *map(_version, used)), sum(one.size for one in used), judged)

    def _names(self) -> Iterator[str]:
        after = DBT
        for _ in range(MOST_LOOKS):
            stored = next(self.lake.list_after(DBT, after), None)
            if stored is None:
                return
            folder, slash, _ = stored.key.removeprefix(DBT).partition("/")
            if slash and is_project(folder):
                yield folder
            # On behind everything of this folder: "0" is what follows "/".
            after = f"{DBT}{folder}0" if slash else stored.key

    def _newest_first(self, name: str) -> list[ArtifactSet]:
        """The flat set and the newest runs, by what each says of its time; by the lake's where it does not."""
        flat = self._flat(name)
        runs = sorted(self._runs(name), key=lambda one: (one.day or date.min, _stored_at(one)), reverse=True)
        found = [one for one in (*flat, *runs[:MOST_SETS]) if one.files]
        return sorted(found, key=self._written_at, reverse=True)

    def _of_run(self, name: str, day: date, run_id: str) -> list[ArtifactSet]:
        held = {one: self.lake.head(dbt_run_key(name, day, run_id, one)) for one in get_args(Artifact)}
        files = {artifact: stored for artifact, stored in held.items() if stored}
        return [ArtifactSet(name, day, run_id, files)] if "manifest" in files else []

    def _flat(self, name: str) -> list[ArtifactSet]:
        # Asked for by their names: whole target folders are copied here, too.
        found = {artifact: self.lake.head(dbt_key(name, artifact)) for artifact in get_args(Artifact)}
        return [ArtifactSet(name, files={artifact: stored for artifact, stored in found.items() if stored})]

    def _runs(self, name: str) -> list[ArtifactSet]:
        prefix = f"{project_prefix(name)}dt="
        today = self.now().date()
        for back in _LOOKS:
            found = _sets(self.lake.list_after(prefix, f"{prefix}{today - back}"), name)
            if found:
                return found
        last = self._last_day(prefix, today)
        return _sets(self.lake.list_after(prefix, f"{prefix}{last - _LOOKS[0]}"), name) if last else []

    def _last_day(self, prefix: str, today: date) -> date | None:
        """The newest day with anything, by halves: a dozen listings, however many years lie there."""
        low, high = date(1970, 1, 1).toordinal(), today.toordinal() + 1
        if not self._any_from(prefix, low, high):
            return None
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._any_from(prefix, middle, today.toordinal() + 1) else (low, middle - 1)
        return date.fromordinal(low)

    def _any_from(self, prefix: str, first: int, last: int) -> bool:
        found = next(self.lake.list_after(prefix, f"{prefix}{date.fromordinal(first)}"), None)
        return found is not None and found.key < f"{prefix}{date.fromordinal(last + 1)}"

    def _written_at(self, one: ArtifactSet) -> datetime:
        stored = one.files.get("run_results") or next(iter(one.files.values()))
        said = self.kept.of(
            ("at", _version(stored)), _HEAD_BYTES, lambda: _said_at(self.lake.peek(stored.key, _HEAD)[0])
        )
        # A time to come would keep every later build from being seen.
        return said if said and said <= self.now() + timedelta(days=1) else min(stored.last_modified, self.now())

    def _build(self, sets: list[ArtifactSet]) -> tuple[ArtifactSet | None, Results | None, Clean | None]:
        """The newest build; where none is one, the newest results, which say so."""
        first: tuple[ArtifactSet, Results, Clean] | None = None
        for one in sets:
            if "run_results" in one.files:
                results, clean = self._results(one.files["run_results"])
                if results.is_build:
                    return one, results, clean
                first = first or (one, results, clean)
        return first or (None, None, None)

    def _results(self, stored: StoredObject) -> tuple[Results, Clean]:
        def read() -> tuple[Results, Clean]:
            return self._read(stored, "run_results", run_results)

        return self.kept.of(("results", _version(stored)), stored.size, read)

    def _read(self, stored: StoredObject, artifact: Artifact, read: Callable[[bytes], T]) -> T:
        try:
            check_size(stored.size, artifact)
            return read(self._bytes(stored.key, artifact))
        except SchemaMismatch as error:
            facts = {name: fact for name, fact in error.facts.items() if name != "key"}
            raise SchemaMismatch(
                f"{stored.key}: {error.message.partition(': ')[2]}", key=stored.key, **facts
            ) from error

    def _bytes(self, key: str, artifact: Artifact) -> bytes:
        """The whole of it, or the little too much that it is refused for: it may have grown since it was listed."""
        chunks, size = [], 0
        for chunk in self.lake.stream(key):
            chunks.append(chunk)
            size += len(chunk)
            check_size(size, artifact)
        return b"".join(chunks)


def _version(stored: StoredObject) -> tuple[str, str]:
    return stored.key, stored.etag


def _said_at(head: bytes) -> datetime | None:
    told = _AT.search(head)
    return fields.moment(told[1].decode("ascii", "replace")) if told else None


def _stored_at(one: ArtifactSet) -> datetime:
    return max((stored.last_modified for stored in one.files.values()), default=_OLDEST)


def _sets(listed: Iterator[StoredObject], name: str) -> list[ArtifactSet]:
    """What lies together, of the last 10,000 objects; other objects are passed over."""
    found: dict[tuple[date | None, str | None], ArtifactSet] = {}
    for stored in deque(islice(listed, MOST_WALKED), MOST_LISTED):
        key = parse_dbt_key(stored.key)
        if key and key.project == name:
            place = (key.day, key.invocation)
            one = found.setdefault(place, ArtifactSet(name, key.day, key.invocation))
            one.files[key.artifact] = stored
    return list(found.values())
