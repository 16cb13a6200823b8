"""The command build: models are built of the newest tables, and published where nothing speaks against it.

Exits with 1 where something failed or nothing was published, so that whoever runs it need not read.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from click.exceptions import Exit

from pipeline.analysis.builds.job import steps_of
from pipeline.analysis.models.builds import Brief, Build, Withheld
from pipeline.analysis.models.standing import Tally
from pipeline.cli.follow import failure
from pipeline.cli.operator import make_demo_tables, open_app
from pipeline.cli.options import DAY, as_json
from pipeline.cli.output import show, show_json, show_table, tell, words
from pipeline.console import models as telling
from pipeline.console.analysis.builds import Ran, well
from pipeline.runs.run import Run

EXIT_NOT_PUBLISHED = 1
WHY: dict[Withheld, str] = {
    "tests": "build.tests",
    "models": "build.models",
    "parse": "build.parse",
    "no_tables": "build.no_tables",
    "interrupted": "build.interrupted",
    "older": "build.older",
}


@click.command()
@click.option("--day", type=DAY, metavar="DAY", help="Of which day's tables (UTC; default: the newest).")
@as_json("Print the build's record as JSON.")
def build(day: date | None, as_json: bool) -> None:
    """Build the models, test them, and publish their marts; exit 1 when that is withheld.

    Waits for the end, also where a build goes on already.
    """
    app = open_app()
    make_demo_tables(app, (app.settings.table,))
    ran = app.builds.build(day, tell=_Progress().tell)
    if ran.run.error is None:
        show_json(_facts(ran)) if as_json else _show(ran)
    # What its tests found lives on as findings, also of a build that has failed.
    app.quality.look_after_build()
    if ran.run.error:
        raise failure(ran.run.error)
    if not well(ran):
        raise Exit(EXIT_NOT_PUBLISHED)


class _Progress:
    """Tells how far a build is, each time that it has come further."""

    def __init__(self) -> None:
        self._told = (-1, -1)

    def tell(self, run: Run) -> None:
        steps = steps_of(run)
        if steps != self._told and run.status == "running":
            tell(words()("build.progress", run=run.run_id, done=steps[0], steps=steps[1] or "?"))
        self._told = steps


def _show(ran: Ran) -> None:
    say = words()
    if ran.build is None:
        show(say("build.no_record", run=ran.run.run_id))
        return
    brief = ran.build.brief
    share = say("models.no_share") if brief.share is None else f"{int(1000 * brief.share) / 10:g} %"
    show(f"{say('models.models_label')}: {telling.counts(say, brief.models)}")
    show(f"{say('models.tests_label')}: {telling.counts(say, brief.tests)}  {share}")
    show(f"{say('models.seconds_label')}: {say('models.seconds', seconds=f'{brief.seconds:.1f}')}")
    if brief.published:
        head = [say("build.mart"), say("cli_column.records"), say("cli_column.bytes")]
        rows = [[mart.name, f"{mart.records:,}", f"{mart.size:,}"] for mart in ran.build.marts]
        show_table(head, rows, numbers=(1, 2))
        if wanting := _wanting(ran.build):
            show(say("build.wanting", names=", ".join(wanting)))
    else:
        blocked = ", ".join(brief.blocked_by) or "–"
        show(say("build.withheld", why=say(WHY[brief.withheld]) if brief.withheld else "–", blocked=blocked))


def _wanting(found: Build) -> list[str]:
    """The nodes that failed, warn or are late, by their names."""
    return [unique_id.rpartition(".")[2] for unique_id, run in found.nodes.items() if run.shown in {"warn", "bad"}]


def _facts(ran: Ran) -> dict[str, Any]:
    facts: dict[str, Any] = {"runId": ran.run.run_id, "status": ran.run.status}
    return facts | (_recorded(ran.build) if ran.build else {})


def _recorded(found: Build) -> dict[str, Any]:
    brief: Brief = found.brief
    return {
        "day": brief.day.isoformat(),
        "level": brief.level,
        "published": brief.published,
        "withheld": brief.withheld,
        "blockedBy": list(brief.blocked_by),
        "wanting": _wanting(found),
        "seconds": brief.seconds,
        "models": _counted(brief.models),
        "tests": _counted(brief.tests),
        "share": brief.share,
        "documents": [
            {"table": one.table, "day": one.day.isoformat(), "records": one.records} for one in found.documents
        ],
        "marts": [{"name": one.name, "key": one.key, "records": one.records, "bytes": one.size} for one in found.marts],
    }


def _counted(tally: Tally) -> dict[str, int]:
    counted = {"ok": tally.ok, "warn": tally.warn, "bad": tally.bad, "skipped": tally.skipped}
    return {**counted, "no_result": tally.none}
