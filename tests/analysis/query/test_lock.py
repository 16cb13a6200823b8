"""pipeline.analysis.query.lock: shared by many, alone by one, between processes, never of a dropped file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.analysis.query.lock import FileLock
from pipeline.errors import TimedOut

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print(flush=True)
sys.stdin.read()
"""


def never() -> bool:
    return False


def test_many_share_it_and_nobody_has_it_alone_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path) as one, FileLock(path) as two, FileLock(path) as alone:
        one.share(never)
        two.share(never)
        assert not alone.alone_at_once()
    with FileLock(path) as alone:
        assert alone.alone_at_once()


def test_another_process_s_is_waited_for_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other, FileLock(path) as lock:
        assert other.stdout and other.stdout.readline()
        with pytest.raises(TimedOut):
            lock.share(lambda: True)
        other.kill()
        lock.alone(never)


def test_a_lock_that_was_dropped_is_taken_anew(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path) as first, FileLock(path) as second:
        first.alone(never)
        assert not second.alone_at_once()
        path.unlink()
        # The file that it had opened is nobody's any more.
        second.alone(never)
        assert path.exists()
