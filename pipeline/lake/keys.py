"""The lake's addresses: builds S3 keys and reads them back. Pure.

A key is only ever built from checked parts, so nothing outside the lake's own prefixes can be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.clock import parse_day
from pipeline.config import TABLE_NAME
from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

EXPORTS = "raw/internal/dynamodb-exports/"
NATIVE = "raw/internal/dynamodb-native-exports/"
RUNS = "metadata/runs/"
LEASES = "metadata/leases/"
CHECKPOINTS = "metadata/checkpoints/"
AUDIT = "metadata/audit/"
EXTERNAL = "raw/external/"
DAILY = "staging/daily/"
FETCHED = "staging/runs/"
SOURCES = "metadata/sources.json"
SOURCE_DAYS = "metadata/source-days/"
TABLES = "tables/"
SCHEMAS = "metadata/schemas/"
TABLE_DAYS = "metadata/tables/"
QUERIES = "metadata/queries/"
# What a store that is not AWS was asked with; it is written over each time.
PROBE = "metadata/probe/store.json"
# Everything that the console, its function and DynamoDB's own exports write stands under one of these.
_DOCUMENTS = (EXPORTS, NATIVE, EXTERNAL, DAILY, FETCHED)
WRITTEN = (*_DOCUMENTS, TABLES, "marts/", "staging/failing/", "config/", "reports/", "metadata/")

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_EXPORT = re.compile(
    re.escape(EXPORTS)
    + r"dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<table>[A-Za-z0-9_.-]{3,255}?)"
    + r"(?:\.incremental\.(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99}))?\.json(?P<gzip>\.gz)?"
)
_NATIVE = re.compile(
    re.escape(NATIVE)
    + r"dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<table>[A-Za-z0-9_.-]{3,255})/(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})"
    + r"(?:/(?!\.\.?(?:/|$))[A-Za-z0-9_.=-]+)+"
)
_SOURCE_NAME = re.compile(r"[a-z][a-z0-9-]{2,39}")
_SOURCE_DOCUMENT = re.compile(
    r"(?:raw/external|staging/daily)/(?P<source>[a-z][a-z0-9-]{2,39})/dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P=source)\.json"
)
_SOURCE_DAYS = re.compile(re.escape(SOURCE_DAYS) + r"(?P<source>[a-z][a-z0-9-]{2,39})/(?P<year>(?!0000)\d{4})\.json")
_FETCHED = re.compile(
    re.escape(FETCHED)
    + r"(?P<source>[a-z][a-z0-9-]{2,39})/dt=(?P<day>\d{4}-\d{2}-\d{2})/"
    + r"(?P=source)\.(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})\.json"
)
# Made by us of what records call themselves: never what a record says.
_TABLE_FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_TABLE_FILE = re.compile(
    re.escape(TABLES)
    + r"(?P<table>[A-Za-z0-9_.-]{3,255})/(?P<name>[a-z][a-z0-9_]{0,99})/v=(?P<version>[1-9]\d{0,5})/"
    + r"dt=(?P<day>\d{4}-\d{2}-\d{2})/data\.parquet"
)
_SCHEMA = re.compile(re.escape(SCHEMAS) + r"(?P<table>[A-Za-z0-9_.-]{3,255})\.json")
_LONGEST_TABLE, _OF_TABLES = 255, ".tables"
_TABLE_DAY = re.compile(
    re.escape(TABLE_DAYS) + r"(?P<table>[A-Za-z0-9_.-]{3,255})/dt=(?P<day>\d{4}-\d{2}-\d{2})/manifest\.json"
)
_RUN = re.compile(re.escape(RUNS) + r"dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})\.json")


@dataclass(frozen=True)
class ExportKey:
    """What an export document's key says: its UTC day, its table, and the run id of an incremental one."""

    day: date
    table: str
    run_id: str | None


def export_key(table: str, day: date, incremental_run_id: str | None = None, gzip: bool = False) -> str:
    """Key of the document that an export of ``table`` publishes on the UTC ``day``."""
    suffix = f".incremental.{valid_run_id(incremental_run_id)}" if incremental_run_id else ""
    return f"{day_prefix(EXPORTS, day)}{valid_table(table)}{suffix}.json{'.gz' if gzip else ''}"


