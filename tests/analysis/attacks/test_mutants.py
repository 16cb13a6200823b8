"""A copy of the tree without one guard of the server engine has a red suite: of the child, its parent, and the files.

With -m soak: each is a run of pytest of its own. Where a guard bounds memory no bomb is thrown at its absence; what the
child's limits are is asked for there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.analysis.query.process import PROGRAM
from tests.faults.test_mutants import Mutant, assert_noticed

QUERY = "pipeline/analysis/query/"
TESTS = "tests/analysis/query/"
CHILD, ATTACKS = f"{TESTS}test_child.py", "tests/analysis/attacks/test_reaching.py"
LOCKED = f"{CHILD}::test_the_child_is_locked_and_limited"
FILES_OFF = ", \"SET disabled_filesystems = 'LocalFileSystem'\")"
SETTINGS = re.findall(r"(?m)^    \"SET (?!enable_progress).*\",\n", PROGRAM.read_text("utf-8"))


def of_child(name: str, old: str, new: str, tests: str = LOCKED) -> Mutant:
    return Mutant(name, f"{QUERY}child.py", old, new, tests)


def of(file: str, name: str, old: str, new: str, test: str) -> Mutant:
    return Mutant(name, f"{QUERY}{file}.py", old, new, f"{TESTS}{test}")


MUTANTS = [
    *(of_child(line.strip(' ",\n'), line, "") for line in SETTINGS),
    of_child("external access stays on", '"SET enable_external_access = false", *more,', "*more,"),
    of_child("no lock", ', "SET lock_configuration = true")', ")"),
    of_child("variables of Python are tables", ', config={"python_enable_replacements": "false"}', ""),
    of_child("tables may be written", " (READ_ONLY)", ""),
    of_child("file systems stay on", FILES_OFF, ")"),
    of_child("files of any size", "    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n", ""),
    of_child("memory without a bound", '"AS", ', ""),
    of_child("processor without a bound", '"CPU", ', ""),
    of_child("a core is left", '"CORE")', ")"),
    of_child("no nicer than the server", "    os.nice(10)\n", ""),
    of_child(
        "no alarm of its own",
        '    signal.alarm(limits["seconds"])\n',
        "",
        f"{CHILD}::test_a_child_that_nobody_kills_ends_by_itself",
    ),
    of_child("no gate", '_gated(base, job["sql"])', 'job["sql"]', f"{TESTS}test_server.py"),
    of_child("any number of columns", 'len(columns) > job["columns"]', "False", f"{TESTS}test_server.py"),
    of_child("any number of rows", '"rows" if rows == job["rows"] else ', "", f"{TESTS}test_server.py"),
    of_child("any number of bytes", 'size + len(line) > job["bytes"]', "False", f"{TESTS}test_server.py"),
    of("process", "the parent's environment", "env={}", "env=None", "test_process.py"),
    of("process", "the parent's modules", '"-I", ', "", "test_process.py"),
    of("process", "the parent's folder", 'cwd="/"', "cwd=None", "test_process.py"),
    of("process", "files of the parent", 'cwd="/"', 'cwd="/", close_fds=False', "test_process.py"),
    of("process", "late is not killed", "time.monotonic() - started > limits.seconds", "False", "test_process.py"),
    of("process", "floods are taken", "len(output) > limits.answer", "False", "test_process.py"),
    of("process", "nobody is asked", "if cancelled():", "if False:", "test_process.py"),
    of("process", "left alive", "os.kill(process.pid, signal.SIGKILL)", "pass", "test_process.py"),
    of("server", "SQL of any length", "len(query.sql) > MOST_LETTERS", "False", "test_server.py"),
    of("cache", "a folder for everybody", "_PRIVATE = 0o700", "_PRIVATE = 0o755", "test_cache.py"),
    of("cache", "a file that may be written", "_READ_ONLY = 0o400", "_READ_ONLY = 0o600", "test_cache.py"),
    of("cache", "somebody else's folder", "!= os.geteuid()", "!= folder.stat().st_uid", "test_cache.py"),
    of("cache", "no quota", "        if over > 0:\n", "        if False:\n", "test_cache.py"),
    of("convert", "any bytes", "if size != file.size or", "if False and", "test_convert.py"),
    of("convert", "any count", "counts.get(file.name) != file.records", "False", "test_convert.py"),
    of("faults", "paths are told", '_PATH.sub("…", text)', "text", "test_faults.py"),
]


@pytest.mark.soak
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_without_a_guard_the_suite_is_red(mutant: Mutant, tmp_path: Path) -> None:
    assert_noticed(mutant, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("suite", [CHILD, ATTACKS])
def test_with_files_within_reach_the_attacks_themselves_are_red(tmp_path: Path, suite: str) -> None:
    """Not only what the child says of its settings: something is reached, or made."""
    both = '"SET enable_external_access = false", *more, '
    assert_noticed(of_child("open", both, "", f"{suite}::test_an_attack_reaches_and_changes_nothing"), tmp_path)
