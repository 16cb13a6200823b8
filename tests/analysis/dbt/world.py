"""Records landed as a build finds them, and dbt over them in a child process; what it leaves, by name.

Landing here is a small one of the tests' own: the converter's Parquet files, and exactly the columns of sources.yml.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.support.places import ROOT
from tests.support.tables.days import Records, files, schema_of

PROJECT = ROOT / "pipeline" / "analysis" / "dbt"
NOW = datetime.now(UTC)
Row = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """One that went in; ``found`` None where its tables are not there yet."""

    source_table: str
    claimed: int
    found: int | None
    exported_at: datetime = NOW


@cache
def declared() -> dict[str, dict[str, str]]:
    """The columns of each source table with their data_type."""
    text = (PROJECT / "models" / "sources.yml").read_text("utf-8")
    (lake,) = yaml.safe_load(text)["sources"]
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]} for table in lake["tables"]
    }


def land(folder: Path, table: Records, sources: Mapping[str, Records], documents: Sequence[Document]) -> Path:
    """A database in ``folder`` with the schema ``lake``, of a table's records and of each source's."""
    there = {file.name: file.path for file in files(schema_of(table), table, folder / "table").values()}
    for name, records in sources.items():
        (written,) = (
            file for file in files(schema_of(records), records, folder / name).values() if file.name != "all_records"
        )
        there[name] = written.path
    path = folder / "build.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("create schema lake")
        for name, columns in declared().items():
            database.execute(f'create table lake."{name}" as {_landed(database, columns, there.get(name))}')
        for each in documents:
            row = [each.source_table, "d", "v", NOW.date(), each.claimed, each.found, each.exported_at]
            database.execute("insert into lake.documents values (?, ?, ?, ?, ?, ?, ?)", row)
    return path


def _landed(database: duckdb.DuckDBPyConnection, columns: Mapping[str, str], path: Path | None) -> str:
    if path is None:
        return f"select {_nulls(columns, ())} where false"
    there = database.read_parquet(str(path)).columns
    return f"select {_nulls(columns, there)} from read_parquet('{path}')"  # noqa: S608 - names of our own


def _nulls(columns: Mapping[str, str], there: Sequence[str]) -> str:
    parts = (f'"{name}"' if name in there else f'cast(null as {kind}) as "{name}"' for name, kind in columns.items())
    return ", ".join(parts)


@dataclass(frozen=True)
class Built:
    """What dbt did: its exit codes and texts a command, its database, its artifacts' results."""

    database: Path
    codes: tuple[int, ...]
    told: str
    results: dict[str, Row]
    freshness: dict[str, str]

    def failed(self, *statuses: str) -> set[str]:
        """The names of what ended so."""
        return {name for name, result in self.results.items() if result["status"] in statuses}

    def rows(self, sql: str, *values: Any) -> list[Row]:
        with duckdb.connect(str(self.database), read_only=True) as database:
            database.execute("set TimeZone = 'UTC'")
            asked = database.execute(sql, values)
            names = [column[0] for column in asked.description or ()]
            return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


# Ends the process as soon as it asks for a host or connects to one.
GUARD = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        os.write(2, f"asked {arguments}".encode())
        os._exit(99)
sys.addaudithook(watch)
"""
DBT = GUARD + "from dbt.cli.main import cli; cli()"
# One process for all commands, parsed once; each leaves its artifacts in a folder of its own.
ALL = (
    GUARD
    + """
from dbt.cli.main import dbtRunner
runner = dbtRunner()
for number, command in enumerate((["parse"], ["run"], ["test"], ["source", "freshness"])):
    # A relative path would be the project's.
    done = runner.invoke([*command, *sys.argv[1:], "--target-path", f"{os.getcwd()}/target-{number}"])
    if command == ["parse"]:
        runner = dbtRunner(manifest=done.result)
    open(f"code-{number}", "w").write(str(0 if done.success else 1 if done.exception is None else 2))
"""
)


def dbt(folder: Path, program: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that asks no host, with nothing of this one's environment but its path."""
    line = [sys.executable, "-c", program, *arguments]
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    env = {**own, "DBT_DUCKDB_PATH": str(folder / "build.duckdb"), **environ}
    return subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)


def places(folder: Path) -> list[str]:
    """Where the project lies, and where dbt writes."""
    project = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
    return list(map(str, [*project, "--log-path", folder / "log", "--no-use-colors"]))


def build(database: Path, variables: Mapping[str, Any] | None = None) -> Built:
    """Parse, run, test, source freshness; the results of all of them, by the names of models and tests."""
    folder = database.parent
    done = dbt(folder, ALL, *places(folder), "--vars", json.dumps(variables or {}))
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    codes = tuple(int((folder / f"code-{number}").read_text("utf-8")) for number in range(1, 4))
    results = {_name(row): row for number in (1, 2) for row in _artifact(folder, number, "run_results")}
    freshness = {_name(row): row["status"] for row in _artifact(folder, 3, "sources")}
    return Built(database, codes, told, results, freshness)


def _artifact(folder: Path, number: int, name: str) -> list[Row]:
    rows: list[Row] = json.loads((folder / f"target-{number}" / f"{name}.json").read_bytes())["results"]
    return rows


def _name(row: Row) -> str:
    """model.moderation_craft.stg_users → stg_users; test.moderation_craft.unique_stg_users_user_id.0f… → without its
    digest; a unit test ends with its own name."""
    kind, _, *rest = row["unique_id"].split(".")
    return str(rest[0] if kind == "test" else rest[-1])


def save(built: Built, folder: Path) -> Built:
    """Keep it for the other processes of these tests."""
    (folder / "built.pickle").write_bytes(pickle.dumps(built))
    return built


def load(folder: Path) -> Built | None:
    """What another process of these tests kept."""
    path = folder / "built.pickle"
    return pickle.loads(path.read_bytes()) if path.exists() else None  # noqa: S301 - written a moment ago by save
