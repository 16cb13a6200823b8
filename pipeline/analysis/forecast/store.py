"""Forecasts in the lake: the predictions first, then the record that names them; each is written once.

A record that is there is whole; predictions without a record are of a run that was interrupted, and are never read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.analysis.forecast.outlook import Ahead
from pipeline.analysis.forecast.result import Forecast, Predictions, parquet, parsed, to_json
from pipeline.errors import SchemaMismatch
from pipeline.lake import forecast_keys, keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.files import publish_file
from pipeline.lake.publish import Target

READERS = 8


@dataclass(frozen=True)
class Kept:
    """Forecasts that can be read, oldest first, and the keys of those that nobody can."""

    forecasts: tuple[Forecast, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one lake. Raises what Lake raises; SchemaMismatch, which names its key, for what is none."""

    lake: Lake

    def save(self, made: Forecast, rows: Sequence[Ahead] = ()) -> Forecast:
        """Write it, with what every candidate foresaw, where there is none of that run id. Return it as it is kept.
        Raise Conflict."""
        key = forecast_keys.forecast_key(made.person, made.target, made.day, made.run_id)
        if self.lake.head(key):
            raise Conflict(key)
        whole = replace(made, predictions=self._publish(made, rows) if rows else None)
        self.lake.write_json(key, to_json(whole), None)
        return whole

    def load(self, person: str, target: str, day: date, run_id: str) -> Forecast | None:
        """One forecast; None where there is none."""
        key = forecast_keys.forecast_key(person, target, day, run_id)
        stored = self.lake.read_json(key)
        found = parsed(stored[0], key) if stored else None
        if found and (found.person, found.target, found.day, found.run_id) != (person, target, day, run_id):
            raise SchemaMismatch(f"{key} tells of another forecast", key=key, expected=run_id, found=found.run_id)
        return found

    def listed(self, person: str, target: str, first: date, last: date) -> tuple[tuple[date, str], ...]:
        """Forecasts made on these UTC days as (day, run id), oldest first."""
        return tuple(self._listed(person, target, first, last))

    def newest(self, person: str, target: str, first: date, last: date) -> Forecast | None:
        """The newest of these days that can be read."""
        for look in reversed(self.listed(person, target, first, last)):
            found = self._read(person, target, *look)
            if isinstance(found, Forecast):
                return found
        return None

    def kept(self, person: str, target: str, first: date, last: date) -> Kept:
        """All forecasts made on these UTC days. Raise only what stopped all reading."""
        looks = self.listed(person, target, first, last)
        with ThreadPoolExecutor(READERS) as pool:
            read = list(pool.map(lambda look: self._read(person, target, *look), looks))
        unread = tuple(one for one in read if isinstance(one, str))
        return Kept(tuple(one for one in read if isinstance(one, Forecast)), unread)

    def _publish(self, made: Forecast, rows: Sequence[Ahead]) -> Predictions:
        key = forecast_keys.predictions_key(made.person, made.target, made.day, made.run_id)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "predictions.parquet"
            path.write_bytes(parquet(rows))
            done = publish_file(self.lake, Target(self.lake.bucket, key, made.run_id, 0), path)
        return Predictions(done.key, done.version_id, done.checksum, done.size, len(rows))

    def _listed(self, person: str, target: str, first: date, last: date) -> Iterator[tuple[date, str]]:
        prefix = forecast_keys.forecasts_prefix(person, target)
        for held in self.lake.list_after(prefix, keys.before_day(prefix, first)):
            named = forecast_keys.parse_forecast_key(held.key)
            if named and named.kind == "json" and first <= named.day <= last:
                yield named.day, named.run_id

    def _read(self, person: str, target: str, day: date, run_id: str) -> Forecast | str | None:
        try:
            return self.load(person, target, day, run_id)
        except SchemaMismatch:
            return forecast_keys.forecast_key(person, target, day, run_id)
