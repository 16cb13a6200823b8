"""How each day of a source stands, one small object a year: the calendar, and what a cut-off run goes on from.

Written under the source's lease, by compare-and-set, after each piece of days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

import orjson

from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import MAX_SMALL_OBJECT, Lake
from pipeline.redaction import redact
from pipeline.runs.run import RunError
from pipeline.untrusted import count, quoted

DayState = Literal["got", "partial", "missing", "failed"]
# A whole year of days at these limits is still smaller than what can be read back.
MOST_REJECTED, MOST_REJECTED_BYTES, LONGEST_TEXT, LONGEST_ERROR = 50, 8000, 200, 300


@dataclass(frozen=True)
class DayEntry:
    """One day: how it stands, by which run; of the daily document its records, bytes, checksum (SHA-256, base64) and
    version, the digest of what it says, bytes and checksum of the raw answer beside it, and the rejected fields with
    their reasons (``bounded``; ``refused`` is how many there were). ``replaced_by``: the run that put this document in
    the place of one that said otherwise. ``error``: why the newest try failed, whether or not an older document
    stands."""

    state: DayState
    run_id: str
    fetched_at: datetime
    records: int = 0
    size: int = 0
    checksum: str = ""
    version_id: str | None = None
    digest: str = ""
    rejected: tuple[tuple[str, str], ...] = ()
    error: RunError | None = None
    raw_size: int = 0
    raw_checksum: str = ""
    refused: int = 0
    replaced_by: str = ""

    @property
    def has_document(self) -> bool:
        """Whether a daily document stands in the lake."""
        return bool(self.checksum)

    def failed(self, error: RunError, run_id: str, now: datetime) -> DayEntry:
        """After a try that failed: what was good stays, and the error is told beside it."""
        error = replace(error, message=_cut(error.message, LONGEST_ERROR))
        if self.has_document:
            return replace(self, error=error)
        return DayEntry("failed", run_id, now, error=error)

    def on_document_of(self, other: DayEntry) -> DayEntry:
        """The same try, standing on the documents of another one."""
        names = ("records", "size", "checksum", "version_id", "digest", "raw_size", "raw_checksum", "replaced_by")
        return replace(self, **{name: getattr(other, name) for name in names})


def bounded(rejected: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Of the rejected fields what a calendar keeps; the last pair says how many more there were."""
    pairs = [(_cut(field, LONGEST_TEXT), _cut(why, LONGEST_TEXT)) for field, why in rejected]
    kept: list[tuple[str, str]] = []
    left = MOST_REJECTED_BYTES
    for pair in pairs[:MOST_REJECTED]:
        left -= len(orjson.dumps(pair))
        if left < 0:
            break
        kept.append(pair)
    more = len(pairs) - len(kept)
    return (*kept, ("…", f"and {more} more")) if more else tuple(kept)


@dataclass(frozen=True)
class Calendar:
    """Known days of a source; ``etags`` are the states of their years that the next write must find."""

    source: str
    days: Mapping[date, DayEntry]
    etags: Mapping[int, str | None]

    def with_days(self, days: Mapping[date, DayEntry]) -> Calendar:
        """The same with these days replaced."""
        return replace(self, days={**self.days, **days})


class SourceDays:
    """Reads and writes calendars. Raises what Lake raises; Conflict when another run wrote meanwhile."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def load(self, source: str, first: date, last: date) -> Calendar:
        """The calendar of all years from ``first`` to ``last``. Raise SchemaMismatch when one is no calendar."""
        return self.load_years(source, range(first.year, last.year + 1))

    def load_years(self, source: str, years: Iterable[int]) -> Calendar:
        """The calendar of these years. Raise SchemaMismatch when one is no calendar."""
        days: dict[date, DayEntry] = {}
        etags: dict[int, str | None] = {}
        for year in years:
            stored = self._lake.read_json(keys.source_days_key(source, year))
            etags[year] = stored[1] if stored else None
            if stored:
                days |= _days(stored[0], keys.source_days_key(source, year))
        return Calendar(source, days, etags)

    def save(self, calendar: Calendar, changed: Iterable[date]) -> Calendar:
        """Write the years of the changed days back. Raise DataInvalid for a year too large to be read again."""
        etags = dict(calendar.etags)
        for year in sorted({day.year for day in changed}):
            days = {day.isoformat(): _plain(entry) for day, entry in sorted(calendar.days.items()) if day.year == year}
            key = keys.source_days_key(calendar.source, year)
            value = {"source": calendar.source, "days": days}
            size = len(orjson.dumps(value))
            if size > MAX_SMALL_OBJECT:
                message = f"{key}: {size} bytes of days are more than the {MAX_SMALL_OBJECT} that can be read again"
                raise DataInvalid(message, record=key, field="days")
            etags[year] = self._lake.write_json(key, value, etags.get(year))
        return replace(calendar, etags=etags)


def _days(raw: Any, key: str) -> dict[date, DayEntry]:
    try:
        return {parse_day(day): _entry(entry) for day, entry in raw["days"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DataInvalid) as error:
        text = f"{key}: not a calendar: {type(error).__name__} {error}"
        raise SchemaMismatch(text, key=key, expected="days of a source", found=quoted(raw)) from error


def _plain(entry: DayEntry) -> dict[str, Any]:
    raw = asdict(entry) | {"fetched_at": utc_text(entry.fetched_at)}
    raw["error"] = entry.error.to_json() if entry.error else None
    return {name: value for name, value in raw.items() if value not in (None, "", (), 0)}


def _entry(raw: dict[str, Any]) -> DayEntry:
    if raw["state"] not in get_args(DayState):
        raise ValueError(f"state {quoted(raw['state'], 40)!r}")
    error = raw.get("error")
    return DayEntry(
        state=raw["state"],
        run_id=keys.valid_run_id(raw["run_id"]),
        fetched_at=parse_utc(raw["fetched_at"]),
        records=count(raw.get("records", 0)),
        size=count(raw.get("size", 0)),
        checksum=_text(raw, "checksum"),
        version_id=_text(raw, "version_id") or None,
        digest=_text(raw, "digest"),
        rejected=tuple((str(field), redact(str(why))) for field, why in raw.get("rejected", ())),
        error=RunError.from_json(error) if error else None,
        raw_size=count(raw.get("raw_size", 0)),
        raw_checksum=_text(raw, "raw_checksum"),
        refused=count(raw.get("refused", 0)) or len(raw.get("rejected", ())),
        replaced_by=_text(raw, "replaced_by"),
    )


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"{name} is a {type(value).__name__}, no text")
    return value


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