def native_prefix(table: str, day: date, run_id: str) -> str:
    """Where DynamoDB's own export puts the files of a run (it adds ``/AWSDynamoDB/<export id>/…``)."""
    return f"{day_prefix(NATIVE, day)}{valid_table(table)}/{valid_run_id(run_id)}"


def run_key(run_id: str, day: date) -> str:
    """Key of a run's ledger entry."""
    return f"{day_prefix(RUNS, day)}{valid_run_id(run_id)}.json"


def lease_key(table: str) -> str:
    """Key of the one lease that serialises the exports of a table."""
    return f"{LEASES}{valid_table(table)}.json"


def checkpoint_key(run_id: str) -> str:
    """Key of a run's checkpoint."""
    return f"{CHECKPOINTS}{valid_run_id(run_id)}.json"


def checkpoint_bytes_key(run_id: str, part: str) -> str:
    """Key of bytes that a checkpoint refers to."""
    return f"{CHECKPOINTS}{valid_run_id(run_id)}.{part}"


def audit_key(at: datetime, mark: str) -> str:
    """Key of one line of the audit log; ``at`` in UTC, ``mark`` tells events of one moment apart."""
    return f"{day_prefix(AUDIT, at.date())}{at:%H%M%S%f}-{valid_run_id(mark)}.json"


def queries_key(name: str) -> str:
    """Key of the queries that were saved (``saved``), or that somebody has asked (``past-`` and a mark of theirs)."""
    return f"{QUERIES}{valid_run_id(name)}.json"


def day_prefix(prefix: str, day: date) -> str:
    """Prefix of one UTC day's partition."""
    return f"{prefix}dt={day.isoformat()}/"


def before_day(prefix: str, day: date) -> str:
    """A StartAfter value that precedes every key of ``day`` and follows every key of the days before."""
    return f"{prefix}dt={day.isoformat()}"


def parse_export_key(key: str) -> ExportKey | None:
    """Read an export document's key; None when the key is not one."""
    match = _EXPORT.fullmatch(key)
    day = _day(match["day"]) if match else None
    if match is None or day is None:
        return None
    return ExportKey(day=day, table=match["table"], run_id=match["run_id"])


def parse_native_key(key: str) -> ExportKey | None:
    """Read the key of a native export's file; None when it is not one."""
    match = _NATIVE.fullmatch(key)
    day = _day(match["day"]) if match else None
    return ExportKey(day, match["table"], match["run_id"]) if match and day else None


def raw_key(source: str, day: date) -> str:
    """Key of what a source's provider answered about a day."""
    return f"{day_prefix(f'{EXTERNAL}{valid_source(source)}/', day)}{source}.json"


def daily_key(source: str, day: date) -> str:
    """Key of the daily records that were made of it."""
    return f"{day_prefix(f'{DAILY}{valid_source(source)}/', day)}{source}.json"


def fetched_key(source: str, day: date, run_id: str) -> str:
    """Key of the document that a run of a source publishes: the daily records of all of its days."""
    return f"{day_prefix(f'{FETCHED}{valid_source(source)}/', day)}{source}.{valid_run_id(run_id)}.json"


def source_days_key(source: str, year: int) -> str:
    """Key of the calendar that says of each day of a year how it stands."""
    return f"{SOURCE_DAYS}{valid_source(source)}/{year:04}.json"


def parse_source_key(key: str) -> ExportKey | None:
    """Read the key of a source's document; None when it is not one."""
    match = _SOURCE_DOCUMENT.fullmatch(key)
    day = _day(match["day"]) if match else None
    return ExportKey(day, match["source"], None) if match and day else None


def parse_source_days_key(key: str) -> tuple[str, int] | None:
    """Read a calendar's key as (source, year); None when it is not one."""
    match = _SOURCE_DAYS.fullmatch(key)
    first = _day(f"{match['year']}-01-01") if match else None
    return (match["source"], first.year) if match and first else None


def parse_fetched_key(key: str) -> ExportKey | None:
    """Read the key of the document of a source's run; None when it is not one."""
    match = _FETCHED.fullmatch(key)
    day = _day(match["day"]) if match else None
    return ExportKey(day, match["source"], match["run_id"]) if match and day else None


