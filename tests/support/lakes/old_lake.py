"""An old lake: days of documents that another function wrote, in every form that is valid JSON of the old contract.

No ledger, no versions, copied here in one go: S3 dates every object today. Beside the good documents lie broken and
foreign ones. What is right to say of each is part of what the builder hands back.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.lake import keys
from pipeline.lake.bucket import Lake

TABLE = "moderation-craft-data"
DAYS = 120
WRITERS = 8
BOM = b"\xef\xbb\xbf"
Record = dict[str, Any]


@dataclass(frozen=True)
class OldDocument:
    """A good document of the old function: its bytes as stored, its form, and the records that a right reader gives."""

    key: str
    day: date
    form: str
    body: bytes
    records: tuple[Record, ...]


@dataclass(frozen=True)
class OldLake:
    """``good`` oldest first; ``broken``: key → what is wrong, under the name of a document; ``foreign``: other keys."""

    lake: Lake
    last: date
    good: tuple[OldDocument, ...]
    broken: Mapping[str, str]
    foreign: tuple[str, ...]

    @property
    def first(self) -> date:
        """The oldest day."""
        return min(document.day for document in self.good)


def build_old_lake(s3: Any, last: date, days: int = DAYS, region: str = "ap-northeast-1") -> OldLake:
    """Fill a bucket of its own, unversioned, with the ``days`` that end at ``last``."""
    lake = Lake(s3, f"old-lake-{uuid.uuid4().hex[:12]}")
    s3.create_bucket(Bucket=lake.bucket, CreateBucketConfiguration={"LocationConstraint": region})
    broken = {key: made for key, made in broken_bodies(last).items() if day_of(key) > last - timedelta(days=days)}
    good = tuple(
        document
        for document in (old_document(last - timedelta(days=ago), ago) for ago in reversed(range(days)))
        if document.key not in broken
    )
    foreign = foreign_bodies(last)
    bodies = {document.key: document.body for document in good}
    bodies |= {key: body for key, (_, body) in broken.items()} | foreign
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda pair: s3.put_object(Bucket=lake.bucket, Key=pair[0], Body=pair[1]), bodies.items()))
    return OldLake(lake, last, good, {key: why for key, (why, _) in broken.items()}, tuple(foreign))


def old_document(day: date, number: int) -> OldDocument:
    """The day's document; ``number`` chooses its form, so that every form comes every few days."""
    form = list(FORMS)[number % len(FORMS)]
    records = old_records(day, 3 + number % 4)
    key = keys.export_key(TABLE, day, gzip=form.endswith("gzip"))
    return OldDocument(key, day, form, FORMS[form](metadata(day, len(records)), records), tuple(records))


def metadata(day: date, count: int) -> Record:
    """The four keys of the old contract, and the one that the old function added."""
    return {
        "table_name": TABLE,
        "exported_at": f"{day}T05:00:07Z",
        "export_version": "1.0",
        "record_count": count,
        "export_mode": "full",
    }


def old_records(day: date, count: int) -> list[Record]:
    """Records of a table keyed by ``id``, without export times, with what makes careless readers stumble."""
    return [
        {
            "id": f"{day}-{number}",
            "name": f"作業 {number} 🎯",
            "amount": 12345678901234567890123456789012345678 + number,
            "note": f'she said "data": [ and ]}}, "export_metadata": {{}} number {number}',
            "data": [number, {"data": [], "export_metadata": {"record_count": -1}}],
            "export_metadata": {"record_count": 99},
            "nothing": None,
            "done": number % 2 == 0,
        }
        for number in range(count)
    ]


def _text(metadata: Record, records: list[Record], data_first: bool, **options: Any) -> bytes:
    members = [("export_metadata", metadata), ("data", records)]
    whole = dict(reversed(members) if data_first else members)
    return json.dumps(whole, ensure_ascii=False, **options).encode()


def _plain(head: Record, records: list[Record]) -> bytes:
    return _text(head, records, data_first=False)


def _pretty(head: Record, records: list[Record]) -> bytes:
    return _text(head, records, data_first=False, indent=2)


def _compact(head: Record, records: list[Record]) -> bytes:
    return _text(head, records, data_first=False, separators=(",", ":"))


def _data_first(head: Record, records: list[Record]) -> bytes:
    return _text(head, records, data_first=True)


def _data_first_pretty(head: Record, records: list[Record]) -> bytes:
    return _text(head, records, data_first=True, indent=4) + b"\n"


def _data_first_compact(head: Record, records: list[Record]) -> bytes:
    return _text(head, records, data_first=True, separators=(",", ":"))


def _windows(pretty: bytes) -> bytes:
    return BOM + pretty.replace(b"\n", b"\r\n") + b"\r\n"


FORMS: dict[str, Callable[[Record, list[Record]], bytes]] = {
    "plain": _plain,
    "pretty": _pretty,
    "data-first": _data_first,
    "compact": _compact,
    "windows": lambda head, records: _windows(_pretty(head, records)),
    "gzip": lambda head, records: gzip.compress(_plain(head, records), mtime=0),
    "data-first-pretty": _data_first_pretty,
    "data-first-windows": lambda head, records: _windows(_data_first_pretty(head, records)),
    "data-first-compact": _data_first_compact,
    "data-first-gzip": lambda head, records: gzip.compress(_data_first(head, records), mtime=0),
}


def broken_bodies(last: date) -> dict[str, tuple[str, bytes]]:
    """Key → (what is wrong, bytes) of what is called a document and is none, or is damaged."""
    made = {ago: old_document(last - timedelta(days=ago), 0) for ago in (3, 20, 33, 80)}
    lying = metadata(made[33].day, len(made[33].records) + 5)
    return {
        # Beside the good document of the newest day, under the name of a packed one.
        keys.export_key(TABLE, last, gzip=True): ("one byte", b"x"),
        made[3].key: ("truncated", made[3].body[:-40]),
        made[20].key: ("truncated, data first", FORMS["data-first"](lying, list(made[20].records))[:-150]),
        made[33].key: ("a false count", _plain(lying, list(made[33].records))),
        keys.export_key(TABLE, last - timedelta(days=40)): ("an error page", ERROR_PAGE),
        keys.export_key(TABLE, last - timedelta(days=60)): ("a CSV", _csv(last)),
        made[80].key: ("nothing", b""),
        keys.export_key(TABLE, last - timedelta(days=95)): ("JSON of another kind", b'{"items": [1, 2]}'),
    }


def foreign_bodies(last: date) -> dict[str, bytes]:
    """Key → bytes of what nobody could take for a document."""
    day = keys.day_prefix(keys.EXPORTS, last - timedelta(days=10))
    return {f"{day}notes.csv": _csv(last), f"{day}_SUCCESS": b"", f"{keys.EXPORTS}README.txt": b"copied in November"}


def day_of(key: str) -> date:
    """The ``dt=`` day of a document's key."""
    parsed = keys.parse_export_key(key)
    if parsed is None:
        raise ValueError(key)
    return parsed.day


ERROR_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head><body>try again</body></html>\n"
)


def _csv(last: date) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ["id", "name"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(old_records(last, 3))
    return out.getvalue().encode()
