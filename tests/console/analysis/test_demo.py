"""The demo by itself: a week of results, a finding that is open, how it came to be, and a build with its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.analysis.quality.builds import MODELS
from pipeline.console.analysis.builds import CREW
from pipeline.console.analysis.watcher import Rhythm, Watcher
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.embedded.past_runs import FAILED_DAYS_AGO, PAST_DAYS
from tests.support.demo import NAMES
from tests.support.eventually import eventually


@pytest.fixture(scope="module")
def app() -> App:
    """A demo whose function has made the tables of all days."""
    made = build_app(dict.fromkeys(NAMES, "quality-demo"))
    made.tables.make(made.settings.table, None, None, rebuild=False)
    return made


@pytest.fixture(scope="module")
def watcher(app: App) -> Watcher:
    """It has looked until there was nothing more to do."""
    made = Watcher(lambda: app, Rhythm(settled=timedelta(0)))
    made.look()
    # A build goes on beside it.
    assert eventually(lambda: bool(app.builds.index().builds), 120)
    made.look()
    return made


@pytest.mark.usefixtures("watcher")
def test_one_finding_is_open_the_day_whose_export_failed(app: App) -> None:
    seen = app.quality.standing(app.settings.table)
    (one,) = seen.findings
    assert (seen.grade, one.open.finding.check, one.open.state) == ("warning", "missing_day", "continuing")
    assert one.open.finding.subject == str(one.open.last_seen - timedelta(days=FAILED_DAYS_AGO))


@pytest.mark.usefixtures("watcher")
def test_each_day_with_an_export_was_looked_at_oldest_first(app: App) -> None:
    kept = app.quality.trend(app.settings.table)
    newest = kept.results[-1].day
    days = {(newest - one.day).days: [found.days for found in one.findings] for one in kept.results}
    assert days == {6: [], 5: [], 4: [], 2: [1], 1: [2], 0: [3]} and kept.unread == ()
    assert days.keys() == set(range(PAST_DAYS)) - {FAILED_DAYS_AGO}


@pytest.mark.usefixtures("watcher")
def test_the_tables_were_built_and_what_that_found_was_looked_at(app: App) -> None:
    (build,) = app.builds.index().builds
    assert (build.trigger, build.published) == ("schedule", True)
    result = app.quality.standing(MODELS).result
    assert (
        result
        and result.tables_run == build.run_id
        and not any(one.finding.grade == "error" for one in result.findings)
    )
    assert [one.table for one in app.quality.standings(app.settings.table)] == [app.settings.table, MODELS]


@pytest.mark.usefixtures("watcher")
def test_people_are_foreseen_and_were_before_so_that_it_can_be_looked_at(app: App) -> None:
    people = app.insights.daily.people()
    assert people
    for one in people:
        outlook = app.insights.forecasts.newest(one.person).targets["focus_minutes"]
        assert outlook.earlier and outlook.earlier.outlooks > 0
    kept = app.insights.forecasts.kept(people[0].person, "mood")
    assert len({made.run_id for made in kept.forecasts}) == len(kept.forecasts) > 1


def test_where_nothing_is_new_nothing_is_done(app: App, watcher: Watcher) -> None:
    moods = app.insights.forecasts.kept("akari", "mood")
    before = app.quality.trend(app.settings.table), app.quality.trend(MODELS), app.builds.index()
    for _ in range(2):
        watcher.look()
        # Another process's, which remembers nothing of it.
        Watcher(lambda: app, Rhythm(settled=timedelta(0))).look()
    assert app.builds.running() is None
    assert (app.quality.trend(app.settings.table), app.quality.trend(MODELS), app.builds.index()) == before
    assert app.insights.forecasts.kept("akari", "mood") == moods


def test_nothing_is_built_while_more_is_to_come() -> None:
    app = build_app(dict.fromkeys(NAMES, "quality-waiting"))
    app.tables.make(app.settings.table, None, None, rebuild=False)
    ready = [False]
    watcher = Watcher(lambda: app, Rhythm(settled=timedelta(0), ready=lambda: ready[0]))
    watcher.look()
    assert app.builds.running() is None
    ready[0] = True
    watcher.look()
    assert app.builds.running() is not None
    CREW.close()
