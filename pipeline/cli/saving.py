"""Bytes on their way to a person's disk or pipe: counted and summed as they pass, a file whole or not there at all.

Nothing is held: pieces come and go.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pipeline.errors import DataInvalid

TOLD_EVERY_SECONDS = 2.0


class Summed:
    """Pieces that pass: their bytes so far, and their SHA-256. ``tell`` is called with the bytes now and then."""

    def __init__(self, pieces: Iterable[bytes], tell: Callable[[int], None]) -> None:
        self.size = 0
        self._pieces, self._tell, self._hash = pieces, tell, hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        told = time.monotonic()
        for piece in self._pieces:
            self.size += len(piece)
            self._hash.update(piece)
            if time.monotonic() - told > TOLD_EVERY_SECONDS:
                told = time.monotonic()
                self._tell(self.size)
            yield piece

    @property
    def sha256(self) -> str:
        """In hexadecimal digits, as ``sha256sum`` writes it."""
        return self._hash.hexdigest()

    @property
    def sha256_base64(self) -> str:
        """As S3 writes it."""
        return base64.b64encode(self._hash.digest()).decode("ascii")


def check_target(target: Path, overwrite: bool) -> None:
    """Raise DataInvalid for what may not be replaced: a file without ``overwrite``, and whatever is no file."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    if not os.path.lexists(target):
        return
    if not target.is_file():
        raise DataInvalid(f"{target} is no file", record=str(target), field="--output", situation="file_there")
    if not overwrite:
        raise DataInvalid(f"{target} is there already", record=str(target), field="--output", situation="file_there")


def save(pieces: Iterable[bytes], target: Path, overwrite: bool) -> None:
    """Write a file that is there only when it is whole. Raise DataInvalid (``file_there``), OSError, and whatever the
    pieces raise."""
    check_target(target, overwrite)
    # The file that a link leads to is replaced, not the link.
    target = target.resolve()
    partial = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with partial.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _appear(partial, target, overwrite)
    except OSError as error:
        error.filename = error.filename if error.filename not in {None, str(partial)} else str(target)
        raise
    finally:
        partial.unlink(missing_ok=True)


def pour(pieces: Iterable[bytes]) -> None:
    """Write to standard output, byte by byte as they come. Raise OSError."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _appear(partial: Path, target: Path, overwrite: bool) -> None:
    if not overwrite:
        try:
            # Fails where somebody else was faster, which a renaming would replace.
            os.link(partial, target)
            return
        except FileExistsError:
            check_target(target, overwrite)
        except OSError:
            # A file system without hard links.
            check_target(target, overwrite)
    partial.replace(target)
