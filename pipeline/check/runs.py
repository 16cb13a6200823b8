"""Is the lake what the ledger says? Structure from listings and HEADs; content, on request, by reading every document.

Findings are facts: typed, graded, each with the next command. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain

from pipeline.check.documents import DocumentCheck
from pipeline.check.findings import READERS, Finding, Report
from pipeline.check.folded import IndexCheck
from pipeline.check.progress import Looked, Tally
from pipeline.check.refusals import Subject
from pipeline.check.reports import ReportCheck
from pipeline.check.sources import SourceCheck
from pipeline.check.tables import TableCheck
from pipeline.check.uploads import UploadCheck
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.history_keys import HISTORY
from pipeline.lake.report_keys import report_of
from pipeline.runs.history import shown_status
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run

KeyNames = Callable[[str], Sequence[str]]
_LIST = "python -m pipeline history"
# The command that does again what an engine was at.
_AGAIN = {"tables": "tables", "dbt": "build"}


class Check:
    """A look at the last days of one lake."""

    def __init__(self, lake: Lake, ledger: Ledger, now: datetime, days: int) -> None:
        self._lake, self._ledger = lake, ledger
        self._now = now
        self._since = now - timedelta(days=days)
        self._first = self._since.date()

    def run(
        self, key_names: KeyNames | None, read_data: bool, tell: Callable[[Looked], None] = lambda looked: None
    ) -> Report:
        """``key_names`` gives the key attributes of a table or source (None: duplicates are not looked for); ``tell``
        is told how far the look is."""
        tell(Looked())
        history = self._ledger.history(self._first, self._now.date())
        entries = [run for run in history.runs if not run.legacy]
        documents = [run for run in history.runs if run.key]
        findings = [*map(_unreadable, history.problems), *self._lost(entries)]
        findings += self._documents(documents, key_names, read_data, Tally(tell))
        findings += self._beside(entries, read_data)
        return Report(len(entries), len(documents), tuple(sorted(findings, key=lambda f: (f.grade, f.key, f.kind))))

    def _documents(
        self, documents: Sequence[Run], key_names: KeyNames | None, read_data: bool, tally: Tally
    ) -> Iterator[Finding]:
        if not documents:
            return
        tables = {run.table for run in documents} if read_data else set()
        names = {table: _names(key_names, table) for table in sorted(tables)}
        look = DocumentCheck(self._lake, read_data, names, tally)
        tally.begins(len(documents))
        with ThreadPoolExecutor(READERS) as pool:
            yield from chain.from_iterable(pool.map(look.findings, documents))

    def _beside(self, entries: Sequence[Run], read_data: bool) -> Iterator[Finding]:
        """What lies in the bucket without a run, and what sources hold. A listing that S3 refuses is a finding, too."""
        going = {run.table for run in entries if shown_status(run, self._now) == "running"}
        written = {run.key for run in entries if run.key}
        looks: tuple[tuple[str, Iterable[Finding]], ...] = (
            (keys.EXPORTS, self._strays(written)),
            ("", UploadCheck(self._lake, going).findings()),
            (keys.NATIVE, self._native_strays({run.run_id for run in entries})),
            (keys.FETCHED, self._fetched_strays(written)),
            (keys.SOURCE_DAYS, SourceCheck(self._lake, self._since, read_data).findings()),
            (keys.TABLE_DAYS, TableCheck(self._lake, self._first, read_data).findings()),
            ("reports/", ReportCheck(self._lake).findings()),
            (HISTORY, IndexCheck(self._lake).findings()),
        )
        for prefix, findings in looks:
            yield from Subject(prefix or self._lake.bucket, "a listing", _LIST).going_on(findings)

    def _lost(self, entries: Sequence[Run]) -> Iterator[Finding]:
        for run in entries:
            if shown_status(run, self._now) == "lost":
                key = keys.run_key(run.run_id, run.day)
                silence = f"no progress since {run.updated_at.isoformat()}"
                yield Finding("lost_run", key, "an end", silence, f"python -m pipeline {_again(run)}", run.run_id)

    def _strays(self, known: Collection[str]) -> Iterator[Finding]:
        ledger_days = {parsed.day for key in known if (parsed := keys.parse_export_key(key))}
        for held in self._lake.list_after(keys.EXPORTS, keys.before_day(keys.EXPORTS, self._first)):
            parsed = keys.parse_export_key(held.key)
            if parsed is None:
                yield Finding("foreign_object", held.key, "export documents only", f"{held.size} bytes", _LIST)
            elif held.key not in known and parsed.day in ledger_days:
                yield Finding("orphaned_object", held.key, "a run that wrote it", f"{held.size} bytes", _LIST)

    def _native_strays(self, known: Collection[str]) -> Iterator[Finding]:
        for held in self._lake.list_after(keys.NATIVE, keys.before_day(keys.NATIVE, self._first)):
            parsed = keys.parse_native_key(held.key)
            if parsed is None:
                yield Finding("foreign_object", held.key, "files of native exports only", f"{held.size} bytes", _LIST)
            elif parsed.run_id not in known:
                yield Finding("orphaned_object", held.key, "a run that asked for it", f"{held.size} bytes", _LIST)

    def _fetched_strays(self, known: Collection[str]) -> Iterator[Finding]:
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


def _unreadable(problem: PipelineError) -> Finding:
    key = problem.facts.get("key") or problem.facts.get("resource", "")
    if isinstance(problem, SchemaMismatch):
        return Finding("unreadable_entry", key, problem.facts.get("expected", "a ledger entry"), problem.message, _LIST)
    return Subject(key, "a ledger entry", _LIST).ended_by(problem)


def _again(run: Run) -> str:
    of_report = report_of(run.table) if run.engine == "report" else None
    return f"report {of_report}" if of_report else _AGAIN.get(run.engine, "export")
