"""pipeline.analysis.query.child: whatever is typed into it reaches nothing, changes nothing, and ends.

Each attack runs twice: as a person's query, and in a child without the gate, which is a courtesy and not the guard.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.analysis.query import process
from pipeline.analysis.query.process import PROGRAM, Limits
from tests.analysis.child import GIB, holds, next_answers, spoiled, typed
from tests.analysis.query.attacks import BOMBS, ENDLESS, EVERY_TIME, ODD, OWN, REACHING
from tests.analysis.query.children import children

pytestmark = pytest.mark.usefixtures("planted")
QUICK = {**REACHING, **OWN, **ODD}
SLOW = {**BOMBS, **ENDLESS}


@pytest.mark.parametrize("name", [*QUICK, *EVERY_TIME])
def test_an_attack_reaches_and_changes_nothing(base: Path, without_gate: Path, name: str) -> None:
    # The file is the same to the byte and each query a process of its own: that the next one answers is asked once.
    holds(base, {**QUICK, **SLOW}[name], without_gate)


def test_the_next_query_answers(base: Path, without_gate: Path) -> None:
    for name in ("drop", "repeat", "attach for writing"):
        holds(base, {**QUICK, **SLOW}[name], without_gate)
        next_answers(base)


@pytest.mark.soak
@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_every_attack_reaches_and_changes_nothing(base: Path, without_gate: Path, name: str, gated: bool) -> None:
    holds(base, {**QUICK, **SLOW}[name], PROGRAM if gated else without_gate)
    next_answers(base)


def test_a_query_that_does_not_end_is_killed(base: Path, without_gate: Path) -> None:
    ended = typed(base, ENDLESS["range"], limits=Limits(seconds=1.5))
    assert (ended.how, ended.code) == ("late", -9) and 1.5 <= ended.seconds < 5


def test_a_child_that_nobody_kills_ends_by_itself(base: Path) -> None:
    ended = typed(base, ENDLESS["range"], spoiled(base.with_name("alone.py"), 'limits["seconds"]', "1"))
    base.with_name("alone.py").unlink()
    assert (ended.how, ended.code) == ("ended", -14)


# What the child says of itself: asked in SQL, and of the system while it works.
SETTINGS = {
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "enable_progress_bar": "false",
    "lock_configuration": "true",
    "max_expression_depth": "250",
    "memory_limit": "953.6 MiB",
    "python_enable_replacements": "false",
    "secret_directory": "",
    "temp_directory": "",
    "threads": "1",
    "TimeZone": "UTC",
}
LIMITS = {"Max address space": 2 * GIB, "Max cpu time": 20, "Max file size": 0, "Max core file size": 0}


def settings_hold(base: Path, program: Path = PROGRAM) -> None:
    names = ", ".join(f"'{name}'" for name in SETTINGS)
    sql = f"select name, value from duckdb_settings() where name in ({names}) order by lower(name)"  # noqa: S608
    lines = typed(base, sql, program).output.splitlines()[1:-1]
    assert [line.decode() for line in lines] == [f'["{name}","{value}"]' for name, value in SETTINGS.items()]
    # The one that no listing of settings shows.
    assert b"LocalFileSystem has been disabled" in typed(base, "from read_blob('{base}')", program).output
    readonly = "select readonly from duckdb_databases() where database_name = 't_craft'"
    assert typed(base, readonly, program).output.splitlines()[1] == b'["true"]'


def limits_hold(base: Path, program: Path = PROGRAM) -> None:
    seen: dict[str, Any] = {}

    def look() -> bool:
        (pid,) = children()
        text = Path(f"/proc/{pid}/limits").read_text()
        seen.update({name: re.findall(rf"{name} +(\S+) +(\S+)", text)[0] for name in LIMITS})
        seen.update(environ=Path(f"/proc/{pid}/environ").read_bytes(), nice=os.getpriority(os.PRIO_PROCESS, pid))
        # Its limits are set within the first moments; then it is killed.
        return bool(seen["Max file size"] == ("0", "0"))

    job = {"job": "query", "sql": ENDLESS["range"], "parameters": {}, "databases": [["t_craft", str(base)]]}
    limits = Limits(seconds=5)
    process.run({**job, "rows": 10, "bytes": 2**20, "columns": 5000}, limits, look, program)
    wanted = {name: (str(value), str(value)) for name, value in LIMITS.items()}
    assert seen == {**wanted, "environ": b"", "nice": min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)}


def test_the_child_is_locked_and_limited(base: Path) -> None:
    settings_hold(base)
    limits_hold(base)


GUARDS = {
    # No progress bar is what DuckDB does by itself where nobody looks on, so nothing shows that it is set.
    **{line: "" for line in re.findall(r"(?m)^    \"SET (?!enable_progress).*\",\n", PROGRAM.read_text("utf-8"))},
    '"SET enable_external_access = false", *more,': "*more,",
    ', "SET lock_configuration = true")': ")",
    ', config={"python_enable_replacements": "false"}': "",
    " (READ_ONLY)": "",
    ", \"SET disabled_filesystems = 'LocalFileSystem'\")": ")",
    "    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n": "",
    '"AS", ': "",
    '"CPU", ': "",
    '"CORE")': ")",
    "    os.nice(10)\n": "",
}


@pytest.mark.soak
@pytest.mark.parametrize("guard", GUARDS)
def test_without_any_one_guard_the_suite_is_red(base: Path, tmp_path: Path, guard: str) -> None:
    program = spoiled(tmp_path / "child.py", guard, GUARDS[guard])
    with pytest.raises((AssertionError, IndexError)):
        settings_hold(base, program)
        limits_hold(base, program)
