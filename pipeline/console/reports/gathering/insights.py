"""What moved together and what can be foreseen, of the marts and forecasts of one version each, as of a moment.

Nothing is foreseen here: what is kept is told. The SQL that gave the days is the block's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from pipeline.analysis.builds.marts import as_manifest, current_marts
from pipeline.analysis.forecast.result import Forecast
from pipeline.analysis.forecast.series import TARGET_NAMES
from pipeline.analysis.forecast.store import Forecasts
from pipeline.analysis.reports.blocks import correlation as together
from pipeline.analysis.reports.blocks import forecast as foreseen
from pipeline.analysis.reports.definitions.definition import Correlation
from pipeline.analysis.reports.definitions.definition import Forecast as ForecastBlock
from pipeline.analysis.reports.document import Facts, Paragraph, Part, Value
from pipeline.analysis.reports.shown import Shown as Written
from pipeline.console.insights.correlations import Correlations, Report
from pipeline.console.insights.daily import MART, ZONE, Daily, Shown, Version
from pipeline.console.insights.foreseeing import days as foreseeing
from pipeline.console.insights.foreseeing.exports import EXPORTS
from pipeline.console.insights.foreseeing.exports import TARGETS as GROWTH
from pipeline.console.insights.foreseeing.making import KEPT_DAYS, checked
from pipeline.console.insights.foreseeing.morning_days import TARGET as MORNING
from pipeline.console.insights.questions import NamedQuestions, title
from pipeline.console.reports.gathering.asking import queries_of
from pipeline.console.reports.gathering.queries import no_person, old
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.gathering.scope import Scope
from pipeline.console.reports.gathering.tables import pin_files
from pipeline.console.reports.gathering.unanswered import left_out, why
from pipeline.errors import NotFound, SchemaMismatch
from pipeline.untrusted import quoted

if TYPE_CHECKING:
    from pipeline.console.app import App

MEASURES: Final = (*TARGET_NAMES, MORNING, *GROWTH)


def correlation(app: App, block: Correlation, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """What moved together in all days up to the period's last one, of the report's person or everybody. Raise NotFound
    (``insights_no_mart``, ``insights_no_days``), and what reading the days raises."""
    person = scope.person or None
    after = datetime.combine(scope.last + timedelta(days=1), time(), ZONE)
    daily = _daily(app, min(scope.as_of, after), reading)
    _ask(reading, daily.shown(person))
    asked = NamedQuestions(reading.lake, lambda: scope.as_of, app.actor)
    report = Correlations(daily, asked, app.insights.kept).report(person)
    beside = (*_unread(report, scope.shown), *left_out(scope.shown, report))
    told = together.Together(report.page, tuple(_named(report, scope.shown)), person, beside)
    return (*together.parts(told, scope.shown), *_data(report.version, scope, report.questions.version))


def forecast(app: App, block: ForecastBlock, scope: Scope, reading: Reading, /) -> tuple[Part, ...]:
    """What was foreseen last of a measure, as it is kept. Raise NotFound (``report_measure``, ``report_no_forecast``),
    DataInvalid (``report_no_person``, ``forecasts_person``), and what reading the days raises."""
    app.actor.require("query")
    if block.measure not in MEASURES:
        raise _no_measure(block.measure)
    if block.measure in GROWTH:
        return _growth(_newest(EXPORTS, block.measure, scope, reading), scope)
    if not scope.person:
        raise no_person()
    made = _newest(checked(scope.person), block.measure, scope, reading)
    daily = _daily(app, scope.as_of, reading)
    _ask(reading, foreseeing.Days(daily, _end(made)).shown(scope.person, block.measure))
    told = _morning(made, scope.shown) if made.morning else _outlook(made, daily, scope, reading)
    return (*told, *_age(made, daily, scope.shown), *_data(daily.version(), scope))


def _daily(app: App, moment: datetime, reading: Reading) -> Daily:
    """People's days as of a moment, of the marts as they are published, or were."""
    daily = Daily(queries_of(app, reading, moment), app.insights.kept)
    daily.version()
    current = current_marts(reading.lake)
    pin_files(reading, as_manifest(current).files if current else ())
    return daily


