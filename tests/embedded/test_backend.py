"""pipeline.embedded.backend and pipeline.embedded.past_runs: a whole lake in this process, with a week behind it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.embedded import backend
from pipeline.embedded.past_runs import last_scheduled
from pipeline.errors import DataInvalid, NotFound


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(
        {
            "S3_BUCKET_NAME": "embedded-tests",
            "DYNAMODB_TABLE_NAME": "embedded-tests",
            "LAMBDA_EXPORT_FUNCTION": "embedded-tests",
        }
    )


def test_the_bucket_is_encrypted_versioned_private_and_ages(app: App) -> None:
    s3, bucket = app.lake.s3, app.settings.bucket
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    ages, expiry = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [(step["Days"], step["StorageClass"]) for step in ages["Transitions"]] == [
        (30, "STANDARD_IA"),
        (90, "GLACIER"),
    ]
    assert ages["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1
    assert (expiry["Filter"]["Prefix"], expiry["Expiration"]["Days"]) == ("metadata/checkpoints/", 7)


def test_a_week_of_exports_lies_behind_with_one_failed_run(app: App) -> None:
    runs = app.history().runs
    assert len(runs) == 7
    assert [run.status for run in runs].count("failed") == 1
    assert {run.trigger for run in runs} == {"schedule"}


def test_the_failed_run_of_the_past_was_throttled_as_its_error_says(app: App) -> None:
    (failed,) = (run for run in app.history().runs if run.status == "failed")
    assert failed.error and failed.error.code == "E005"
    assert failed.throttles > 0


def test_past_documents_are_whole_and_grow(app: App) -> None:
    done = [run for run in reversed(app.history().runs) if run.status == "succeeded"]
    counts = [json.loads(app.documents.raw(run))["export_metadata"]["record_count"] for run in done]
    assert counts == sorted(counts) and counts[0] > 300
    assert [run.records for run in done] == counts


def test_the_function_has_a_log(app: App) -> None:
    logs = backend.start(app.settings).logs
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{app.settings.function}")["events"]
    assert any(json.loads(event["message"])["level"] == "ERROR" for event in events)


def test_one_emulator_serves_the_whole_process(app: App) -> None:
    assert backend.start(app.settings) is backend.start(app.settings)


def test_two_lakes_in_one_process_share_the_schedule(app: App) -> None:
    other = build_app(
        {"S3_BUCKET_NAME": "second-lake", "DYNAMODB_TABLE_NAME": "second-lake", "LAMBDA_EXPORT_FUNCTION": "second-lake"}
    )
    target = backend.start(other.settings).scheduler.get_schedule(Name=app.settings.schedule)["Target"]
    assert target["Arn"].endswith("function:second-lake")


def test_a_sample_file_that_cannot_be_used_is_an_error() -> None:
    with pytest.raises(NotFound):
        build_app({"PIPELINE_SAMPLE_FILE": "nowhere.json", "S3_BUCKET_NAME": "never-made"})


def test_a_sample_that_is_no_array_is_an_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("sample") / "object.json"
    path.write_text("{}")
    with pytest.raises(DataInvalid, match="no JSON array"):
        build_app({"PIPELINE_SAMPLE_FILE": str(path), "S3_BUCKET_NAME": "never-made"})


@pytest.mark.parametrize(("hour", "days_back"), [(4, 1), (5, 0), (23, 0)])
def test_the_last_scheduled_time_is_14_jst_and_not_ahead(hour: int, days_back: int) -> None:
    now = datetime(2024, 2, 10, hour, 0, tzinfo=UTC)
    assert last_scheduled(now) == datetime(2024, 2, 10, 5, tzinfo=UTC) - timedelta(days=days_back)
