"""Follows a run from its start to its end, and prints what it came to.

Looks at the ledger, as the page does: whoever waits here may go, and the run goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pipeline import errors
from pipeline.cli.output import label, show_facts, tell, words
from pipeline.clock import utc_text
from pipeline.console.app import App
from pipeline.errors import FunctionFailed
from pipeline.function import events
from pipeline.runs.history import shown_status
from pipeline.runs.request import ExportResult
from pipeline.runs.run import Run, RunError, Started
from pipeline.runs.watch import NOT_SEEN_SECONDS

POLL_SECONDS = 0.5


def follow(app: App, started: Started, table: str) -> Run:
    """The run at its end. Raise FunctionFailed for one that stopped reporting or was never seen."""
    if started.joined:
        tell(words()("cli.joined", run=started.run_id))
    begun = time.monotonic()
    while True:
        run = app.watch(started.run_id, started.day)
        if run and shown_status(run, app.now()) != "running":
            return _ended(app, run)
        if run:
            _tell_progress(run, app)
        else:
            started = _sought(app, started, table, time.monotonic() - begun)
        time.sleep(POLL_SECONDS)


def finish(app: App, run: Run, as_json: bool) -> None:
    """Print the function's response body. Raise what the run failed with."""
    if run.error:
        raise failure(run.error)
    body = response(app, run)
    show_facts(body if as_json else _in_words(body), as_json)


def response(app: App, run: Run) -> dict[str, Any]:
    """What the function answers for a run that is done: the body of PRODUCT §4."""
    milliseconds = round((run.duration_seconds or 0) * 1000)
    return events.success_body(ExportResult(run, app.documents.location(run), milliseconds))


def failure(error: RunError) -> errors.PipelineError:
    """What a run failed with, as an error whose remedy is its situation's own."""
    facts = {"situation": error.state, "until": error.until}
    known = {name: fact for name, fact in facts.items() if fact}
    return errors.BY_CODE.get(error.code, FunctionFailed)(error.message, **known)


def _in_words(body: Mapping[str, Any]) -> dict[str, str]:
    """The body as a person reads it; in English by its own names."""
    told = {**body, "message": label("cli.export_done", str(body["message"]))}
    return {label(f"cli_fact.{name}", name): _value(value) for name, value in told.items()}


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{label(f'source_day.{name}', str(name))} {_value(inner)}" for name, inner in value.items())
    return ", ".join(map(_value, value)) if isinstance(value, list | tuple) else str(value)


def _ended(app: App, run: Run) -> Run:
    if shown_status(run, app.now()) == "lost":
        raise FunctionFailed(f"run {run.run_id} stopped reporting at {utc_text(run.updated_at)}")
    return run


def _sought(app: App, started: Started, table: str, waited: float) -> Started:
    other = app.active_run(table)
    if other and other.run_id != started.run_id:
        tell(words()("cli.faster", run=other.run_id))
        return Started(other.run_id, other.day, joined=True)
    if waited > NOT_SEEN_SECONDS:
        raise FunctionFailed(f"run {started.run_id} was accepted but wrote no ledger entry; look at the function's log")
    return started


def _tell_progress(run: Run, app: App) -> None:
    elapsed = max(timedelta(0), app.now() - run.started_at).total_seconds()
    facts = {"records": f"{run.records or 0:,}", "bytes": f"{run.bytes or 0:,}", "seconds": f"{elapsed:.0f}"}
    tell(words()("cli.progress", **facts))
