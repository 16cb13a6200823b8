"""Settings: which table, which bucket, which function, and where they run.

Read once from an environment mapping; a malformed value is named with its variable, never guessed around.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, cast

from pipeline.access import Rules, parse_rules
from pipeline.settings_values import LOOKED_IN as LOOKED_IN
from pipeline.settings_values import (
    NoticeSettings,
    address,
    contact,
    key_spec,
    matching,
    one_of,
    parse_channels,
    parse_console_url,
    price,
    read,
    unless_none,
    whole,
)

Backend = Literal["embedded", "aws"]
Compression = Literal["none", "gzip"]
EngineChoice = Literal["auto", "scan", "native"]
OnClash = Literal["fail", "rename"]
Switch = Literal["on", "off"]
SecretStore = Literal["secretsmanager", "ssm"]
# How an attribute writes a time: ISO 8601 text, or the seconds or milliseconds since 1970.
TimeForm = Literal["iso", "epoch", "epoch_ms"]
# Whose weather is whose: ids of people, each with the id of a place.
PersonPlaces = tuple[tuple[str, str], ...]
ChangedBy = tuple[tuple[str, TimeForm], ...]
CONSOLE_URL = "PIPELINE_CONSOLE_URL"
SCHEDULE_HOUR_JST = 14
SCHEDULE_GRACE_MINUTES = 30
FUNCTION_TIMEOUT_SECONDS = 900
MAX_HISTORY_DAYS = 90
# Ten years: a check lists from its first day on, an object a table and day, and remembers as much.
MOST_CHECKED_DAYS = 3660
MOST_SEGMENTS = 64
MAX_SESSION_HOURS = 720
MOST_CACHE_MEGABYTES = 1_000_000
LEAST_CACHE_MEGABYTES = 64
MAX_OVERLAP_MINUTES = 10_080
CHANGED_BY: ChangedBy = (("updated_at", "iso"), ("created_at", "iso"))
OVERLAP = timedelta(minutes=15)

TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_FUNCTION = re.compile(r"[A-Za-z0-9-_]{1,64}")
_SCHEDULE = re.compile(r"([A-Za-z0-9-_.]{1,64}/)?[A-Za-z0-9-_.]{1,64}")
_KMS_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
# What Athena reads without quotes; and a workgroup's name. Athena API Reference, "WorkGroup".
_DATABASE = re.compile(r"[a-z][a-z0-9_]{0,127}")
_WORKGROUP = re.compile(r"[A-Za-z0-9._-]{1,128}")
_ENDPOINT = re.compile(r"PIPELINE_([A-Z][A-Z0-9_]*)_URL")
_STAMP = r"[^:,\s]{1,255}(:(iso|epoch|epoch_ms))?"
_STAMPS = re.compile(f"{_STAMP}(,{_STAMP}){{0,7}}")
_PERSON_PLACES = re.compile(r"[^=,\s]{1,200}=[^=,\s]{1,200}(,[^=,\s]{1,200}=[^=,\s]{1,200}){0,999}")


@dataclass(frozen=True)
class ModelSettings:
    """Of the models: which place's weather is a person's (who is not named has the first one), and whether they are
    built by themselves once the day's tables are there."""

    person_places: PersonPlaces = ()
    build_after_tables: bool = False


