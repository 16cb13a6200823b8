"""What the tests of pages share: a clean environment, the page under AppTest, and ledger entries."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads
from pipeline.aws import Cloud
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run

PAGE = {"S3_BUCKET_NAME": "page-tests", "DYNAMODB_TABLE_NAME": "page-tests", "LAMBDA_EXPORT_FUNCTION": "page-tests"}


def draw() -> None:
    from pages.exports import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in list(os.environ):
        if name.startswith(("PIPELINE_", "S3_", "AWS_")):
            monkeypatch.delenv(name)
    for name, value in PAGE.items():
        monkeypatch.setenv(name, value)
    reads.forget_app()
    yield monkeypatch
    reads.forget_app()


def opened(language: str = "ja", tab: str = "status", **query: str) -> AppTest:
    page = AppTest.from_function(draw, default_timeout=30)
    for name, value in {"lang": language, "tab": tab, **query}.items():
        page.query_params[name] = value
    return page.run()


def texts(page: AppTest) -> str:
    kinds = (page.title, page.header, page.subheader, page.caption, page.text, page.markdown, page.code, page.metric)
    kinds += (page.error, page.info, page.success, page.warning)
    return "\n".join(
        f"{element.label if hasattr(element, 'label') else ''} {element.value}" for k in kinds for element in k
    )


@pytest.fixture
def schedule(cloud: Cloud) -> str:
    """A daily schedule as the stack has it."""
    name = f"daily-{uuid.uuid4().hex[:12]}"
    cloud.scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 14 * * ? *)",
        ScheduleExpressionTimezone="Asia/Tokyo",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:lambda:ap-northeast-1:1:function:f", "RoleArn": "arn:aws:iam::1:role/r"},
    )
    return name


@pytest.fixture
def on_aws(environment: pytest.MonkeyPatch, emulator_url: str, bucket: str, schedule: str) -> pytest.MonkeyPatch:
    """The aws backend, on an emulator that holds this bucket and a schedule, and no function."""
    values = {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": bucket}
    values["PIPELINE_SCHEDULE"] = schedule
    values |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    for name, value in values.items():
        environment.setenv(name, value)
    return environment


def record(lake: Lake, run: Run, day_before: int = 0) -> None:
    """Write a ledger entry, at choice under a day that is not its own."""
    lake.write_json(keys.run_key(run.run_id, run.day - timedelta(days=day_before)), run.to_json(), None)


def a_run(run_id: str = "run-1", minutes_ago: int = 5, **values: object) -> Run:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    run = Run(run_id, "page-tests", at.date(), at, at, status="succeeded", finished_at=at + timedelta(seconds=3))
    return replace(run, **values)  # type: ignore[arg-type]
