"""The program of the child: dbt parses the project, its sources are landed, then its models, tests and freshness run.

Started by ``query/process.py`` with an empty environment. Each line of its output is JSON: ``planned`` steps,
``landed`` tables, a ``node`` that has ended, ``done`` or ``fault``; the artifacts are in its folder.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.analysis.builds.bounds import Told

# Unit tests are about the SQL, not the data: the suite runs them (dbt Developer Hub, "Unit tests", advises it so).
_DATA_ONLY = ["--exclude-resource-type", "unit_test"]
# A test that fails ends the others no more than a model does: each is asked, so that all is told at once.
COMMANDS = (["run"], ["test", "--store-failures", *_DATA_ONLY], ["source", "freshness"])
_QUIET = (
    "--quiet --no-print --no-use-colors --no-partial-parse --no-send-anonymous-usage-stats --no-version-check "
    "--log-level none --log-level-file none"
).split()


class Stopped(Exception):
    """dbt came to nothing: at which ``stage``, and what it raised (None: it did not say)."""

    def __init__(self, stage: str, error: BaseException | None) -> None:
        super().__init__(stage)
        self.stage, self.error = stage, error


def main() -> None:
    """Read one job from standard input and do it."""
    job = json.loads(sys.stdin.buffer.read())
    sys.path[:0] = [job["package"]]
    # Imported here: an isolated interpreter has not known the package before.
    from pipeline.analysis.builds.bounds import begin  # noqa: PLC0415

    told = begin(job)
    try:
        _build(job, told)
        told.tell(done=True)
    except Stopped as stopped:
        told.fault(stopped.stage, stopped.error)
    except Exception as error:  # noqa: BLE001 - whatever it is, is told by its name
        told.fault("ended", error)


def _build(job: dict[str, Any], told: Told) -> None:
    # dbt makes much that stays: looking for what does not would take a tenth of its time.
    gc.set_threshold(50_000, 20, 100)
    # Imported here: the limits bind dbt, too.
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    told.tell(variables=_variables(job))
    parsed = dbtRunner().invoke(["parse", *_options(job)])
    manifest: Any = parsed.result
    if not parsed.success or manifest is None:
        raise Stopped("parse", parsed.exception)
    told.tell(planned=_planned(manifest))
    try:
        told.tell(landed=_landed(job, manifest))
    except Exception as error:
        raise Stopped("landing", error) from error
    # Parsed once: each command takes the same manifest, and adds the SQL that it has compiled.
    runner = dbtRunner(manifest=manifest, callbacks=[_hearing(told)])
    for command in COMMANDS:
        _run(runner, command, job)


def _run(runner: Any, command: list[str], job: dict[str, Any]) -> None:
    target = Path(job["folder"]) / "target"
    results = target / ("sources.json" if command[0] == "source" else "run_results.json")
    done = runner.invoke([*command, *_options(job)])
    if results.is_file():
        results.rename(target / f"{command[0]}.results.json")
    elif not done.success:
        raise Stopped(command[0], done.exception)


def _hearing(told: Told) -> Any:
    """A callback of dbt, called in any of its threads."""

    def hear(event: Any) -> None:
        if event.info.name == "NodeFinished":
            told.tell(node=event.data.node_info.unique_id, status=event.data.node_info.node_status)

    return hear


def _options(job: dict[str, Any]) -> list[str]:
    project = ["--project-dir", job["project"], "--profiles-dir", job["project"]]
    work = ["--target-path", f"{job['folder']}/target", "--log-path", f"{job['folder']}/logs"]
    return [*project, *work, *_QUIET, "--vars", _written(job["vars"])]


def _written(variables: dict[str, Any]) -> str:
    """As dbt reads them: YAML, in which JSON's way to write 𠮷 is none."""
    import yaml  # noqa: PLC0415 - dbt's own

    return str(yaml.safe_dump(variables, default_flow_style=True, width=float("inf")))


def _planned(manifest: Any) -> int:
    """How many nodes will say that they have ended."""
    nodes = sum(_runs(node) for node in manifest.nodes.values())
    fresh = sum(bool(one.freshness and (one.loaded_at_field or one.loaded_at_query)) for one in _sources(manifest))
    return nodes + fresh


def _runs(node: Any) -> bool:
    kind = str(node.resource_type)
    return kind == "test" or (kind == "model" and node.config.materialized != "ephemeral")


def _variables(job: dict[str, Any]) -> Any:
    """What the project calls its variables: for the parent, who blanks out the values of those with a secret's name."""
    import yaml  # noqa: PLC0415 - dbt's own

    try:
        written = yaml.safe_load((Path(job["project"]) / "dbt_project.yml").read_text("utf-8"))
        return json.loads(json.dumps(written["vars"], default=str))
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        # dbt says what is the matter with it.
        return {}


def _landed(job: dict[str, Any], manifest: Any) -> dict[str, int]:
    import duckdb  # noqa: PLC0415 - the limits bind it, too

    from pipeline.analysis.builds.landing import Files, land  # noqa: PLC0415 - as above

    spill = f"{job['folder']}/spill"
    settings = {"memory_limit": job["memory"], "threads": "2", "temp_directory": spill}
    with duckdb.connect(job["database"], config=settings) as base:
        base.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
        return land(base, _declared(manifest), Files(job["files"], job["exported_at"]), job["documents"])


def _declared(manifest: Any) -> Iterator[Any]:
    from pipeline.analysis.builds.landing import Declared  # noqa: PLC0415 - as above

    for source in _sources(manifest):
        columns = tuple((column.name, column.data_type or "") for column in source.columns.values())
        yield Declared(source.schema, source.identifier, columns)


def _sources(manifest: Any) -> list[Any]:
    return [source for source in manifest.sources.values() if source.config.enabled]


if __name__ == "__main__":
    main()
