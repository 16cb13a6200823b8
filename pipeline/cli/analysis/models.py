"""The command models: dbt projects of the lake, or one project's models, for a terminal or a scheduler.

It exits with 1 when something failed, so that whoever runs it need not read.
"""

from __future__ import annotations

from typing import Any

import click
from click.exceptions import Exit

from pipeline.analysis.models.standing import Judged, Row, Tally
from pipeline.cli.operator import open_app
from pipeline.cli.options import as_json
from pipeline.cli.output import explain, show, show_json, show_table, tell, words
from pipeline.clock import utc_text
from pipeline.console import models as telling
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.lake.dbt_keys import DBT
from pipeline.words.moments import when

EXIT_NOT_WELL = 1
COLUMNS = (
    "models.column_model",
    "models.column_state",
    "models.column_layer",
    "models.column_rows",
    "models.column_seconds",
    "models.column_tests",
)


@click.command()
@click.option("--project", metavar="NAME", help="One project's models (default: all projects).")
@as_json("Print the answer as JSON.")
def models(project: str | None, as_json: bool) -> None:
    """Show how dbt's models and tests stand; exit 1 when something failed."""
    app = open_app()
    well = _one(app, project, as_json) if project is not None else _all(app, as_json)
    if not well:
        raise Exit(EXIT_NOT_WELL)


def _one(app: App, name: str, as_json: bool) -> bool:
    judged = app.models.judged(name)
    if as_json:
        show_json({**_facts(name, judged), "nodes": [_row_facts(row) for row in judged.rows]})
    else:
        _show(app, name, judged)
    return judged.standing.level != "bad"


def _all(app: App, as_json: bool) -> bool:
    found = list(app.models.all())
    if as_json:
        show_json([_facts(name, one) for name, one in found])
    elif found:
        _show_projects(app, found)
    else:
        show(words()("models.no_projects", where=app.lake.location(f"{DBT}<project>/")))
        if app.embedded:
            tell(words()("models.new_lake"))
    return all(isinstance(one, Judged) and one.standing.level != "bad" for _, one in found)


def _show_projects(app: App, found: list[tuple[str, Judged | PipelineError]]) -> None:
    say = words()
    head = (
        say("models.column_project"),
        say("models.column_state"),
        say("models.column_built"),
        say("models.models_label"),
        say("models.tests_label"),
    )
    show_table(head, [_project_row(app, name, one) for name, one in found])
    for _, one in found:
        if isinstance(one, PipelineError):
            explain(one)


def _project_row(app: App, name: str, one: Judged | PipelineError) -> tuple[str, ...]:
    say = words()
    if isinstance(one, PipelineError):
        return (name, one.code, "", "", "")
    standing = one.standing
    built = when(say, standing.built_at, app.now()) if standing.built_at else ""
    mark = {"good": "✓", "warn": "!", "bad": "✗"}.get(standing.level, "–")
    return (name, mark, built, telling.counts(say, standing.models), telling.share(say, standing))


def _show(app: App, name: str, judged: Judged) -> None:
    say, standing = words(), judged.standing
    show(telling.sentence(say, name, standing, app.now()))
    show(f"{say('models.models_label')}: {telling.counts(say, standing.models)}")
    show(f"{say('models.tests_label')}: {telling.share(say, standing)}")
    if standing.seconds is not None:
        show(f"{say('models.seconds_label')}: {say('models.seconds', seconds=f'{standing.seconds:.1f}')}")
    show(f"{say('models.published_label')}: {telling.publication(say, standing)}")
    rows = [_row(row) for row in judged.rows if row.node.kind == "model"]
    if rows:
        show_table([say(name) for name in COLUMNS], rows, numbers=(3, 4))
    for notice in telling.notices(say, standing):
        tell(notice)


def _row(row: Row) -> tuple[str, ...]:
    outcome = row.outcome
    rows = f"{outcome.rows:,}" if outcome and outcome.rows is not None else "–"
    seconds = f"{outcome.seconds:.1f}" if outcome and outcome.seconds is not None else "–"
    tests = f"{row.tally.ok}/{row.tally.total}" if row.tests else "–"
    return (row.node.name, telling.state(words(), row), row.node.layer, rows, seconds, tests)


def _facts(name: str, one: Judged | PipelineError) -> dict[str, Any]:
    if isinstance(one, PipelineError):
        return {"project": name, "error": one.code, "message": one.message}
    standing = one.standing
    return {
        "project": name,
        "level": standing.level,
        "built_at": utc_text(standing.built_at) if standing.built_at else None,
        "command": standing.command or None,
        "models": _counted(standing.models),
        "tests": _counted(standing.tests),
        "sources": _counted(standing.sources),
        "affected": standing.affected,
        "share": standing.share,
        "seconds": standing.seconds,
        "published": standing.published,
        "dbt_version": one.project.dbt_version or None,
        "notices": [{"kind": notice.kind, "number": notice.number, "told": notice.told} for notice in standing.notices],
    }


def _row_facts(row: Row) -> dict[str, Any]:
    outcome = row.outcome
    return {
        "unique_id": row.node.unique_id,
        "name": row.node.name,
        "kind": row.node.kind,
        "layer": row.node.layer,
        "state": row.shown,
        "status": outcome.status if outcome else None,
        "affected": row.affected,
        "rows": outcome.rows if outcome else None,
        "seconds": outcome.seconds if outcome else None,
        "message": outcome.message if outcome else None,
        "tests": _counted(row.tally),
    }


def _counted(tally: Tally) -> dict[str, int]:
    counted = {"ok": tally.ok, "warn": tally.warn, "bad": tally.bad, "skipped": tally.skipped}
    return {**counted, "no_result": tally.none}
