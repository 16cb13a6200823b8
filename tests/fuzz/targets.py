"""What is fuzzed: each target takes any bytes and either answers or raises one of our errors, nothing else.

What comes out is checked too: no key outside the lake's prefixes, no text without bounds.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from pipeline.errors import PipelineError
from pipeline.export import native_files, scan
from pipeline.export.dynamodb_json import encode_records
from pipeline.function import events
from pipeline.lake import keys
from pipeline.lake.compression import MAX_RATIO, UNPACK_CHUNK, unpacked
from pipeline.lake.document import MAX_RECORD_BYTES, Reader
from pipeline.monitor import function_log
from pipeline.redaction import MOST_CHARACTERS, blank
from pipeline.runs.folded import index
from pipeline.runs.request import is_scheduled
from pipeline.runs.run import Run
from pipeline.sources.google_health.daily import normalised
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.open_meteo.records import weather_record

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
DAY = date(2026, 11, 24)
PREFIXES = (keys.EXPORTS, keys.NATIVE, keys.RUNS, keys.LEASES, keys.CHECKPOINTS)
PREFIXES += (keys.EXTERNAL, keys.DAILY, keys.FETCHED, keys.SOURCE_DAYS)
PLACE = Place("tokyo", "東京", 35.6895, 139.69171)
ROWS = 200
_KINDS = ("S", "N", "BOOL", "M", "L", "SS", "NULL", "NS", "B", "BS")


def event(data: bytes) -> None:
    """An event of the function, whatever JSON it is."""
    value = _json(data)
    request = events.parse_event(value, "table-1", NOW)
    for key in (
        keys.export_key(request.table, DAY, request.run_id),
        keys.run_key(request.run_id, DAY),
        keys.lease_key(request.table),
        keys.checkpoint_key(request.run_id),
        keys.native_prefix(request.table, DAY, request.run_id),
    ):
        _inside(key)
    events.is_look(value)
    is_scheduled(value)


def key(data: bytes) -> None:
    """A key from outside."""
    text = data.decode("utf-8", "replace")
    keys.parse_run_key(text)
    _inside(keys.valid_document_key(text))


def document(data: bytes) -> None:
    """A document, in chunks of any size."""
    size = data[0] + 1 if data else 1
    chunks = (data[at : at + size] for at in range(1, len(data), size))
    for record in islice(Reader(chunks, "fuzz.json").records(), ROWS):
        assert len(json.dumps(record, default=str)) <= 6 * MAX_RECORD_BYTES


def packed(data: bytes) -> None:
    """A gzip file: as it is, and with the bytes inside one."""
    for body in (data, gzip.compress(data)):
        taken = sum(map(len, unpacked("fuzz.json.gz", [body])))
        assert taken <= 2 * UNPACK_CHUNK + MAX_RATIO * len(body)


def native_line(data: bytes) -> None:
    """A data file of DynamoDB's own export, and its manifests."""
    for parse in (
        lambda: list(native_files.records([data], "fuzz")),
        lambda: native_files.parse_summary(data, "fuzz"),
        lambda: native_files.parse_files(data, "fuzz"),
    ):
        _ours(parse)


def scan_page(data: bytes) -> None:
    """A page of a scan: as many records as it has items, and each of their values as another reader has it."""
    page = scan.parse({"PipelineRawBody": data}, "fuzz", ("PK",))
    number = len(page.items)
    records = json.loads(
        b"[" + encode_records(page.items, "now", ("PK",)) + b"]", parse_float=Decimal, parse_int=Decimal
    )
    assert len(records) == number
    # What is skipped is not looked into: there it need not be text.
    try:
        reference = json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return
    assert reference["Count"] == number
    for record, item in zip(records, reference["Items"], strict=True):
        assert record.pop("_exported_at") == "now"
        assert record.keys() == item.keys()
        for name, value in item.items():
            assert _same(record[name], value), value


def _same(plain: Any, value: dict[str, Any]) -> bool:
    known = [kind for kind in _KINDS if kind in value]
    if len(known) != 1:
        # DynamoDB never sends two; the first by our order is taken.
        return len(known) > 1
    kind, inner = known[0], value[known[0]]
    if kind == "N":
        return bool(plain == Decimal(inner))
    if kind == "NS":
        return list(plain) == [Decimal(text) for text in inner]
    if kind == "M":
        return plain.keys() == inner.keys() and all(_same(plain[name], each) for name, each in inner.items())
    if kind == "L":
        return len(plain) == len(inner) and all(map(_same, plain, inner))
    return plain is None if kind == "NULL" else bool(plain == inner)


def history_index(data: bytes) -> None:
    """An object where the history's index lies, as it is and unpacked: entries, or none; written again, the same."""
    for body in (data, gzip.compress(data, 1)):
        entries = index.unpacked(body)
        assert [one.mark for one in index.unpacked(index.packed(entries))] == [one.mark for one in _by_key(entries)]


def _by_key(entries: list[index.Folded]) -> list[index.Folded]:
    return sorted(entries, key=lambda one: one.key, reverse=True)[::-1]


def ledger_entry(data: bytes) -> None:
    """An object under the ledger's prefix."""
    value = _json(data)
    if isinstance(value, dict):
        value = {"run_id": "r1", "table": "t-1", "day": "2026-11-24", **value}
        value |= {name: value.get(name) or "2026-11-24T05:00:00Z" for name in ("started_at", "updated_at")}
    run = Run.from_json(value)
    assert run.error is None or len(run.error.message) <= MOST_CHARACTERS


def log_line(data: bytes) -> None:
    """A line of the function's log."""
    assert len(function_log.parse(data.decode("utf-8", "replace"), 0).message) <= MOST_CHARACTERS


def words(data: bytes) -> None:
    """Any text on its way out."""
    text = data.decode("utf-8", "replace")
    assert blank(blank(text)) == blank(text)


def weather(data: bytes) -> None:
    """A provider's answer about a day, whatever JSON it is: a record or rejections, and the same again."""
    first = weather_record(PLACE, DAY, "archive", _json(data))
    assert first == weather_record(PLACE, DAY, "archive", _json(data))


def health(data: bytes) -> None:
    """A day of Google Health, whatever JSON it is: total, and the same again."""
    value = _json(data)
    assert normalised("akari", DAY, "Asia/Tokyo", value) == normalised("akari", DAY, "Asia/Tokyo", value)


def source_event(data: bytes) -> None:
    """An event that asks for a source's days."""
    value = _json(data)
    if not events.is_fetch(value):
        return
    request = events.parse_fetch(value, NOW)
    for key in (
        keys.fetched_key(request.table, DAY, request.run_id),
        keys.daily_key(request.table, DAY),
        keys.raw_key(request.table, DAY),
        keys.source_days_key(request.table, DAY.year),
    ):
        _inside(key)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        event,
        key,
        document,
        packed,
        native_line,
        scan_page,
        history_index,
        ledger_entry,
        log_line,
        words,
        weather,
        health,
        source_event,
    )
}


def run(target: Callable[[bytes], None], data: bytes) -> None:
    """Let one target have its bytes; only our own errors are an answer."""
    _ours(lambda: target(data))


def _ours(call: Callable[[], Any]) -> None:
    try:
        call()
    except PipelineError as error:
        assert error.code and len(error.message) <= MOST_CHARACTERS


def _inside(found: str) -> None:
    assert found.startswith(PREFIXES), found
    assert ".." not in found.split("/") and "%" not in found and "\0" not in found, found


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("latin-1")
