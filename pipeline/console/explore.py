"""What the page 分析 asks: which tables there are, and their files for an engine in the person's own browser.

A hand-over gives whole tables away: it is a download, checked and audited as one. SQL is never seen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from pipeline.analysis.builds.marts import as_manifest, current_marts
from pipeline.console.audit import Actor
from pipeline.errors import DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, sha256
from pipeline.tables.manifest import Manifest, Manifests, TableFile

# What a browser is given at once; above it the page offers the server.
MOST_BYTES = 100 * 2**20
BROWSER = "browser"
# More documents than anybody's lake has, and a bound for one that somebody has filled with others.
MOST_DOCUMENTS = 200


@dataclass(frozen=True)
class Table:
    """A table of the newest day; ``name`` is what SQL calls it."""

    name: str
    manifest: Manifest
    file: TableFile

    @property
    def identity(self) -> str:
        """What tells this version of it from every other."""
        return self.file.identity


@dataclass(frozen=True)
class Offer:
    """The tables that can be asked, and what could not be read beside them."""

    tables: tuple[Table, ...] = ()
    problems: tuple[PipelineError, ...] = ()


@dataclass(frozen=True)
class Explore:
    """Tables in somebody's hands; those of ``first`` (a DynamoDB table) keep their names, whatever others are called.
    Raises Forbidden, and what the lake raises."""

    lake: Lake
    first: str
    actor: Actor

    def offer(self) -> Offer:
        """The newest day of every document that has tables, and what models have published of them."""
        self.actor.require("see")
        manifests, problems = [], []
        for document in sorted(self._documents(), key=lambda name: (name != self.first, name)):
            try:
                manifests.append(Manifests(self.lake).newest(document, date.min))
            except SchemaMismatch as error:
                problems.append(error)
        try:
            current = current_marts(self.lake)
            manifests.append(as_manifest(current) if current else None)
        except SchemaMismatch as error:
            problems.append(error)
        return Offer(tuple(named(filter(None, manifests))), tuple(problems))

    def hand_over(self, offer: Offer, identities: Sequence[str], engine: str = BROWSER) -> bytes:
        """The files of these tables, in one frame. Raise DataInvalid for tables that are not offered (any more), or
        are too large together; SchemaMismatch for a file that is not what its manifest says."""
        tables = [table for table in offer.tables if table.identity in set(identities)]
        with self.actor.doing("download", _told(tables, engine)):
            _check(tables, identities)
            return framed([(table.identity, self._read(table.file)) for table in tables])

    def _documents(self) -> Iterator[str]:
        after = keys.TABLE_DAYS
        for _ in range(MOST_DOCUMENTS):
            stored = next(self.lake.list_after(keys.TABLE_DAYS, after), None)
            if stored is None:
                return
            found = keys.parse_table_day_key(stored.key)
            if found:
                yield found[0]
            # On behind everything of this document: "0" is what follows "/".
            after = f"{keys.TABLE_DAYS}{found[0]}0" if found else stored.key

    def _read(self, file: TableFile) -> bytes:
        body = b"".join(self.lake.stream(file.key, file.version_id))
        found = sha256(body)
        # A checksum of parts ("…-3") is none of the whole.
        if len(body) != file.size or ("-" not in file.checksum and found != file.checksum):
            text = f"{file.key} is not what its manifest says"
            facts = {"resource": self.lake.location(file.key), "expected": f"{file.size:,} bytes, {file.checksum}"}
            raise SchemaMismatch(text, **facts, found=f"{len(body):,} bytes, {found}")
        return body


def named(manifests: Iterable[Manifest]) -> Iterator[Table]:
    """Their tables, each with a name that no other one has: a later one's begins with its document's."""
    taken: set[str] = set()
    for manifest in manifests:
        for file in manifest.files:
            name = _free(file.name, manifest.table, taken)
            taken.add(name)
            yield Table(name, manifest, file)


def framed(files: Sequence[tuple[str, bytes]], problem: str = "") -> bytes:
    """Files by their identities as one body: the head's length (4 bytes, little-endian), the head (JSON), the files."""
    listed = [{"identity": identity, "size": len(body)} for identity, body in files]
    head = orjson.dumps({"files": listed, "problem": problem})
    return b"".join((len(head).to_bytes(4, "little"), head, *(body for _, body in files)))


def _free(name: str, document: str, taken: set[str]) -> str:
    own = re.sub("[^a-z0-9]+", "_", document.lower()).strip("_")
    tried = [name, f"{own}_{name}", *(f"{own}_{name}_{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in tried if one not in taken)


def _told(tables: Sequence[Table], engine: str) -> str:
    """Whose line of the audit log: run, version and names of the tables, and which engine has them."""
    runs = ", ".join(dict.fromkeys(table.manifest.run_id for table in tables))
    names = ", ".join(f"{table.name} v{table.file.version} {table.file.version_id or '-'}" for table in tables)
    return f"tables for {engine}: {names} (run {runs})" if tables else f"tables for {engine}: none"


def _check(tables: Sequence[Table], identities: Sequence[str]) -> None:
    if len(tables) < len(set(identities)):
        text = "tables have been made anew since the page was drawn"
        raise DataInvalid(text, record="tables", field="version", situation="tables_anew")
    size = sum(table.file.size for table in tables)
    if size > MOST_BYTES:
        text = f"{size:,} bytes of tables are more than the {MOST_BYTES:,} that a browser is given"
        raise DataInvalid(text, record="tables", field="size", situation="tables_too_large")
