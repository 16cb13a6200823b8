"""Which tables a block's SQL is about: the days whose tables it names, each by its manifest, which is pinned, too.

A manifest that is read again at its version names the same files of the same versions: made again, a report is of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.analysis.builds.marts import MARTS_TABLE, as_manifest, read_marts
from pipeline.analysis.query.face import MOST_TABLES, Renamed
from pipeline.analysis.query.server import names
from pipeline.console.reports.gathering.reading import Reading
from pipeline.errors import DataInvalid, NotFound, PipelineError
from pipeline.lake import keys
from pipeline.lake.model_keys import CURRENT_MARTS
from pipeline.tables import manifest
from pipeline.tables.manifest import Manifest, TableFile

if TYPE_CHECKING:
    from pipeline.console.app import App

_MART = re.compile(r"(?<![\w.])mart_\w+")


@dataclass(frozen=True)
class Tables:
    """The ``days`` that SQL is about, and its tables that bear the name of their document; what could not be read
    beside them."""

    days: tuple[Manifest, ...]
    renamed: tuple[Renamed, ...]
    problems: tuple[PipelineError, ...] = ()


def tables_of(app: App, sql: str, reading: Reading) -> Tables:
    """The tables that ``sql`` names, of the newest day of each document and of the marts that are published; made
    again, of the pinned ones. Every file is pinned. Raise DataInvalid for more than MOST_TABLES documents, NotFound
    (``report_version_gone``), and what reading raises."""
    wanted, problems = (_held(reading), ()) if reading.again else _named(app, sql)
    if len(wanted) > MOST_TABLES:
        text = f"the SQL is about {len(wanted)} documents, at most {MOST_TABLES}"
        raise DataInvalid(text, record="query", field="tables")
    days = tuple(day for key in wanted if (day := _day(reading, key)))
    for day in days:
        pin_files(reading, day.files)
    return Tables(days, tuple(_renamed(days, sql)), problems)


def pin_files(reading: Reading, files: Iterable[TableFile]) -> None:
    """Pin what an engine reads. Raise NotFound (``report_version_gone``) where a report is made again, and a version is
    no more."""
    for file in files:
        if reading.again:
            _there(reading, file)
        reading.pin(file.key, file.version_id, file.checksum)


def missing(error: DataInvalid, sql: str, tables: Tables) -> PipelineError:
    """What it means that the engine does not know a name of ``sql``: that a mart is not published, that a document's
    tables could not be read, or just that."""
    if tables.problems:
        return tables.problems[0]
    there = {file.name for day in tables.days for file in day.files}
    gone = [name for name in _MART.findall(sql) if name not in there and name in error.message]
    if not gone:
        return error
    return NotFound(f"{gone[0]} is not published", resource=gone[0], situation="report_mart_missing")


def _named(app: App, sql: str) -> tuple[tuple[str, ...], tuple[PipelineError, ...]]:
    """Keys of the manifests whose tables are named, in the order in which names are looked for."""
    offer = app.explore.offer()
    found = [
        one.manifest for one in offer.tables if _is_named(one.name, sql) or _is_named(names([one.manifest])[0], sql)
    ]
    return tuple(dict.fromkeys(map(_key, found))), offer.problems


def _held(reading: Reading) -> tuple[str, ...]:
    pinned = (pin.key for pin in reading.held or ())
    return tuple(key for key in pinned if key == CURRENT_MARTS or keys.parse_table_day_key(key))


def _key(day: Manifest) -> str:
    return CURRENT_MARTS if day.table == MARTS_TABLE else keys.table_day_key(day.table, day.day)


def _day(reading: Reading, key: str) -> Manifest | None:
    raw = reading.json(key)
    if raw is None:
        return None
    return as_manifest(read_marts(raw)) if key == CURRENT_MARTS else manifest.parsed(raw, key)


def _renamed(days: Sequence[Manifest], sql: str) -> Iterator[Renamed]:
    """Tables by the names that 分析 gives them where two documents have the same one: the document's before it."""
    for day, alias in zip(days, names(days), strict=True):
        for file in day.files:
            called = f"{alias.removeprefix('t_')}_{file.name}"
            if _is_named(called, sql):
                yield Renamed(day.table, file.name, called)


def _is_named(name: str, sql: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql, re.IGNORECASE) is not None


def _there(reading: Reading, file: TableFile) -> None:
    if reading.lake.head(file.key, file.version_id) is None:
        text = f"{file.key} is no longer there in version {file.version_id}"
        raise NotFound(text, resource=f"{file.key} ({file.version_id})", situation="report_version_gone")
