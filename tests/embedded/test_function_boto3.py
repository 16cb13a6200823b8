"""An old boto3 of the runtime: the zip under AWS's own runtime client refuses, and ``health`` names the version."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.embedded.function import LogStream, unpack
from pipeline.embedded.invoke_api import InvokeApi
from pipeline.embedded.runtime_api import FunctionSpec
from pipeline.monitor.health import Fact, Health
from tests.conftest import REGION

OLD = "1.34.162"
EVENT = {"look": True}


@pytest.fixture
def settings(cloud: Cloud, bucket: str) -> Settings:
    """A function of this test's own, whose log group is there."""
    made = replace(Settings.from_env({}), bucket=bucket, function=f"f-{uuid.uuid4().hex[:8]}", region=REGION)
    cloud.logs.create_log_group(logGroupName=f"/aws/lambda/{made.function}")
    cloud.logs.create_log_stream(logGroupName=f"/aws/lambda/{made.function}", logStreamName="s")
    return made


@contextmanager
def running(settings: Settings, cloud: Cloud, root: Path) -> Iterator[Any]:
    """Lambda's client for the function in ``root``, which writes the emulator's log."""
    environ = {"AWS_ENDPOINT_URL": str(cloud.endpoint_url), "AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t"}
    environ["S3_BUCKET_NAME"] = settings.bucket
    log = LogStream(cloud.logs, f"/aws/lambda/{settings.function}", "s")
    api = InvokeApi(FunctionSpec(settings.function, root, environ, 60.0, region=REGION), log.append)
    try:
        yield boto3.Session("t", "t", region_name=REGION).client("lambda", endpoint_url=api.url)
    finally:
        api.close()


def call(client: Any, settings: Settings) -> dict[str, Any]:
    answer = client.invoke(FunctionName=settings.function, Payload=json.dumps(EVENT).encode())
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found


def boto3_fact(settings: Settings, cloud: Cloud) -> Fact:
    facts = Health(cloud, settings, lambda: datetime.now(UTC)).facts()
    return next(fact for fact in facts if (fact.subject, fact.name) == ("function", "boto3"))


@pytest.fixture
def aged(tmp_path: Path) -> Callable[[str], Path]:
    """The unpacked zip under a runtime that brings this version."""

    def make(version: str) -> Path:
        root = unpack(tmp_path)
        handler = root / "export_handler.py"
        begun = "from __future__ import annotations\n"
        text = handler.read_text("utf-8").replace(begun, f"{begun}import boto3; boto3.__version__ = {version!r}\n", 1)
        handler.write_text(text, "utf-8")
        return root

    return make


def test_an_old_boto3_is_refused_by_name_and_health_names_it(
    settings: Settings, cloud: Cloud, aged: Callable[[str], Path]
) -> None:
    assert (boto3_fact(settings, cloud).state, boto3_fact(settings, cloud).value) == ("warn", None)
    with running(settings, cloud, aged(OLD)) as client:
        body = json.loads(call(client, settings)["body"])
    assert body["code"] == "E013"
    assert OLD in body["message"] and "1.36" in body["message"]
    fact = boto3_fact(settings, cloud)
    assert (fact.state, fact.value) == ("bad", OLD)
    assert fact.error and fact.error.facts == {"situation": "boto3", "found": OLD, "needed": "1.36"}


def test_the_newest_start_counts(settings: Settings, cloud: Cloud, aged: Callable[[str], Path], tmp_path: Path) -> None:
    with running(settings, cloud, aged(OLD)) as client:
        call(client, settings)
    (tmp_path / "new").mkdir()
    with running(settings, cloud, unpack(tmp_path / "new")) as client:
        assert call(client, settings)["statusCode"] == 200
    fact = boto3_fact(settings, cloud)
    assert (fact.state, fact.value, fact.error) == ("ok", boto3.__version__, None)
