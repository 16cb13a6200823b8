"""The pointer that readers of marts follow: which files belong together. It moves last, forward, by compare-and-set.

Raises what Lake raises; SchemaMismatch, which names its key, for what is no pointer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from pipeline.analysis.models.builds import OUR_PROJECT, MartFile, Moment
from pipeline.errors import RateLimited, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.model_keys import CURRENT_MARTS, parse_mart_key
from pipeline.tables.manifest import Manifest, TableFile
from pipeline.untrusted import quoted

VERSION: Final = 1
# What queries call them together; no table of DynamoDB should be called so.
MARTS_TABLE: Final = f"{OUR_PROJECT}.marts"
_ATTEMPTS = 20


@dataclass(frozen=True)
class CurrentMarts:
    """What is published: by which run, of which UTC ``day`` (the run's), made of the tables of ``tables_day``."""

    version: int
    run_id: str
    day: date
    tables_day: date
    published_at: Moment
    marts: tuple[MartFile, ...]

    def mart(self, name: str) -> MartFile | None:
        """One mart's file."""
        return next((one for one in self.marts if one.name == name), None)

    def follows(self, other: CurrentMarts | None) -> bool:
        """Whether it is newer than what stands there: of later tables, or of the same by a later run. What is of days
        to come holds nobody back."""
        if other is None or other.tables_day > self.published_at.date() + timedelta(days=1):
            return True
        return (self.tables_day, self.run_id) >= (other.tables_day, other.run_id)


def as_manifest(current: CurrentMarts) -> Manifest:
    """The marts as the tables of one document more, for whoever reads manifests: queries, and the page 分析."""
    files = tuple(
        TableFile(one.name, None, VERSION, one.key, one.version_id, one.checksum, one.size, one.records, one.columns)
        for one in current.marts
    )
    records = sum(one.records for one in current.marts)
    made = current.tables_day, current.run_id, current.published_at
    return Manifest(MARTS_TABLE, *made, CURRENT_MARTS, None, current.run_id, None, records, files)


_FORM: TypeAdapter[CurrentMarts] = TypeAdapter(CurrentMarts)


def current_marts(lake: Lake) -> CurrentMarts | None:
    """What is published; None where nothing was yet."""
    return _current(lake)[0]


def publish(lake: Lake, wanted: CurrentMarts) -> bool:
    """Point to these marts, unless to newer ones already: then False. A pointer that nobody can read is replaced. Raise
    RateLimited where it changed each time."""
    for _ in range(_ATTEMPTS):
        standing, etag = _readable(lake)
        if not wanted.follows(standing):
            return False
        try:
            lake.write_json(CURRENT_MARTS, _FORM.dump_python(wanted, mode="json"), etag)
        except Conflict:
            continue
        return True
    raise RateLimited(f"{CURRENT_MARTS} was changed {_ATTEMPTS} times by others meanwhile")


def _readable(lake: Lake) -> tuple[CurrentMarts | None, str | None]:
    try:
        return _current(lake)
    except SchemaMismatch:
        stored = lake.read_small(CURRENT_MARTS)
        return None, stored[1] if stored else None


def _current(lake: Lake) -> tuple[CurrentMarts | None, str | None]:
    stored = lake.read_json(CURRENT_MARTS)
    return (_read(stored[0]), stored[1]) if stored else (None, None)


def _read(raw: Any) -> CurrentMarts:
    try:
        found = _FORM.validate_python(raw)
    except ValidationError as error:
        raise _mismatch(quoted(str(error), 200), raw) from error
    # What it names is read by its key, and written to this machine's folders by its name.
    names = [one.name for one in found.marts]
    if found.version != VERSION or names != [_named(one.key) for one in found.marts] or len({*names}) < len(names):
        raise _mismatch("a version, names or keys that are none", raw)
    return found


def _named(key: str) -> str | None:
    place = parse_mart_key(key)
    return place[0] if place else None


def _mismatch(why: str, raw: Any) -> SchemaMismatch:
    text = f"{CURRENT_MARTS} is no pointer to marts: {why}"
    return SchemaMismatch(text, key=CURRENT_MARTS, expected="a pointer to marts", found=quoted(raw))
