"""Is the lake what the ledger says? Structure from listings and HEADs; content, on request, by reading every document.

Findings are facts: typed, graded, each with the next command. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from pipeline.check.content import read_content, read_part
from pipeline.check.findings import READERS, Finding, Kind, Report
from pipeline.check.sources import SourceCheck
from pipeline.check.uploads import UploadCheck
from pipeline.errors import PipelineError
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.publish import checksums_agree
from pipeline.runs.history import shown_status
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import DataFile, Run

KeyNames = Callable[[str], Sequence[str]]


class Check:
    """A look at the last days of one lake."""

    def __init__(self, lake: Lake, ledger: Ledger, now: datetime, days: int) -> None:
        self._lake, self._ledger = lake, ledger
        self._now = now
        self._since = now - timedelta(days=days)
        self._first = self._since.date()

    def run(self, key_names: KeyNames | None, read_data: bool) -> Report:
        """``key_names`` gives the key attributes of a table or source (None: duplicates are not looked for)."""
        history = self._ledger.history(self._first, self._now.date())
        entries = [run for run in history.runs if not run.legacy]
        documents = [run for run in history.runs if run.key]
        findings = [*map(_unreadable, history.problems), *self._lost(entries)]
        with ThreadPoolExecutor(READERS) as pool:
            for more in pool.map(lambda run: list(self._document(run, key_names, read_data)), documents):
                findings += more
        going = {run.table for run in entries if shown_status(run, self._now) == "running"}
        findings += [*self._strays({run.key for run in entries if run.key}), *UploadCheck(self._lake, going).findings()]
        findings += self._native_strays({run.run_id for run in entries})
        findings += self._fetched_strays({run.key for run in entries})
        findings += SourceCheck(self._lake, self._since, read_data).findings()
        return Report(len(entries), len(documents), tuple(sorted(findings, key=lambda f: (f.grade, f.key, f.kind))))

    def _lost(self, entries: Sequence[Run]) -> Iterator[Finding]:
        for run in entries:
            if shown_status(run, self._now) == "lost":
                key = keys.run_key(run.run_id, run.day)
                silence = f"no progress since {run.updated_at.isoformat()}"
                yield Finding("lost_run", key, "an end", silence, "python -m pipeline export", run.run_id)

    def _document(self, run: Run, key_names: KeyNames | None, read_data: bool) -> Iterator[Finding]:
        if run.engine == "native":
            for file in run.files:
                yield from self._part(run, file, read_data)
        held = self._lake.head(run.key or "", run.version_id)
        if held is None:
            yield _about(run, "missing_object", "the document", "nothing")
            return
        if run.legacy and not held.size:
            # Nobody has noted its size, but no document is empty: not even that of an empty table.
            yield _about(run, "not_a_document", "a document", "0 bytes")
            return
        if not run.legacy and run.engine != "native":
            yield from _compare(run, held)
        if held.archived:
            yield _about(run, "archived_object", "a readable storage class", held.storage.storage_class)
        elif read_data and run.engine != "native":
            yield from self._content(run, held, _names(key_names, run.table))

    def _part(self, run: Run, file: DataFile, read_data: bool) -> Iterator[Finding]:
        held = self._lake.head(file.key)
        if held is None:
            yield _about(run, "missing_object", "the data file", "nothing", file.key)
            return
        if held.size != file.size:
            yield _about(run, "size_differs", f"{file.size} bytes", f"{held.size} bytes", file.key)
        if held.archived:
            yield _about(run, "archived_object", "a readable storage class", held.storage.storage_class, file.key)
        elif read_data:
            yield from self._part_content(run, file)

    def _part_content(self, run: Run, file: DataFile) -> Iterator[Finding]:
        try:
            md5, items = read_part(self._lake, file.key)
        except PipelineError as error:
            yield _about(
                run, "not_a_document", error.facts.get("expected", "a data file"), error.message[:300], file.key
            )
            return
        if md5 != file.md5:
            yield _about(run, "checksum_differs", file.md5, md5, file.key)
        if items != file.items:
            yield _about(run, "count_differs", f"{file.items} items", f"{items}", file.key)

    def _content(self, run: Run, held: StoredObject, key_names: Sequence[str] | None) -> Iterator[Finding]:
        try:
            content = read_content(self._lake, run, key_names)
        except PipelineError as error:
            yield _about(run, "not_a_document", error.facts.get("expected", "a whole document"), error.message[:300])
            return
        if content.announced != content.records:
            yield _about(run, "count_differs", f"{content.announced} records", f"{content.records}")
        elif run.records is not None and run.records != content.records:
            yield _about(run, "count_differs", f"{run.records} records", f"{content.records}")
        if content.without_time:
            yield _about(run, "missing_export_time", "_exported_at on every record", f"{content.without_time} without")
        if content.duplicates:
            yield _about(run, "duplicate_keys", "every key once", f"{content.duplicates} more than once")
        if run.checksum and content.checksum and not checksums_agree(content.checksum, run.checksum):
            yield _about(run, "checksum_differs", run.checksum, content.checksum)

    def _strays(self, known: set[str]) -> Iterator[Finding]:
        ledger_days = {keys.parse_export_key(key).day for key in known if keys.parse_export_key(key)}  # type: ignore[union-attr]
        for held in self._lake.list_after(keys.EXPORTS, keys.before_day(keys.EXPORTS, self._first)):
            parsed = keys.parse_export_key(held.key)
            if parsed is None:
                yield Finding("foreign_object", held.key, "export documents only", f"{held.size} bytes", _LIST)
            elif held.key not in known and parsed.day in ledger_days:
                yield Finding("orphaned_object", held.key, "a run that wrote it", f"{held.size} bytes", _LIST)

    def _native_strays(self, known: set[str]) -> Iterator[Finding]:
        for held in self._lake.list_after(keys.NATIVE, keys.before_day(keys.NATIVE, self._first)):
            parsed = keys.parse_native_key(held.key)
            if parsed is None:
                yield Finding("foreign_object", held.key, "files of native exports only", f"{held.size} bytes", _LIST)
            elif parsed.run_id not in known:
                yield Finding("orphaned_object", held.key, "a run that asked for it", f"{held.size} bytes", _LIST)

    def _fetched_strays(self, known: set[str | None]) -> Iterator[Finding]:
        for held in self._lake.list_after(keys.FETCHED, ""):
            parsed = keys.parse_fetched_key(held.key)
            if parsed is None:
                yield Finding("foreign_object", held.key, "documents of runs only", f"{held.size} bytes", _LIST)
            elif parsed.day >= self._first and held.key not in known:
                yield Finding("orphaned_object", held.key, "a run that wrote it", f"{held.size} bytes", _LIST)


def _names(key_names: KeyNames | None, table: str) -> Sequence[str] | None:
    try:
        return key_names(table) if key_names else None
    except PipelineError:
        # A table or source that is gone: its documents are read, and no key is compared.
        return None


_LIST = "python -m pipeline history"


def _compare(run: Run, held: StoredObject) -> Iterator[Finding]:
    if run.bytes is not None and held.size != run.bytes:
        yield _about(run, "size_differs", f"{run.bytes} bytes", f"{held.size} bytes")
    if run.checksum and not checksums_agree(held.checksum, run.checksum):
        yield _about(run, "checksum_differs", run.checksum, str(held.checksum))


def _unreadable(problem: PipelineError) -> Finding:
    key = problem.facts.get("key") or problem.facts.get("resource", "")
    return Finding("unreadable_entry", key, problem.facts.get("expected", "a ledger entry"), problem.message, _LIST)


def _about(run: Run, kind: Kind, expected: str, found: str, key: str | None = None) -> Finding:
    return Finding(kind, key or run.key or "", expected, found, "python -m pipeline export", run.run_id)
