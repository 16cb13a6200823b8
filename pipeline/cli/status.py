"""The command status: the answer of the page's first look, for a terminal or a scheduler.

It exits with 1 when something is wrong, late or stopped, so that whoever runs it need not read.
"""

from __future__ import annotations

from typing import Any

import click
from click.exceptions import Exit

from pipeline.cli.operator import open_app
from pipeline.cli.options import as_json
from pipeline.cli.output import show, show_json, words
from pipeline.clock import utc_text
from pipeline.console import telling
from pipeline.console.app import JUDGED_DAYS, App
from pipeline.runs.history import Summary, of_table, summarise
from pipeline.runs.run import Run
from pipeline.runs.standing import Level, Standing
from pipeline.words.moments import when

EXIT_NOT_WELL = 1
WELL: frozenset[Level] = frozenset(("good", "busy"))


@click.command()
@as_json("Print the answer as JSON.")
def status(as_json: bool) -> None:
    """Say whether the exports are all right; exit 1 when they are not."""
    app = open_app()
    history = of_table(app.history(JUDGED_DAYS), app.settings.table)
    judged = app.standing(history, app.plan())
    cards = summarise(history.runs, judged.at, app.settings.history_days)
    if as_json:
        show_json(_facts(app, judged, cards))
    else:
        _show(app, judged, cards)
    if judged.level not in WELL:
        raise Exit(EXIT_NOT_WELL)


def _facts(app: App, judged: Standing, cards: Summary) -> dict[str, Any]:
    return {
        "state": judged.state,
        "level": judged.level,
        "table": app.settings.table,
        "at": utc_text(judged.at),
        "due": utc_text(judged.due),
        "next": utc_text(judged.next_at) if judged.next_at else None,
        "run_id": judged.run.run_id if judged.run else None,
        "last_good": _named(judged.good),
        "exports": cards.total,
        "failed": [run.run_id for run in cards.failed],
        "bytes": cards.sized.bytes if cards.sized else None,
    }


def _named(run: Run | None) -> dict[str, str] | None:
    return {"run_id": run.run_id, "started_at": utc_text(run.started_at)} if run else None


def _show(app: App, judged: Standing, cards: Summary) -> None:
    say = words()
    show(telling.sentence(say, judged))
    for line in (telling.step(say, judged), telling.coming(say, judged)):
        if line:
            show(line)
    if judged.good:
        show(f"{say('standing.good')}: {when(say, judged.good.started_at, judged.at)}")
    show(f"{say('standing.total', days=app.settings.history_days)}: {cards.total}")
    if cards.failed:
        show(f"{say('standing.failed')}: {len(cards.failed)}")
