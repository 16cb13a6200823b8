"""pipeline.analysis.query.cache: made once, private, below its quota, and a full disk is told as one."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.analysis.query.cache import DayFiles, identity, temporary
from pipeline.errors import ConfigInvalid, DataInvalid, PipelineError, TimedOut
from pipeline.tables.manifest import Manifest, TableFile

KB = 1024
Make = Callable[[Manifest, Path], Path]


def never() -> bool:
    return False


def day(version: str, size: int = KB) -> Manifest:
    file = TableFile("user", "user", 1, "tables/craft/user", version, "sum", size, 1, ())
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return Manifest("craft", date(2026, 11, 27), "run", at, "key", None, None, None, 1, (file,))


class Maker:
    """Makes files of a size, and counts them."""

    def __init__(self, size: int = KB, error: OSError | None = None) -> None:
        self.size, self.error, self.made = size, error, 0

    def __call__(self, manifest: Manifest, folder: Path) -> Path:
        self.made += 1
        if self.error:
            (folder / "half").write_bytes(b"x")
            raise self.error
        path = folder / "made"
        path.write_bytes(b"x" * self.size)
        return path


def files(folder: Path, make: Make, quota: int = 10 * KB) -> DayFiles:
    return DayFiles(lambda: folder, quota, make)


def used(cache: DayFiles, manifest: Manifest) -> str:
    with cache.held(manifest, never) as path:
        return path.name


def kept(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.duckdb")}


def test_a_file_is_private_made_once_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    make, folder = Maker(), tmp_path / "a" / "cache"
    for _ in range(3):
        with files(folder, make).held(day("1"), never) as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert (make.made, stat.S_IMODE(folder.stat().st_mode)) == (1, 0o700)
    assert {path.suffix for path in folder.iterdir()} == {".duckdb", ".lock"}


def test_another_version_is_another_file(tmp_path: Path) -> None:
    cache = files(tmp_path, Maker())
    assert used(cache, day("1")) != used(cache, day("2"))
    first = day("1")
    assert identity(first) == identity(replace(first, run_id="another", schema_etag="x"))
    assert identity(first) != identity(replace(first, files=(replace(first.files[0], checksum="another"),)))


def test_two_people_at_once_have_it_made_once(tmp_path: Path) -> None:
    started, go, seen = threading.Event(), threading.Event(), list[str]()
    make = Maker()

    def slow(manifest: Manifest, folder: Path) -> Path:
        started.set()
        assert go.wait(10)
        return make(manifest, folder)

    # Each has a cache of its own, as two processes would.
    people = [threading.Thread(target=lambda: seen.append(used(files(tmp_path, slow), day("1")))) for _ in range(4)]
    for person in people:
        person.start()
    assert started.wait(10)
    time.sleep(0.2)
    go.set()
    for person in people:
        person.join(10)
    assert (make.made, len(seen), len(set(seen))) == (1, 4, 1)


def test_the_longest_unused_is_dropped_first(tmp_path: Path) -> None:
    cache = files(tmp_path, Maker(4 * KB))
    first, second = used(cache, day("1")), used(cache, day("2"))
    for age, name in ((100, first), (50, second)):
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    assert used(cache, day("1")) == first
    third = used(cache, day("3"))
    assert kept(tmp_path) == {first, third}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10 * KB


def test_what_is_in_use_is_never_dropped(tmp_path: Path) -> None:
    cache = files(tmp_path, Maker(6 * KB))
    with cache.held(day("1"), never) as path:
        with pytest.raises(DataInvalid) as raised:
            used(cache, day("2"))
        assert path.exists() and raised.value.state == "query_too_large"
    second = used(cache, day("2"))
    assert kept(tmp_path) == {second}


def test_a_day_that_is_larger_than_all_may_be_is_told_before_it_is_fetched(tmp_path: Path) -> None:
    make = Maker()
    with pytest.raises(DataInvalid) as raised:
        used(files(tmp_path, make), day("1", 11 * KB))
    assert (raised.value.state, make.made) == ("query_too_large", 0)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, code: int) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        used(files(tmp_path, Maker(error=OSError(code, os.strerror(code)))), day("1"))
    assert (raised.value.state, raised.value.facts["variable"]) == ("query_disk", "PIPELINE_QUERY_CACHE")
    assert str(tmp_path) not in raised.value.message
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
    assert used(files(tmp_path, Maker()), day("1"))


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigInvalid) as raised:
        used(files(tmp_path / "file" / "cache", Maker()), day("1"))
    assert raised.value.state == "query_folder"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away")
def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, -1)
    with pytest.raises(ConfigInvalid) as raised:
        used(files(tmp_path, Maker()), day("1"))
    assert raised.value.state == "query_folder" and list(tmp_path.iterdir()) == []


def test_whoever_gives_up_does_not_wait_for_somebody_else_s_making(tmp_path: Path) -> None:
    started, go = threading.Event(), threading.Event()

    def slow(manifest: Manifest, folder: Path) -> Path:
        started.set()
        assert go.wait(10)
        return Maker()(manifest, folder)

    other = threading.Thread(target=used, args=(files(tmp_path, slow), day("1")))
    other.start()
    assert started.wait(10)
    with pytest.raises(TimedOut) as raised, files(tmp_path, Maker()).held(day("1"), lambda: True):
        pass
    go.set()
    other.join(10)
    assert isinstance(raised.value, PipelineError) and raised.value.state == "query_cancelled"


def test_what_a_killed_process_has_left_is_cleared(tmp_path: Path) -> None:
    for name, age in (("making-old", 7200), ("making-new", 10)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    used(files(tmp_path, Maker()), day("1"))
    assert {path.name for path in tmp_path.glob("making-*")} == {"making-new"}


def test_a_folder_of_this_process_is_made_when_it_is_first_asked_for() -> None:
    folder = temporary()
    made = folder()
    assert made == folder() and stat.S_IMODE(made.stat().st_mode) == 0o700
