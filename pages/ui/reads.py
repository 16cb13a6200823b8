"""The process's one App, and what pages ask of it: kept for seconds, the same for everybody, asked by right.

Plain objects, out of reach of whoever opens a websocket; 更新 forgets the answers, never the App.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from pages.ui.answers import Answers
from pipeline.analysis.models.builds import Build, BuildIndex
from pipeline.analysis.models.standing import Judged
from pipeline.analysis.quality.standing import Standing as Quality
from pipeline.analysis.quality.store import Kept
from pipeline.config import Settings
from pipeline.console.analysis.judged_tables import judged_tables
from pipeline.console.app import JUDGED_DAYS, App
from pipeline.console.environment import load_environment
from pipeline.console.explore import Offer
from pipeline.console.insights.daily import PersonDays, Version
from pipeline.console.insights.forecasts import ForecastBoard
from pipeline.console.sources import Overview
from pipeline.console.wiring import build_app
from pipeline.documents.shelf import Place, place, storages
from pipeline.errors import PipelineError
from pipeline.lake.storage import Storage
from pipeline.monitor.facts import Fact
from pipeline.runs.freshness import NextRuns
from pipeline.runs.run import History, Run

T = TypeVar("T")
READ_TTL_SECONDS = 30
SLOW_TTL_SECONDS = 60
STALE_SECONDS = 300
BUILDING_SECONDS = 0.9
WINDOW_DAYS = JUDGED_DAYS


@dataclass
class _Held:
    """The App that is wired, and of which reading of the settings."""

    app: App | None = None
    stamp: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


_held = _Held()
_history: Answers[tuple[str, str, int], History] = Answers(READ_TTL_SECONDS, STALE_SECONDS)
_sources: Answers[str, Overview] = Answers(READ_TTL_SECONDS, READ_TTL_SECONDS)
_tables: Answers[str, Offer] = Answers(READ_TTL_SECONDS, STALE_SECONDS)
_plan: Answers[str, NextRuns] = Answers(SLOW_TTL_SECONDS, STALE_SECONDS)
_expected: Answers[str, int | None] = Answers(SLOW_TTL_SECONDS, STALE_SECONDS)
_projects: Answers[str, tuple[str, ...]] = Answers(READ_TTL_SECONDS, STALE_SECONDS)
_judged: Answers[tuple[str, str], Judged] = Answers(READ_TTL_SECONDS, STALE_SECONDS, 8)
_builds: Answers[str, BuildIndex] = Answers(READ_TTL_SECONDS, STALE_SECONDS)
# Asked by whatever draws a button or its progress.
_building: Answers[str, Run | None] = Answers(BUILDING_SECONDS, BUILDING_SECONDS, 4)
# A build's record is written once.
_build: Answers[tuple[str, date, str], Build | None] = Answers(STALE_SECONDS, STALE_SECONDS, 32)
_quality: Answers[tuple[str, str], Quality] = Answers(READ_TTL_SECONDS, STALE_SECONDS, 32)
_judged_tables: Answers[str, tuple[str, ...]] = Answers(SLOW_TTL_SECONDS, STALE_SECONDS)
_trend: Answers[tuple[str, str], Kept] = Answers(READ_TTL_SECONDS, STALE_SECONDS, 8)
_mart: Answers[str, Version] = Answers(READ_TTL_SECONDS, STALE_SECONDS)
_people: Answers[tuple[str, Version, date], tuple[PersonDays, ...]] = Answers(STALE_SECONDS, STALE_SECONDS, 4)
_facts: Answers[Settings, tuple[Fact, ...]] = Answers(SLOW_TTL_SECONDS, STALE_SECONDS)
# By the documents of a page of rows: more pages are open than anything else is asked for.
_storages: Answers[tuple[str, frozenset[Place]], dict[Place, Storage]] = Answers(READ_TTL_SECONDS, STALE_SECONDS, 128)
_ANSWERS: tuple[Answers[Any, Any], ...] = (_history, _sources, _tables, _plan, _expected, _facts, _storages)
_ANSWERS += (_projects, _judged, _builds, _building, _build, _judged_tables, _quality, _trend, _mart, _people)

_OF_PAGES: list[Answers[Any, Any]] = []


def base() -> App:
    """The process's App in nobody's hands, wired anew when .env.local has changed; raise PipelineError.

    For what is kept for everybody: pages take theirs from ``signed_in``, which checks.
    """
    stamp = load_environment()
    with _held.lock:
        if _held.app is None or _held.stamp != stamp:
            refresh()
            _held.app, _held.stamp = build_app(), stamp
        return _held.app


def keep(app: App) -> None:
    """Take this App for the process's: for whoever wires one of their own. A change of .env.local ends it."""
    stamp = load_environment()
    with _held.lock:
        refresh()
        _held.app, _held.stamp = app, stamp


