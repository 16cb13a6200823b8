"""The Athena engine: starts a query in its workgroup, waits, takes its pages; ends it when it is not wanted any more.

Every query is looked at beside Glue's tables first: it reads the day's own files, or it does not run.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from botocore.exceptions import ClientError

from pipeline.analysis.query.athena import answers, faults
from pipeline.analysis.query.athena.catalogue import GlueDays
from pipeline.analysis.query.athena.cost import USD_PER_TB, price
from pipeline.analysis.query.athena.statement import Part, Rows, Statement, prepared
from pipeline.analysis.query.face import Query, Result, Watch
from pipeline.analysis.query.pool import cancelled
from pipeline.analysis.query.server import MOST_COLUMNS
from pipeline.aws import Cloud, translated
from pipeline.errors import DataInvalid, PipelineError, TimedOut
from pipeline.tables.manifest import Manifest

# Athena's own limit of a SELECT is half an hour, and nobody waits so long before a page.
MOST_SECONDS = 600.0
_FIRST_PAUSE, _LONGEST_PAUSE, _LOOK_SECONDS = 0.2, 2.0, 0.1
_WAITING = frozenset(("QUEUED", "RUNNING"))
_PAGE_ROWS = 1000


@dataclass(frozen=True)
class AthenaEngine:
    """Queries in one workgroup over one Glue database, for tables of one bucket. ``seconds`` gives a clock that only
    goes on."""

    cloud: Cloud
    bucket: str
    database: str
    workgroup: str
    usd_per_tb: float = USD_PER_TB
    sleep: Callable[[float], None] = time.sleep
    seconds: Callable[[], float] = time.monotonic

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        """Raise DataInvalid (``sql_…``) for what the SQL's author can mend, MemoryExceeded, TimedOut, RateLimited
        (``query_line``), NotFound and SchemaMismatch (``query_catalogue``), Forbidden naming the action."""
        statement = prepared(query, days)
        of = {(day.table, file): day.day for day in days for file in day.files}
        glue = GlueDays(self.cloud, self.bucket, self.database)
        rows = {part: glue.rows(part, of[part.document, part.file]) for part in statement.parts}
        execution_id = self._started(statement, rows)
        execution = self._ended(execution_id, watch)
        if execution["Status"]["State"] != "SUCCEEDED":
            raise faults.of_end(execution["Status"], self.workgroup)
        return self._result(query, statement, execution, watch)

    def _started(self, statement: Statement, rows: Mapping[Part, Rows]) -> str:
        given: dict[str, Any] = {
            "QueryString": statement.sql(self.database, rows),
            # Asked again after an answer that was lost, Athena gives the query that was started.
            "ClientRequestToken": uuid.uuid4().hex,
            "QueryExecutionContext": {"Database": self.database},
            "WorkGroup": self.workgroup,
        }
        given |= {"ExecutionParameters": list(statement.values)} if statement.values else {}
        with translated("athena:StartQueryExecution", f"workgroup/{self.workgroup}"):
            try:
                return str(self.cloud.athena.start_query_execution(**given)["QueryExecutionId"])
            except ClientError as error:
                raise faults.of_refusal(error, self.workgroup) from error

    def _ended(self, execution_id: str, watch: Watch) -> Mapping[str, Any]:
        """An execution once it is over; it is stopped when whoever waits does not any more, for whatever reason."""
        over = False
        # Athena tells no place in its line.
        watch.waiting(0)
        try:
            for execution in self._looks(execution_id, watch):
                if execution["Status"]["State"] not in _WAITING:
                    over = True
                    return execution
            raise TimedOut(f"the query was ended after {MOST_SECONDS:g} seconds", situation="sql_time")
        finally:
            if not over:
                self._stop(execution_id)

    def _looks(self, execution_id: str, watch: Watch) -> Iterator[Mapping[str, Any]]:
        started, pause = self.seconds(), _FIRST_PAUSE
        while self.seconds() - started < MOST_SECONDS:
            with translated("athena:GetQueryExecution", f"workgroup/{self.workgroup}"):
                yield self.cloud.athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            self._pause(pause, watch)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _pause(self, seconds: float, watch: Watch) -> None:
        for _ in range(round(seconds / _LOOK_SECONDS)):
            if watch.cancelled():
                raise cancelled()
            self.sleep(_LOOK_SECONDS)

    def _stop(self, execution_id: str) -> None:
        # What led here is told; that the query may go on to its end at Athena's is the lesser matter.
        with suppress(PipelineError), translated("athena:StopQueryExecution", f"workgroup/{self.workgroup}"):
            self.cloud.athena.stop_query_execution(QueryExecutionId=execution_id)

    def _result(self, query: Query, statement: Statement, execution: Mapping[str, Any], watch: Watch) -> Result:
        pages = self._pages(execution["QueryExecutionId"], query.bounds.rows, watch)
        first = next(pages)
        columns = answers.columns_of(first)
        if len(columns) > MOST_COLUMNS:
            raise DataInvalid(f"the result has {len(columns):,} columns", situation="sql_wide")
        titled = execution.get("StatementType") == "DML" and not statement.explains
        rows, cut, size = answers.bounded(answers.rows_of(chain([first], pages), titled), query.bounds)
        told = execution.get("Statistics", {})
        scanned = int(told.get("DataScannedInBytes", 0))
        seconds = told.get("EngineExecutionTimeInMillis", 0) / 1000
        used = tuple(part.name for part in statement.parts)
        return Result(columns, rows, cut, seconds, size, used, scanned, price(scanned, self.usd_per_tb))

    def _pages(self, execution_id: str, rows: int, watch: Watch) -> Iterator[Mapping[str, Any]]:
        # With the row of titles, and one more that says that there is more.
        sizes = {"PageSize": min(_PAGE_ROWS, rows + 2)}
        with translated("athena:GetQueryResults", f"workgroup/{self.workgroup}"):
            paginator = self.cloud.athena.get_paginator("get_query_results")
            for page in paginator.paginate(QueryExecutionId=execution_id, PaginationConfig=sizes):
                if watch.cancelled():
                    raise cancelled()
                yield page
