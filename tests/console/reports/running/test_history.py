"""pipeline.console.reports.running.history: how runs stand, by ledger, marks and manifests together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipeline.lake.report_keys import manifest_key, reports_of
from pipeline.runs.history import BUILD_PATIENCE
from pipeline.runs.run import Run
from tests.console.reports.press import TEXT, Press

NAME, RUN = "weekly", "20261130T003000Z-0a1b2c3d"


def entry(press: Press, **parts: object) -> Run:
    at = press.clock()
    run = Run(RUN, reports_of(NAME), at.date(), at, at, engine="report")
    run = replace(run, **parts)  # type: ignore[arg-type]
    press.app().ledger.open(run)
    return run


def stands(press: Press) -> list[tuple[str, str]]:
    return [(run.state, run.error.state if run.error else "") for run in press.maker().runs(NAME)]


def test_one_that_goes_on_is_running_and_one_that_stopped_reporting_was_interrupted(press: Press) -> None:
    entry(press, day_states=(("done", 1), ("left", 2)))
    assert stands(press) == [("running", "")]
    press.clock.tick((BUILD_PATIENCE + timedelta(seconds=1)).total_seconds())
    assert stands(press) == [("failed", "report_interrupted")]


def test_a_report_that_is_there_is_made_whatever_its_run_says(press: Press) -> None:
    """Killed between its manifest and its last entry."""
    press.keep(NAME, TEXT)
    made = press.maker().make(NAME)
    ledger = press.app().ledger
    found = ledger.find(made.run_id, (press.clock().date(),))
    assert found
    ledger.update(found, replace(found.run, status="running", finished_at=None))
    press.clock.tick(3600)
    assert stands(press) == [("built", "")]


def test_a_manifest_that_is_none_is_told_of_that_run_alone(press: Press) -> None:
    press.keep(NAME, TEXT)
    bad, good = press.maker().make(NAME), press.maker().make(NAME)
    press.lake.s3.put_object(Bucket=press.lake.bucket, Key=manifest_key(NAME, bad.day, bad.run_id), Body=b"{}")
    by_id = {run.run_id: (run.state, run.code) for run in press.maker().runs(NAME)}
    assert by_id == {bad.run_id: ("failed", "E010"), good.run_id: ("built", None)}


def test_what_is_no_report_s_run_is_none_of_them(press: Press) -> None:
    at = press.clock()
    for number, table in enumerate(("weekly", "weekly.report.x", "a.b.report")):
        press.app().ledger.open(Run(f"2026113{number}T000000Z-00000000", table, at.date(), at, at, engine="report"))
    press.app().ledger.open(Run("no-day", reports_of(NAME), at.date(), at, at, engine="report"))
    assert press.maker().runs() == ()


def test_what_was_due_and_nobody_made_is_among_the_runs(press: Press) -> None:
    (due,) = press.come_due(NAME)
    seen = []
    for hours in (0, 1, 24):
        press.clock.tick(hours * 3600)
        press.due.missed()
        (run,) = press.maker().runs(NAME)
        assert (run.run_id, run.due, run.trigger, run.made) == (due.run_id, due.at, "schedule", None)
        seen.append(run.state)
    assert seen == ["waiting", "late", "missed"]
