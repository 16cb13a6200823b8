"""A build that runs wild, or has no room, ends within its limits, as a named error, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.analysis.builds import children
from pipeline.analysis.builds.children import BUILD
from pipeline.analysis.builds.folders import PREFIX, private_folder
from pipeline.analysis.query import process
from pipeline.analysis.query.lock import FileLock
from pipeline.errors import ConfigInvalid, FunctionFailed, MemoryExceeded, TimedOut
from pipeline.runs.ledger import Ledger
from tests.analysis.builds.world import World, failing
from tests.support.eventually import eventually

MakeWorld = Callable[..., World]
ENDLESS = "select count(*) as n from range(10000000000) a, range(10000000000) b where a.range % 7 = b.range % 11"
SIZE = 70 * 2**20


def withheld(world: World, run_id: str) -> str | None:
    entry = Ledger(world.lake).find(run_id, (world.clock().date(),))
    assert entry and entry.run.status == "failed"
    return world.kept(entry.run).brief.withheld


def test_one_that_takes_too_long_is_ended(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world(**{"models__staging__stg_sessions.sql": ENDLESS})
    with failing(TimedOut, "build_time"):
        world.build("late", limits=replace(BUILD, seconds=2.0), folder=tmp_path)
    assert withheld(world, "late") == "interrupted" and list(tmp_path.glob(f"{PREFIX}*")) == []
    with failing(TimedOut, "build_time"):
        world.build("busy", limits=replace(BUILD, cpu=1), folder=tmp_path)


def test_one_that_needs_too_much_memory_is_ended(make_world: MakeWorld, tmp_path: Path) -> None:
    with failing(MemoryExceeded, "build_memory"):
        make_world().build(limits=replace(BUILD, memory=150 * 2**20), folder=tmp_path)
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


def test_one_that_is_not_wanted_any_more_is_ended(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world()
    asked = iter([False] * 3)
    with failing(FunctionFailed, "build_interrupted"):
        world.build("ended", cancelled=lambda: next(asked, True), folder=tmp_path)
    assert withheld(world, "ended") == "interrupted" and list(tmp_path.glob(f"{PREFIX}*")) == []


def test_files_larger_than_they_may_be_are_a_full_disk(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world()
    with failing(ConfigInvalid, "build_disk"):
        world.build("full", limits=replace(BUILD, file=100_000), folder=tmp_path)
    assert withheld(world, "full") == "interrupted" and world.current() is None
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


def test_without_room_nothing_is_begun(tmp_path: Path) -> None:
    with failing(ConfigInvalid, "build_disk"), private_folder(tmp_path, 2**60):
        raise AssertionError
    with failing(ConfigInvalid, "build_disk"), private_folder(tmp_path / "nowhere", 0):
        raise AssertionError


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(tmp_path)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this process may mount nothing")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.soak
def test_a_disk_that_the_models_themselves_fill_is_told_as_one(make_world: MakeWorld, small_disk: Path) -> None:
    # Texts that do not pack, of more bytes than the disk has.
    grows = "select n as user_id, md5(n::varchar) || md5((n * 7)::varchar) as text from range(3000000) as t(n)"
    world = make_world(**{"models__marts__mart_minutes.sql": grows})
    disk = small_disk / "builds"
    disk.mkdir()
    with failing(ConfigInvalid, "build_disk"):
        world.build("full", folder=disk)
    assert list(disk.iterdir()) == [] and world.current() is None


def test_what_a_killed_build_left_is_dropped_and_what_another_uses_is_not(tmp_path: Path) -> None:
    left, used = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}used"
    for folder in (left, used):
        folder.mkdir()
        (folder / "build.duckdb").write_bytes(b"x")
    with FileLock(used / "in-use") as lock:
        assert lock.alone_at_once()
        with private_folder(tmp_path, 0) as own:
            assert {path.name for path in tmp_path.iterdir()} == {used.name, own.name}
            assert own.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in tmp_path.iterdir()} == {used.name}


SAYS = """
import json, os, resource, sys
job = json.loads(sys.stdin.buffer.read())
sys.path[:0] = [job["package"]]
from pipeline.analysis.builds.bounds import begin
told = begin(job)
print("printed")
limits = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in ("AS", "CPU", "FSIZE", "CORE")}
told.tell(limits=limits, nice=os.nice(0), environment=dict(os.environ), folder=os.getcwd())
"""


def test_the_child_has_its_limits_and_nothing_of_its_parent_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    program = tmp_path / "says.py"
    program.write_text(SAYS)
    job = {"package": str(children.PACKAGE), "parent": os.getpid(), "environment": {"A": "b"}, "folder": str(tmp_path)}
    ended = process.run(job, BUILD, lambda: False, program)
    assert ended.how == "ended" and ended.output.count(b"\n") == 1 and b"printed" not in ended.output
    said = json.loads(ended.output)
    wanted = {name: [BUILD.to_json()[name]] * 2 for name in ("AS", "FSIZE", "CORE")}
    assert said["limits"] == wanted | {"CPU": [BUILD.cpu, BUILD.cpu + 5]}
    assert said["nice"] == 10 + os.nice(0) and said["folder"] == str(tmp_path)
    assert said["environment"].keys() - {"LC_CTYPE"} == {"A"}


def test_a_child_whose_parent_is_gone_ends(tmp_path: Path) -> None:
    program = tmp_path / "says.py"
    program.write_text(SAYS)
    job = {"package": str(children.PACKAGE), "parent": 1, "environment": {}, "folder": str(tmp_path)}
    ended = process.run(job, BUILD, lambda: False, program)
    assert (ended.code, ended.output) == (1, b"")


STARTS = """
import subprocess, sys
sys.stdin.buffer.read()
other = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL)
print(other.pid, flush=True)
"""


def test_what_a_child_has_started_ends_with_it(tmp_path: Path) -> None:
    program = tmp_path / "starts.py"
    program.write_text(STARTS)
    ended = process.run({}, BUILD, lambda: False, program)
    # It was nobody's child any more, and whoever adopts it may not have asked how it ended.
    assert eventually(lambda: gone(int(ended.output)))


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
