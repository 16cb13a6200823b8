"""pipeline.check.uploads: every open upload of the bucket, to the last page; none of others is to be ended unseen."""

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
from pipeline.lake.model_keys import failing_key, mart_key
from pipeline.lake.report_keys import definition_key, report_key
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

DAY = date(2024, 2, 1)
# A key under each prefix that is written to. Metadata and tables are never sent in parts; what lies there is paid for.
WRITTEN = [
    keys.export_key("t-1", DAY),
    f"{keys.native_prefix('t-1', DAY, 'gone')}/AWSDynamoDB/01/data/a.json.gz",
    keys.raw_key("weather", DAY),
    keys.daily_key("weather", DAY),
    keys.fetched_key("weather", DAY, "gone"),
    keys.table_file_key("t-1", "task", 1, DAY),
    mart_key("mart_minutes", DAY, "gone"),
    failing_key("moderation_craft", DAY, "gone"),
    definition_key("weekly"),
    report_key("weekly", DAY, "gone", "pdf"),
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


@pytest.mark.parametrize("key", ["gold/2024.parquet", "staging/elsewhere/x", "it's $(odd)"])
def test_uploads_of_others_are_named_and_looked_at_before_anything_is_ended(lake: Lake, key: str) -> None:
    begin_upload(lake, key)
    (finding,) = UploadCheck(lake, ()).findings()
    words = shlex.split(finding.next_command)
    assert (finding.key, finding.grade, words[2], words[6]) == (key, "warning", "list-parts", key)


def test_uploads_of_tables_and_sources_that_are_at_work_are_left_to_them(lake: Lake) -> None:
    for key in WRITTEN:
        begin_upload(lake, key)
    # What is sent in one piece; whose an upload there is, nobody knows.
    whole = ("config/", "marts/", "metadata/", "reports/", "staging/failing/", "tables/")
    assert sorted(found_keys(lake, "t-1", "weather")) == sorted(key for key in WRITTEN if key.startswith(whole))


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


def test_the_bucket_is_listed_to_its_last_page() -> None:
    # By a stub: the emulator gives one page, however many there are.
    s3 = Cloud(REGION, None, Credentials("testing", "testing")).s3
    with Stubber(s3) as stub:
        more = {"IsTruncated": True, "NextKeyMarker": "2", "NextUploadIdMarker": "of 2"}
        stub.add_response("list_multipart_uploads", uploads("1", "2", **more), {"Bucket": "lake"})
        after = {"Bucket": "lake", "KeyMarker": "2", "UploadIdMarker": "of 2"}
        stub.add_response("list_multipart_uploads", uploads("3", IsTruncated=False), after)
        assert found_keys(Lake(s3, "lake")) == ["1", "2", "3"]
        stub.assert_no_pending_responses()


def test_who_may_not_list_uploads_is_told_which_right_lacks(lake: Lake, emulator_url: str) -> None:
    with Proxy(emulator_url, (Fault("s3.ListMultipartUploads", "access_denied"),)) as proxy:
        with pytest.raises(S3AccessDenied) as caught:
            s3 = Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3
            list(UploadCheck(Lake(s3, lake.bucket), ()).findings())
    assert caught.value.facts["action"] == "s3:ListBucketMultipartUploads"
