"""What can be foreseen, for a terminal: a verdict a line.

Beside it stand by how much, how sure that is, and how often it was tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.analysis.forecast.completion import Completion
from pipeline.analysis.forecast.morning import Morning
from pipeline.analysis.forecast.outlook import Outlook
from pipeline.analysis.forecast.result import Forecast, to_json
from pipeline.cli.analysis import figures
from pipeline.cli.analysis.correlating import of_version, version_facts
from pipeline.cli.output import show, show_table, words
from pipeline.clock import utc_text
from pipeline.console.insights.daily import Version
from pipeline.console.insights.told_forecasts import GrowthForecasts, Made, PersonForecasts
from pipeline.words.catalogue import Words

_COLUMNS = ("target", "foreseen", "skill", "interval", "tried", "recorded")
Row = tuple[str, ...]


def show_forecasts(version: Version, made: Made, found: Sequence[PersonForecasts], growth: GrowthForecasts) -> None:
    """A table a person, then the exports' growth."""
    say = words()
    show(of_version(say, version))
    show(say("insights_cli.run", run=made.run_id, forecasts=made.forecasts))
    for one in found:
        _show_rows(say, one.person, list(_of_person(say, one)))
    _show_rows(say, say("insights_cli.growth"), list(_of_growth(say, growth)))
    show()
    for name in ("skill_means", "band_means"):
        show(say(f"insights_cli.{name}"))
    if made.left_out:
        show(say("insights_cli.left_out", people=made.left_out))


def facts(version: Version, made: Made, found: Sequence[PersonForecasts], growth: GrowthForecasts) -> dict[str, Any]:
    """As JSON: what the run came to, and every forecast as it is kept in the lake."""
    refused = [{"person": one.person, "error": one.error.code, "message": one.error.message} for one in made.refused]
    exports = [one for one in (growth.records, growth.bytes) if one]
    return {
        "data": version_facts(version),
        "run_id": made.run_id,
        "at": utc_text(made.at),
        "forecasts": made.forecasts,
        "foreseen": list(made.foreseen),
        "unchanged": list(made.unchanged),
        "refused": refused,
        "left_out": made.left_out,
        "unread": list(made.unread),
        "people": {one.person: [to_json(each) for each in _kept(one)] for one in found},
        "growth": [to_json(one) for one in exports],
    }


def _kept(one: PersonForecasts) -> Iterator[Forecast]:
    yield from one.targets.values()
    if one.morning:
        yield one.morning
    yield from (project.forecast for project in one.projects)


def _show_rows(say: Words, heading: str, rows: Sequence[Row]) -> None:
    if rows:
        show()
        show(heading)
        show_table([say(f"insights_cli.column.{name}") for name in _COLUMNS], rows, numbers=range(2, 6))


def _of_person(say: Words, one: PersonForecasts) -> Iterator[Row]:
    for name, forecast in one.targets.items():
        if forecast.outlook:
            yield say(f"insights_cli.target.{name}"), *_outlook(say, forecast.outlook, "usual")
    if one.morning and one.morning.morning:
        yield say("insights_cli.target.good_focus"), *_morning(say, one.morning.morning)
    for project in one.projects:
        if project.forecast.completion:
            name = say("insights_cli.target.project", name=project.name)
            yield name, *_completion(say, project.forecast.completion)


def _of_growth(say: Words, growth: GrowthForecasts) -> Iterator[Row]:
    for name, forecast in (("records", growth.records), ("bytes", growth.bytes)):
        if forecast and forecast.growth:
            yield say(f"insights_cli.target.{name}"), *_outlook(say, forecast.growth.outlook, "unchanged")


def _outlook(say: Words, one: Outlook, usual: str) -> Row:
    verdict = _verdict(say, one.verdict, one.days_left, usual)
    skill = figures.percent(one.skill, plus=True)
    return verdict, skill, figures.percents(one.low, one.high), str(one.scored), str(one.observed)


def _morning(say: Words, one: Morning) -> Row:
    verdict = _verdict(say, one.verdict, one.days_left, "usual")
    if one.said is not None:
        chance, base = figures.percent(one.said), figures.percent(one.usual)
        verdict = say("insights_cli.chance", chance=chance, base=base, verdict=verdict)
    skill = figures.percent(one.skill, plus=True)
    return verdict, skill, figures.percents(one.low, one.high), str(one.scored), figures.NOTHING


def _verdict(say: Words, verdict: str, days_left: int, usual: str) -> str:
    if verdict == "no_better":
        return say(f"insights_cli.verdict.{usual}")
    return say(f"insights_cli.verdict.{verdict}", days=days_left)


def _completion(say: Words, one: Completion) -> Row:
    nothing = figures.NOTHING
    return _done(say, one), nothing, nothing, nothing, say("insights_cli.tasks", tasks=one.tasks)


def _done(say: Words, one: Completion) -> str:
    if one.answer == "foreseen":
        return say("insights_cli.done.foreseen", first=one.first_day, middle=one.middle_day, last=one.last_day)
    if one.answer == "not_enough_tasks" and not one.tasks_left:
        return say("insights_cli.done.no_estimates")
    number = one.tasks_left if one.answer == "not_enough_tasks" else one.weeks_left
    return say(f"insights_cli.done.{one.answer}", number=number)
