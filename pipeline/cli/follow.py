"""Follows a run from its start to its end, and prints what it came to.

Looks at the ledger, as the page does: whoever waits here may go, and the run goes on.
"""

from __future__ import annotations

import time
from datetime import timedelta

from pipeline import errors
from pipeline.cli.output import show_facts, tell
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
        tell(f"run {started.run_id} is already going; following it")
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
    milliseconds = round((run.duration_seconds or 0) * 1000)
    show_facts(events.success_body(ExportResult(run, app.documents.location(run), milliseconds)), as_json)


def failure(error: RunError) -> errors.PipelineError:
    """What a run failed with, as an error whose remedy is its situation's own."""
    facts = {"situation": error.state, "until": error.until}
    known = {name: fact for name, fact in facts.items() if fact}
    return errors.BY_CODE.get(error.code, FunctionFailed)(error.message, **known)


def _ended(app: App, run: Run) -> Run:
    if shown_status(run, app.now()) == "lost":
        raise FunctionFailed(f"run {run.run_id} stopped reporting at {utc_text(run.updated_at)}")
    return run


def _sought(app: App, started: Started, table: str, waited: float) -> Started:
    other = app.active_run(table)
    if other and other.run_id != started.run_id:
        tell(f"run {other.run_id} was faster; following it")
        return Started(other.run_id, other.day, joined=True)
    if waited > NOT_SEEN_SECONDS:
        raise FunctionFailed(f"run {started.run_id} was accepted but wrote no ledger entry; look at the function's log")
    return started


def _tell_progress(run: Run, app: App) -> None:
    elapsed = max(timedelta(0), app.now() - run.started_at).total_seconds()
    tell(f"running: {run.records or 0:,} records, {run.bytes or 0:,} bytes, {elapsed:.0f} s")
