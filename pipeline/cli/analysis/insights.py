"""The command insights: what moved together in people's days, or what can honestly be foreseen of them.

Exits with 1 where somebody's days could not be foreseen; that nothing moved together is an answer.
"""

from __future__ import annotations

import click
from click.exceptions import Exit

from pipeline.cli.analysis import correlating, foreseeing
from pipeline.cli.follow import failure
from pipeline.cli.operator import make_demo_tables, open_app
from pipeline.cli.options import PERSON, as_json
from pipeline.cli.output import explain, show_json, tell, words
from pipeline.console.app import App
from pipeline.console.insights.daily import Version
from pipeline.console.insights.told_forecasts import Going

EXIT_REFUSED = 1


@click.command()
@click.argument("what", type=click.Choice(("correlate", "forecast")), default="correlate")
@click.option("--person", type=PERSON, metavar="P", help="One person's days (default: everybody's).")
@as_json("Print the answers as JSON.")
def insights(what: str, person: str | None, as_json: bool) -> None:
    """Show what moved together in people's days, or foresee them.

    correlate (the default) asks the days that the models have published; forecast foresees them now, keeps that and
    shows the verdicts, with exit 1 where somebody could not be foreseen.

    The named questions come first, then what the exploration found; each with its interval, days, effective days and
    corrected p.
    """
    app = open_app()
    make_demo_marts(app)
    version = app.insights.daily.version()
    if version.old:
        tell(words()("insights_cli.old", day=version.tables_day))
    if what == "correlate":
        _correlate(app, person, as_json)
    else:
        _forecast(app, version, person, as_json)


def _correlate(app: App, person: str | None, as_json: bool) -> None:
    report = app.insights.correlations.report(person, None)
    if report.questions.unread:
        tell(words()("insights_cli.unread", object=report.questions.unread))
    if as_json:
        show_json(correlating.facts(report))
    else:
        correlating.show_report(report)


def _forecast(app: App, version: Version, person: str | None, as_json: bool) -> None:
    board = app.insights.forecasts
    made = board.foresee([person] if person else None, tell=_tell)
    found = [board.newest(one) for one in (*made.foreseen, *made.unchanged)]
    growth = board.growth()
    if as_json:
        show_json(foreseeing.facts(version, made, found, growth))
    else:
        foreseeing.show_forecasts(version, made, found, growth)
    for key in made.unread:
        tell(words()("insights_cli.unread_forecast", object=key))
    for one in made.refused:
        tell(words()("insights_cli.refused", person=one.person))
        explain(one.error)
    if made.refused:
        raise Exit(EXIT_REFUSED)


def _tell(going: Going) -> None:
    if going.people:
        tell(words()("insights_cli.going", done=going.done, people=going.people))


def make_demo_marts(app: App) -> None:
    """In the demo, whose lake is a new one with each command, nobody else builds."""
    if not app.embedded:
        return
    tell(words()("insights_cli.building"))
    make_demo_tables(app, (app.settings.table,))
    ran = app.builds.build()
    if ran.run.error:
        raise failure(ran.run.error)
