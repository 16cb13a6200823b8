"""pipeline.analysis.query.process: a child gets its job and nothing else, and is gone however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.analysis.query import process
from pipeline.analysis.query.process import Ended, Limits

SAYS = "import json, os, sys; job = json.load(sys.stdin); print(json.dumps([len(job['sql']), dict(os.environ), "
SAYS += "os.getcwd(), sys.path, os.listdir('/proc/self/fd'), os.getpid()]))"
Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def do(program: str, cancelled: Callable[[], bool] = lambda: False, sql: str = "", **limits: Any) -> Ended:
        path = tmp_path / "program.py"
        path.write_text(program)
        return process.run({"sql": sql}, Limits(**{"seconds": 10.0, **limits}), cancelled, path)

    return do


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture
def open_file() -> Iterator[int]:
    """A file of this process that a child would be given, if it were given any."""
    reads, writes = os.pipe()
    os.set_inheritable(reads, True)
    yield reads
    os.close(reads)
    os.close(writes)


@pytest.mark.usefixtures("open_file")
def test_a_child_has_its_job_and_nothing_of_its_parent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    ended = run(SAYS, sql="x" * 1_000_000)
    size, environ, folder, path, files, pid = orjson.loads(ended.output)
    # Python itself sets this one where there is no locale (PEP 538).
    assert (size, environ.keys() - {"LC_CTYPE"}, folder) == (1_000_000, set(), "/")
    # Nor is the program's own folder, whose modules are called like the library's.
    assert not {"/nowhere", str(Path.cwd()), str(tmp_path)} & set(path)
    # Its three streams, and the one that it lists them by.
    assert sorted(files) == ["0", "1", "2", "3"]
    assert (ended.how, ended.code) == ("ended", 0) and gone(pid) and ended.peak > 2**20


def test_a_child_that_never_reads_or_writes_is_late(run: Run) -> None:
    ended = run("import time; time.sleep(60)", sql="x" * 1_000_000, seconds=0.5)
    assert (ended.how, ended.output) == ("late", b"") and ended.seconds < 5


def test_a_child_that_floods_is_killed(run: Run) -> None:
    ended = run("while True: print('x' * 10000)", answer=100_000)
    # Killed, if it has not fallen over its closed pipe before.
    assert (ended.how, ended.output) == ("flooded", b"") and ended.code != 0


def test_a_child_that_is_not_wanted_any_more_is_killed_at_once(run: Run) -> None:
    ended = run("import time; time.sleep(60)", lambda: True)
    assert ended.how == "cancelled" and ended.seconds < 1


@pytest.mark.parametrize(("program", "code"), [("import os; os.abort()", -6), ("raise SystemExit(3)", 3)])
def test_how_it_ended_is_told(run: Run, program: str, code: int) -> None:
    assert run(program).code == code


def test_whoever_asks_may_fail_and_the_child_is_gone_all_the_same(run: Run, tmp_path: Path) -> None:
    told = tmp_path / "pid"

    def failing() -> bool:
        if told.exists() and told.read_text():
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        run(f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)", failing)
    assert gone(int(told.read_text()))
