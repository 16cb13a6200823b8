"""The demo's quality: after its start there are a week of results, a finding that is open, and how it came to be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.console.analysis.watcher import Watcher
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.embedded.past_runs import FAILED_DAYS_AGO, PAST_DAYS
from tests.support.demo import NAMES


@pytest.fixture(scope="module")
def looked() -> App:
    """What the demo's processes bring about: tables of all days, and a look of the watcher."""
    app = build_app(dict.fromkeys(NAMES, "quality-demo"))
    app.tables.make(app.settings.table, None, None, rebuild=False)
    Watcher(lambda: app).look()
    return app


def test_one_finding_is_open_the_day_whose_export_failed(looked: App) -> None:
    seen = looked.quality.standing(looked.settings.table)
    (one,) = seen.findings
    assert (seen.grade, one.open.finding.check, one.open.state) == ("warning", "missing_day", "continuing")
    assert one.open.finding.subject == str(one.open.last_seen - timedelta(days=FAILED_DAYS_AGO))


def test_each_day_with_an_export_was_looked_at_oldest_first(looked: App) -> None:
    kept = looked.quality.trend(looked.settings.table)
    ages = [(kept.results[-1].day - one.day).days for one in kept.results]
    assert ages == [ago for ago in reversed(range(PAST_DAYS)) if ago != FAILED_DAYS_AGO] and kept.unread == ()
    days = {(kept.results[-1].day - one.day).days: [found.days for found in one.findings] for one in kept.results}
    assert days == {6: [], 5: [], 4: [], 2: [1], 1: [2], 0: [3]}


def test_a_second_look_finds_nothing_to_do(looked: App) -> None:
    first = looked.quality.trend(looked.settings.table)
    Watcher(lambda: looked).look()
    assert looked.quality.trend(looked.settings.table) == first
