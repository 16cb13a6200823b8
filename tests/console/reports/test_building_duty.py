"""pipeline.console.reports.building_duty: what is due is made once, whoever looks, or given up and told."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.access import SCHEDULE
from pipeline.analysis.reports.forms import glyphs
from pipeline.aws import Cloud, Credentials
from pipeline.console.analysis.watcher import Rhythm, Watcher
from pipeline.console.reports.building_duty import MOST_TRIES, BuildingDuty
from pipeline.errors import ExternalApiDown
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import definition_key, reports_of
from pipeline.runs.lease import LEASE_SECONDS
from tests.console.reports.press import BROKEN, HISTORY, TEXT, TO_TEAM, Press
from tests.faults.proxy import Fault, Proxy
from tests.support.places import ROOT
from tests.support.tables.workshop import Workshop

SENT_TO_TEAM = {"more": "schedule: {days: [every], at: '09:30'}\n" + TO_TEAM}
HUNDRED = [f"report-{number:02}" for number in range(100)]


def test_what_is_due_is_made_and_told_of(press: Press) -> None:
    (due,) = press.come_due("weekly", **SENT_TO_TEAM)
    press.duty()()
    (run,) = press.maker().runs("weekly")
    assert (run.run_id, run.state, run.trigger, run.due) == (due.run_id, "sent", "schedule", due.at)
    assert run.made and (run.made.as_of, run.made.due) == (due.at, due.at)
    assert press.states() == ["built"] and press.due.open() == ()
    assert len(press.topic.received()) == 1


def test_it_is_about_the_moment_that_it_was_due_at_however_late_it_is_made(press: Press) -> None:
    (due,) = press.come_due("weekly")
    press.clock.tick(20 * 3600)
    press.duty()()
    made = press.maker().made("weekly", due.run_id)
    assert made.as_of == due.at and made.made_at > due.at


def test_nothing_due_is_nothing_to_do(press: Press) -> None:
    press.keep("weekly")
    press.duty()()
    assert press.runs() == []


def each_is_made_once_by_two_consoles(press: Press, names: list[str]) -> None:
    """A tenth of them cannot be made: of these somebody is told, and they hold nobody back."""
    for number, name in enumerate(names):
        press.keep(name, BROKEN if number % 10 == 9 else TEXT, more=SENT_TO_TEAM["more"], formats="[md]")
    press.clock.tick(2400)
    assert len(press.due.mark()) == len(names)
    consoles = [press.duty() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda duty: duty(), consoles))
    for duty in consoles:
        duty()
    assert sorted(run.table for run in press.runs()) == sorted(map(reports_of, names))
    tenth = len(names) // 10
    assert press.due.open() == () and sorted(press.states()) == ["built"] * 9 * tenth + ["failed"] * tenth
    # Each was put there once: no version stands behind another.
    versions = press.lake.s3.list_object_versions(Bucket=press.lake.bucket, Prefix="reports/")["Versions"]
    assert len(versions) == 2 * len(names) and all(version["IsLatest"] for version in versions)
    stand = {run.name: run.state for run in press.maker().runs()}
    assert [stand[name] for name in names] == (["sent"] * 9 + ["failed"]) * tenth


def test_of_many_that_are_due_at_once_each_is_made_once_by_two_consoles(press: Press) -> None:
    each_is_made_once_by_two_consoles(press, HUNDRED[:20])


@pytest.mark.soak
def test_of_a_hundred_that_are_due_at_once_each_is_made_once_by_two_consoles(press: Press) -> None:
    each_is_made_once_by_two_consoles(press, HUNDRED)


def test_ten_that_are_ready_at_once_are_no_storm(press: Press) -> None:
    press.come_due(*HUNDRED[:10], **SENT_TO_TEAM, formats="[md]")
    press.duty()()
    press.clock.tick(120)
    press.app().reports.notices.retry()
    assert 1 < len(press.topic.received()) < 10


def test_while_one_is_being_made_elsewhere_it_is_left_alone(press: Press) -> None:
    (due,) = press.come_due("weekly")
    held = press.app().leases.take(reports_of("weekly"), due.run_id, press.clock().date())
    press.duty()()
    assert press.runs() == [] and press.due.open() == (due,)
    press.app().leases.release(held)
    press.duty()()
    assert press.states() == ["built"]


def test_a_console_that_ends_leaves_it_to_the_next(press: Press) -> None:
    (due,) = press.come_due("weekly")
    looks = iter([False, False, False, *[True] * 1000])
    BuildingDuty(lambda: next(looks))(press.app_of(lambda: SCHEDULE))
    assert press.due.open() == (due,) and press.keys() == [] and press.topic.received() == []
    (run,) = press.runs()
    assert run.error and run.error.state == "report_cancelled"
    press.duty()()
    (run,) = press.maker().runs("weekly")
    assert (run.run_id, run.state) == (due.run_id, "built")


def test_one_that_a_dead_console_had_begun_is_made_once_its_lease_is_over(press: Press) -> None:
    (due,) = press.come_due("weekly")
    press.app().leases.take(reports_of("weekly"), due.run_id, press.clock().date())
    press.clock.tick(LEASE_SECONDS + 1)
    press.duty()()
    assert press.states() == ["built"]


def console(press: Press, url: str, folder: Path, limit: tuple[int, int] | None = None) -> None:
    """A console of another process looks once; the package is found in its folder before it is found here."""
    command = [sys.executable, "-m", "tests.console.reports.running.victim", url, press.lake.bucket]
    command += [str(press.folder), press.topic.arn, press.clock().isoformat()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    limited = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)) if limit else None
    subprocess.run(command, cwd=folder, env=environment, check=True, preexec_fn=limited)


def test_without_a_font_it_is_given_up_and_told_and_the_others_are_made(
    press: Press, emulator_url: str, tmp_path: Path
) -> None:
    lacking = shutil.ignore_patterns(glyphs.FILES[0], "__pycache__")
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=lacking)
    press.keep("first", more=SENT_TO_TEAM["more"], formats="[html, pdf]")
    press.come_due("second")
    console(press, emulator_url, tmp_path)
    (run,) = press.maker().runs("first")
    assert (run.state, run.error and run.error.state, run.made) == ("failed", "report_font", None)
    assert [run.state for run in press.maker().runs("second")] == ["built"]
    ((_, message),) = press.topic.received()
    assert "作成に失敗" in message and press.due.open() == ()


def test_with_a_full_disk_it_is_made_but_for_what_a_query_was_to_tell(press: Press, emulator_url: str) -> None:
    press.keep("plain", TEXT, HISTORY, more=SENT_TO_TEAM["more"], formats="[html, pdf, xlsx, md]")
    day = press.clock().date()
    shop = Workshop(press.lake, press.clock)
    shop.export([{"PK": "USER#1", "SK": "PROFILE", "entity_type": "user"}], day)
    shop.convert("t1", day)
    press.keep("asking", TEXT, "{kind: table, sql: 'select count(*) as n from user'}", more=SENT_TO_TEAM["more"])
    press.come_due()
    # Not a byte more fits into any file.
    console(press, emulator_url, ROOT, (0, 0))
    (plain,), (asking,) = press.maker().runs("plain"), press.maker().runs("asking")
    assert plain.state == "sent" and plain.made and len(press.bodies(plain.made)) == 4
    assert asking.made and (asking.state, [kind for _, kind, _ in asking.made.failed]) == ("failed", ["table"])
    assert press.due.open() == () and press.maker().make("asking").failed == ()


def test_a_definition_that_is_broken_meanwhile_is_given_up(press: Press) -> None:
    press.come_due("weekly")
    press.lake.s3.put_object(Bucket=press.lake.bucket, Key=definition_key("weekly"), Body=b"{")
    press.duty()()
    assert press.states() == ["failed"] and [run.status for run in press.runs()] == ["failed"]
    assert len(press.topic.received()) == 1


def test_what_may_pass_is_tried_again_and_then_given_up(press: Press, emulator_url: str) -> None:
    (due,) = press.come_due("weekly", **SENT_TO_TEAM)
    with Proxy(emulator_url) as proxy:
        proxy.plan(Fault("s3.PutObject", "error500", times=10_000, key="/reports/weekly/"))
        cloud = Cloud("ap-northeast-1", proxy.url, Credentials("testing", "testing"))
        away = replace(press, cloud=cloud, lake=Lake(cloud.s3, press.lake.bucket))
        duty = away.duty()
        for _ in range(MOST_TRIES - 1):
            with pytest.raises(ExternalApiDown):
                duty()
            assert press.due.open() == (due,) and press.topic.received() == []
        duty()
    assert press.states() == ["failed"] and len(press.topic.received()) == 1


def test_the_watcher_of_a_console_does_it(press: Press) -> None:
    press.keep("weekly", more=SENT_TO_TEAM["more"])
    press.clock.tick(2400)
    app = press.app_of(lambda: SCHEDULE)
    Watcher(lambda: app, Rhythm(0.02, ready=lambda: False)).look()
    assert press.states() == ["built"]
    assert ("reports", "make weekly", "done") in press.told("action", "target", "outcome")
