"""One document in two passes: first what its records are made of, then the files of a day. Exact, and flat in memory.

The document is read anew for each pass, by its exact version; nothing of it lies on this machine's disk but the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import DataInvalid
from pipeline.tables.entities import entity_of
from pipeline.tables.manifest import ALL_RECORDS
from pipeline.tables.observe import Profile
from pipeline.tables.schema import TableSchema

TELL_ROWS = 20_000
Pairs = Iterator[tuple[bytes, dict[str, Any]]]
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Written:
    """A table's file on this machine's disk."""

    name: str
    path: Path
    records: int


@dataclass(frozen=True)
class Source:
    """What a day's tables are made of: where it stands, which version of it, how many records its run counted (None:
    nobody did), and what its records are told apart by. ``read`` gives each record as its JSON text and decoded, to the
    last one or an error; it may be called again."""

    key: str
    version_id: str | None
    checksum: str | None
    records: int | None
    read: Callable[[], Pairs]
    partition_key: str = "PK"
    sort_key: str = "SK"
    # What records are that do not say it.
    kind: str = ""

    @property
    def identity(self) -> str:
        """What tells it from every other document, and from every other version of itself."""
        return f"{self.key}@{self.version_id or self.checksum}"


def observed(source: Source, schema: TableSchema, tell: Tell) -> Profile:
    """The first pass. Raise DataInvalid for a document that has not as many records as it says; what reading raises."""
    profile = Profile(schema.facts())
    for raw, record in _counted(source, tell):
        profile.add(entity_of(record, source.sort_key) or source.kind, record, len(raw))
    profile.close()
    return profile


def write(source: Source, schema: TableSchema, folder: Path, tell: Tell) -> tuple[Written, ...]:
    """The second pass: the files, below ``folder``. Raise DataInvalid as the first pass, and for records that do not
    fit the schema; what reading raises."""
    from pipeline.tables.write import Files  # noqa: PLC0415 - pyarrow is loaded where it is used

    with Files(schema, folder, source.sort_key, source.partition_key) as files:
        for raw, record in _counted(source, tell):
            files.add(entity_of(record, source.sort_key) or source.kind, record, raw)
    written = tuple(Written(name, path, rows) for name, (path, rows) in sorted(files.written().items()))
    of_kinds = sum(file.records for file in written if file.name != ALL_RECORDS)
    check_count(source.key, of_kinds, sum(file.records for file in written) - of_kinds, "in the tables of their kinds")
    return written


def check_count(key: str, found: int, wanted: int | None, where: str) -> None:
    """Raise DataInvalid for more or fewer records than there are to be."""
    if wanted is not None and found != wanted:
        text = f"{key}: {found} records {where}, and {wanted} were counted: no tables of it were published"
        raise DataInvalid(text, record=key, field="record_count", situation="tables_count")


def _counted(source: Source, tell: Tell) -> Pairs:
    count = 0
    for pair in source.read():
        yield pair
        count += 1
        if count % TELL_ROWS == 0:
            tell(count)
    check_count(source.key, count, source.records, "in the document")
