"""What AWS really says of the declared settings: facts, each judged, each with the IAM action that asked for it.

Nothing is changed here. What may not be asked is "unknown", which looks different from "bad".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from pipeline.aws import Cloud, error_code, translated
from pipeline.boto3_version import is_old, too_old
from pipeline.clock import parse_utc
from pipeline.config import SCHEDULE_HOUR_JST, Settings
from pipeline.errors import Forbidden, NotFound, PipelineError, S3AccessDenied
from pipeline.lake import keys
from pipeline.lake.answers import with_reason
from pipeline.lake.bucket import Lake
from pipeline.lake.store import Feature, Probe, is_foreign
from pipeline.monitor.facts import Fact, Move, State, Subject
from pipeline.monitor.function_log import started_with
from pipeline.monitor.schedule import Schedules

LEAST_MEMORY_MB = 256
# A million records take 350 MB; small tables take less than half of it.
LEAST_TABLES_MEMORY_MB = 512
ENOUGH_TIMEOUT_SECONDS = 300
Ask = Callable[[], Iterator[Fact]]


class Health:
    """All checks of one configuration; ``exports`` says how the exports stand, and asks no right of its own."""

    def __init__(
        self,
        cloud: Cloud,
        settings: Settings,
        now: Callable[[], datetime],
        exports: Ask | None = None,
        ask_store: bool = False,
    ) -> None:
        self._cloud, self._settings, self._now, self._exports = cloud, settings, now, exports
        self._ask_store = ask_store

    def asking_the_store(self) -> Health:
        """The same, which also asks what the store keeps of S3's promises: anew, and also of AWS."""
        return Health(self._cloud, self._settings, self._now, self._exports, ask_store=True)

    def checks(self) -> tuple[tuple[Subject, str, Ask], ...]:
        """Every check as (subject, IAM action, how to ask), in the order in which a person reads them."""
        first: tuple[tuple[Subject, str, Ask], ...] = (("export", "", self._exports),) if self._exports else ()
        store: tuple[tuple[Subject, str, Ask], ...] = (("bucket", "s3:PutObject", self._store),)
        tables: tuple[tuple[Subject, str, Ask], ...] = (
            ("tables", "lambda:GetFunctionConfiguration", self._tables_function),
            ("tables", "logs:FilterLogEvents", self._tables_boto3),
        )
        return (
            *first,
            ("bucket", "s3:ListBucket", self._bucket),
            ("bucket", "s3:GetEncryptionConfiguration", self._encryption),
            ("bucket", "s3:GetBucketVersioning", self._versioning),
            ("bucket", "s3:GetLifecycleConfiguration", self._lifecycle),
            ("bucket", "s3:GetBucketPublicAccessBlock", self._public_access),
            *(store if self._ask_store or is_foreign(self._cloud) else ()),
            ("function", "lambda:GetFunctionConfiguration", self._function),
            *(tables if self._settings.tables_function else ()),
            ("schedule", "scheduler:GetSchedule", self._schedule),
            ("table", "dynamodb:DescribeTable", self._table),
            ("table", "dynamodb:DescribeContinuousBackups", self._recovery),
            ("log", "logs:FilterLogEvents", self._log),
            ("permission", "s3:GetObject", self._may_read),
            ("permission", "lambda:InvokeFunction", self._may_invoke),
        )

    def facts(self) -> Iterator[Fact]:
        """All facts, check by check. Never raises: what fails is a fact."""
        for check in self.checks():
            yield from self.ask(*check)

    def gather(self) -> tuple[Fact, ...]:
        """All facts at once, asked in parallel; in the same order."""
        with ThreadPoolExecutor(len(self.checks())) as pool:
            return tuple(fact for facts in pool.map(lambda check: self.ask(*check), self.checks()) for fact in facts)

    def ask(self, subject: Subject, action: str, how: Ask) -> list[Fact]:
        """One check's facts, and whether its action is allowed."""
        try:
            facts = list(how())
        except (Forbidden, S3AccessDenied) as error:
            if not action:
                return [Fact(subject, "asked", "unknown", None, action, error)]
            # AWS may have refused another action than ours: a key's.
            named = error.facts.get("action", action)
            lacking = action if named.partition(":")[0] == action.partition(":")[0] else named
            denied = Fact("permission", lacking, "bad", None, lacking, error)
            return (
                [denied]
                if subject == "permission"
                else [Fact(subject, "denied", "unknown", None, action, error), denied]
            )
        except NotFound as error:
            if subject == "permission":
                # What is not there says nothing about the right to it.
                return [Fact(subject, action, "unknown", None, action, error)]
            return [Fact(subject, "exists", "bad", None, action, error)]
        except PipelineError as error:
            return [Fact(subject, "asked", "unknown", None, action, error)]
        # What is allowed on the export function's own is told there.
        told = action and subject != "tables"
        return [*facts, Fact("permission", action, "ok", None, action)] if told else facts

    def _bucket(self) -> Iterator[Fact]:
        with translated("s3:ListBucket", self._settings.bucket):
            self._cloud.s3.list_objects_v2(Bucket=self._settings.bucket, Prefix=keys.RUNS, MaxKeys=1)
        yield Fact("bucket", "exists", "ok", self._settings.bucket, "s3:ListBucket")

    def _encryption(self) -> Iterator[Fact]:
        action = "s3:GetEncryptionConfiguration"
        raw = self._absent_is_none(
            action, "ServerSideEncryptionConfigurationNotFoundError", lambda s3: s3.get_bucket_encryption
        )
        rules = raw["ServerSideEncryptionConfiguration"]["Rules"] if raw else [{}]
        algorithm = rules[0].get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")
        yield Fact("bucket", "encryption", "ok" if algorithm else "bad", algorithm, action)

    def _versioning(self) -> Iterator[Fact]:
        action = "s3:GetBucketVersioning"
        with translated(action, self._settings.bucket):
            state = self._cloud.s3.get_bucket_versioning(Bucket=self._settings.bucket).get("Status", "Disabled")
        yield Fact("bucket", "versioning", "ok" if state == "Enabled" else "bad", state, action)

    def _lifecycle(self) -> Iterator[Fact]:
        action = "s3:GetLifecycleConfiguration"
        rules = self._absent_is_none(
            action, "NoSuchLifecycleConfiguration", lambda s3: s3.get_bucket_lifecycle_configuration
        )
        enabled = [rule for rule in (rules or {}).get("Rules", []) if rule.get("Status") == "Enabled"]
        moves = [
            Move(move.get("Days"), move.get("StorageClass", "?"))
            for rule in enabled
            for move in rule.get("Transitions", [])
        ]
        aborts = any("AbortIncompleteMultipartUpload" in rule for rule in enabled)
        # One fact a step: together they are wider than a phone.
        for move in moves or (None,):
            yield Fact("bucket", "lifecycle", "ok" if move else "warn", move, action)
        yield Fact("bucket", "abort_uploads", "ok" if aborts else "warn", None, action)

    def _public_access(self) -> Iterator[Fact]:
        action = "s3:GetBucketPublicAccessBlock"
        raw = self._absent_is_none(
            action, "NoSuchPublicAccessBlockConfiguration", lambda s3: s3.get_public_access_block
        )
        blocked = bool(raw) and all(raw["PublicAccessBlockConfiguration"].values())
        yield Fact("bucket", "public_access", "ok" if blocked else "bad", None, action)

    def _store(self) -> Iterator[Fact]:
        """What an S3-compatible store keeps of S3's promises; without the first exports are refused."""
        probe = Probe(Lake(self._cloud.s3, self._settings.bucket, self._settings.kms_key))
        found = probe.ask() if self._ask_store else probe.known()
        bad: State = "warn" if self._settings.allow_unsafe_store else "bad"
        ignored = ", ".join(found.ignored) or None
        yield Fact("bucket", "conditions", bad if ignored else "ok", ignored, "s3:PutObject")
        beside: tuple[Feature, ...] = ("replacement", "checksum", "encryption", "uploads")
        for feature in beside:
            yield Fact("bucket", f"keeps_{feature}", "warn" if feature in found.lacks else "ok", None, "s3:PutObject")

    def _function(self) -> Iterator[Fact]:
        yield from self._configured(self._settings.function, LEAST_MEMORY_MB)

    def _tables_function(self) -> Iterator[Fact]:
        named = self._settings.tables_function or ""
        yield from (replace(fact, subject="tables") for fact in self._configured(named, LEAST_TABLES_MEMORY_MB))

    def _configured(self, name: str, least_memory: int) -> Iterator[Fact]:
        action = "lambda:GetFunctionConfiguration"
        with translated(action, name):
            raw = self._cloud.lambda_.get_function_configuration(FunctionName=name)
        timeout, memory = raw["Timeout"], raw["MemorySize"]
        yield Fact("function", "exists", "ok", name, action)
        yield Fact("function", "timeout", "ok" if timeout >= ENOUGH_TIMEOUT_SECONDS else "warn", timeout, action)
        yield Fact("function", "memory", "ok" if memory >= least_memory else "warn", memory, action)
        yield Fact("function", "modified", "ok", _moment(raw["LastModified"]), action)

    def _schedule(self) -> Iterator[Fact]:
        plan = Schedules(self._cloud.scheduler, self._settings.schedule).current()
        action = "scheduler:GetSchedule"
        declared = (plan.hour, plan.minute, plan.timezone) == (SCHEDULE_HOUR_JST, 0, "Asia/Tokyo")
        yield Fact("schedule", "exists", "ok", f"{plan.expression} {plan.timezone}", action)
        at = None if plan.hour is None or plan.minute is None else f"{plan.hour:02}:{plan.minute:02}"
        yield Fact("schedule", "time", "ok" if declared else "warn", at, action)
        yield Fact("schedule", "enabled", "ok" if plan.enabled else "warn", None, action)

    def _table(self) -> Iterator[Fact]:
        action = "dynamodb:DescribeTable"
        with translated(action, self._settings.table):
            raw = self._cloud.dynamodb.describe_table(TableName=self._settings.table)["Table"]
        status = raw.get("TableStatus", "ACTIVE")
        yield Fact("table", "exists", "ok" if status in {"ACTIVE", "UPDATING"} else "warn", status, action)
        items, size = raw.get("ItemCount", 0), raw.get("TableSizeBytes", 0)
        yield Fact("table", "items", "ok", items, action)
        # Items have a size: 0 bytes beside them are not measured yet, and of what nobody knows nothing is said.
        if size or not items:
            yield Fact("table", "size", "ok", size, action)

    def _recovery(self) -> Iterator[Fact]:
        action = "dynamodb:DescribeContinuousBackups"
        with translated(action, self._settings.table):
            raw = self._cloud.dynamodb.describe_continuous_backups(TableName=self._settings.table)
        recovery = raw["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        state = recovery.get("PointInTimeRecoveryStatus", "DISABLED")
        yield Fact("table", "recovery", "ok" if state == "ENABLED" else "warn", state, action)

    def _log(self) -> Iterator[Fact]:
        action = "logs:FilterLogEvents"
        group = f"/aws/lambda/{self._settings.function}"
        since = self._now() - timedelta(hours=26)
        with translated(action, group):
            raw = self._cloud.logs.filter_log_events(
                logGroupName=group, startTime=int(since.timestamp() * 1000), limit=1
            )
        yield Fact("log", "exists", "ok", group, action)
        yield Fact("log", "events", "ok" if raw.get("events") else "warn", None, action)
        yield self._boto3(group, since)

    def _tables_boto3(self) -> Iterator[Fact]:
        group = f"/aws/lambda/{self._settings.tables_function}"
        try:
            yield replace(self._boto3(group, self._now() - timedelta(hours=26)), subject="tables")
        except NotFound:
            # Lambda makes the group when the function first writes.
            yield Fact("tables", "boto3", "warn", None, "logs:FilterLogEvents")

    def _boto3(self, group: str, since: datetime) -> Fact:
        """The boto3 of the function, as it said when an environment of it last started."""
        action, version = "logs:FilterLogEvents", started_with(self._cloud.logs, group, since)
        error = too_old(version) if version and is_old(version) else None
        state: State = "bad" if error else "ok" if version else "warn"
        return Fact("function", "boto3", state, version, action, error)

    def _may_read(self) -> Iterator[Fact]:
        for key in (keys.run_key("health-check", self._now().date()), keys.SOURCES):
            with translated("s3:GetObject", f"{self._settings.bucket}/{key}"):
                try:
                    self._cloud.s3.head_object(Bucket=self._settings.bucket, Key=key)
                except ClientError as error:
                    if error_code(error) not in {"404", "NoSuchKey", "NotFound"}:
                        raise with_reason(self._cloud.s3, error, Bucket=self._settings.bucket, Key=key) from error
        return iter(())

    def _may_invoke(self) -> Iterator[Fact]:
        # DryRun asks for the right only. AWS Lambda API Reference, "Invoke".
        with translated("lambda:InvokeFunction", self._settings.function):
            self._cloud.invoker.invoke(FunctionName=self._settings.function, InvocationType="DryRun")
        return iter(())

    def _absent_is_none(self, action: str, code: str, method: Callable[[Any], Any]) -> Any:
        with translated(action, self._settings.bucket):
            try:
                return method(self._cloud.s3)(Bucket=self._settings.bucket)
            except ClientError as error:
                if error_code(error) == code:
                    return None
                raise


def _moment(text: str) -> datetime | None:
    try:
        # Lambda writes +0000 where ISO 8601 has +00:00.
        return parse_utc(text.replace("+0000", "+00:00"))
    except ValueError:
        return None