def _ask(reading: Reading, shown: Shown) -> None:
    reading.ask(shown.sql, tuple(shown.parameters.items()))


def _unread(report: Report, shown: Written) -> Iterator[str]:
    if report.questions.unread:
        yield shown.words("corr.unread")


def _named(report: Report, shown: Written) -> Iterator[together.Named]:
    for answer in report.page.named.answers:
        yield together.Named(title(shown.words, answer.question), answer, why(shown.words, report, answer))


def _newest(person: str, target: str, scope: Scope, reading: Reading) -> Forecast:
    """The newest forecast before the moment that can be read. Raise NotFound (``report_no_forecast``)."""
    last, forecasts = scope.as_of.astimezone(UTC).date(), Forecasts(reading.lake)
    for day, run_id in reversed(forecasts.listed(person, target, last - timedelta(days=KEPT_DAYS), last)):
        # Of a run by other code, or of nobody's: the one before it is told.
        with suppress(SchemaMismatch):
            made = forecasts.load(person, target, day, run_id)
            if made and made.made_at <= scope.as_of:
                return made
    text = f"{target} was not foreseen in {KEPT_DAYS} days"
    raise NotFound(text, resource=target, situation="report_no_forecast")


def _end(made: Forecast) -> date:
    """The day that it was made on: that of an outlook's first day ahead."""
    return made.outlook.end if made.outlook else _day_of(made.made_at)


def _outlook(made: Forecast, daily: Daily, scope: Scope, reading: Reading) -> tuple[Part, ...]:
    if made.outlook is None:
        raise _without(made)
    _ask(reading, daily.shown(made.person))
    came = foreseeing.Days(daily, daily.today).series(made.person, made.target)
    return foreseen.outlook_parts(foreseen.Foreseen(made.target, made.made_at, made.outlook, came), scope.shown)


def _morning(made: Forecast, shown: Written) -> tuple[Part, ...]:
    if made.morning is None:
        raise _without(made)
    return foreseen.morning_parts(made.morning, _day_of(made.made_at), made.made_at, shown)


def _growth(made: Forecast, scope: Scope) -> tuple[Part, ...]:
    if made.growth is None:
        raise _without(made)
    target = GROWTH[made.target].name
    told = foreseen.Foreseen(target, made.made_at, made.growth.outlook, growth=made.growth)
    return foreseen.outlook_parts(told, scope.shown)


def _age(made: Forecast, daily: Daily, shown: Written) -> Iterator[Part]:
    """That it is of an earlier day, and of older records than there are."""
    day, version = _day_of(made.made_at), daily.version()
    if day < daily.today:
        yield Paragraph(shown.words("report_insights.foreseen_before", day=day), "warning")
    if (version.key, version.version_id) not in {(one.key, one.version_id) for one in made.data}:
        yield Paragraph(shown.words("report_insights.newer"), "note")


def _data(version: Version, scope: Scope, asked: int | None = None) -> Iterator[Part]:
    """Which data the figures are of, and which questions; that they are old."""
    words = scope.shown.words
    yield from old(MART, version.tables_day, scope)
    rows: list[tuple[str, Value]] = [
        (words("report_insights.build"), version.run_id),
        (words("report_insights.tables_day"), version.tables_day),
        (words("report_insights.version"), version.version_id or version.checksum),
    ]
    if asked is not None:
        rows.append((words("report_insights.question_set"), asked))
    yield Facts(tuple(rows))


def _day_of(moment: datetime) -> date:
    """The day where the people are."""
    return moment.astimezone(ZONE).date()


def _no_measure(name: str) -> NotFound:
    facts = {"field": "measure", "expected": ", ".join(MEASURES), "found": quoted(name)}
    return NotFound(f"{quoted(name)} is nothing that is foreseen", situation="report_measure", **facts)


def _without(made: Forecast) -> SchemaMismatch:
    text = f"the forecast {made.run_id} of {made.target} says nothing of it"
    return SchemaMismatch(text, key=made.target, expected="an outlook, a morning or a growth", found=made.run_id)
