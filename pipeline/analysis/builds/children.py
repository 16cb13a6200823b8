"""The two children of one build, within their limits: dbt, and who reads its database afterwards.

Neither inherits anything: an empty environment but for what dbt needs, a private folder, no credentials.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pipeline.analysis.builds import faults
from pipeline.analysis.builds.artifacts import Artifacts, cleaning
from pipeline.analysis.builds.heard import Heard
from pipeline.analysis.builds.inputs import Inputs
from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.analysis.models.fields import Clean
from pipeline.analysis.query import process
from pipeline.analysis.query.process import Limits
from pipeline.errors import ConfigInvalid

OURS: Final = Path(__file__).parents[1] / "dbt"
PACKAGE: Final = Path(__file__).parents[3]
FAILING_ROWS: Final = 20
_GIB = 2**30
# Measured: tests/benchmarks/builds.py. dbt's two threads each map memory that they never touch.
BUILD = Limits(memory=4 * _GIB, cpu=1200, file=8 * _GIB, seconds=600.0)
READ = Limits(memory=3 * _GIB, cpu=300, file=8 * _GIB, seconds=120.0)
MEMORY = "384MB"
_LANDING_MEMORY = "256MB"


@dataclass(frozen=True)
class Project:
    """A dbt project's folder, what it is called in the lake, its variables (those of the settings), and what it finds
    in its environment beside what every build does."""

    folder: Path = OURS
    name: str = OUR_PROJECT
    variables: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Children:
    """One build's children. ``cancelled`` is asked all the time; ``tell`` hears of each step that has ended, and of how
    many there are."""

    project: Project
    folder: Path
    cancelled: Callable[[], bool]
    tell: Callable[[int, int], None]
    limits: Limits = BUILD

    def build(self, inputs: Inputs, files: Mapping[str, Path]) -> tuple[Heard, Clean]:
        """Land the files, run dbt. Gives what it said and what cleans its texts. Raise what ``faults`` give."""
        if find_spec("dbt") is None:
            raise ConfigInvalid("dbt is not installed", variable="requirements.txt", situation="build_library")
        at = {claim.source_table: claim.to_json()["exported_at"] for claim in reversed(inputs.claims)}
        job = {
            "project": str(self.project.folder),
            "vars": dict(self.project.variables),
            "files": {name: str(path) for name, path in files.items()},
            "documents": [claim.to_json() for claim in inputs.claims],
            "exported_at": {name: moment for name, moment in at.items() if moment},
        }
        heard = self._run("child.py", {**job, "memory": _LANDING_MEMORY}, self.limits, self.tell)
        return heard, self._clean(heard)

    def read(self, artifacts: Artifacts, publishes: bool) -> Heard:
        """Count models, take failing rows, write marts below ``out``. Raise what ``faults`` give."""
        out, spill = self.folder / "out", self.folder / "spill"
        out.mkdir()
        job = {
            "models": dict(artifacts.models),
            "tests": dict(artifacts.failing),
            "marts": dict(artifacts.marts) if publishes else {},
            "failing_rows": FAILING_ROWS,
            "out": str(out),
            "spill": str(spill),
        }
        return self._run("reader.py", {**job, "memory": MEMORY}, READ)

    def _run(
        self, program: str, job: dict[str, Any], limits: Limits, tell: Callable[[int, int], None] = lambda k, n: None
    ) -> Heard:
        heard = Heard()

        def hear(piece: bytes) -> None:
            heard.hear(piece)
            tell(heard.ended, heard.planned)

        ended = process.run({**self._common(), **job}, limits, self.cancelled, Path(__file__).with_name(program), hear)
        wrong = faults.of_end(ended, limits)
        if heard.fault and not wrong:
            wrong = faults.of_fault(heard.fault, limits, self._clean(heard))
        if wrong or not heard.done:
            raise wrong or faults.cut_off()
        return heard

    def _clean(self, heard: Heard) -> Clean:
        return cleaning(heard.variables, dict(self.project.variables), dict(self.project.environment))

    def _common(self) -> dict[str, Any]:
        folder, database = str(self.folder), str(self.folder / "build.duckdb")
        environment = {
            **self.project.environment,
            "DBT_DUCKDB_PATH": database,
            "DBT_DUCKDB_MEMORY": MEMORY,
            "DBT_ENGINE": "duckdb",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
            "DO_NOT_TRACK": "1",
            "HOME": folder,
            "TMPDIR": folder,
            "TZ": "UTC",
        }
        package = str(PACKAGE)
        return {
            "package": package,
            "parent": os.getpid(),
            "environment": environment,
            "folder": folder,
            "database": database,
        }