def table_file_key(table: str, name: str, version: int, day: date) -> str:
    """Key of one day's Parquet file of the table ``name`` (``all_records``, an entity's), made of ``table``'s document;
    a widening of its types begins a new ``version`` (1, 2, …)."""
    checked = _checked(name, _TABLE_FILE_NAME, "name")
    return day_prefix(f"{TABLES}{valid_table(table)}/{checked}/v={version:d}/", day) + "data.parquet"


def schema_key(table: str) -> str:
    """Key of what is known of the types of all tables that are made of ``table``'s documents."""
    return f"{SCHEMAS}{valid_table(table)}.json"


def table_day_key(table: str, day: date) -> str:
    """Key of the manifest that says which files of a day belong together; it is written last."""
    return day_prefix(f"{TABLE_DAYS}{valid_table(table)}/", day) + "manifest.json"


def parse_table_file_key(key: str) -> tuple[str, str, int, date] | None:
    """Read a Parquet file's key as (table, name, version, day); None when it is not one."""
    match = _TABLE_FILE.fullmatch(key)
    day = _day(match["day"]) if match else None
    return (match["table"], match["name"], int(match["version"]), day) if match and day else None


def parse_table_day_key(key: str) -> tuple[str, date] | None:
    """Read a manifest's key as (table, day); None when it is not one."""
    match = _TABLE_DAY.fullmatch(key)
    day = _day(match["day"]) if match else None
    return (match["table"], day) if match and day else None


def parse_schema_key(key: str) -> str | None:
    """Read a schema's key as its table; None when it is not one."""
    match = _SCHEMA.fullmatch(key)
    return match["table"] if match else None


def is_table_name(name: str) -> bool:
    """Whether it is what a table of records may be called: a name made by us."""
    return _TABLE_FILE_NAME.fullmatch(name) is not None


def is_source_name(name: str) -> bool:
    """Whether a source may be called so."""
    return _SOURCE_NAME.fullmatch(name) is not None


def tables_of(table: str) -> str:
    """The name of the runs that make tables of ``table``'s documents: in the ledger, and of their lease."""
    return f"{valid_table(table)[: _LONGEST_TABLE - len(_OF_TABLES)]}{_OF_TABLES}"


def valid_source(name: str) -> str:
    """Return ``name`` when it can be a source's; raise DataInvalid otherwise."""
    return _checked(name, _SOURCE_NAME, "source")


def valid_document_key(key: str) -> str:
    """Return ``key`` when it is a document's or a native export's file; raise DataInvalid otherwise.

    What a ledger entry says is believed only so far: nothing outside the lake's data can be read by its name.
    """
    if parse_document_key(key) is None:
        raise DataInvalid(f"{key!r:.200} is no document of the lake", record=key[:200], field="key")
    return key


def parse_document_key(key: str) -> ExportKey | None:
    """Read the key of a document, or of a native export's file; None when it is neither. ``table`` may be a source."""
    parsers = (parse_export_key, parse_native_key, parse_source_key, parse_fetched_key)
    return next((parsed for parse in parsers if (parsed := parse(key))), None)


def parse_probe_key(key: str) -> bool:
    """Whether this is the key of what a store was asked with."""
    return key == PROBE


def parse_run_key(key: str) -> tuple[date, str] | None:
    """Read a ledger entry's key as (UTC day, run id); None when the key is not one."""
    match = _RUN.fullmatch(key)
    day = _day(match["day"]) if match else None
    return (day, match["run_id"]) if match and day else None


def valid_table(table: str) -> str:
    """Return ``table`` when DynamoDB would accept the name; raise DataInvalid otherwise.

    Source: Amazon DynamoDB Developer Guide, "Naming rules".
    """
    return _checked(table, TABLE_NAME, "tableName", situation="table_name")


def valid_run_id(run_id: str) -> str:
    """Return ``run_id`` when it is safe in a key; raise DataInvalid otherwise."""
    return _checked(run_id, _RUN_ID, "runId")


def _checked(value: str, pattern: re.Pattern[str], field: str, **situation: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        facts = {"record": "event", "field": field, **situation}
        raise DataInvalid(f"{field} {quoted(value, 120)} is not of the form {pattern.pattern}", **facts)
    return value


def _day(text: str) -> date | None:
    try:
        return parse_day(text)
    except ValueError:
        return None