def is_embedded() -> bool:
    """Whether sample data is shown; False also while the settings are malformed (the page then says so)."""
    try:
        load_environment()
    except PipelineError:
        return False
    return os.environ.get("PIPELINE_BACKEND", "").strip() in {"", "embedded"}


def history(console: App, days: int | None = None, at_most: float | None = None) -> History:
    """The history of the window (or of ``days``): shown at once, read anew in the background after 30 seconds, waited
    for when nobody has looked for five minutes, or for ``at_most`` seconds."""
    console.actor.require("see")
    wanted = days or console.settings.history_days
    return _history.get(_history_of(console, wanted), asked(lambda app: app.history(wanted)), at_most)


def as_of(console: App) -> datetime:
    """When the history that is shown was read."""
    return console.now() - timedelta(seconds=_history.age(_history_of(console, WINDOW_DAYS)))


def storage(console: App, run: Run, page: Sequence[Run], known: Sequence[Run]) -> Storage:
    """How S3 keeps what a run wrote, asked for a ``page`` of rows at a time; what is not known reads as online."""
    console.actor.require("see")
    question = (console.settings.bucket, frozenset(map(place, page)))
    try:
        answer = _storages.get(question, asked(lambda app: storages(app.lake, page, known, app.now())))
    except PipelineError:
        # The history itself says so, in a card.
        return Storage()
    return answer.get(place(run), Storage())


def forget_storages() -> None:
    """A restore has been asked for."""
    _storages.forget()


def plan(console: App) -> NextRuns:
    """When the export runs by itself, at most a minute old, or five when nobody has looked."""
    console.actor.require("see")
    return _plan.get(console.settings.schedule, asked(App.plan))


def expected(console: App) -> int | None:
    """How many records the table has, as DynamoDB counts them a few times a day; None when it does not say."""
    console.actor.require("see")
    return _expected.get(console.settings.table, asked(_counted))


def facts(console: App) -> tuple[Fact, ...]:
    """What AWS says of the settings, at most a minute old, or five when nobody has looked."""
    console.actor.require("see")
    return _facts.get(console.settings, asked(lambda app: app.health.gather()))


def sources(console: App, at_most: float | None = None) -> Overview:
    """How every source stands, at most half a minute old, or ``at_most`` seconds."""
    console.actor.require("see")
    read = asked(lambda app: app.board.overview(partial(app.history, WINDOW_DAYS)))
    return _sources.get(console.settings.bucket, read, at_most)


def sources_as_of(console: App) -> datetime:
    """When the sources that are shown were read."""
    return console.now() - timedelta(seconds=_sources.age(console.settings.bucket))


def tables(console: App, at_most: float | None = None) -> Offer:
    """The tables that can be asked: shown at once, read anew in the background after 30 seconds."""
    console.actor.require("see")
    return _tables.get(console.settings.bucket, asked(lambda app: app.explore.offer()), at_most)


def tables_as_of(console: App) -> datetime:
    """When the tables that are shown were read."""
    return console.now() - timedelta(seconds=_tables.age(console.settings.bucket))


