"""What a build leaves in the lake: marts that nobody points to, artifacts, failing rows, its record, last the pointer.

In this order: who is killed in between leaves files that nobody reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from pipeline.analysis.builds import marts as pointer
from pipeline.analysis.builds.artifacts import Artifacts
from pipeline.analysis.builds.columns import columns
from pipeline.analysis.builds.heard import Heard
from pipeline.analysis.builds.marts import VERSION, CurrentMarts
from pipeline.analysis.models.builds import Build, Builds, MartFile
from pipeline.errors import FunctionFailed
from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_run_key
from pipeline.lake.files import publish_file
from pipeline.lake.publish import Published, Target
from pipeline.redaction import blank
from pipeline.runs.run import Run

_JSON = "application/json"


@dataclass(frozen=True)
class Left:
    """Where one run writes, and as whom: ``token`` is its lease's."""

    lake: Lake
    project: str
    run: Run
    token: int
    folder: Path

    def marts(self, read: Heard, out: Path) -> tuple[MartFile, ...]:
        """Put the marts there that the second child tells of. Raise what ``publish_file`` raises."""
        return tuple(self._mart(name, read, out / f"{name}.parquet") for name in sorted(read.marts))

    def artifacts(self, artifacts: Artifacts) -> None:
        """Put the artifacts there."""
        for name, body in artifacts.bodies().items():
            self._send(dbt_run_key(self.project, self.run.day, self.run.run_id, name), body)

    def failing(self, failing: Mapping[str, Mapping[str, Any]]) -> None:
        """Put the rows there that tests have failed for; none where none has."""
        if failing:
            key = model_keys.failing_key(self.project, self.run.day, self.run.run_id)
            self._send(key, orjson.dumps({"run_id": self.run.run_id, "tests": _blanked(failing)}))

    def record(self, build: Build) -> None:
        """Keep the record, and tell the index of it."""
        Builds(self.lake, self.project).save(build)

    def point(self, build: Build, at: datetime) -> Build:
        """Move the pointer to the marts of this build; gives it back as not published where a newer one's stand."""
        day = next(document.day for document in build.documents)
        wanted = CurrentMarts(VERSION, self.run.run_id, self.run.day, day, at, build.marts)
        if pointer.publish(self.lake, wanted):
            return build
        late = replace(build, brief=replace(build.brief, published=False, withheld="older"))
        Builds(self.lake, self.project).tell_index(late)
        return late

    def _mart(self, name: str, read: Heard, path: Path) -> MartFile:
        key = model_keys.mart_key(name, self.run.day, self.run.run_id)
        sent = publish_file(self.lake, self._target(key), path)
        facts = read.marts[name], columns(read.columns[name])
        return MartFile(name, key, sent.version_id, sent.checksum, sent.size, *facts)

    def _send(self, key: str, body: bytes) -> Published:
        path = self.folder / "sent.json"
        path.write_bytes(body)
        return publish_file(self.lake, self._target(key), path, _JSON)

    def _target(self, key: str) -> Target:
        return Target(self.lake.bucket, key, self.run.run_id, self.token)


def check_counts(made: Mapping[str, int], rows: Mapping[str, int]) -> None:
    """Raise FunctionFailed (``build_ended``) where a mart's file has not the rows of its table."""
    wrong = [name for name, records in made.items() if rows.get(name) != records]
    if wrong:
        text = f"{', '.join(wrong[:5])}: the file has not the rows of its table"
        raise FunctionFailed(text, situation="build_ended")


def _blanked(failing: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        unique_id: {"columns": found["columns"], "rows": [[_text(value) for value in row] for row in found["rows"]]}
        for unique_id, found in failing.items()
    }


def _text(value: str | None) -> str | None:
    return None if value is None else blank(value)
