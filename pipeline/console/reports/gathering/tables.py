"""Which tables a block's SQL is about: the days whose tables it names, each by its manifest, which is pinned, too.

A manifest that is read again at its version names the same files of the same versions: made again, a report is of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.analysis.builds.marts import MARTS_TABLE, as_manifest, current_marts
from pipeline.analysis.query.face import MOST_TABLES, Renamed
from pipeline.analysis.query.server import names
from pipeline.console.reports.gathering.reading import Reading
from pipeline.errors import DataInvalid, NotFound, PipelineError
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.model_keys import CURRENT_MARTS
from pipeline.tables.manifest import Manifest, Manifests, TableFile

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
    days = tuple(_days(wanted, app.settings.table, reading.lake))
    for day in days:
        pin_files(reading, day.files)
    return Tables(days, tuple(_renamed(days, sql)), problems)


def pin_files(reading: Reading, files: Iterable[TableFile]) -> None:
    """Pin what an engine reads. Raise NotFound (``report_version_gone``) where a report is made again, and a version is
    no more."""
    for file in files:
        reading.pin(file.key, file.version_id, file.checksum)
        if reading.again and reading.lake.head(file.key) is None:
            text = f"{file.key} is not among what the report was made of"
            raise NotFound(text, resource=file.key, situation="report_version_gone")


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


def _named(app: App, sql: str) -> tuple[set[str], tuple[PipelineError, ...]]:
    """Keys of the manifests whose tables are named."""
    offer = app.explore.offer()
    days = {
        one.manifest for one in offer.tables if _is_named(one.name, sql) or _is_named(names([one.manifest])[0], sql)
    }
    marts = {CURRENT_MARTS for day in days if day.table == MARTS_TABLE}
    return marts | {keys.table_day_key(day.table, day.day) for day in days if day.table != MARTS_TABLE}, offer.problems


def _held(reading: Reading) -> set[str]:
    return {key for key in reading.lake.held or () if key == CURRENT_MARTS or keys.parse_table_day_key(key)}


def _days(wanted: Iterable[str], first: str, lake: Lake) -> Iterator[Manifest]:
    """What manifests of these keys tell, in the order in which 分析 looks for names: the table ``first``'s, other
    documents', the marts'."""
    documents = sorted(filter(None, map(keys.parse_table_day_key, wanted)), key=lambda one: (one[0] != first, one[0]))
    for document, day in documents:
        found = Manifests(lake).load(document, day)
        if found:
            yield found[0]
    current = current_marts(lake) if CURRENT_MARTS in wanted else None
    if current:
        yield as_manifest(current)


def _renamed(days: Sequence[Manifest], sql: str) -> Iterator[Renamed]:
    """Tables by the names that 分析 gives them where two documents have the same one: the document's before it."""
    for day, alias in zip(days, names(days), strict=True):
        for file in day.files:
            called = f"{alias.removeprefix('t_')}_{file.name}"
            if _is_named(called, sql):
                yield Renamed(day.table, file.name, called)


def _is_named(name: str, sql: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql, re.IGNORECASE) is not None
