"""pipeline.notices.due: what is due is marked once, the newest waits, what nobody builds is late and then missed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import due_key
from pipeline.notices.due import LATE, MISSED, Due, DueReports
from pipeline.notices.schedules import Scheduled, Schedules
from tests.conftest import Clock

# A Monday; nine in Tokyo is midnight in UTC.
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def weekly(name: str = "weekly", since: datetime = MONDAY - 9 * DAY, day: str = "monday") -> Scheduled:
    return Scheduled(name, "週報", (day,), "09:00", "Asia/Tokyo", since)


@pytest.fixture
def due(lake: Lake, clock: Clock) -> DueReports:
    clock.time = MONDAY
    return DueReports(lake, clock)


def schedule(due: DueReports, *scheduled: Scheduled) -> None:
    for one in scheduled:
        Schedules(due.lake).put(one.name, one)


def test_at_its_moment_a_report_is_marked_and_waits(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly())
    clock.time = MONDAY - timedelta(seconds=1)
    due.mark()
    before = due.open()
    clock.time = MONDAY
    assert due.mark() == (Due(MONDAY, "weekly"),) == due.open()
    assert due.lake.head("metadata/reports/due/dt=2026-11-30/weekly.0000Z.json")
    # Last week's came first, and gave way.
    assert before == (Due(MONDAY - 7 * DAY, "weekly"),)
    assert [one.state for one in due.states("weekly")] == ["waiting", "missed"]


def test_before_somebody_asked_for_it_nothing_is_due(due: DueReports) -> None:
    schedule(due, weekly(since=MONDAY))
    assert due.mark() == ()


def test_without_schedules_nothing_is_due(due: DueReports) -> None:
    assert (due.mark(), due.open(), due.late(), due.missed(), due.states("weekly")) == ((), (), (), (), ())


def test_what_is_marked_is_marked_once_whoever_looks(due: DueReports) -> None:
    schedule(due, *(weekly(f"r{number}", MONDAY - DAY) for number in range(20)))
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: DueReports(due.lake, due.now).mark(), range(4)))
    assert len(due.open()) == 20 and {one for each in told for one in each} == set(due.open())
    assert due.mark() == ()


def test_of_several_that_are_overdue_the_newest_waits_and_the_others_are_missed(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly("daily", day="every"))
    clock.tick(60)
    assert due.mark() == (Due(MONDAY, "daily"),) == due.open()
    # Of nine days, seven are looked back at.
    assert [one.state for one in due.states("daily")] == ["waiting", *["missed"] * 6]
    assert due.missed() == tuple(Due(MONDAY - back * DAY, "daily") for back in range(6, 0, -1))


def test_what_was_due_while_nothing_ran_waits_from_when_it_was_marked(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly())
    clock.time = MONDAY + 3 * DAY
    due.mark()
    assert (len(due.open()), due.late(), due.missed()) == (1, (), ())


def test_what_nobody_builds_is_late_and_then_missed(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    due.mark()
    clock.time = MONDAY + LATE
    assert due.late() == ()
    clock.tick(1)
    assert due.late() == (Due(MONDAY, "weekly"),)
    assert due.states("weekly")[0].state == "late"
    clock.time = MONDAY + MISSED - timedelta(seconds=1)
    assert due.missed() == () and due.open()
    clock.time = MONDAY + MISSED
    assert due.missed() == (Due(MONDAY, "weekly"),)
    assert (due.open(), due.late(), due.states("weekly")[0].state) == ((), (), "missed")


def test_what_was_given_up_is_handed_out_for_an_hour(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    due.mark()
    clock.time = MONDAY + MISSED
    due.missed()
    clock.tick(3600)
    assert len(due.missed()) == 1
    clock.tick(1)
    assert due.missed() == ()


@pytest.mark.parametrize("state", ["built", "failed"])
def test_what_came_of_it_is_said_and_it_waits_no_more(due: DueReports, clock: Clock, state: str) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    (one,) = due.mark()
    for _ in range(2):
        due.settle(one, "built" if state == "built" else "failed")
    assert (due.open(), due.states("weekly")[0].state, due.states("weekly")[0].due) == ((), state, one)
    assert due.mark() == ()


def test_what_comes_after_all_takes_missed_back(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    (one,) = due.mark()
    clock.time = MONDAY + MISSED
    due.missed()
    due.settle(one, "built")
    assert due.missed() == () and due.states("weekly")[0].state == "built"


def test_a_paused_report_waits_for_nobody(due: DueReports) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    due.mark()
    Schedules(due.lake).put("weekly", None)
    assert due.open() == due.late() == ()


def test_nobody_is_told_of_what_ran_out_while_it_was_paused(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    due.mark()
    clock.time = MONDAY + 3 * DAY
    schedule(due, weekly(since=clock.time))
    assert (due.missed(), due.open()) == ((), ())
    assert due.states("weekly")[0].state == "missed"


def test_a_change_of_its_times_leaves_what_waits_waiting(due: DueReports, clock: Clock) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    due.mark()
    clock.tick(60)
    schedule(due, weekly(since=clock.time, day="tuesday"))
    assert due.mark() == () and due.open() == (Due(MONDAY, "weekly"),)
    clock.time = MONDAY + DAY
    assert due.mark() == (Due(MONDAY + DAY, "weekly"),) == due.open()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"at": 5}', b'{"at": "soon"}'])
def test_a_mark_that_nobody_can_read_counts_from_its_moment(due: DueReports, clock: Clock, body: bytes) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    due.mark()
    key = due_key("weekly", MONDAY)
    due.lake.s3.put_object(Bucket=due.lake.bucket, Key=key, Body=body)
    clock.time = MONDAY + LATE + timedelta(seconds=1)
    assert due.late() == due.open() == (Due(MONDAY, "weekly"),)


def test_what_is_no_mark_is_left_alone(due: DueReports) -> None:
    schedule(due, weekly(since=MONDAY - DAY))
    for name in ("weekly.2500Z.json", "weekly.0000Z.sent.json", "Weekly.0000Z.json", "x"):
        key = f"metadata/reports/due/dt=2026-11-30/{name}"
        due.lake.s3.put_object(Bucket=due.lake.bucket, Key=key, Body=b"{}")
    assert due.mark() == (Due(MONDAY, "weekly"),) == due.open()


def test_the_run_that_builds_it_has_the_same_id_everywhere() -> None:
    ids = {Due(MONDAY, name).run_id for name in ("weekly", "weekly", "daily")} | {Due(MONDAY + DAY, "weekly").run_id}
    assert len(ids) == 3
    assert Due(MONDAY, "weekly").run_id.startswith("20261130T000000Z-")
