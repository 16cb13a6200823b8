"""pipeline.console.environment: what stands in .env.local's place and is no text is named, and waited for by nobody."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.console.environment import load_environment, of_no_use
from pipeline.errors import ConfigInvalid

ODD: dict[str, Callable[[Path], None]] = {
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
    "link to itself": lambda path: path.symlink_to(path),
    "other encoding": lambda path: path.write_bytes("A=管理者".encode("shift_jis")) and None,
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_text_is_a_setting_that_is_wrong(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ODD[name](tmp_path / ".env.local")
    with pytest.raises(ConfigInvalid, match=".env.local cannot be read as UTF-8 text"):
        load_environment()


def test_without_a_file_the_environment_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_environment() == 0


@pytest.mark.parametrize("backend", [{}, {"PIPELINE_BACKEND": "embedded"}, {"PIPELINE_BACKEND": " "}])
def test_what_leads_to_aws_is_of_no_use_to_the_demo(backend: dict[str, str]) -> None:
    given = {"AWS_PROFILE": "work", "S3_BUCKET_NAME": "my-lake", "PIPELINE_KMS_KEY": "none", "AWS_ENDPOINT_URL": ""}
    assert of_no_use({**given, **backend}) == ("S3_BUCKET_NAME", "AWS_PROFILE")


@pytest.mark.parametrize("backend", ["aws", "amazon"])
def test_on_aws_everything_is_of_use(backend: str) -> None:
    assert of_no_use({"PIPELINE_BACKEND": backend, "S3_BUCKET_NAME": "my-lake"}) == ()
