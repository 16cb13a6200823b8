"""What tests share: one emulator over real HTTP, and a bucket and a table of its own for each test.

The emulator's state is shared by everything in the process, so nothing is ever reset: names are unique instead.
"""

from __future__ import annotations

import gc
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import HealthCheck, is_hypothesis_test, settings
from moto.moto_api import state_manager

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.embedded.emulator import Emulator
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from tests.support.demo import demo_of
from tests.support.quick import EXAMPLES, make_quick

REGION = "ap-northeast-1"
make_quick()
# Property tests run against a server that other tests keep busy: no per-example deadline.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)
settings.register_profile("soak", settings.get_profile("ci"), max_examples=10 * EXAMPLES)


def soaking(config: pytest.Config) -> bool:
    return bool(config.getoption("markexpr") == "soak")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("soak" if soaking(config) else "ci")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a long run every property test runs, too, with ten times the examples, and nothing is run twice: what fails
    once in a thousand moments is what it looks for."""
    for item in items if soaking(config) else ():
        item.add_marker(pytest.mark.flaky(reruns=0))
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("soak")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker for single files, whose tests are done before workers have started; for folders xdist decides."""
    paths = [Path(argument.partition("::")[0]) for argument in config.args]
    return None if all(path.is_dir() for path in paths) else 0


def pytest_collection_finish() -> None:
    # What has been imported stays: the collector need not walk through it at each of thousands of tests.
    gc.collect()
    gc.freeze()


class Clock:
    """A clock that stands still until it is told to move; call it for the time."""

    def __init__(self) -> None:
        self.time = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def tick(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    server = Emulator()
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def cloud(emulator_url: str) -> Cloud:
    return Cloud(REGION, emulator_url, Credentials("testing", "testing"))


@pytest.fixture(scope="session")
def demo() -> dict[str, str]:
    """Settings for commands on a demo that was filled once; a command that fills its own costs three seconds."""
    return demo_of("shared-demo")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    cloud.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    cloud.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture
def lake(cloud: Cloud, bucket: str) -> Lake:
    return Lake(cloud.s3, bucket)


@pytest.fixture
def ledger(lake: Lake) -> Ledger:
    return Ledger(lake)


@pytest.fixture
def leases(lake: Lake, clock: Clock) -> Leases:
    return Leases(lake, clock)


@pytest.fixture
def slow_restores() -> Iterator[None]:
    """A restore goes on for one look at the object, and is done at the next."""
    state_manager.set_transition("s3::keyrestore", {"progression": "manual", "times": 1})
    yield
    state_manager.unset_transition("s3::keyrestore")


MakeTable = Callable[[list[dict[str, Any]]], str]


@pytest.fixture
def make_table(cloud: Cloud) -> MakeTable:
    """Create a PK/SK table holding these items (plain Python values) and give its name."""

    def make(items: list[dict[str, Any]]) -> str:
        name = f"table-{uuid.uuid4().hex[:12]}"
        cloud.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        )
        serialize = TypeSerializer().serialize
        for item in items:
            cloud.dynamodb.put_item(TableName=name, Item={k: serialize(v) for k, v in item.items()})
        return name

    return make


@pytest.fixture
def make_function(cloud: Cloud, bucket: str, clock: Clock) -> Callable[[str], ExportFunction]:
    """The export function for a table and this test's bucket; its log lines are dropped."""

    def make(table: str) -> ExportFunction:
        settings = Settings.from_env({"S3_BUCKET_NAME": bucket, "DYNAMODB_TABLE_NAME": table})
        return ExportFunction(settings, build_exporter(settings, cloud, clock), lambda line: None)

    return make
