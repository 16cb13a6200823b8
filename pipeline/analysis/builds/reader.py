"""The program of the second child: rows of models, failing rows of tests, marts as files, all of a build's database.

Started as the first one is, once that has ended. The database is opened for reading only, and nothing can be written
but below its own folder ``out``. Values are texts as DuckDB writes them; in Parquet they keep their type, exact.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.analysis.builds.bounds import Told

_LONGEST_VALUE = 500
_CLOSED = (
    "SET threads = 2",
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
)
# Parquet knows neither: DuckDB would write doubles, and lose digits.
_WIDE = re.compile(r"\bU?HUGEINT\b")


def main() -> None:
    """Read one job from standard input and do it."""
    job = json.loads(sys.stdin.buffer.read())
    sys.path[:0] = [job["package"]]
    # Imported here: an isolated interpreter has not known the package before.
    from pipeline.analysis.builds.bounds import begin  # noqa: PLC0415

    told = begin(job)
    try:
        _read(job, told)
        told.tell(done=True)
    except Exception as error:  # noqa: BLE001 - whatever DuckDB raises is told by its name
        told.fault("reading", error)


def _read(job: dict[str, Any], told: Told) -> None:
    # Imported here: the limits bind it, too.
    import duckdb  # noqa: PLC0415

    base = duckdb.connect(job["database"], read_only=True, config={"python_enable_replacements": "false"})
    own = (f"SET memory_limit = {_text(job['memory'])}", f"SET temp_directory = {_text(job['spill'])}")
    directories = f"SET allowed_directories = [{_text(job['out'] + '/')}, {_text(job['spill'] + '/')}]"
    for statement in (*_CLOSED, *own, directories):
        base.execute(statement)
    base.execute("SET enable_external_access = false; SET lock_configuration = true")
    for unique_id, relation in job["models"].items():
        told.tell(model=unique_id, rows=_count(base, relation))
    for unique_id, relation in job["tests"].items():
        told.tell(test=unique_id, **_failing(base, relation, job["failing_rows"]))
    for name, relation in job["marts"].items():
        told.tell(mart=name, **_written(base, relation, f"{job['out']}/{name}.parquet"))


def _count(base: Any, relation: str) -> int:
    return int(base.execute(f"SELECT count(*) FROM {relation}").fetchone()[0])  # noqa: S608 - quoted by dbt


def _failing(base: Any, relation: str, most: int) -> dict[str, Any]:
    texts = f"CAST(COLUMNS(*) AS VARCHAR)[:{_LONGEST_VALUE}]"
    found = base.execute(f"SELECT {texts} FROM {relation} LIMIT {most}")  # noqa: S608 - as above
    rows = found.fetchall()
    names = [column[0] for column in base.execute(f"SELECT * FROM {relation} LIMIT 0").description]  # noqa: S608
    return {"columns": names, "rows": rows}


def _written(base: Any, relation: str, path: str) -> dict[str, Any]:
    columns = base.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608 - as above
    exact = ", ".join(_exact(name, kind) for name, kind, *_ in columns)
    # In an order of their own: the same rows are the same bytes.
    rows = f"SELECT {exact} FROM {relation} ORDER BY ALL"  # noqa: S608 - as above
    base.execute(f"COPY ({rows}) TO {_text(path)} (FORMAT parquet, COMPRESSION zstd)")
    file = f"FROM read_parquet({_text(path)})"  # noqa: S608 - quoted
    columns = [row[:2] for row in base.execute(f"DESCRIBE {file}").fetchall()]
    return {"records": int(base.execute(f"SELECT count(*) {file}").fetchone()[0]), "columns": columns}


def _exact(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    # Also inside of lists and structs.
    return f"CAST({quoted} AS {_WIDE.sub('DECIMAL(38, 0)', kind)}) AS {quoted}" if _WIDE.search(kind) else quoted


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