@dataclass(frozen=True)
class Settings:
    """Every setting of PRODUCT §2; ``sample_key`` is ((name, "S"|"N"|"B"), …), hash key first; ``incremental_by`` are
    the attributes that tell when an item was written.

    ``athena_usd``: what Athena takes for a TB scanned, in US dollars.
    ``endpoints``: the addresses of providers that were set, by name; each kind of source knows its own beside them.
    """

    backend: Backend
    region: str
    bucket: str
    function: str
    table: str
    history_days: int
    sample_file: str | None
    sample_key: tuple[tuple[str, str], ...]
    compress: Compression = "none"
    max_rcu: float | None = None
    segments: int | None = None
    engine: EngineChoice = "auto"
    on_clash: OnClash = "fail"
    schedule: str = "moderation-craft-export-daily"
    kms_key: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict, hash=False)
    secrets: SecretStore = "secretsmanager"
    google_client_id: str = ""
    rules: Rules = Rules()
    contact: str = ""
    audit_s3: bool = False
    incremental_by: ChangedBy = CHANGED_BY
    incremental_overlap: timedelta = OVERLAP
    demo_schedule: bool = True
    demo_sources: bool = True
    allow_unsafe_store: bool = False
    query_cache: str | None = None
    query_cache_megabytes: int = 2048
    tables_function: str | None = None
    glue_database: str | None = None
    athena_workgroup: str | None = None
    athena_usd: float = 5.0
    models: ModelSettings = ModelSettings()
    notices: NoticeSettings = NoticeSettings()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Raise ConfigInvalid naming the variable when a value is malformed."""
        return cls(
            backend=read(environ, ("PIPELINE_BACKEND",), "embedded", one_of(Backend)),
            region=read(environ, ("AWS_REGION", "AWS_DEFAULT_REGION"), "ap-northeast-1", matching(_REGION)),
            bucket=read(
                environ,
                ("S3_BUCKET_NAME", "BUCKET_NAME"),
                "moderation-craft-data-800860245583",
                matching(_BUCKET),
            ),
            function=read(
                environ, ("LAMBDA_EXPORT_FUNCTION",), "moderation-craft-export-dynamodb", matching(_FUNCTION)
            ),
            table=read(environ, ("DYNAMODB_TABLE_NAME", "TABLE_NAME"), "moderation-craft-data", matching(TABLE_NAME)),
            history_days=read(environ, ("PIPELINE_HISTORY_DAYS",), "7", whole(1, MAX_HISTORY_DAYS, " of days")),
            sample_file=environ.get("PIPELINE_SAMPLE_FILE", "").strip() or None,
            sample_key=read(environ, ("PIPELINE_SAMPLE_KEY",), "PK:S,SK:S", key_spec),
            compress=read(environ, ("PIPELINE_COMPRESS",), "none", one_of(Compression)),
            max_rcu=read(environ, ("PIPELINE_MAX_RCU",), "auto", _units),
            segments=read(environ, ("PIPELINE_SEGMENTS",), "auto", _segments),
            schedule=read(environ, ("PIPELINE_SCHEDULE",), "moderation-craft-export-daily", matching(_SCHEDULE)),
            engine=read(environ, ("PIPELINE_ENGINE",), "auto", one_of(EngineChoice)),
            on_clash=read(environ, ("PIPELINE_ON_CLASH",), "fail", one_of(OnClash)),
            endpoints=_endpoints(environ),
            secrets=read(environ, ("PIPELINE_SECRETS",), "secretsmanager", one_of(SecretStore)),
            google_client_id=environ.get("PIPELINE_GOOGLE_CLIENT_ID", "").strip(),
            kms_key=read(environ, ("PIPELINE_KMS_KEY",), "none", unless_none(_KMS_KEY)),
            rules=_rules(environ),
            contact=read(environ, ("PIPELINE_CONTACT",), "", contact),
            audit_s3=read(environ, ("PIPELINE_AUDIT_S3",), "off", one_of(Switch)) == "on",
            incremental_by=read(environ, ("PIPELINE_INCREMENTAL_BY",), changed_by_text(CHANGED_BY), _changed_by),
            incremental_overlap=_minutes(environ),
            demo_schedule=read(environ, ("PIPELINE_DEMO_SCHEDULE",), "on", one_of(Switch)) == "on",
            demo_sources=read(environ, ("PIPELINE_DEMO_SOURCES",), "on", one_of(Switch)) == "on",
            allow_unsafe_store=read(environ, ("PIPELINE_ALLOW_UNSAFE_STORE",), "off", one_of(Switch)) == "on",
            query_cache=environ.get("PIPELINE_QUERY_CACHE", "").strip() or None,
            query_cache_megabytes=read(
                environ, ("PIPELINE_QUERY_CACHE_MB",), "2048", whole(LEAST_CACHE_MEGABYTES, MOST_CACHE_MEGABYTES)
            ),
            tables_function=read(environ, ("LAMBDA_TABLES_FUNCTION",), "", _function_or_none),
            glue_database=read(environ, ("PIPELINE_GLUE_DATABASE",), "none", unless_none(_DATABASE)),
            athena_workgroup=read(environ, ("PIPELINE_ATHENA_WORKGROUP",), "none", unless_none(_WORKGROUP)),
            athena_usd=read(environ, ("PIPELINE_ATHENA_USD_PER_TB",), "5", price),
            models=_models(environ),
            notices=_notices(environ),
        )


def _rules(environ: Mapping[str, str]) -> Rules:
    return Rules(
        viewers=read(environ, ("PIPELINE_VIEWERS",), "", parse_rules),
        operators=read(environ, ("PIPELINE_OPERATORS",), "", parse_rules),
        session=timedelta(
            hours=read(environ, ("PIPELINE_SESSION_HOURS",), "12", whole(1, MAX_SESSION_HOURS, " of hours"))
        ),
    )


def _minutes(environ: Mapping[str, str]) -> timedelta:
    minutes = whole(0, MAX_OVERLAP_MINUTES, " of minutes")
    return timedelta(minutes=read(environ, ("PIPELINE_INCREMENTAL_OVERLAP",), "15", minutes))


def _models(environ: Mapping[str, str]) -> ModelSettings:
    # The demo shows models; on AWS whoever runs the console says when.
    default = "off" if environ.get("PIPELINE_BACKEND", "").strip() == "aws" else "on"
    return ModelSettings(
        person_places=read(environ, ("PIPELINE_PERSON_PLACES",), "none", _person_places),
        build_after_tables=read(environ, ("PIPELINE_BUILD_AFTER_TABLES",), default, one_of(Switch)) == "on",
    )


def _notices(environ: Mapping[str, str]) -> NoticeSettings:
    return NoticeSettings(
        channels=read(environ, ("PIPELINE_NOTICES",), "", parse_channels, secret=True),
        console_url=read(environ, (CONSOLE_URL,), "", parse_console_url),
    )


def _units(value: str) -> float | None:
    return None if value == "auto" else float(whole(1, 10_000_000, " (or 'auto')")(value))


def _segments(value: str) -> int | None:
    return None if value == "auto" else whole(1, MOST_SEGMENTS, " (or 'auto')")(value)


def _function_or_none(value: str) -> str | None:
    return matching(_FUNCTION)(value) if value else None


def _endpoints(environ: Mapping[str, str]) -> dict[str, str]:
    """Each address is a setting, also one of a kind of source that is not known here: PIPELINE_GOOGLE_HEALTH_URL…"""
    named = (name for name, value in environ.items() if value.strip() and name != CONSOLE_URL)
    set_here = filter(None, map(_ENDPOINT.fullmatch, named))
    return {match[1].lower(): read(environ, (match[0],), "", address) for match in set_here}


def endpoint_variable(name: str) -> str:
    """The environment variable of an endpoint."""
    return f"PIPELINE_{name.upper()}_URL"


def changed_by_text(by: ChangedBy) -> str:
    """The setting's own form of these attributes."""
    return ",".join(f"{name}:{form}" for name, form in by)


def _changed_by(value: str) -> ChangedBy:
    if not _STAMPS.fullmatch(value):
        raise ValueError("expected ATTRIBUTE:FORM by comma, at most 8, with FORM one of iso, epoch, epoch_ms")
    pairs = [part.partition(":") for part in value.split(",")]
    if len({name for name, _, _ in pairs}) != len(pairs):
        raise ValueError("an attribute is named twice")
    return tuple((name, cast(TimeForm, form or "iso")) for name, _, form in pairs)


def _person_places(value: str) -> PersonPlaces:
    if value == "none":
        return ()
    if not _PERSON_PLACES.fullmatch(value) or not value.isprintable():
        raise ValueError("expected PERSON=PLACE by comma")
    pairs = [part.partition("=") for part in value.split(",")]
    if len({name for name, _, _ in pairs}) != len(pairs):
        raise ValueError("a person is named twice")
    return tuple((name, place) for name, _, place in pairs)
