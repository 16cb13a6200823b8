"""pipeline.lake.files: a file of the disk becomes an object, whole or not at all, and S3's word is compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import AlreadyRunning, ExternalApiDown, PipelineError
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.files import publish_file
from pipeline.lake.publish import Target
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

KEY = keys.table_file_key("things", "user", 1, date(2024, 2, 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "f.parquet"
    file.write_bytes(b"PAR1" * 1_000)
    return file


@pytest.fixture
def proxy(emulator_url: str) -> Iterator[Proxy]:
    with Proxy(emulator_url) as proxy:
        yield proxy


@pytest.fixture
def watched(proxy: Proxy, bucket: str) -> Lake:
    return Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, bucket)


def target(lake: Lake, token: int = 1, run_id: str = "r1") -> Target:
    return Target(lake.bucket, KEY, run_id, token)


def test_it_is_read_back_as_it_was(lake: Lake, path: Path) -> None:
    sent = publish_file(lake, target(lake), path)
    held = lake.head(KEY, sent.version_id)
    assert b"".join(lake.stream(KEY, sent.version_id)) == path.read_bytes()
    assert held and (held.checksum, held.size) == (sent.checksum, sent.size)


def test_an_empty_file_is_one_too(lake: Lake, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    assert publish_file(lake, target(lake), empty).size == 0


def test_an_older_run_does_not_replace_a_newer_one(lake: Lake, path: Path) -> None:
    publish_file(lake, target(lake, token=2, run_id="newer"), path)
    with pytest.raises(AlreadyRunning, match="newer"):
        publish_file(lake, target(lake, token=1), path)


@pytest.mark.parametrize("kind", ["lost_answer", "reset", "error500", "throttle"])
def test_a_stumble_on_the_way_leaves_one_whole_object(watched: Lake, proxy: Proxy, path: Path, kind: str) -> None:
    proxy.plan(Fault("s3.PutObject", kind))
    sent = publish_file(watched, target(watched), path)
    assert b"".join(watched.stream(KEY, sent.version_id)) == path.read_bytes()


def test_what_cannot_be_sent_is_told(watched: Lake, proxy: Proxy, path: Path) -> None:
    proxy.plan(Fault("s3.PutObject", "error500", times=50))
    with pytest.raises(PipelineError) as error:
        publish_file(watched, target(watched), path)
    assert isinstance(error.value, ExternalApiDown)
