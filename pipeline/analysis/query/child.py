"""The program of the child: SQL over attached files, or Parquet files made into one. It knows nothing of the package.

Started by ``process.py`` with an empty environment; the limits come first, then DuckDB, then what somebody typed. Each
line of its output is JSON: ``columns``, a row, ``end`` or ``fault``.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
from typing import Any

_BATCH_ROWS = 100
_SELECTS = ("SELECT", "MULTI")
_EXPLAIN = re.compile(
    r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*explain\b(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:analyze\b\s*)?"
    r"(?:\(\s*(?:format|analyze)\b[^()]*\)\s*)?(?P<inner>.*)",
    re.IGNORECASE | re.DOTALL,
)
# Nothing outside of the files that are attached by now can be read or written from here on, whatever is asked for.
# Sources: DuckDB's documentation, "Securing DuckDB" and "Configuration".
_CLOSED = (
    "SET memory_limit = '1GB'",
    "SET threads = 1",
    "SET temp_directory = ''",
    "SET secret_directory = ''",
    "SET allow_persistent_secrets = false",
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",
    "SET max_expression_depth = 250",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
)


class Refused(Exception):
    """What the gate does not let through; its name is the first argument."""


def main() -> None:
    """Read one job from standard input and do it."""
    job = json.loads(sys.stdin.buffer.read())
    _limit(job["limits"])
    sys.path.append(job["library"])
    try:
        {"query": _query, "build": _build}[job["job"]](job)
    except Refused as refused:
        _write({"fault": str(refused), "message": ""})
    except MemoryError:
        _write({"fault": "OutOfMemoryException", "message": ""})
    except Exception as error:  # noqa: BLE001 - whatever DuckDB raises is told by its name
        _write({"fault": type(error).__name__, "message": str(error)[:4000]})
    sys.stdout.buffer.flush()
    # Without the destructors: there is nothing to be saved, and they take their time after a large query.
    os._exit(0)


def _limit(limits: dict[str, int]) -> None:
    for name in ("AS", "CPU", "FSIZE", "CORE"):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limits[name], limits[name]))
    # Whoever started it may be gone by then: the kernel ends it.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits["seconds"])
    os.nice(10)


def _query(job: dict[str, Any]) -> None:
    base = _opened()
    names = [_name(alias) for alias, _ in job["databases"]]
    for name, (_, path) in zip(names, job["databases"], strict=True):
        base.execute(f"ATTACH {_text(path)} AS {name} (READ_ONLY)")
    if names:
        base.execute(f"USE {names[0]}")
        # First what was renamed, so that a name means what the page shows.
        base.execute(f"SET search_path = {_text(','.join(f'{name}.main' for name in ('memory', *names)))}")
    for database, table, called in job.get("renamed", ()):
        base.execute(f"CREATE VIEW memory.main.{_name(called)} AS SELECT * FROM {_name(database)}.main.{_name(table)}")  # noqa: S608 - our own names
    # No file is opened after this: those of the databases are open, and a query needs no other.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _close(base, "SET disabled_filesystems = 'LocalFileSystem'")
    _answer(base, job)


def _answer(base: Any, job: dict[str, Any]) -> None:
    sql, values = _gated(base, job["sql"]), job["parameters"]
    if isinstance(sql, Explained):
        _write_head(base, sql, base.execute(sql, values), job)
        _write_rows(base, job)
        return
    columns = _write_head(base, sql, base.execute(f"SELECT * FROM (\n{sql}\n) LIMIT 0", values), job)  # noqa: S608
    # Every value as DuckDB itself writes it: Python's own would lose months of an interval and parts of a microsecond.
    texts = ", ".join(f"CAST(#{number} AS VARCHAR)" for number in range(1, columns + 1))
    base.execute(f"SELECT {texts} FROM (\n{sql}\n) LIMIT {job['rows'] + 1}", values)  # noqa: S608 - the person's SQL
    _write_rows(base, job)


def _write_head(base: Any, sql: str, head: Any, job: dict[str, Any]) -> int:
    columns = [(each[0], str(each[1])) for each in head.description]
    if len(columns) > job["columns"]:
        raise Refused("wide")
    _write({"columns": columns, "used": _used(base, sql, job["parameters"])})
    return len(columns)


class Explained(str):
    """An EXPLAIN over a SELECT, which stands in no brackets."""


def _gated(base: Any, sql: str) -> str:
    """The one SELECT of a text. A courtesy, which says what is the matter; the guard is what was closed before."""
    statements = base.extract_statements(sql)
    if not statements:
        raise Refused("empty")
    if len(statements) > 1:
        raise Refused("several")
    kind, text = _kind(statements[0]), statements[0].query.rstrip().rstrip(";")
    if kind == "EXPLAIN":
        inner = _EXPLAIN.fullmatch(text)
        if not inner or [_kind(each) for each in base.extract_statements(inner["inner"])] != ["SELECT"]:
            raise Refused("not_select")
        return Explained(text)
    if kind not in _SELECTS:
        raise Refused("not_select")
    return str(text)


def _kind(statement: Any) -> str:
    try:
        return str(statement.type.name)
    except ValueError:
        # DuckDB's Python has no name for some: UPDATE EXTENSIONS.
        return ""


def _used(base: Any, sql: str, parameters: dict[str, str]) -> list[str]:
    # DuckDB names no tables of a statement whose parameters are open.
    closed = re.sub(rf"\$({'|'.join(map(re.escape, parameters))})\b", "NULL", sql) if parameters else sql
    try:
        return sorted(base.get_table_names(closed))
    except Exception:  # noqa: BLE001 - of no use to the query itself
        return []


def _write_rows(base: Any, job: dict[str, Any]) -> None:
    rows = size = 0
    while batch := base.fetchmany(_BATCH_ROWS):
        for row in batch:
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
            cut = "rows" if rows == job["rows"] else "bytes" if size + len(line) > job["bytes"] else ""
            if cut:
                _write({"end": cut})
                return
            sys.stdout.buffer.write(line + b"\n")
            rows, size = rows + 1, size + len(line)
    _write({"end": ""})


def _build(job: dict[str, Any]) -> None:
    base = _opened()
    base.execute(f"ATTACH {_text(job['file'])} AS built")
    base.execute(f"SET allowed_directories = [{_text(job['folder'])}]")
    _close(base)
    counts = {}
    for name, path in job["tables"]:
        table = f"built.main.{_name(name)}"
        base.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet({_text(path)})")  # noqa: S608 - our own names
        counts[name] = base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - as above
    base.execute("CHECKPOINT built")
    base.execute("DETACH built")
    _write({"counts": counts})


def _opened() -> Any:
    # Imported here: the limits bind it, too.
    import duckdb  # noqa: PLC0415

    return duckdb.connect(":memory:", config={"python_enable_replacements": "false"})


def _close(base: Any, *more: str) -> None:
    for statement in (*_CLOSED, "SET enable_external_access = false", *more, "SET lock_configuration = true"):
        base.execute(statement)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


if __name__ == "__main__":
    main()
