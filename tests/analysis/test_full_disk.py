"""A disk of the query engine's folder that is really full: told as one, nothing half is left, what is there answers.

A small disk is mounted where this process may do so; everywhere a process that may write no larger file stands for it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.analysis.query.face import Query, Watch
from pipeline.analysis.query.server import ServerEngine
from pipeline.errors import ConfigInvalid
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifest
from tests.analysis.query.days import TABLES, engine, stored
from tests.cli.test_main import aws, environment
from tests.support.places import ROOT

SIZE = 4 * 2**20
COUNT = Query("select count(*) from session", ("craft",))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(tmp_path)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this process may mount nothing")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def filled(disk: Path) -> Path:
    """A file of somebody else's, that leaves no room."""
    other = disk / "other"
    with other.open("wb", buffering=0) as out:
        for piece in (2**16, 2**12, 1):
            try:
                while out.write(b"x" * piece) == piece:
                    pass
            except OSError:
                continue
    return other


def refused(server: ServerEngine, day: Manifest) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        server.run(COUNT, [day], Watch())
    assert (raised.value.state, raised.value.facts["variable"]) == ("query_disk", "PIPELINE_QUERY_CACHE")


def kept(folder: Path) -> set[str]:
    return {path.suffix for path in folder.iterdir()} - {".lock"}


def test_a_full_disk_is_told_and_leaves_nothing_half(lake: Lake, small_disk: Path) -> None:
    folder = small_disk / "cache"
    folder.mkdir()
    server, day, other = engine(lake, folder), stored(lake, TABLES), filled(small_disk)
    for _ in range(2):
        refused(server, day)
    assert kept(folder) == set()
    other.unlink()
    assert server.run(COUNT, [day], Watch()).rows == (("300",),)


def test_a_disk_that_is_full_by_the_tables_themselves_is_told(lake: Lake, small_disk: Path) -> None:
    # The file is fetched, and what is made of it is larger than what is left.
    numbers = [{"SK": f"{n}", "n": n * 7919 % 1_000_003, "text": f"{n * 104729 % 999_983:040}"} for n in range(60_000)]
    day = stored(lake, {"session": numbers})
    room = sum(file.size for file in day.files)
    (small_disk / "other").write_bytes(b"x" * (SIZE - room - 400_000))
    refused(engine(lake, small_disk), day)
    assert kept(small_disk) == {""}


def test_what_was_made_before_the_disk_was_full_answers(lake: Lake, small_disk: Path) -> None:
    server, day = engine(lake, small_disk), stored(lake, TABLES)
    server.run(COUNT, [day], Watch())
    filled(small_disk)
    assert server.run(COUNT, [day], Watch()).rows == (("300",),)
    refused(server, stored(lake, {"session": [{"SK": "x"}]}, run_id="run-2"))


def test_a_command_that_may_write_no_larger_file_says_so(emulator_url: str, lake: Lake, tmp_path: Path) -> None:
    stored(lake, {"session": [{"SK": f"{n * 104729 % 999_983:040}"} for n in range(20_000)]})
    cache = str(tmp_path / "cache")
    given = aws(emulator_url, S3_BUCKET_NAME=lake.bucket, DYNAMODB_TABLE_NAME="craft", PIPELINE_QUERY_CACHE=cache)
    command = [sys.executable, "-B", "-c", LIMITED, "query", COUNT.sql]
    done = subprocess.run(command, cwd=ROOT, env=environment(**given), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "") and "disk" in done.stderr and "Traceback" not in done.stderr
    assert kept(tmp_path / "cache") == set()


LIMITED = f"""
import resource, runpy
resource.setrlimit({resource.RLIMIT_FSIZE}, (100_000, 100_000))
runpy.run_module("pipeline", run_name="__main__", alter_sys=True)
"""
