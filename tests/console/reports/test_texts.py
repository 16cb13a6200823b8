"""pipeline.console.reports.texts: a text with its author, written over what was seen alone; what is unread is told."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.console.reports.texts import read_text, write_text
from pipeline.errors import NotFound, S3AccessDenied, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

KEY, MOST = "config/reports/weekly.yaml", 100


def put(lake: Lake, body: bytes, **more: object) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=body, **more)  # type: ignore[arg-type]


def test_a_text_comes_back_with_who_wrote_it_and_when(lake: Lake) -> None:
    made = write_text(lake, KEY, "題名: 週\n", "山田 太郎", None)
    held = read_text(lake, KEY, MOST)
    assert held and made.changed_at and held.changed_at
    assert (held.text, held.changed_by, held.etag) == ("題名: 週\n", "山田 太郎", made.etag)
    assert abs((held.changed_at - made.changed_at).total_seconds()) <= 1


def test_it_is_encrypted_and_its_checksum_is_kept(lake: Lake) -> None:
    write_text(lake, KEY, "a", "p", None)
    held = lake.s3.head_object(Bucket=lake.bucket, Key=KEY, ChecksumMode="ENABLED")
    assert held["ServerSideEncryption"] == "AES256" and held["ChecksumSHA256"]


def test_nothing_is_read_where_nothing_is(lake: Lake) -> None:
    assert read_text(lake, KEY, MOST) is None


def test_it_is_written_over_what_was_seen_only(lake: Lake) -> None:
    first = write_text(lake, KEY, "1", "a", None)
    second = write_text(lake, KEY, "2", "b", first.etag)
    for seen in (None, first.etag):
        with pytest.raises(Conflict):
            write_text(lake, KEY, "3", "c", seen)
    held = read_text(lake, KEY, MOST)
    assert held and (held.text, held.etag) == ("2", second.etag)


def test_what_somebody_has_removed_meanwhile_is_not_written_again(lake: Lake) -> None:
    first = write_text(lake, KEY, "1", "a", None)
    lake.s3.delete_object(Bucket=lake.bucket, Key=KEY)
    with pytest.raises(Conflict):
        write_text(lake, KEY, "2", "a", first.etag)


@pytest.fixture
def lossy(lake: Lake, emulator_url: str) -> Iterator[Lake]:
    """A lake whose first write happens and is not answered."""
    with Proxy(emulator_url, (Fault("s3.PutObject", "lost_answer"),)) as proxy:
        yield Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, lake.bucket)


def test_a_write_whose_answer_was_lost_is_no_lost_race(lake: Lake, lossy: Lake) -> None:
    made = write_text(lossy, KEY, "1", "a", None)
    held = read_text(lake, KEY, MOST)
    assert held and (held.text, held.etag) == ("1", made.etag)


@pytest.mark.parametrize("body", [b"x" * 101, b"\xff\xfe", gzip.compress(b"title: x", mtime=0)])
def test_what_is_no_text_is_told_with_its_key(lake: Lake, body: bytes) -> None:
    put(lake, body)
    with pytest.raises(SchemaMismatch) as caught:
        read_text(lake, KEY, MOST)
    assert (caught.value.state, caught.value.facts["key"]) == ("text_unread", KEY)


def test_an_archived_one_is_told_so(lake: Lake) -> None:
    put(lake, b"title: x", StorageClass="GLACIER")
    with pytest.raises(S3AccessDenied) as caught:
        read_text(lake, KEY, MOST)
    assert caught.value.state == "archived"


@pytest.mark.parametrize(
    ("metadata", "author"),
    [
        ({}, ""),
        ({"changed-by": "%E5%B1%B1"}, "山"),
        ({"changed-by": "%FF"}, "\ufffd"),
        ({"changed-by": "a" * 900}, "a" * 150),
    ],
)
def test_an_author_that_somebody_else_has_written_is_bounded_text(
    lake: Lake, metadata: dict[str, str], author: str
) -> None:
    put(lake, b"title: x", Metadata=metadata)
    held = read_text(lake, KEY, MOST)
    assert held and held.changed_by == author


@pytest.mark.parametrize("name", ["🍣" * 400, "山" * 400, "a\nb\0c", ""])
def test_an_author_of_any_name_can_be_written(lake: Lake, name: str) -> None:
    write_text(lake, KEY, "1", name, None)
    held = read_text(lake, KEY, MOST)
    assert held and held.changed_by == name[:150]


def test_a_bucket_that_is_not_there_is_no_missing_text(lake: Lake) -> None:
    gone = Lake(lake.s3, "no-such-bucket-of-ours")
    with pytest.raises(NotFound):
        read_text(gone, KEY, MOST)
    with pytest.raises(NotFound):
        write_text(gone, KEY, "1", "a", None)


@pytest.mark.parametrize(("kind", "action"), [("s3.GetObject", "s3:GetObject"), ("s3.PutObject", "s3:PutObject")])
def test_what_s3_refuses_is_told_by_its_right(lake: Lake, emulator_url: str, kind: str, action: str) -> None:
    with Proxy(emulator_url, (Fault(kind, "access_denied", times=9),)) as proxy:
        away = Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, lake.bucket)
        with pytest.raises(S3AccessDenied) as caught:
            write_text(away, KEY, "1", "a", None)
            read_text(away, KEY, MOST)
    assert caught.value.facts["action"] == action
