"""The part of check that looks at one run's document: S3's word for it, and on request its content, to the end.

What another function wrote before there was a ledger is judged by the contract of then: no export time on records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.check.content import Content, read_content, read_part
from pipeline.check.findings import Finding
from pipeline.check.progress import Tally
from pipeline.check.refusals import Subject
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.publish import checksums_agree
from pipeline.runs.run import DataFile, Run


@dataclass(frozen=True)
class DocumentCheck:
    """``key_names``: the key attributes of each table and source, where they are known."""

    lake: Lake
    read_data: bool
    key_names: Mapping[str, Sequence[str] | None]
    tally: Tally

    def findings(self, run: Run) -> list[Finding]:
        """What is wrong with what a run wrote; each file of it is looked at, whatever came of the others."""
        found: list[Finding] = []
        if run.engine == "native":
            for file in run.files:
                found += _about(run, file.key, "the data file").going_on(self._part(run, file))
        found += _about(run, run.key or "", "the document").going_on(self._document(run))
        self.tally.done()
        return found

    def _document(self, run: Run) -> Iterator[Finding]:
        about = _about(run, run.key or "", "the document")
        held = self.lake.head(run.key or "", run.version_id)
        if held is None:
            yield about.finding("missing_object", "nothing")
            return
        if run.legacy and not held.size:
            # Nobody has noted its size, but no document is empty: not even that of an empty table.
            yield about.finding("not_a_document", "0 bytes", "a document")
            return
        if not run.legacy and run.engine != "native":
            yield from _compare(run, held)
        if held.archived:
            yield about.archived(self.lake, held.storage, run.version_id)
        elif self.read_data and run.engine != "native":
            yield from self._content(run)

    def _part(self, run: Run, file: DataFile) -> Iterator[Finding]:
        about = _about(run, file.key, "the data file")
        held = self.lake.head(file.key)
        if held is None:
            yield about.finding("missing_object", "nothing")
            return
        if held.size != file.size:
            yield about.finding("size_differs", f"{held.size} bytes", f"{file.size} bytes")
        if held.archived:
            yield about.archived(self.lake, held.storage)
        elif self.read_data:
            yield from self._part_content(run, file)

    def _part_content(self, run: Run, file: DataFile) -> Iterator[Finding]:
        about = _about(run, file.key, "a data file")
        md5, items = read_part(self.lake, file.key, self.tally.read)
        if md5 != file.md5:
            yield about.finding("checksum_differs", md5, file.md5)
        if items != file.items:
            yield about.finding("count_differs", f"{items}", f"{file.items} items")

    def _content(self, run: Run) -> Iterator[Finding]:
        about = _about(run, run.key or "", "a whole document")
        content = read_content(self.lake, run, self.key_names.get(run.table), self.tally.read)
        yield from _counts(run, content)
        if content.without_time and not run.legacy:
            without = f"{content.without_time} without"
            yield about.finding("missing_export_time", without, "_exported_at on every record")
        if content.duplicates:
            yield about.finding("duplicate_keys", f"{content.duplicates} more than once", "every key once")
        if run.checksum and content.checksum and not checksums_agree(content.checksum, run.checksum):
            yield about.finding("checksum_differs", content.checksum, run.checksum)


def _counts(run: Run, content: Content) -> Iterator[Finding]:
    noted = content.announced if content.announced != content.records else run.records
    if noted is not None and noted != content.records:
        about = _about(run, run.key or "", f"{noted} records")
        yield about.finding("count_differs", f"{content.records}")


def _compare(run: Run, held: StoredObject) -> Iterator[Finding]:
    about = _about(run, run.key or "", "the document")
    if run.bytes is not None and held.size != run.bytes:
        yield about.finding("size_differs", f"{held.size} bytes", f"{run.bytes} bytes")
    if run.checksum and not checksums_agree(held.checksum, run.checksum):
        yield about.finding("checksum_differs", str(held.checksum), run.checksum)


def _about(run: Run, key: str, expected: str) -> Subject:
    return Subject(key, expected, "python -m pipeline export", run.run_id)
