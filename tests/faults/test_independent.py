"""The whole export on servers that are neither AWS nor our emulator: SeaweedFS, dynalite, and s3rver, which is refused.

``-m soak`` starts them where they are installed (tests/faults/independent.py says how); the oracle scans for itself.
"""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.errors import AlreadyRunning
from pipeline.export.job import Exporter, Options
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.lake.store import Probe
from pipeline.runs.lease import LEASE_SECONDS
from pipeline.runs.request import ExportRequest
from tests.faults import independent
from tests.faults.independent import KEYS, REGION, S3RVER_KEYS
from tests.faults.lake_oracle import digest, document_digests, open_uploads
from tests.faults.test_at_once import together
from tests.support.places import ROOT

pytestmark = pytest.mark.soak
SILENT = JsonLog("test", None, lambda line: None)
SETS = ("ss", "ns", "bs")
SMALL, LARGE, KILLS, TWINS = 5_000, 40, 20, 20


@dataclass(frozen=True)
class World:
    """A DynamoDB and an S3 of other people's making, by their addresses."""

    dynamodb: str
    s3: str
    keys: Credentials

    @property
    def environ(self) -> dict[str, str]:
        secret = {"AWS_ACCESS_KEY_ID": self.keys.access_key_id, "AWS_SECRET_ACCESS_KEY": self.keys.secret_access_key}
        return {"AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb, "AWS_ENDPOINT_URL_S3": self.s3, **secret}


@pytest.fixture(scope="module")
def table_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with independent.dynalite(tmp_path_factory.mktemp("dynalite")) as url:
        yield url


@pytest.fixture(scope="module")
def world(table_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with independent.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as url:
        yield World(table_server, url, KEYS)


@pytest.fixture
def cloud(world: World, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Clients as the environment says, so that the store counts as one of elsewhere."""
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    return Cloud(REGION)


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    cloud.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    cloud.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture(scope="module")
def tables(table_server: str) -> dict[str, str]:
    dynamodb = Cloud(REGION, table_server, KEYS).dynamodb
    return {"small": filled(dynamodb, [of_every_type(n) for n in range(SMALL)]), "large": filled(dynamodb, LARGE_ITEMS)}


def of_every_type(number: int) -> dict[str, Any]:
    rng = random.Random(number)  # noqa: S311 - reproducible items, no secret
    digits = "".join(rng.choice("123456789") for _ in range(38))
    inner = {"M": {"deep": {"L": [{"S": "絵文字😀"}, {"N": f"-{number}"}, {"NULL": True}, {"BOOL": number % 2 == 0}]}}}
    return {
        "PK": {"S": f"u{number}"},
        "n": {"N": digits},
        "fraction": {"N": f"{number}.{rng.randrange(1, 10**9)}"},
        "tiny": {"N": f"1.5E-{rng.randrange(1, 100)}"},
        "b": {"B": rng.randbytes(rng.randrange(1, 40))},
        "flag": {"BOOL": bool(rng.randrange(2))},
        "nothing": {"NULL": True},
        "list": {"L": [inner, {"S": '\u0000\n"\\'}]},
        "map": inner,
        "ss": {"SS": [f"a{number}", "ｂ", "c,d"]},
        "ns": {"NS": [str(number), f"{number}.5"]},
        "bs": {"BS": [b"\x00", bytes([255, number % 256])]},
        "updated_at": {"S": "2026-11-25T05:33:15.000Z"},
    }


LARGE_ITEMS: list[dict[str, Any]] = [{"PK": {"S": f"u{n}"}, "pad": {"S": f"{n}" + "x" * 330_000}} for n in range(LARGE)]
TRUE = Counter(digest({name: value["S"] for name, value in item.items()}) for item in LARGE_ITEMS)


def filled(dynamodb: Any, items: list[dict[str, Any]]) -> str:
    name = f"table-{uuid.uuid4().hex[:12]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    for start in range(0, len(items), 20):
        wanted: Any = {name: [{"PutRequest": {"Item": item}} for item in items[start : start + 20]]}
        while wanted:
            wanted = dynamodb.batch_write_item(RequestItems=wanted)["UnprocessedItems"]
    return name


def plain(value: dict[str, Any]) -> Any:
    """A typed value as the document's form says (PRODUCT §3), written apart from the code under test."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return Decimal(inner)
    if kind == "B":
        return base64.b64encode(inner).decode()
    if kind == "M":
        return {name: plain(each) for name, each in inner.items()}
    if kind in {"L", "SS", "NS", "BS"}:
        return [plain(each if kind == "L" else {kind[0]: each}) for each in inner]
    return None if kind == "NULL" else inner


def canonical(record: dict[str, Any]) -> str:
    kept = {name: value for name, value in record.items() if name != "_exported_at"}
    kept |= {name: sorted(kept[name]) for name in SETS if name in kept}
    return json.dumps(kept, sort_keys=True, default=lambda number: f"number {number.normalize()}")


def scanned(url: str, table: str) -> Counter[str]:
    pages = Cloud(REGION, url, KEYS).dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = (item for page in pages for item in page["Items"])
    return Counter(canonical({name: plain(value) for name, value in item.items()}) for item in items)


def held(s3: Any, bucket: str, key: str) -> Counter[str]:
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    document = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    assert document["export_metadata"]["record_count"] == len(document["data"])
    return Counter(map(canonical, document["data"]))


def exporter_of(cloud: Cloud, bucket: str, table: str, seconds_ahead: float = 0.0) -> Exporter:
    """``seconds_ahead``: on a clock by which the leases of the dead have expired."""
    settings = Settings.from_env({"S3_BUCKET_NAME": bucket, "DYNAMODB_TABLE_NAME": table})
    exporter = build_exporter(settings, cloud, lambda: datetime.now(UTC) + timedelta(seconds=seconds_ahead))
    return replace(exporter, options=Options(segments=2, checkpoint_seconds=0.0))


def test_the_store_keeps_every_promise(cloud: Cloud, bucket: str) -> None:
    assert Probe(exporter_of(cloud, bucket, "any-table").lake).ask().lacks == ()


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_items_of_every_type_equal_an_independent_scan(
    cloud: Cloud, world: World, bucket: str, tables: dict[str, str], mode: Any
) -> None:
    asked = ExportRequest("r1", tables["small"], mode)
    run = exporter_of(cloud, bucket, asked.table).run(asked, SILENT, lambda: 900.0).run
    assert (run.records, run.store_lacks, run.unjudged) == (SMALL, (), 0)
    assert held(cloud.s3, bucket, run.key or "") == scanned(world.dynamodb, asked.table)


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_export_is_ended_by_the_next_start(
    cloud: Cloud, world: World, bucket: str, tables: dict[str, str], seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    table, dead = tables["large"], f"dead-{seed}"
    kill_later(world, bucket, table, dead, rng.uniform(0.0, 3.0))
    visible = cloud.s3.list_objects_v2(Bucket=bucket, Prefix="raw/").get("Contents", [])
    assert all(document_digests(cloud.s3, bucket, found["Key"]) == TRUE for found in visible)
    exporter = exporter_of(cloud, bucket, table, LEASE_SECONDS + 1)
    run = exporter.run(ExportRequest(rng.choice([dead, "next"]), table), SILENT, lambda: 900.0).run
    assert run.records == LARGE
    assert document_digests(cloud.s3, bucket, run.key or "") == TRUE


def kill_later(world: World, bucket: str, table: str, run_id: str, seconds: float) -> None:
    """Start an export in a process of its own, and kill it so long after its first word in the lake."""
    command = [sys.executable, "-m", "tests.faults.victim", "", bucket, table, run_id]
    environ = {**os.environ, **world.environ}
    s3 = Cloud(REGION, world.s3, KEYS).s3
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as victim:
        while victim.poll() is None and not s3.list_objects_v2(Bucket=bucket).get("KeyCount"):
            time.sleep(0.02)
        time.sleep(seconds)
        victim.kill()


@pytest.mark.parametrize("number", range(TWINS))
def test_of_twins_one_holds_the_table(cloud: Cloud, bucket: str, tables: dict[str, str], number: int) -> None:
    table = tables["large"]
    exporters = [exporter_of(Cloud(REGION), bucket, table) for _ in range(2)]

    def start(which: int) -> Any:
        return exporters[which].run(ExportRequest(f"r{which}", table), SILENT, lambda: 900.0)

    outcomes = together([lambda which=which: start(which) for which in range(2)])  # type: ignore[misc]
    done = [outcome for outcome in outcomes if not isinstance(outcome, AlreadyRunning)]
    today = datetime.now(UTC).date()
    runs = exporters[0].ledger.entries(today - timedelta(days=1), today).runs
    assert sorted(run.run_id for run in runs if run.status == "succeeded") == sorted(each.run.run_id for each in done)
    assert len({run.version_id for run in runs}) == len(runs) >= 1
    assert document_digests(cloud.s3, bucket, runs[0].key or "") == TRUE
    assert open_uploads(cloud.s3, bucket) == []


def test_a_store_that_ignores_conditions_is_refused_with_the_reason(
    table_server: str, tables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with independent.s3rver(tmp_path) as url:
        for name, value in World(table_server, url, S3RVER_KEYS).environ.items():
            monkeypatch.setenv(name, value)
        environ = {"S3_BUCKET_NAME": "first", "DYNAMODB_TABLE_NAME": tables["large"]}
        function = replace(ExportFunction.from_env(environ), emit=lambda line: None)
        answer = function.answer({"runId": "r1"}, Context())
        objects = function.exporter.lake.s3.list_objects_v2(Bucket="first", Prefix="raw/").get("KeyCount")
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["code"], objects or 0) == (500, "E013", 0)
    assert "ignores conditions (if_none_match, if_match, completion)" in body["message"]


class Context:
    """The runtime's context object, with all the time there is."""

    aws_request_id, function_name = "request-1", "my-function"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000
