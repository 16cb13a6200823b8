"""pipeline.cli.saving: a file is there whole or not at all, and nobody's file is replaced unasked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.saving import Summed, save
from pipeline.errors import DataInvalid


def pieces(then: BaseException | None = None) -> Iterator[bytes]:
    yield b"one"
    yield b"two"
    if then:
        raise then


def test_what_passes_is_counted_and_summed() -> None:
    summed = Summed(pieces(), lambda size: None)
    assert b"".join(summed) == b"onetwo"
    assert (summed.size, summed.sha256) == (6, hashlib.sha256(b"onetwo").hexdigest())


@pytest.mark.parametrize("end", [KeyboardInterrupt(), DataInvalid("x"), OSError(28, "full")])
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_ends_early_leaves_nothing_and_replaces_nothing(
    tmp_path: Path, end: BaseException, overwrite: bool
) -> None:
    target = tmp_path / "it"
    if overwrite:
        target.write_bytes(b"before")
    with pytest.raises(type(end)):
        save(pieces(end), target, overwrite)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == ([("it", b"before")] if overwrite else [])


def test_an_error_of_the_disk_names_the_file_and_not_the_one_in_between(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full") as caught:
        save(pieces(OSError(28, "full")), tmp_path / "it", False)
    assert caught.value.filename == str(tmp_path / "it")


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "it"

    def slow() -> Iterator[bytes]:
        yield b"ours"
        target.write_bytes(b"theirs")

    with pytest.raises(DataInvalid, match="there already"):
        save(slow(), target, False)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("it", b"theirs")]


def test_the_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    save(pieces(), tmp_path / "it", False)
    (tmp_path / "other").write_bytes(b"")
    assert (tmp_path / "it").stat().st_mode == (tmp_path / "other").stat().st_mode
    assert (tmp_path / "it").stat().st_nlink == 1
