"""What the page's workbench asks of the server: a query over the tables on offer, or what is kept of queries.

A request comes from a browser and is decoded here; an answer is a head of plain JSON and a body of bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from pipeline.analysis.query import forms
from pipeline.analysis.query.face import Bounds, EngineName, Query, Renamed, Result, Watch
from pipeline.analysis.query.kept.saved import SavedQuery
from pipeline.analysis.query.pool import Pool, cancelled
from pipeline.clock import utc_text
from pipeline.console.app import App
from pipeline.console.asking import Shares
from pipeline.console.explore import Offer
from pipeline.console.kept_queries import own_name
from pipeline.documents.forms import csv_of_texts
from pipeline.errors import DataInvalid, PipelineError
from pipeline.tables.manifest import Manifest
from pipeline.words.catalogue import Words

Form = Literal["rows", "plan", "csv", "parquet", "xlsx"]
Kind = Literal["query", "past", "clear_past", "saved", "save", "remove"]
# A page shows so much; a file holds more, and all of it passes through this process.
SHOWN = Bounds()
# Python holds such texts in some seventeen times their bytes.
FILED = Bounds(rows=1_000_000, bytes=16 * 2**20)
# A comment before it makes it none to us: then the engine says so.
_EXPLAINS = re.compile(r"\s*explain\b", re.IGNORECASE)
# A workbook takes minutes of this process: one at a time is made, and few wait with their rows in memory.
_SHARES = Shares()
_BOOKS = Pool(children=1, waiting=2)
_NEVER = datetime.min.replace(tzinfo=UTC)
_MIME: Mapping[Form, str] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Request:
    """One request; ``tables`` are names that the page shows. ``id`` and ``version`` tell a saved query that it has."""

    kind: Kind
    sql: str = ""
    engine: EngineName = "server"
    form: Form = "rows"
    tables: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    name: str = ""
    id: str = ""
    version: int = 0


@dataclass(frozen=True)
class Answer:
    """What a request comes to: ``head`` is plain JSON, ``body`` the rows (JSON) or a file."""

    head: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""


def parse(raw: object) -> Request:
    """Read a request. Raise DataInvalid for what is none."""
    # Imported here: the page's cold start does without pydantic.
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    try:
        return TypeAdapter(Request).validate_python(_encodable(raw))
    except (ValidationError, RecursionError) as error:
        raise DataInvalid("what the browser asks is no request", record="request", field="request") from error


def answer(console: App, words: Words, offer: Offer, request: Request, watch: Watch) -> Answer:
    """Do what is asked. Raise Forbidden, what the engines raise, and what ``KeptQueries`` raises."""
    kept = console.kept_queries
    if request.kind == "query":
        return _asked(console, words, offer, request, watch)
    if request.kind in {"past", "clear_past"}:
        if request.kind == "clear_past":
            kept.clear_past()
        return Answer({"past": [asdict(one) | {"at": utc_text(one.at)} for one in kept.past()]})
    if request.kind == "save":
        kept.save(request.name, request.sql, request.parameters, _seen(request))
    elif request.kind == "remove":
        kept.remove(_seen(request) or _known(request))
    return Answer({"saved": [one.to_json() for one in kept.saved()]})


def query_of(offer: Offer, request: Request) -> tuple[Query, tuple[Manifest, ...]]:
    """The query, and the days that it is about: of the tables that it names, else of the first. Raise DataInvalid
    (``tables_anew``) for a table that is not offered any more."""
    wanted = [table for table in offer.tables if table.name in request.tables]
    if len(wanted) < len(set(request.tables)):
        text = "tables have been made anew since the page was drawn"
        raise DataInvalid(text, record="tables", field="version", situation="tables_anew")
    days = tuple(dict.fromkeys(table.manifest for table in wanted or offer.tables[:1]))
    renamed = [Renamed(table.manifest.table, table.file.name, table.name) for table in wanted]
    sql = f"EXPLAIN {request.sql}" if request.form == "plan" and not _EXPLAINS.match(request.sql) else request.sql
    bounds = SHOWN if request.form in {"rows", "plan"} else FILED
    query = Query(sql, tuple(day.table for day in days), None, request.engine, request.parameters, bounds)
    return replace(query, renamed=tuple(one for one in renamed if one.table != one.name)), days


def _asked(console: App, words: Words, offer: Offer, request: Request, watch: Watch) -> Answer:
    query, days = query_of(offer, request)
    kept = console.kept_queries
    as_typed = replace(query, sql=request.sql)
    try:
        with _SHARES.one(own_name(console.actor.who())):
            result = console.queries.run(query, days, watch)
    except PipelineError as error:
        kept.remember(as_typed, error)
        raise
    unkept = kept.remember(as_typed, result)
    head = {**_facts(result), "unkept": words.error(unkept)[0] if unkept else ""}
    if request.form in _MIME:
        file = {"name": f"result.{request.form}", "mime": _MIME[request.form]}
        return Answer({**head, "file": file}, _FILES[request.form](result, words, watch))
    return Answer(head, orjson.dumps(result.rows))


def _facts(result: Result) -> dict[str, Any]:
    columns = [[column.name, column.type, forms.is_number(column)] for column in result.columns]
    figures: dict[str, Any] = {
        "seconds": result.seconds,
        "bytes": result.bytes,
        "cut": result.cut,
        "scanned": result.scanned,
    }
    figures["cost"] = None if result.usd is None else f"{result.usd:.6f}"
    return {"columns": columns, "rows": len(result.rows), **figures}


def _csv(result: Result, words: Words, watch: Watch) -> bytes:
    return b"".join(csv_of_texts([column.name for column in result.columns], result.rows))


def _parquet(result: Result, words: Words, watch: Watch) -> bytes:
    return forms.parquet(result)


def _xlsx(result: Result, words: Words, watch: Watch) -> bytes:
    # Imported here: it is slow to load, and few take a workbook.
    from pipeline.documents.workbook import write_rows  # noqa: PLC0415

    out = io.BytesIO()
    with _BOOKS.turn(watch):
        write_rows([column.name for column in result.columns], _wanted(forms.values(result), watch), out, words)
    return out.getvalue()


def _wanted(rows: Iterator[list[Any]], watch: Watch) -> Iterator[list[Any]]:
    for row in rows:
        if watch.cancelled():
            raise cancelled()
        yield row


_FILES: Mapping[str, Callable[[Result, Words, Watch], bytes]] = {"csv": _csv, "parquet": _parquet, "xlsx": _xlsx}


def _seen(request: Request) -> SavedQuery | None:
    return _known(request) if request.id else None


def _known(request: Request) -> SavedQuery:
    # Of what a browser has seen, the id and the version are what counts.
    return SavedQuery(request.id, request.name, request.sql, "", _NEVER, request.version)


def _encodable(raw: Any) -> Any:
    # A browser's text may hold half of a surrogate pair, which no file can.
    if isinstance(raw, str):
        return raw.encode("utf-8", "replace").decode()
    if isinstance(raw, Mapping):
        return {str(_encodable(name)): _encodable(value) for name, value in raw.items()}
    return [_encodable(value) for value in raw] if isinstance(raw, list) else raw
