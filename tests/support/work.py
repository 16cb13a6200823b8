"""The whole work of each kind of caller, step by step through the project's own classes.

Run twice: in test_rights before the evaluator of the template's policies, in enforced before the emulator's own IAM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.errors import Forbidden, PipelineError, S3AccessDenied
from pipeline.export.job import Exporter
from pipeline.export.wiring import build_exporter
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.publish import Target
from pipeline.lake.upload import PART_SIZE, DocumentUpload, Spec
from pipeline.monitor.function_log import LogQuery
from pipeline.runs.folded.kept import FEW
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run

Steps = dict[str, Callable[[], Any]]
# More than one part of an upload.
LARGE: list[dict[str, Any]] = [{"PK": f"p{n:02}", "SK": "s", "text": "記" * 120_000} for n in range(30)]
DAY = date(2024, 2, 1)


def utc_now() -> datetime:
    return datetime.now(UTC)


def exporter_steps(settings: Settings, cloud: Cloud, carry_on: Callable[[dict[str, Any]], None]) -> Steps:
    """An export of more than one part, one that hands over and goes on, an incremental one, an upload given up."""
    exporter = build_exporter(settings, cloud, utc_now, carry_on)
    exporter = replace(exporter, options=replace(exporter.options, segments=1))
    key = keys.export_key(settings.table, DAY)
    return {
        "export": lambda: export(exporter, ExportRequest("work-full", settings.table), 800),
        "hand over": lambda: export(exporter, ExportRequest("work-hop", settings.table), 30),
        "go on": lambda: export(exporter, ExportRequest("work-hop", settings.table, hop=1), 800),
        "incremental": lambda: export(exporter, ExportRequest("work-part", settings.table, "incremental"), 800),
        "fold the history": lambda: fold(exporter),
        "give an upload up": lambda: give_up(DocumentUpload(exporter.lake, Spec(Target(settings.bucket, key, "r", 1)))),
    }


def export(exporter: Exporter, request: ExportRequest, seconds: float) -> Run:
    """One invocation with that much time."""
    return exporter.run(request, JsonLog("work", None, lambda line: None), lambda: seconds).run


def fold(exporter: Exporter) -> None:
    """Enough runs that an index is written of them; by another process it is read."""
    now = utc_now()
    for number in range(FEW):
        exporter.ledger.open(Run(f"past-{number:02}", "past", now.date(), now, now, status="failed"))
    Ledger(exporter.lake, utc_now).fold(now.date())


def give_up(upload: DocumentUpload) -> None:
    with upload:
        for _ in range(3):
            upload.write(b" " * PART_SIZE)


def viewer_steps(app: App, run: Run) -> Steps:
    """Everything that the console shows; ``run`` is one that has a document."""
    return {
        "history": app.history,
        "one run": lambda: app.run(run.run_id, run.day),
        "active run": app.active_run,
        "log": lambda: app.logs.tail(LogQuery(utc_now() - timedelta(hours=1))),
        "health": lambda: app.health.gather(),
        "schedule": app.schedules.current,
        "records of the table": app.item_count,
        "what S3 says of a document": lambda: app.documents.stored(run),
        "preview": lambda: app.documents.preview(run, 2),
        "differences": lambda: app.documents.diff(run, run),
        "check": lambda: app.check(read_data=True),
        "dbt projects": lambda: [app.models.judged(name) for name in app.models.names()],
    }


def operator_steps(app: App, run: Run) -> Steps:
    """What an operator does beyond seeing."""
    return {
        "start an export": app.start_export,
        "tables of the account": lambda: app.tables_like("*"),
        "download": lambda: app.documents.raw(run),
        "link": lambda: app.documents.link(run),
        "restore": lambda: app.documents.restore(run),
        "change the schedule": lambda: app.schedules.change(True, 15, 30),
    }


def outcomes(steps: Steps) -> Mapping[str, str]:
    """Each step's end: ``ok``, ``denied``, or the code and the message of what else it failed of."""
    return {name: _outcome(step) for name, step in steps.items()}


def _outcome(step: Callable[[], Any]) -> str:
    try:
        step()
    except PipelineError as error:
        # A wrong signature is a 403, too.
        said = isinstance(error, Forbidden | S3AccessDenied) and "ignature" not in error.message
        return "denied" if said else f"{error.code} {error.message}"
    return "ok"
