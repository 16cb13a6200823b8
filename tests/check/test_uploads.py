"""pipeline.check.uploads: every open upload under every prefix of ours, to the last page, and none of others."""

from __future__ import annotations

import shlex
from datetime import UTC, date, datetime

import pytest
from botocore.stub import Stubber

from pipeline.aws import Cloud, Credentials
from pipeline.check.uploads import UploadCheck
from pipeline.errors import S3AccessDenied
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

DAY = date(2024, 2, 1)
# A key under each prefix that is written to. Our own metadata is never sent in parts; whatever lies there is paid for.
WRITTEN = [
    keys.export_key("t-1", DAY),
    f"{keys.native_prefix('t-1', DAY, 'gone')}/AWSDynamoDB/01/data/a.json.gz",
    keys.raw_key("weather", DAY),
    keys.daily_key("weather", DAY),
    keys.fetched_key("weather", DAY, "gone"),
    keys.checkpoint_bytes_key("gone", "held"),
    keys.run_key("gone", DAY),
]


def begin_upload(lake: Lake, key: str) -> None:
    lake.s3.create_multipart_upload(Bucket=lake.bucket, Key=key)


def found_keys(lake: Lake, *going: str) -> list[str]:
    return [finding.key for finding in UploadCheck(lake, going).findings()]


def test_an_open_upload_is_found_under_every_prefix_that_is_written(lake: Lake) -> None:
    for key in WRITTEN:
        begin_upload(lake, key)
    assert {prefix for prefix in keys.WRITTEN for key in WRITTEN if key.startswith(prefix)} == set(keys.WRITTEN)
    assert sorted(found_keys(lake)) == sorted(WRITTEN)


def test_uploads_of_others_in_the_bucket_are_none_of_ours(lake: Lake) -> None:
    begin_upload(lake, "gold/2024.parquet")
    begin_upload(lake, "staging/elsewhere/x")
    assert found_keys(lake) == []


def test_uploads_of_tables_and_sources_that_are_at_work_are_left_to_them(lake: Lake) -> None:
    for key in WRITTEN:
        begin_upload(lake, key)
    assert sorted(found_keys(lake, "t-1", "weather")) == sorted(key for key in WRITTEN if key.startswith("metadata/"))


def test_the_command_that_ends_an_upload_survives_a_shell(lake: Lake) -> None:
    key = f"{keys.EXPORTS}dt=2024-02-01/it's $(odd).json"
    begin_upload(lake, key)
    (finding,) = UploadCheck(lake, ()).findings()
    words = shlex.split(finding.next_command)
    assert words[:5] == ["aws", "s3api", "abort-multipart-upload", "--bucket", lake.bucket]
    assert words[5:8] == ["--key", key, "--upload-id"]


def uploads(*names: str, **markers: object) -> dict[str, object]:
    begun = datetime(2024, 2, 1, tzinfo=UTC)
    return {"Uploads": [{"Key": name, "UploadId": f"of {name}", "Initiated": begun} for name in names], **markers}


def test_every_prefix_is_listed_to_its_last_page() -> None:
    # By a stub: the emulator gives one page, however many there are.
    s3 = Cloud(REGION, None, Credentials("testing", "testing")).s3
    with Stubber(s3) as stub:
        for prefix in keys.WRITTEN:
            asked = {"Bucket": "lake", "Prefix": prefix}
            more = {"IsTruncated": True, "NextKeyMarker": f"{prefix}2", "NextUploadIdMarker": f"of {prefix}2"}
            stub.add_response("list_multipart_uploads", uploads(f"{prefix}1", f"{prefix}2", **more), asked)
            after = {"KeyMarker": f"{prefix}2", "UploadIdMarker": f"of {prefix}2"}
            stub.add_response("list_multipart_uploads", uploads(f"{prefix}3", IsTruncated=False), {**asked, **after})
        assert found_keys(Lake(s3, "lake")) == [f"{prefix}{number}" for prefix in keys.WRITTEN for number in (1, 2, 3)]
        stub.assert_no_pending_responses()


def test_who_may_not_list_uploads_is_told_which_right_lacks(lake: Lake, emulator_url: str) -> None:
    with Proxy(emulator_url, (Fault("s3.ListMultipartUploads", "access_denied"),)) as proxy:
        with pytest.raises(S3AccessDenied) as caught:
            s3 = Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3
            list(UploadCheck(Lake(s3, lake.bucket), ()).findings())
    assert caught.value.facts["action"] == "s3:ListBucketMultipartUploads"
