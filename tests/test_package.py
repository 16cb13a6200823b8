"""pipeline.package: the same tree gives the same bytes, and nothing in them that the function does not need."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipeline.errors import DataInvalid
from pipeline.package import build, installed, required


def test_two_builds_are_byte_identical(tmp_path: Path) -> None:
    first, second = build(tmp_path / "a.zip", installed), build(tmp_path / "b.zip", installed)
    assert first.sha256 == second.sha256
    assert first.path.read_bytes() == second.path.read_bytes()


def test_the_zip_holds_the_handler_the_package_and_what_lambda_requires_and_no_more(tmp_path: Path) -> None:
    with zipfile.ZipFile(build(tmp_path / "a.zip", installed).path) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0].partition("-")[0] for name in names}
    assert tops == {"export_handler.py", "pipeline", *required()}
    assert [name for name in names if name.endswith(".pyc") or "/tests/" in name] == []
    assert names == sorted(names)


def test_the_zip_is_small(tmp_path: Path) -> None:
    assert build(tmp_path / "a.zip", installed).size <= 5_000_000


def test_a_zip_that_lambda_would_not_take_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match="Lambda takes"):
        build(tmp_path / "a.zip", installed, most_bytes=1000)
    assert list(tmp_path.iterdir()) == []
