"""What the commands do: each takes the App, prints data on stdout (text or JSON) and progress on stderr.

Errors go up as PipelineError; ``__main__`` explains them.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson

from pipeline import errors
from pipeline.clock import utc_text
from pipeline.console.app import App
from pipeline.errors import DataInvalid, FunctionFailed, NotFound
from pipeline.function import events
from pipeline.lake import keys
from pipeline.lake.document import exact
from pipeline.monitor.function_log import LogQuery
from pipeline.monitor.health import Fact
from pipeline.runs.history import shown_status
from pipeline.runs.request import ExportResult
from pipeline.runs.run import Run, RunError, Started

POLL_SECONDS = 0.5
NOT_SEEN_SECONDS = 90.0


def export(app: App, arguments: argparse.Namespace) -> None:
    """Start a run (or join the one going), follow its ledger entry, print the function's response body."""
    _finish(app, _follow(app, app.start_export(arguments.mode, arguments.days), app.settings.table), arguments)


def run(app: App, arguments: argparse.Namespace) -> None:
    """Fetch days of a source (or export a further table), follow the run, print the function's response body."""
    config = app.board.config()
    entry = config.entry(arguments.name)
    if entry is None:
        names = ", ".join(known.name for known in config.sources) or "none"
        raise NotFound(f"there is no source {arguments.name!r:.80}; there are: {names}", resource=arguments.name[:80])
    if arguments.last and not arguments.first:
        raise DataInvalid("--to needs --from", record="command line", field="--from")
    started = app.board.start(entry, arguments.first, arguments.last)
    _finish(app, _follow(app, started, entry.name), arguments)


def _finish(app: App, run: Run, arguments: argparse.Namespace) -> None:
    if run.error:
        raise failure(run.error)
    milliseconds = round((run.duration_seconds or 0) * 1000)
    body = events.success_body(ExportResult(run, app.documents.location(run), milliseconds))
    _print_json(body) if arguments.json else _print_body(body)


def failure(error: RunError) -> errors.PipelineError:
    """What a run failed with, as an error whose remedy is its situation's own."""
    facts = {"situation": error.state, "until": error.until}
    told = {name: fact for name, fact in facts.items() if fact}
    return errors.BY_CODE.get(error.code, FunctionFailed)(error.message, **told)


def history(app: App, arguments: argparse.Namespace) -> None:
    """Print the runs of the last days, newest first."""
    found = app.history(arguments.days)
    for problem in found.problems:
        print(f"{problem.code} {problem.slug}: {problem.message}", file=sys.stderr)
    if arguments.json:
        _print_json([{**run.to_json(), "shown": shown_status(run, app.now())} for run in found.runs])
        return
    print(_HISTORY_LINE.format("started (UTC)", "status", "records", "bytes", "trigger", "run id"))
    for run in found.runs:
        print(_history_line(app, run))


def preview(app: App, arguments: argparse.Namespace) -> None:
    """Print the first records of one document."""
    found = app.documents.preview(_resolve(app, arguments.key), arguments.rows)
    rows = [{name: exact(value) for name, value in row.items()} for row in found.rows]
    if arguments.json:
        _print_json({"export_metadata": found.metadata, "data": rows, "more": found.more})
        return
    for name, value in found.metadata.items():
        print(f"{name}: {value}")
    for row in rows:
        print(orjson.dumps(row).decode())


def check(app: App, arguments: argparse.Namespace) -> bool:
    """Print what is wrong with the lake, worst first; False when there is damage."""
    report = app.check(arguments.days, arguments.read_data)
    if arguments.json:
        findings = [finding.to_json() for finding in report.findings]
        _print_json({"runs": report.runs, "documents": report.documents, "clean": report.clean, "findings": findings})
        return report.clean
    for finding in report.findings:
        print(f"{finding.grade} {finding.kind}: {finding.key}")
        print(f"  expected {finding.expected}, found {finding.found}\n  next: {finding.next_command}")
    verdict = "no damage" if report.clean else "damage"
    print(f"{verdict} in {report.runs} runs and {report.documents} documents")
    return report.clean


