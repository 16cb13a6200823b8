"""The embedded backend: moto's server in this process on 127.0.0.1, with a table, a bucket and a week of history.

One per process, whatever the number of browser sessions. No AWS account, no network, sample data only.
"""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from boto3.dynamodb.types import TypeSerializer

from pipeline.access import Rules
from pipeline.aws import Cloud, Credentials, translated
from pipeline.boto3_version import STARTED, found
from pipeline.clock import utc_now, utc_text
from pipeline.config import FUNCTION_TIMEOUT_SECONDS, SCHEDULE_HOUR_JST, ModelSettings, Settings
from pipeline.deploy.bundles import EXPORT, TABLES, Bundle
from pipeline.embedded import function, sample_file
from pipeline.embedded.backfills import Backfills
from pipeline.embedded.emulator import Emulator
from pipeline.embedded.function import MEMORY_MB, LogStream, serve
from pipeline.embedded.past_runs import Past, Sample, write_past
from pipeline.embedded.sample.items import items as sample_items
from pipeline.embedded.schedule import Timekeeper
from pipeline.embedded.sources import configure, led_here
from pipeline.jsonlog import SERVICE
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import CHECKPOINTS
from pipeline.monitor.tables import every_table

LOG_STREAM = "embedded"
# moto accepts anything; these are no secrets and reach only 127.0.0.1.
_CREDENTIALS = Credentials("embedded", "embedded")
_BATCH = 25


_started: dict[Settings, Cloud] = {}
_lock = threading.Lock()


def start(settings: Settings) -> Cloud:
    """Clients of the emulator of these settings, started and filled when first asked for.

    Raise DataInvalid or NotFound for a sample file that cannot be used.
    """
    # What only the screen or the server reads must not make a second emulator of the same names.
    own = replace(led_here(settings), demo_schedule=True, demo_sources=True)
    wanted = replace(own, history_days=1, rules=Rules(), contact="", audit_s3=False, models=ModelSettings())
    with _lock, translated("embedded:Start", settings.bucket):
        if wanted not in _started:
            _started[wanted] = _start(wanted)
        return _started[wanted]


def keep_time() -> None:
    """Let the schedules of this process's demos fire, from now on; once is enough."""
    _timekeeper.begin()


def fill_sources() -> None:
    """Let the sources of this process's demos get half a year behind them, beside everything else; once is enough."""
    _backfills.begin()


def sources_are_filled() -> bool:
    """Whether the half year is there, or nobody fills it."""
    return _backfills.are_over()


def running() -> Mapping[Settings, Cloud]:
    """The demos of this process, by their settings."""
    with _lock:
        return dict(_started)


def stop() -> None:
    """End the schedules, the backfills and the functions' processes and delete their folders; a demo that is being
    started is waited for.

    The emulators themselves are threads, and end with this process.
    """
    # Without the lock, which their threads may be waiting for.
    _timekeeper.close()
    _backfills.close()
    with _lock:
        function.end_all()


def make_tables(settings: Settings, cloud: Cloud, tables: Sequence[str]) -> None:
    """Further tables with the sample of these settings, each only if it is not there yet."""
    with _lock, translated("embedded:Start", settings.bucket):
        present = every_table(cloud.dynamodb, settings.region)
        for table in dict.fromkeys(tables):
            if table not in present:
                _create_table(cloud, replace(settings, table=table))
                _put_items(cloud, table, _items(settings, utc_now()))


_timekeeper = Timekeeper(running)
_backfills = Backfills(running)


def _start(settings: Settings) -> Cloud:
    now = utc_now()
    items = _items(settings, now)
    url = Emulator().start()
    cloud = Cloud(settings.region, url, _CREDENTIALS)
    _create_bucket(cloud, settings)
    _create_table(cloud, settings)
    _put_items(cloud, settings.table, items)
    _create_functions(cloud, settings)
    key_names = tuple(name for name, _ in settings.sample_key)
    past = write_past(Sample(Lake(cloud.s3, settings.bucket), settings.table, items, key_names), now)
    stream, tables_stream = _create_log_group(cloud, settings, past), _create_tables_log(cloud, settings)
    configure(cloud, settings)
    api = serve(settings, url, _CREDENTIALS, stream, tables_stream)
    return Cloud(settings.region, url, _CREDENTIALS, invoke_url=api.url)


def _items(settings: Settings, now: datetime) -> list[dict[str, Any]]:
    if settings.sample_file:
        return sample_file.load_file(settings.sample_file, settings.sample_key)
    return [item for item in sample_items(now.date()) if item["created_at"] <= utc_text(now)]