def projects(console: App) -> tuple[str, ...]:
    """The dbt projects that have artifacts."""
    console.actor.require("see")
    return _projects.get(console.settings.bucket, asked(lambda app: app.models.names()))


def judged(console: App, project: str, at_most: float | None = None) -> Judged:
    """How a dbt project stands: shown at once, looked for anew in the background after 30 seconds."""
    console.actor.require("see")
    return _judged.get((console.settings.bucket, project), asked(lambda app: app.models.judged(project)), at_most)


def judged_as_of(console: App, project: str) -> datetime:
    """When the project that is shown was read."""
    return console.now() - timedelta(seconds=_judged.age((console.settings.bucket, project)))


def builds(console: App, at_most: float | None = None) -> BuildIndex:
    """Builds of our own models in short."""
    console.actor.require("see")
    return _builds.get(console.settings.bucket, asked(lambda app: app.builds.index()), at_most)


def building(console: App) -> Run | None:
    """The build that goes on, wherever that is, at most a second old."""
    console.actor.require("see")
    return _building.get(console.settings.bucket, asked(lambda app: app.builds.running()))


def build(console: App, day: date, run_id: str) -> Build | None:
    """One build whole."""
    console.actor.require("see")
    return _build.get((console.settings.bucket, day, run_id), asked(lambda app: app.builds.kept(day, run_id)))


def quality_tables(console: App) -> tuple[str, ...]:
    """The tables and sources whose quality is looked at."""
    console.actor.require("see")

    def named(app: App) -> tuple[str, ...]:
        return judged_tables(app.settings.table, app.board.config().sources)

    return _judged_tables.get(console.settings.bucket, asked(named))


def quality(console: App, table: str, at_most: float | None = None) -> Quality:
    """How a table's newest day stands."""
    console.actor.require("see")
    return _quality.get((console.settings.bucket, table), asked(lambda app: app.quality.standing(table)), at_most)


def quality_trend(console: App, table: str) -> Kept:
    """A table's results of the last 30 days."""
    console.actor.require("see")
    return _trend.get((console.settings.bucket, table), asked(lambda app: app.quality.trend(table)))


def mart(console: App, at_most: float | None = None) -> Version:
    """Which version of people's days is published; an operator's."""
    console.actor.require("query")
    return _mart.get(console.settings.bucket, asked(lambda app: app.insights.daily.version()), at_most)


def mart_as_of(console: App) -> datetime:
    """When that was read."""
    return console.now() - timedelta(seconds=_mart.age(console.settings.bucket))


def people(console: App, version: Version) -> tuple[PersonDays, ...]:
    """Who has days in it, most days first; an operator's."""
    console.actor.require("query")
    of = console.settings.bucket, version, console.insights.daily.today
    return _people.get(of, asked(lambda app: app.insights.daily.people()))


def of_forecasts(console: App, question: Callable[[ForecastBoard], T]) -> Callable[[], T]:
    """A question to the forecasts' room, to be kept for every operator."""
    console.actor.require("query")
    return asked(lambda app: question(app.insights.forecasts))


def forget_with(answers: Answers[Any, Any]) -> None:
    """Let ``refresh`` forget these, too: what one page alone asks is kept by that page."""
    _OF_PAGES.append(answers)


def refresh() -> None:
    """Forget what was read."""
    for answers in (*_ANSWERS, *_OF_PAGES):
        answers.forget()


def forget_app() -> None:
    """Forget the App, so that changed settings are read again."""
    with _held.lock:
        _held.app = None
    refresh()


def _history_of(console: App, days: int) -> tuple[str, str, int]:
    return console.settings.bucket, console.settings.table, days


def asked(question: Callable[[App], Any]) -> Callable[[], Any]:
    """A question to the App in nobody's hands: the answer is kept for everybody who may see."""
    app = base()
    return lambda: question(app)


def _counted(app: App) -> int | None:
    try:
        return app.item_count()
    except PipelineError:
        return None
