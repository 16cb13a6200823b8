"""What the tables of a day cost: a document of a million records, about 370 MB, in both passes, without the lake.

``python -m tests.benchmarks.tables [RECORDS]`` prints one line: CPU seconds, peak memory, bytes of the files.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from pipeline.lake.document import SEPARATOR, TAIL, Head
from pipeline.lake.reading.lines import Lines, Pair
from pipeline.tables.convert import Source, observed, write
from pipeline.tables.schema import TableSchema

RECORDS = 1_000_000
EXPORTED_AT = "2024-02-01T12:00:00Z"
_CHUNK = 256 * 1024
_START = datetime(2024, 1, 1, tzinfo=UTC)


def record(number: int) -> dict[str, Any]:
    """One of the mixed records of a single-table design: seven kinds, nested and mixed values, long numbers."""
    at = (_START + timedelta(seconds=29 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    user, kind = f"u{number % 500}", number % 20
    about = {"created_at": at, "updated_at": at, "_exported_at": EXPORTED_AT}
    return _of_kind(number, user, at, kind) | about


def _of_kind(number: int, user: str, at: str, kind: int) -> dict[str, Any]:
    if kind <= 1:
        return _project(number, user, at) if kind else _user(number, user)
    if kind <= 3:
        return _big_task(number)
    if kind <= 9:
        return _small_task(number, at)
    if kind <= 16:
        return _session(number, user, at)
    return _mood(number, user, at) if kind <= 18 else _condition(number, user, at)


def _user(number: int, user: str) -> dict[str, Any]:
    limits = {"a": number, "b": [1, 2, number]}
    told = {"theme": "dark", "notify": bool(number % 2), "limits": limits}
    keys = {"PK": f"USER#{user}", "SK": f"PROFILE{number}", "entity_type": "user", "user_id": user}
    return keys | {"timezone": "Asia/Tokyo", "name": "日本語の名前" + user, "settings": told}


def _project(number: int, user: str, at: str) -> dict[str, Any]:
    long = orjson.Fragment(b"1234567890" * 3 + b"12345678")
    keys = {"PK": f"USER#{user}", "SK": f"PROJECT#{number}", "entity_type": "project", "name": f"プロジェクト {number}"}
    hours = long if number % 50 == 1 else number % 400
    return keys | {"goal": "x" * 40, "deadline": at[:10], "estimated_total_hours": hours, "version": 1}


def _big_task(number: int) -> dict[str, Any]:
    keys = {"PK": f"PROJECT#{number}", "SK": f"BIGTASK#{number}", "entity_type": "big_task"}
    hours = orjson.Fragment(b"%d.25" % (number % 90))
    told = {"name": f"大タスク {number}", "category": f"c{number % 7}", "week_number": number % 52}
    return keys | told | {"estimated_hours": hours, "actual_minutes": number % 900, "status": "active"}


def _small_task(number: int, at: str) -> dict[str, Any]:
    keys = {"PK": f"BIGTASK#{number // 9}", "SK": f"SMALLTASK#{number}", "entity_type": "small_task"}
    minutes: Any = str(number % 100) if number % 101 == 0 else number % 100
    told = {"name": f"小タスク {number}", "scheduled_start": at, "scheduled_end": at, "actual_minutes": minutes}
    priority: Any = "high" if number % 2 else number % 5
    return keys | told | {"status": "done", "tags": [f"a{number % 9}", "b"], "priority": priority}


def _session(number: int, user: str, at: str) -> dict[str, Any]:
    keys = {"PK": f"USER#{user}#DATE#{at[:10]}", "SK": f"SESSION#{number}", "entity_type": "session", "user_id": user}
    told = {"small_task_id": f"{number}", "start_time": at, "end_time": at, "duration_minutes": 25 + number % 90}
    marks = {"focus_level": 1 + number % 10, "mood_rating": 1 + number % 5, "dopamine_level": 1 + number % 5}
    return keys | told | marks | {"notes": "メモ" * 15 if number % 3 else None}


def _mood(number: int, user: str, at: str) -> dict[str, Any]:
    keys = {"PK": f"USER#{user}#DATE#{at[:10]}", "SK": f"MOOD#{at}#{number}", "entity_type": "mood_entry"}
    return keys | {"user_id": user, "mood_rating": 1 + number % 5, "notes": "ok"}


def _condition(number: int, user: str, at: str) -> dict[str, Any]:
    keys = {"PK": f"USER#{user}", "SK": f"CONDITION#{at[:10]}#{number}", "entity_type": "condition", "date": at[:10]}
    sleep, weight = b"%d.5" % (4 + number % 5), b"6%d." % (number % 10) + b"1234567890" * 3
    told = {"sleep_hours": orjson.Fragment(sleep), "weight": orjson.Fragment(weight), "fatigue": number % 5}
    return keys | told | {"map": {f"k{number % 300}": number}}


def make(path: Path, records: int) -> None:
    """Write the document."""
    with path.open("wb") as file:
        file.write(Head("bench", EXPORTED_AT, records).encode())
        for number in range(records):
            file.write((SEPARATOR if number else b"") + orjson.dumps(record(number)))
        file.write(TAIL)


def convert(path: Path, records: int, folder: Path) -> tuple[float, int]:
    """CPU seconds and bytes of the files."""

    def read() -> Iterator[Pair]:
        with path.open("rb") as file:
            yield from Lines(iter(lambda: file.read(_CHUNK), b""), path.name).pairs()

    source = Source(path.name, None, "c", records, read)
    start = time.process_time()
    profile = observed(source, TableSchema("bench"), lambda rows: None)
    schema = TableSchema("bench").widened(profile, date(2024, 2, 1), "i").settled()
    files = write(source, schema, folder, lambda rows: None)
    return time.process_time() - start, sum(file.path.stat().st_size for file in files)


def main(records: int) -> None:
    """Make, convert, print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.json"
        make(path, records)
        seconds, size = convert(path, records, Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        document = path.stat().st_size / 1e6
    print(
        f"{records:,} records, {document:.0f} MB: {seconds:.1f} CPU-s, {peak:.0f} MB at most, files {size / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
