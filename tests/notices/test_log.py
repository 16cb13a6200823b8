"""pipeline.notices.log: what was sent, newest first and bounded; an odd object hides nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.lake.bucket import Lake
from pipeline.notices.addresses import log_key, log_prefix
from pipeline.notices.log import NoticeLog, Sent
from tests.conftest import Clock


def sent(clock: Clock, change: str = "run_failed:r1", **more: str) -> Sent:
    made = Sent("run_failed", change, "映画🍣", "/debug/pipeline?run=r1", clock(), clock(), "ops", "sent")
    return replace(made, **more)  # type: ignore[arg-type]


def test_what_was_sent_is_read_again(lake: Lake, clock: Clock) -> None:
    log, failed = (
        NoticeLog(lake),
        sent(clock, outcome="failed", code="E006", state="notices_webhook_down", why="no answer"),
    )
    log.add([failed], "a")
    assert log.read(clock(), 7) == (failed,)


def test_the_newest_come_first_and_no_more_than_asked_for(lake: Lake, clock: Clock) -> None:
    log, added = NoticeLog(lake), []
    for number in range(6):
        added.append(sent(clock, f"run_failed:r{number}"))
        log.add(added[-1:], "a")
        clock.tick(7 * 3600)
    assert log.read(clock(), 7) == tuple(reversed(added))
    assert log.read(clock(), 7, most=2) == (added[5], added[4])


def test_what_is_older_than_the_days_is_left_out(lake: Lake, clock: Clock) -> None:
    log = NoticeLog(lake)
    log.add([sent(clock)], "a")
    assert log.read(clock() + timedelta(hours=47), 2) != ()
    assert log.read(clock() + timedelta(hours=49), 2) == ()


def test_nothing_sent_writes_nothing(lake: Lake, clock: Clock) -> None:
    NoticeLog(lake).add([], "a")
    assert list(lake.list_after(log_prefix(clock().date()), "")) == []


@pytest.mark.parametrize(
    "body", [b"no json", b"{}", b"[]", b'{"sent": [{}]}', b'{"sent": {"a": 1}}', b'{"sent": null}', b"[" * 500]
)
def test_an_odd_object_hides_nothing_else(lake: Lake, clock: Clock, body: bytes) -> None:
    log, good = NoticeLog(lake), sent(clock)
    log.add([good], "a")
    lake.s3.put_object(Bucket=lake.bucket, Key=log_key(clock(), "b"), Body=body)
    lake.s3.put_object(Bucket=lake.bucket, Key=f"{log_prefix(clock().date())}foreign.txt", Body=b"x")
    assert log.read(clock(), 7) == (good,)
