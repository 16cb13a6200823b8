"""Which run a person means: by its id, by the key or the address of what it wrote, or ``latest``.

What can be none of these is wrong usage; what is none of this lake's is not found.
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.cli.options import Value
from pipeline.clock import parse_day
from pipeline.console.app import App
from pipeline.errors import DataInvalid, NotFound
from pipeline.lake import keys
from pipeline.runs.history import before, of_table, shown_status, summarise
from pipeline.runs.run import Run

LATEST = "latest"
LONGEST_LOOK_DAYS = 90
# A run's id begins with its UTC second, and so with the day of its ledger entry.
_BEGUN = re.compile(r"(\d{4})(\d{2})(\d{2})T\d{6}Z-.+")
_ADDRESS = re.compile(r"s3://[a-z0-9.-]+/(?P<key>.+)")


def _read(text: str) -> str:
    address = _ADDRESS.fullmatch(text)
    if address and keys.parse_document_key(address["key"]):
        return text
    try:
        return keys.valid_run_id(text)
    except DataInvalid:
        if keys.parse_document_key(text):
            return text
    raise ValueError(f"{text[:200]!r} is neither a run id nor a document's key or address nor {LATEST!r}")


RUN = Value("run", _read)


def chosen(app: App, text: str, table: str | None = None) -> Run:
    """The run that is meant, which has a document; ``table`` is whose newest one ``latest`` is. Raise NotFound."""
    run = latest(app, table or app.settings.table) if text == LATEST else _by_id(app, text) or _listed(app, text)
    if run is None:
        raise NotFound(f"{text:.200} is not in the history", resource=text[:200], action="history")
    if run.key is None:
        message = f"run {run.run_id} ({shown_status(run, app.now())}) wrote no document"
        raise NotFound(message, resource=run.run_id, action="history", situation="no_document")
    return run


def latest(app: App, table: str) -> Run:
    """The newest full export of a table that succeeded. Raise NotFound."""
    for days in (app.settings.history_days, LONGEST_LOOK_DAYS):
        runs = of_table(app.history(days), table).runs
        found = summarise(runs, app.now(), days).latest or next(filter(_whole, runs), None)
        if found:
            return found
    message = f"no full export of {table} has succeeded in the last {LONGEST_LOOK_DAYS} days"
    raise NotFound(message, resource=table, action="history", situation="no_document")


def run_before(app: App, run: Run) -> Run:
    """The run of the same table just before, which has a document. Raise NotFound."""
    for other in before(app.history(LONGEST_LOOK_DAYS).runs, run):
        if other.started_at < run.started_at:
            return other
    message = f"there is no run of {run.table} before {run.run_id} to compare it with"
    raise NotFound(message, resource=run.run_id, action="history", situation="no_document")


def _whole(run: Run) -> bool:
    # What the old function left has no ledger entry; a lake may hold nothing else.
    return run.legacy and run.mode == "full" and run.key is not None


def _by_id(app: App, text: str) -> Run | None:
    day = _day_of(text)
    return app.run(text, day) if day else None


def _day_of(text: str) -> date | None:
    begun = _BEGUN.fullmatch(text)
    try:
        return parse_day("-".join(begun.groups())) if begun else None
    except ValueError:
        return None


def _listed(app: App, text: str) -> Run | None:
    key = text.removeprefix(f"s3://{app.settings.bucket}/")
    return next((run for run in app.history(LONGEST_LOOK_DAYS).runs if key in (run.key, run.run_id)), None)
