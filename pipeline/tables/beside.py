"""What lies beside the exports, as tables, too: all daily records of a source, and the ledger's runs, as of today.

Both grow day by day and are small: a day's tables hold all that there was by then, as those of an export do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import orjson

from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.reading.lines import Lines, Pair, of_line
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import DERIVED
from pipeline.sources.calendar import DayEntry, SourceDays
from pipeline.tables.convert import Source
from pipeline.tables.inputs import Exports, Inputs, KeyNames, keys_of

# The ledger's name among tables; no source can be called so, and no table of DynamoDB should be.
LEDGER = "pipeline.ledger"
RUNS = "runs"
LEDGER_DAYS = 90
ComeBy = dict[date, Callable[[], Source]]


@dataclass(frozen=True)
class SourceRecords(Inputs):
    """All daily records of a source. ``now`` gives aware UTC times; ``key_names`` what records are told apart by."""

    lake: Lake
    now: Callable[[], datetime]
    key_names: KeyNames

    def days(self, name: str, first: date, last: date) -> ComeBy:
        today = self.now().date()
        return {today: partial(self._source, name)} if first <= today <= last and self.has(name) else {}

    def has(self, name: str) -> bool:
        """Whether it is a source that has brought something."""
        return bool(self._years(name))

    def _source(self, name: str) -> Source:
        days = SourceDays(self.lake).load_years(name, self._years(name)).days
        entries = {day: entry for day, entry in sorted(days.items()) if entry.has_document}
        told = _digest(f"{day} {entry.version_id} {entry.checksum}" for day, entry in entries.items())
        count = sum(entry.records for entry in entries.values())
        key = keys_of(self.key_names, name)
        read = partial(self._pairs, name, entries)
        where = f"{keys.SOURCE_DAYS}{name}/"
        return Source(where, None, told, count, read, *key, kind=name)

    def _pairs(self, name: str, entries: dict[date, DayEntry]) -> Iterator[Pair]:
        for day, entry in entries.items():
            key = keys.daily_key(name, day)
            yield from Lines(self.lake.stream(key, entry.version_id), key).pairs()

    def _years(self, name: str) -> list[int]:
        listed = self.lake.list_after(f"{keys.SOURCE_DAYS}{keys.valid_source(name)}/", "")
        return [parsed[1] for held in listed if (parsed := keys.parse_source_days_key(held.key))]


@dataclass(frozen=True)
class LedgerRuns(Inputs):
    """The runs of the last ninety days that have ended."""

    ledger: Ledger
    now: Callable[[], datetime]

    def days(self, name: str, first: date, last: date) -> ComeBy:
        today = self.now().date()
        return {today: partial(self._source, today)} if first <= today <= last else {}

    def _source(self, today: date) -> Source:
        runs = self.ledger.entries(today - timedelta(days=LEDGER_DAYS - 1), today).runs
        lines = [orjson.dumps(run.to_json()) for run in runs if run.status != "running" and run.engine not in DERIVED]
        read = partial(_pairs, lines)
        return Source(
            keys.RUNS, None, _digest(map(bytes.decode, lines)), len(lines), read, "table", "run_id", kind=RUNS
        )


def inputs_of(lake: Lake, ledger: Ledger, now: Callable[[], datetime], key_names: KeyNames) -> Callable[[str], Inputs]:
    """What days are made of, by name: the ledger, a source that has brought something, else a table."""
    exports, sources, runs = (
        Exports(lake, ledger, key_names),
        SourceRecords(lake, now, key_names),
        LedgerRuns(ledger, now),
    )

    def find(name: str) -> Inputs:
        if name == LEDGER:
            return runs
        return sources if keys.is_source_name(name) and sources.has(name) else exports

    return find


def _pairs(lines: Iterable[bytes]) -> Iterator[Pair]:
    return ((line, of_line(line)) for line in lines)


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() + b"\n")
    return whole.hexdigest()
