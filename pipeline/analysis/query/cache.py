"""The days' tables as files that DuckDB opens: made once, kept below a quota, the longest unused ones dropped first.

One file a set of versions: what a day has become anew is another file. A lock a file, held while it is made, used or
dropped; it is the system's, so that it holds between processes and ends with them.
"""

from __future__ import annotations

import atexit
import errno
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from pipeline.analysis.query.lock import FileLock
from pipeline.errors import ConfigInvalid, DataInvalid
from pipeline.tables.manifest import Manifest

Make = Callable[[Manifest, Path], Path]
VARIABLE = "PIPELINE_QUERY_CACHE"
_FORM = 1
_PRIVATE = 0o700
_READ_ONLY = 0o400
_LEFT_BEHIND_SECONDS = 3600.0
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class DayFiles:
    """A folder of such files. ``make(manifest, folder)`` makes one somewhere in ``folder``. ``quota`` in bytes."""

    def __init__(self, folder: Callable[[], Path], quota: int, make: Make) -> None:
        self._folder, self.quota, self._make = folder, quota, make

    @contextmanager
    def held(self, manifest: Manifest, cancelled: Callable[[], bool]) -> Iterator[Path]:
        """The file of a day's tables, made where it is not there; nobody drops it meanwhile. Raise ConfigInvalid
        (``query_folder``, ``query_disk``), DataInvalid (``query_too_large``), and what ``make`` raises."""
        folder = self._private()
        path = folder / f"{identity(manifest)}.duckdb"
        with FileLock(path.with_suffix(".lock")) as lock:
            lock.share(cancelled)
            while not path.exists():
                lock.alone(cancelled)
                if not path.exists():
                    self._made(manifest, folder, path)
                # From alone to shared there is a moment without a lock: it is looked at once more.
                lock.share(cancelled)
            os.utime(path)
            yield path

    def _private(self) -> Path:
        try:
            folder = self._folder()
            folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            if folder.stat().st_uid != os.geteuid():
                raise PermissionError(errno.EPERM, "it is somebody else's", str(folder))
            folder.chmod(_PRIVATE)
        except OSError as error:
            raise _unusable(error) from error
        return folder

    def _made(self, manifest: Manifest, folder: Path, path: Path) -> None:
        self._make_room(folder, sum(file.size for file in manifest.files))
        try:
            work = Path(tempfile.mkdtemp(prefix="making-", dir=folder))
            try:
                made = self._make(manifest, work)
                self._make_room(folder, made.stat().st_size)
                made.chmod(_READ_ONLY)
                made.replace(path)
            finally:
                shutil.rmtree(work, ignore_errors=True)
        except OSError as error:
            raise _unusable(error) from error

    def _make_room(self, folder: Path, size: int) -> None:
        if size > self.quota:
            text = f"{size:,} bytes are more than the {self.quota:,} that may be kept"
            raise DataInvalid(text, situation="query_too_large", variable=f"{VARIABLE}_MB")
        _drop_left_behind(folder)
        over = size + sum(bytes_held for _, _, bytes_held in _files(folder)) - self.quota
        for path, _, bytes_held in sorted(_files(folder), key=lambda each: each[1]):
            if over > 0 and _dropped(path):
                over -= bytes_held
        if over > 0:
            text = f"{over:,} bytes more would be needed, and all that is kept is in use"
            raise DataInvalid(text, situation="query_too_large", variable=f"{VARIABLE}_MB")


def temporary() -> Callable[[], Path]:
    """A folder that is made when it is first asked for, and ends with this process."""
    made: list[Path] = []
    first = threading.Lock()

    def folder() -> Path:
        with first:
            if not made:
                made.append(Path(tempfile.mkdtemp(prefix="pipeline-query-")))
                atexit.register(shutil.rmtree, made[0], ignore_errors=True)
        return made[0]

    return folder


def identity(manifest: Manifest) -> str:
    """What tells the file of these versions from every other, and from what another DuckDB writes."""
    files = sorted(f"{file.name} {file.identity} {file.checksum}" for file in manifest.files)
    return hashlib.sha256("\n".join([f"{_FORM} {version('duckdb')}", *files]).encode()).hexdigest()[:40]


def _files(folder: Path) -> Iterator[tuple[Path, float, int]]:
    for path in folder.glob("*.duckdb"):
        # Somebody else may drop it meanwhile.
        with suppress(FileNotFoundError):
            found = path.stat()
            yield path, found.st_mtime, found.st_size


def _dropped(path: Path) -> bool:
    with FileLock(path.with_suffix(".lock")) as lock:
        if not lock.alone_at_once():
            return False
        path.unlink(missing_ok=True)
        path.with_suffix(".lock").unlink(missing_ok=True)
        return True


def _drop_left_behind(folder: Path) -> None:
    """What a process that was killed has left."""
    for work in folder.glob("making-*"):
        with suppress(FileNotFoundError):
            if time.time() - work.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                shutil.rmtree(work, ignore_errors=True)


def _unusable(error: OSError) -> ConfigInvalid:
    full = error.errno in _FULL
    text = "the disk of the query engine's folder is full" if full else f"the folder is of no use: {error.strerror}"
    return ConfigInvalid(text, variable=VARIABLE, situation="query_disk" if full else "query_folder")