def health(app: App, arguments: argparse.Namespace) -> bool:
    """Print what AWS says of the settings, check by check; False when something is bad or may not be asked."""
    facts = list(app.health.facts())
    clean = all(fact.state in {"ok", "warn"} for fact in facts)
    if arguments.json:
        _print_json({"clean": clean, "facts": [fact.to_json() for fact in facts]})
        return clean
    return print_facts(facts)


def print_facts(facts: list[Fact]) -> bool:
    """Print health facts line by line; False when something is bad or may not be asked."""
    for fact in facts:
        value = "" if fact.value is None else f" {fact.value}"
        said = f" - {fact.error.code} {fact.error.message}" if fact.error else ""
        name = fact.action if fact.subject == "permission" else fact.name
        print(f"{fact.state:<8}{fact.subject:<11}{name}{value}{said}")
    return all(fact.state in {"ok", "warn"} for fact in facts)


def logs(app: App, arguments: argparse.Namespace) -> None:
    """Print the newest events of the function's log, oldest first."""
    query = LogQuery(
        since=app.now() - timedelta(hours=arguments.hours),
        level=arguments.level,
        text=arguments.text,
        run_id=arguments.run,
    )
    for event in app.logs.tail(query):
        more = "  ".join(f"{name}={value}" for name, value in event.metadata)
        if arguments.json:
            print(orjson.dumps({**asdict(event), "at": utc_text(event.at)}).decode())
        else:
            print(f"{utc_text(event.at)}  {event.level:<8}{event.message}  {more}".rstrip())


def _follow(app: App, started: Started, table: str) -> Run:
    if started.joined:
        print(f"run {started.run_id} is already going; following it", file=sys.stderr)
    begun = time.monotonic()
    while True:
        run = app.watch(started.run_id, started.day)
        if run and shown_status(run, app.now()) != "running":
            return _ended(app, run)
        if run:
            _show_progress(run, app)
        else:
            started = _sought(app, started, table, time.monotonic() - begun)
        time.sleep(POLL_SECONDS)


def _ended(app: App, run: Run) -> Run:
    if shown_status(run, app.now()) == "lost":
        raise FunctionFailed(f"run {run.run_id} stopped reporting at {utc_text(run.updated_at)}")
    return run


def _sought(app: App, started: Started, table: str, waited: float) -> Started:
    other = app.active_run(table)
    if other and other.run_id != started.run_id:
        print(f"run {other.run_id} was faster; following it", file=sys.stderr)
        return Started(other.run_id, other.day, joined=True)
    if waited > NOT_SEEN_SECONDS:
        raise FunctionFailed(f"run {started.run_id} was accepted but wrote no ledger entry; look at the function's log")
    return started


def _show_progress(run: Run, app: App) -> None:
    elapsed = max(timedelta(0), app.now() - run.started_at).total_seconds()
    print(f"running: {run.records or 0:,} records, {run.bytes or 0:,} bytes, {elapsed:.0f} s", file=sys.stderr)


def _resolve(app: App, text: str) -> Run:
    key = text.removeprefix(f"s3://{app.settings.bucket}/")
    known = app.history(90).runs
    for run in known:
        if run.key and key in (run.key, run.run_id):
            return run
    if keys.parse_export_key(key) is None:
        raise DataInvalid(f"{text!r:.200} is neither an export's key nor a run id", record=text[:200], field="KEY")
    raise NotFound(f"{app.lake.location(key)} is not in the history", resource=app.lake.location(key), action="history")


_HISTORY_LINE = "{:<20}  {:<9}  {:>10}  {:>12}  {:<8}  {}"


def _history_line(app: App, run: Run) -> str:
    records = "-" if run.records is None else f"{run.records:,}"
    size = "-" if run.bytes is None else f"{run.bytes:,}"
    started = run.started_at.strftime("%Y-%m-%d %H:%M:%S")
    return _HISTORY_LINE.format(started, shown_status(run, app.now()), records, size, run.trigger, run.run_id)


def _print_json(value: Any) -> None:
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _print_body(body: dict[str, Any]) -> None:
    for name, value in body.items():
        print(f"{name}: {value}")