def _create_bucket(cloud: Cloud, settings: Settings) -> None:
    s3, bucket = cloud.s3, settings.bucket
    place: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": settings.region}}
    s3.create_bucket(Bucket=bucket, **({} if settings.region == "us-east-1" else place))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "exports-age",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "raw/"},
                    "Transitions": [
                        {"Days": 30, "StorageClass": "STANDARD_IA"},
                        {"Days": 90, "StorageClass": "GLACIER"},
                    ],
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                },
                {
                    "ID": "checkpoints-expire",
                    "Status": "Enabled",
                    "Filter": {"Prefix": CHECKPOINTS},
                    "Expiration": {"Days": 7},
                },
            ]
        },
    )


def _create_table(cloud: Cloud, settings: Settings) -> None:
    roles = ("HASH", "RANGE")
    create: Any = cloud.dynamodb.create_table
    create(
        TableName=settings.table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in settings.sample_key],
        KeySchema=[
            {"AttributeName": name, "KeyType": role}
            for (name, _), role in zip(settings.sample_key, roles, strict=False)
        ],
    )
    cloud.dynamodb.update_continuous_backups(
        TableName=settings.table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def _create_functions(cloud: Cloud, settings: Settings) -> None:
    """What the settings tab asks about; the functions that really run are those of function.py."""
    role = cloud.iam.create_role(RoleName=f"{settings.function}-role"[:64], AssumeRolePolicyDocument="{}")["Role"][
        "Arn"
    ]
    _create_function(cloud, function.tables_function(settings), TABLES, role)
    arn = _create_function(cloud, settings.function, EXPORT, role)
    group, _, name = settings.schedule.rpartition("/")
    if group:
        _create_group(cloud, group)
    schedule: dict[str, Any] = {
        "Name": name,
        "GroupName": group or "default",
        "ScheduleExpression": f"cron(0 {SCHEDULE_HOUR_JST} * * ? *)",
        "ScheduleExpressionTimezone": "Asia/Tokyo",
        "State": "ENABLED",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": arn, "RoleArn": role, "Input": "{}"},
    }
    try:
        cloud.scheduler.create_schedule(**schedule)
    except cloud.scheduler.exceptions.ConflictException:
        # Another bucket or table of this process has the schedule: it moves to the newest function.
        cloud.scheduler.update_schedule(**schedule)


def _create_function(cloud: Cloud, name: str, bundle: Bundle, role: str) -> str:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(bundle.handler, bundle.handler.name)
    created = cloud.lambda_.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler=f"{bundle.handler.stem}.handler",
        Code={"ZipFile": zipped.getvalue()},
        Timeout=FUNCTION_TIMEOUT_SECONDS,
        MemorySize=MEMORY_MB,
        Architectures=["arm64"],
    )
    return created["FunctionArn"]


def _create_group(cloud: Cloud, group: str) -> None:
    try:
        cloud.scheduler.create_schedule_group(Name=group)
    except cloud.scheduler.exceptions.ConflictException:
        return


def _put_items(cloud: Cloud, table: str, items: Sequence[dict[str, Any]]) -> None:
    serialize = TypeSerializer().serialize
    for start in range(0, len(items), _BATCH):
        puts: list[Any] = [
            {"PutRequest": {"Item": {name: serialize(value) for name, value in item.items()}}}
            for item in items[start : start + _BATCH]
        ]
        while puts:
            puts = list(cloud.dynamodb.batch_write_item(RequestItems={table: puts})["UnprocessedItems"].get(table, []))


def _create_log_group(cloud: Cloud, settings: Settings, past: Sequence[Past]) -> LogStream:
    group = f"/aws/lambda/{settings.function}"
    cloud.logs.create_log_group(logGroupName=group)
    cloud.logs.create_log_stream(logGroupName=group, logStreamName=LOG_STREAM)
    # As the function that runs here will say it itself; its past days each began in an environment of their own.
    starts = [(run, _log_event(settings, run, run.run.started_at, "INFO", STARTED, boto3=found())) for run in past]
    told = [[start, *(_log_event(settings, run, *line) for line in run.lines)] for run, start in starts]
    events: list[Any] = [event for day in told for event in day]
    cloud.logs.put_log_events(logGroupName=group, logStreamName=LOG_STREAM, logEvents=events)
    return LogStream(cloud.logs, group, LOG_STREAM)


def _create_tables_log(cloud: Cloud, settings: Settings) -> LogStream:
    group = f"/aws/lambda/{function.tables_function(settings)}"
    cloud.logs.create_log_group(logGroupName=group)
    cloud.logs.create_log_stream(logGroupName=group, logStreamName=LOG_STREAM)
    return LogStream(cloud.logs, group, LOG_STREAM)


def _log_event(
    settings: Settings, past: Past, at: datetime, level: str, message: str, **metadata: str
) -> dict[str, Any]:
    line = {
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level,
        "service": SERVICE,
        "function": settings.function,
        "requestId": past.run.request_id,
        "message": message,
        "metadata": metadata or {"runId": past.run.run_id},
    }
    return {"timestamp": int(at.timestamp() * 1000), "message": orjson.dumps(line).decode()}
