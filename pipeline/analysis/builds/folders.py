"""The private folder of one build: fresh, with room, gone when the build ends; what a killed one left is dropped.

A lock a folder tells those that somebody works in from those that nobody does; it is the system's, and ends with its
process.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.analysis.builds.faults import disk_full
from pipeline.analysis.query.lock import FileLock

PREFIX = "pipeline-build-"
_MAKING = f"making-{PREFIX}"
_LOCK = "in-use"
# A Parquet file becomes up to so many times its size as a table, and models, failing rows and marts come beside it.
_GROWS = 12
_LEAST_ROOM = 64 * 2**20


@contextmanager
def private_folder(beside: Path | None, size: int) -> Iterator[Path]:
    """A folder below ``beside`` (None: the system's for such), for tables whose files have ``size`` bytes. Raise
    ConfigInvalid (``build_disk``)."""
    base = beside or Path(tempfile.gettempdir())
    try:
        _drop_left_behind(base)
        _check_room(base, size)
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=base))
    except OSError as error:
        raise disk_full(f"the folder of builds is of no use: {error.strerror}") from error
    with FileLock(making / _LOCK) as lock:
        lock.alone_at_once()
        # Named only now: whoever looks for what was left behind finds it in use.
        folder = making.rename(base / f"{PREFIX}{making.name.removeprefix(_MAKING)}")
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _check_room(base: Path, size: int) -> None:
    free, needed = shutil.disk_usage(base).free, _LEAST_ROOM + _GROWS * size
    if free < needed:
        raise disk_full(f"a build needs about {needed:,} bytes of disk, and {free:,} are free")


def _drop_left_behind(base: Path) -> None:
    for left in base.glob(f"{PREFIX}*"):
        # Somebody else may drop it meanwhile, or it is somebody else's.
        with suppress(OSError), FileLock(left / _LOCK) as lock:
            if lock.alone_at_once():
                shutil.rmtree(left, ignore_errors=True)
